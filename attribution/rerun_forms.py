"""Forms of whoever decides orders again, or tries one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from attribution.connectors.base import LINES_MAX, PROMO_CODE_MAX, PROMO_CODES_MAX, QUANTITY_MAX
from attribution.connectors.click_ids import click_of_url
from attribution.domain.codes import click_id_parse
from attribution.services.rerun import WHY_CHARS_MAX
from attribution.services.simulation import Imagined, ImaginedLine
from core.clock import ALMATY
from core.forms import TengeField
from core.phone import PhoneError, phone_parse

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class RerunForm(forms.Form):
    """Why a campaign's orders are decided again."""

    why = forms.CharField(
        label=_("Why"),
        max_length=WHY_CHARS_MAX,
        help_text=_("It stays with the corrections, for your team and for us."),
    )


class GoodsField(forms.CharField):
    """Lines "article; sum; pieces", of which the sum is enough, cleaned to goods."""

    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "BLANKET; 25500; 1"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        rows = [row for row in (text or "").splitlines() if row.strip()]
        if len(rows) > LINES_MAX:
            raise ValidationError(_("At most %(count)s lines.") % {"count": LINES_MAX})
        return [_goods_line(number, row) for number, row in enumerate(rows, 1)]


def _goods_line(number: int, row: str) -> ImaginedLine:
    cells = [cell.strip() for cell in row.replace("\t", ";").split(";")]
    sku, amount, pieces = _cells(number, cells)
    try:
        minor = TengeField().clean(amount)
    except ValidationError as error:
        said = {"line": number, "why": " ".join(error.messages)}
        raise ValidationError(_now("Line %(line)s: %(why)s") % said) from None
    if not (pieces.isascii() and pieces.isdigit() and 0 < int(pieces) <= QUANTITY_MAX):
        why = _now("Write the pieces as a whole number, for example 2.")
        raise ValidationError(_now("Line %(line)s: %(why)s") % {"line": number, "why": why})
    return ImaginedLine(sku, minor, int(pieces))


def _cells(number: int, cells: Sequence[str]) -> tuple[str, str, str]:
    if len(cells) == 1:
        return "", cells[0], "1"
    if len(cells) == 2:
        return cells[0], cells[1], "1"
    if len(cells) == 3:
        return cells[0], cells[1], cells[2]
    why = _now("Write the article, the sum and the pieces, with semicolons between them.")
    raise ValidationError(_now("Line %(line)s: %(why)s") % {"line": number, "why": why})


class SimulatorForm(forms.Form):
    """An order to try: the number of one that is here, or what one would look like."""

    number = forms.CharField(
        label=_("Number of an order"),
        max_length=128,
        required=False,
        help_text=_("It is tried as it is known. Leave it empty to make one up."),
    )
    source = forms.TypedChoiceField(label=_("Source"), coerce=int, required=False)
    placed_at = forms.DateTimeField(
        label=_("When the buyer ordered"),
        required=False,
        input_formats=MOMENT_FORMATS,
        widget=forms.DateTimeInput(format=MOMENT_FORMATS[0], attrs={"type": "datetime-local"}),
        help_text=_("Time of Kazakhstan. Empty: now."),
    )
    goods = GoodsField(
        label=_("Goods"),
        required=False,
        help_text=_("One line each: article; sum; pieces. The sum alone is enough."),
    )
    click = forms.CharField(
        label=_("Click id, or a link that was tapped"), max_length=500, required=False
    )
    codes = forms.CharField(
        label=_("Promo codes as typed"),
        max_length=(PROMO_CODE_MAX + 2) * PROMO_CODES_MAX,
        required=False,
        help_text=_("With commas between them, in the order of typing."),
    )
    phone = forms.CharField(label=_("Phone of the buyer"), max_length=32, required=False)

    def __init__(self, *given: Any, sources: Sequence[tuple[int, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]

    def clean_click(self) -> tuple[UUID | None, str]:
        """(a click's id, or the token of a link)"""
        text = self.cleaned_data["click"].strip()
        if not text:
            return None, ""
        if (found := click_id_parse(click_of_url(text) or text)) is not None:
            return found, ""
        token = text.rstrip("/").rsplit("/", 1)[-1].partition("?")[0]
        if "/" not in text or not token:
            raise ValidationError(
                _("This is no click id of ours, and no link. An id has 32 letters and digits.")
            )
        return None, token.lower()

    def clean_codes(self) -> list[str]:
        codes = [each.strip() for each in self.cleaned_data["codes"].split(",")]
        return [each[:PROMO_CODE_MAX] for each in codes if each][:PROMO_CODES_MAX]

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        try:
            return phone_parse(text) if text else ""
        except PhoneError:
            raise ValidationError(
                _("No phone has this number. Write it as +7 701 000 00 01.")
            ) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("number") and "goods" not in self.errors:
            if not given.get("source"):
                self.add_error("source", _("Choose where the order would come from."))
            if not given.get("goods"):
                self.add_error("goods", _("Write a number of an order, or goods with their sums."))
        return given

    def imagined(self, now: Any) -> Imagined:
        """Of a form without a number."""
        given = self.cleaned_data
        placed_at = given["placed_at"]
        click_id, token = given["click"]
        return Imagined(
            connection_id=given["source"],
            placed_at=placed_at.replace(tzinfo=ALMATY) if placed_at else now,
            lines=given["goods"],
            click_id=click_id,
            link_token=token,
            promo_codes=given["codes"],
            phone=given["phone"],
        )
