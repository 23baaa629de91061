"""The part of a campaign's form that says what orders earn beyond one rate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.domain.commission_terms import COMMISSION_BPS_MAX, Bonus, Rate, Tier
from campaigns.domain.places import Place
from campaigns.domain.tier_table import (
    ROWS_MAX,
    RowFault,
    bonuses_parse,
    bonuses_text,
    tiers_parse,
    tiers_text,
)
from campaigns.models import Terms
from core.forms import PercentField, TengeField

TABLE_CHARS_MAX = 1_000
ROW_FAULTS = {
    "no_orders": _("begin with a number of orders, 1 or more."),
    "no_reward": _("there is no reward after the number of orders."),
    "not_a_reward": _("write the reward in percent (12%) or in tenge (2 500 ₸)."),
    "over_90": _("more than 90 percent. A sum in tenge needs the sign ₸."),
    "not_rising": _("both the orders and the reward must be more than in the row above."),
    "too_many": _("at most %(max)s rows."),
}
PLACE_NAMES = {
    Place.INSTAGRAM: "Instagram",
    Place.TIKTOK: "TikTok",
    Place.YOUTUBE: "YouTube",
    Place.TELEGRAM: "Telegram",
    Place.THREADS: "Threads",
    Place.WHATSAPP: "WhatsApp",
    Place.VK: "VK",
    Place.OWN_SITE: _("own site or blog"),
}


class ReturningKind(TextChoices):
    """What an order of somebody who has bought before earns."""

    SAME = "same", _("as any other order")
    PERCENT = "percent", _("another percent")
    FIXED = "fixed", _("another fixed sum")
    NOTHING = "nothing", _("nothing: only new buyers count")


class VatKind(TextChoices):
    WITH = "with", _("from the price with VAT")
    WITHOUT = "without", _("from the price without VAT")


class RewardKindsForm(forms.Form):
    """Nothing of it is required: left alone, an order earns by one rate and without limits."""

    returning_kind = forms.ChoiceField(
        label=_("A buyer who has bought from you before"),
        choices=ReturningKind.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    returning_percent = PercentField(
        label=_("Percent for returning buyers"), max_length=12, required=False
    )
    returning_fixed = TengeField(label=_("Sum for returning buyers"), max_length=30, required=False)
    unknown_buyer = forms.ChoiceField(
        label=_("A buyer without phone and e-mail counts"),
        choices=Terms.UnknownBuyer.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    vat_kind = forms.ChoiceField(
        label=_("A percent is taken"),
        choices=VatKind.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    base_as_paid = forms.BooleanField(
        label=_("Less the marketplace's own discount"), required=False
    )
    day_cap = TengeField(label=_("Most for one influencer's day"), max_length=30, required=False)
    influencer_cap = TengeField(label=_("Most for one influencer"), max_length=30, required=False)
    total_cap = TengeField(label=_("Most for the whole campaign"), max_length=30, required=False)
    tier_kind = forms.ChoiceField(
        label=_("A tier that is reached counts"),
        choices=Terms.TierKind.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    tiers = forms.CharField(
        label=_("More for many orders"),
        max_length=TABLE_CHARS_MAX,
        required=False,
        widget=forms.Textarea,
    )
    bonuses = forms.CharField(
        label=_("Bonus for a number of orders"),
        max_length=TABLE_CHARS_MAX,
        required=False,
        widget=forms.Textarea,
    )
    places = forms.MultipleChoiceField(
        label=_("Where they may recommend"),
        choices=list(PLACE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_returning_percent(self) -> int | None:
        return self._asked_for("returning_percent", ReturningKind.PERCENT)

    def clean_returning_fixed(self) -> int | None:
        return self._asked_for("returning_fixed", ReturningKind.FIXED)

    def _asked_for(self, name: str, kind: ReturningKind) -> int | None:
        given: int | None = self.cleaned_data[name]
        if self.cleaned_data.get("returning_kind") == kind and not given:
            raise forms.ValidationError(_("How much does such an order earn?"))
        return given

    def clean_tiers(self) -> tuple[Tier, ...]:
        table = tiers_parse(self.cleaned_data["tiers"])
        _faults_refuse(table.faults)
        return table.rows

    def clean_bonuses(self) -> tuple[Bonus, ...]:
        table = bonuses_parse(self.cleaned_data["bonuses"])
        _faults_refuse(table.faults)
        return table.bonuses

    def reward_kinds(self) -> dict[str, Any]:
        """Of a valid form, as the fields of an Offer."""
        given = self.cleaned_data
        return {
            "returning": _returning(
                given["returning_kind"], given["returning_percent"], given["returning_fixed"]
            ),
            "is_unknown_new": given["unknown_buyer"] != Terms.UnknownBuyer.RETURNING,
            "is_base_with_vat": given["vat_kind"] != VatKind.WITHOUT,
            "is_base_as_paid": given["base_as_paid"],
            "cap_day_minor": given["day_cap"],
            "cap_influencer_minor": given["influencer_cap"],
            "cap_total_minor": given["total_cap"],
            "tiers": given["tiers"],
            "is_retroactive": given["tier_kind"] == Terms.TierKind.RETROACTIVE,
            "bonuses": given["bonuses"],
            "places": tuple(given["places"]),
        }


def _returning(kind: str, percent: int | None, fixed: int | None) -> Rate | None:
    return {
        ReturningKind.PERCENT.value: Rate(bps=percent or 0),
        ReturningKind.FIXED.value: Rate(fixed_minor=fixed or 0),
        ReturningKind.NOTHING.value: Rate(),
    }.get(kind)


def _faults_refuse(faults: tuple[RowFault, ...]) -> None:
    if faults:
        raise forms.ValidationError([_fault_text(each) for each in faults])


def _fault_text(fault: RowFault) -> str:
    said = str(ROW_FAULTS[fault.code])
    if fault.code == "too_many":
        said %= {"max": ROWS_MAX}
    facts = {"row": fault.row, "text": fault.text, "said": said}
    return gettext("Row %(row)s (%(text)s): %(said)s") % facts


def reward_kinds_blank() -> dict[str, Any]:
    return {
        "returning_kind": ReturningKind.SAME,
        "unknown_buyer": Terms.UnknownBuyer.NEW,
        "vat_kind": VatKind.WITH,
        "tier_kind": Terms.TierKind.PROGRESSIVE,
    }


def reward_kinds_initial(terms: Terms) -> dict[str, Any]:
    """Terms as the form shows them."""
    commission = terms.commission
    return {
        **reward_kinds_blank(),
        "returning_kind": _kind_of(commission.returning),
        "returning_percent": terms.returning_bps or None,
        "returning_fixed": terms.returning_minor or None,
        "unknown_buyer": terms.unknown_buyer,
        "vat_kind": VatKind.WITH if terms.base_includes_vat else VatKind.WITHOUT,
        "base_as_paid": terms.base_as_paid,
        "day_cap": terms.cap_day_minor,
        "influencer_cap": terms.cap_influencer_minor,
        "total_cap": terms.cap_total_minor,
        "tier_kind": terms.tier_kind,
        "tiers": tiers_text(commission.tiers),
        "bonuses": bonuses_text(commission.bonuses),
        "places": terms.places,
    }


def _kind_of(returning: Rate | None) -> ReturningKind:
    if returning is None:
        return ReturningKind.SAME
    if returning.is_nothing:
        return ReturningKind.NOTHING
    return ReturningKind.FIXED if returning.fixed_minor else ReturningKind.PERCENT


# --- A form as it stands, valid or not ------------------------------------------------------


def hundredths_typed(form: forms.Form, name: str) -> int:
    """A number as it was typed; 0 where it cannot be read."""
    value = form[name].value()
    if isinstance(value, int):
        return value
    try:
        return int(form.fields[name].to_python(value) or 0)
    except forms.ValidationError:
        return 0


def kinds_typed(form: forms.Form) -> dict[str, Any]:
    """What of CommissionTerms these fields say; what cannot be read is not there."""
    percent = min(hundredths_typed(form, "returning_percent"), COMMISSION_BPS_MAX)
    fixed = hundredths_typed(form, "returning_fixed")
    return {
        "returning": _returning(str(form["returning_kind"].value()), percent, fixed),
        "is_unknown_new": form["unknown_buyer"].value() != Terms.UnknownBuyer.RETURNING,
        "is_base_with_vat": form["vat_kind"].value() != VatKind.WITHOUT,
        "is_base_as_paid": bool(form["base_as_paid"].value()),
        "cap_day_minor": hundredths_typed(form, "day_cap") or None,
        "cap_influencer_minor": hundredths_typed(form, "influencer_cap") or None,
        "cap_total_minor": hundredths_typed(form, "total_cap") or None,
        "tiers": tiers_parse(str(form["tiers"].value() or "")).rows,
        "is_retroactive": form["tier_kind"].value() == Terms.TierKind.RETROACTIVE,
        "bonuses": bonuses_parse(str(form["bonuses"].value() or "")).bonuses,
    }


def places_typed(form: forms.Form) -> tuple[str, ...]:
    """Places of the list that were chosen."""
    return tuple(each for each in form["places"].value() or () if each in set(Place))


# Which fields make a fold of the form stand open
FOLDS = {
    "buyers": ("returning_kind", "returning_percent", "returning_fixed", "unknown_buyer"),
    "month": ("tiers", "bonuses"),
    "caps": ("day_cap", "influencer_cap", "total_cap"),
    "base": ("vat_kind", "base_as_paid"),
    "places": ("places",),
}


def folds_open(form: forms.Form) -> tuple[str, ...]:
    """Folds in which something is not as usual, or refused."""
    usual = reward_kinds_blank()

    def is_used(name: str) -> bool:
        value = form[name].value()
        return bool(form[name].errors) or (bool(value) and value != usual.get(name))

    return tuple(fold for fold, names in FOLDS.items() if any(map(is_used, names)))
