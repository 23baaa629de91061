"""What a brand types in about tags in links, and about vouchers of Ozon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from attribution.domain.tag_table import NEEDED, Figure
from attribution.forms import TokenForm
from attribution.models import Connection
from attribution.services.ozon_traffic import CLIENT_CHARS_MAX
from attribution.services.ozon_vouchers import (
    BUDGET_MAX,
    DISCOUNT_PERCENT_MAX,
    VOUCHER_DAYS_DEFAULT,
    VOUCHER_DAYS_MAX,
)

FIGURES: Mapping[Figure, Any] = {
    "day": _("Day"),
    "tag": _("Tag (utm_campaign)"),
    "visits": _("Visits"),
    "ordered": _("Ordered, pieces"),
    "amount": _("Ordered for"),
}


class ClientSecretForm(TokenForm):
    """A new secret of a client that is known."""

    token = forms.CharField(
        label=_("Client secret"),
        max_length=CLIENT_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OzonTrafficForm(ClientSecretForm):
    """A client of Ozon's Performance API, and the tag of its organisation."""

    field_order = ["name", "client_id", "token", "tag"]
    name = forms.CharField(label=_("Name"), max_length=80, initial=_("Ozon: external traffic"))
    client_id = forms.CharField(label=_("Client ID"), max_length=CLIENT_CHARS_MAX)
    tag = forms.CharField(
        label=_("Tag of your links"),
        max_length=60,
        help_text=_("Begins with vendor_org_; Ozon's cabinet shows it under external traffic."),
    )


class VoucherTerms(NamedTuple):
    connection_id: int
    discount_percent: int
    budget: int
    days: int


class VoucherTermsForm(forms.Form):
    """What a new voucher of Ozon gives, made with the key of one of the brand's accounts."""

    connection = forms.ChoiceField(label=_("Account at Ozon"))
    discount_percent = forms.IntegerField(
        label=_("Discount for the buyer, %"),
        min_value=1,
        max_value=DISCOUNT_PERCENT_MAX,
        initial=10,
    )
    budget = forms.IntegerField(
        label=_("Budget of the discount"),
        help_text=_("In whole units of your Ozon account's currency; Ozon stops it there."),
        min_value=1,
        max_value=BUDGET_MAX,
    )
    days = forms.IntegerField(
        label=_("How many days it works"),
        min_value=1,
        max_value=VOUCHER_DAYS_MAX,
        initial=VOUCHER_DAYS_DEFAULT,
    )

    def __init__(
        self, accounts: Sequence[Connection], data: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data)
        own = cast(forms.ChoiceField, self.fields["connection"])
        own.choices = [(str(each.pk), each.name) for each in accounts]
        if len(accounts) == 1:
            own.initial, own.widget = str(accounts[0].pk), forms.HiddenInput()

    def terms(self) -> VoucherTerms:
        """Once the form is valid."""
        given = self.cleaned_data
        numbers = (given[name] for name in ("discount_percent", "budget", "days"))
        return VoucherTerms(int(given["connection"]), *numbers)


class TagStartForm(forms.Form):
    """How a tag begins that Wildberries counts: the number of a campaign in its cabinet."""

    number = forms.RegexField(
        r"^[0-9]{1,18}$",
        label=_("Number of the campaign in the cabinet"),
        help_text=_("What stands before “-id-” in utm_campaign of the links that it makes."),
        error_messages={"invalid": _("The number has digits only.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class TagFileForm(forms.Form):
    """A table of a cabinet with totals by tag."""

    file = forms.FileField(
        label=_("Table of external traffic"),
        help_text=_("Excel (.xlsx) or CSV, 5 MB and 20,000 rows at most."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Choose a file.")},
    )


class TagColumnsForm(forms.Form):
    """Which column of a table is what; "" where the table has no such column."""

    def __init__(self, titles: Sequence[str], data: Mapping[str, str]) -> None:
        super().__init__(dict(data))
        columns = [(str(place), title) for place, title in enumerate(titles) if title]
        for figure, label in FIGURES.items():
            is_needed = figure in NEEDED
            empty = _("choose") if is_needed else _("is not in the table")
            self.fields[figure] = forms.ChoiceField(
                label=label, choices=[("", empty), *columns], required=is_needed
            )
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[(code, code) for code in ("RUB", "KZT", "BYN", "KGS")]
        )

    def columns(self) -> dict[Figure, int]:
        """{figure: the place of its column, from 0}, once the form is valid."""
        chosen = {figure: self.cleaned_data[figure] for figure in FIGURES}
        return {figure: int(place) for figure, place in chosen.items() if place}
