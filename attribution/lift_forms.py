"""The form of a comparison of days. Its rules are the domain's, the words of faults are here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from attribution.domain.lift import LiftFault, LiftImpossible
from attribution.domain.lift_table import LineFault, LineWrong, cities_read, periods_read
from attribution.models import LiftReport
from attribution.services.lift import LiftAsked
from core.admin import DayField

TEXT_CHARS_MAX = 1_000_000
SPAN_DAYS_MAX = 366
OnBy = LiftReport.OnBy
LINE_FAULTS: Mapping[LineFault, Promise] = {
    LineFault.NOT_A_PERIOD: _("Line %(line)s is no day and no period, as 2026-11-01 - 2026-11-07."),
    LineFault.NOT_A_DAY: _("Line %(line)s does not begin with a day, as 2026-11-01."),
    LineFault.NOT_A_CITY: _("Line %(line)s names no city."),
    LineFault.NOT_A_COUNT: _("Line %(line)s has no whole number of orders."),
    LineFault.NOT_ON_OR_OFF: _("Line %(line)s: the last column is 1, 0 or empty."),
    LineFault.TOO_MANY_LINES: _("More lines than are read: up to 20,000."),
}
LIFT_FAULTS: Mapping[LiftFault, Promise] = {
    LiftFault.TOO_SHORT: _("At least 28 days are needed."),
    LiftFault.TOO_FEW_ON: _("At least 7 days with the campaign are needed."),
    LiftFault.TOO_FEW_OFF: _("At least 7 days without the campaign are needed."),
    LiftFault.SAID_TWICE: _("A day is there twice."),
    LiftFault.NO_ORDERS: _("There is no order on these days."),
    LiftFault.TOO_MANY: _("This is more than can be compared."),
}


class LiftForm(forms.Form):
    """Days of the whole shop, or a table of cities."""

    source = forms.ChoiceField(label=_("Orders of"), required=False)
    first_on = DayField(label=_("From"), required=False)
    last_on = DayField(label=_("To"), required=False)
    on_by = forms.ChoiceField(
        label=_("When the campaign ran"),
        widget=forms.RadioSelect,
        initial=OnBy.HAND,
        choices=[
            (OnBy.HAND, _("I name the days")),
            (OnBy.CLICKS, _("Days with clicks of the campaign")),
        ],
    )
    on_days = forms.CharField(
        label=_("Days on which posts ran"),
        help_text=_("One period in a line, as 2026-11-01 - 2026-11-07."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=TEXT_CHARS_MAX,
        required=False,
    )
    clicks_min = forms.IntegerField(
        label=_("Clicks that make a day count"), initial=10, min_value=1, max_value=1_000_000
    )
    cities = forms.CharField(
        label=_("Orders by city"),
        help_text=_("In a line: day; city; orders; 1 where posts ran there that day, 0 where not."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=TEXT_CHARS_MAX,
        required=False,
    )

    def __init__(self, sources: Sequence[tuple[str, str]], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]

    def clean_on_days(self) -> Any:
        return _read(periods_read, self.cleaned_data["on_days"])

    def clean_cities(self) -> Any:
        return _read(cities_read, self.cleaned_data["cities"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or cleaned.get("cities"):
            return cleaned
        first_on, last_on = cleaned.get("first_on"), cleaned.get("last_on")
        for name in ("source", "first_on", "last_on"):
            if not cleaned.get(name):
                self.add_error(name, self.fields[name].error_messages["required"])
        if first_on and last_on and not 0 <= (last_on - first_on).days < SPAN_DAYS_MAX:
            self.add_error("last_on", _("From 28 days to a year."))
        return cleaned

    def asked(self) -> LiftAsked:
        """Of a valid form."""
        given = self.cleaned_data
        return LiftAsked(
            source=given["source"],
            first_on=given["first_on"],
            last_on=given["last_on"],
            on_days=given["on_days"] if given["on_by"] == OnBy.HAND else None,
            clicks_min=given["clicks_min"],
            cities=given["cities"],
        )

    def refuse(self, impossible: LiftImpossible) -> None:
        """Say why nothing could be worked out."""
        said = str(LIFT_FAULTS[impossible.fault])
        self.add_error(None, f"{said} ({impossible.unit})" if impossible.unit else said)


def _read(read: Any, text: str) -> Any:
    try:
        return read(text)
    except LineWrong as wrong:
        raise forms.ValidationError(LINE_FAULTS[wrong.fault] % {"line": wrong.line}) from None
