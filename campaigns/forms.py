from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.domain import terms as rules
from campaigns.domain.commission import COMMISSION_BPS_MAX, CommissionTerms, sku_key
from campaigns.domain.marketplace_urls import hosts_of_family
from campaigns.domain.offer import Offer
from campaigns.domain.sale_cost import SaleCost, sale_cost
from campaigns.domain.sku_table import (
    ROWS_MAX,
    RowFault,
    SkuRow,
    table_of_plain,
    table_parse,
    table_text,
)
from campaigns.models import Campaign, Terms
from campaigns.reward_forms import (
    RewardKindsForm,
    hundredths_typed,
    kinds_typed,
    reward_kinds_blank,
    reward_kinds_initial,
)
from campaigns.rules_forms import RULES_FIELDS, RulesForm, rules_initial
from campaigns.selectors.categories import UNSAID, categories_offered
from core.forms import PercentField, TengeField

# The service's names of fields, where the form's differ
FIELD_NAMES = {
    "about": "description",
    "extra_hosts": "allowed_hosts",
    "commission": "commission_percent",
    "fixed": "fixed_reward",
    "cap": "order_cap",
    "cap_day": "day_cap",
    "cap_influencer": "influencer_cap",
    "cap_total": "total_cap",
    "returning": "returning_kind",
}
HOSTS_TEXT_CHARS_MAX = 4_000
SKU_TEXT_CHARS_MAX, SKU_FILE_BYTES_MAX = 80_000, 100_000
ROW_FAULTS = {
    "no_sku": _("there is no article."),
    "sku_too_long": _("the article is too long."),
    "no_reward": _("there is no reward after the article."),
    "not_a_reward": _("write the reward in percent (5%) or in tenge (500 ₸)."),
    "over_90": _("more than 90 percent. A sum in tenge needs the sign ₸."),
    "twice": _("this article was already named above."),
    "too_many": _("at most %(max)s products."),
}


class RewardKind(TextChoices):
    """What goods earn that have no reward of their own."""

    PERCENT = "percent", _("a percent of the goods")
    FIXED = "fixed", _("a fixed sum for an order")


class CampaignForm(RewardKindsForm, RulesForm):
    """An offer as a brand writes it: tenge, percents, days. The rules are the service's."""

    title = forms.CharField(label=_("Campaign name"), max_length=120)
    description = forms.CharField(
        label=_("What it is about"), max_length=2000, required=False, widget=forms.Textarea
    )
    destination_url = forms.CharField(label=_("Where the link leads"), max_length=500)
    allowed_hosts = forms.CharField(
        label=_("Other sites that links may lead to"),
        max_length=HOSTS_TEXT_CHARS_MAX,
        required=False,
        widget=forms.Textarea,
    )
    marketplace_hosts = forms.BooleanField(label=_("All sites of this marketplace"), required=False)
    fallback_url = forms.CharField(
        label=_("Where links lead after the campaign"), max_length=500, required=False
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    access = forms.ChoiceField(
        label=_("Who may join"), choices=Campaign.Access.choices, widget=forms.RadioSelect
    )
    reward_kind = forms.ChoiceField(
        label=_("What an order earns"),
        choices=RewardKind.choices,
        widget=forms.RadioSelect,
        required=False,  # a percent, where nothing is chosen
    )
    commission_percent = PercentField(label=_("Percent of a sale"), max_length=12, required=False)
    fixed_reward = TengeField(label=_("Fixed sum of an order"), max_length=30, required=False)
    order_cap = TengeField(label=_("Most for one order"), max_length=30, required=False)
    sku_table = forms.CharField(
        label=_("Products with a reward of their own"),
        max_length=SKU_TEXT_CHARS_MAX,
        required=False,
        widget=forms.Textarea,
    )
    sku_file = forms.FileField(
        label=_("Or a CSV file"), required=False, max_length=255, allow_empty_file=True
    )
    window_days = forms.IntegerField(label=_("Window"))
    hold_days = forms.IntegerField(label=_("Hold period"))
    clawback_days = forms.IntegerField(label=_("Returns after the approval"), required=False)
    code_policy = forms.ChoiceField(
        label=_("Whose sale is it?"), choices=Terms.CodePolicy.choices, widget=forms.RadioSelect
    )
    typical_basket = TengeField(label=_("Typical order"), max_length=30)
    budget = TengeField(label=_("Budget for rewards"), max_length=30)
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        kept = str(self.initial.get("category") or "")
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.slug, each.name) for each in categories_offered(kept)]

    def offer(self) -> Offer:
        """What a valid form offers."""
        given: dict[str, Any] = self.cleaned_data
        return Offer(
            title=given["title"],
            about=given["description"],
            destination_url=given["destination_url"],
            extra_hosts=self._hosts(),
            fallback_url=given["fallback_url"],
            access=given["access"],
            **self._reward(),
            **self.reward_kinds(),
            window_days=given["window_days"],
            hold_days=given["hold_days"],
            clawback_days=given["clawback_days"],
            code_policy=given["code_policy"],
            typical_basket_minor=given["typical_basket"],
            budget_minor=given["budget"],
            ends_on=given["ends_on"],
            rules=self.rules(),
            category=given["category"],
        )

    def clean_commission_percent(self) -> int | None:
        """Asked for only where the percent is chosen; what is left out there is said."""
        given: int | None = self.cleaned_data["commission_percent"]
        is_chosen = self.cleaned_data.get("reward_kind") != RewardKind.FIXED
        has_table = self["sku_table"].value() or "sku_file" in self.files
        if is_chosen and given is None and not has_table:
            field = self.fields["commission_percent"]
            raise forms.ValidationError(field.error_messages["required"], code="required")
        return given

    def clean_fixed_reward(self) -> int | None:
        given: int | None = self.cleaned_data["fixed_reward"]
        if self.cleaned_data.get("reward_kind") == RewardKind.FIXED and not given:
            raise forms.ValidationError(_("How much does an order earn?"))
        return given

    def clean_sku_table(self) -> tuple[SkuRow, ...]:
        return _rows_of(self.cleaned_data["sku_table"])

    def clean_sku_file(self) -> tuple[SkuRow, ...] | None:
        """A file takes the place of what is in the field."""
        given = self.cleaned_data["sku_file"]
        if given is None:
            return None
        if given.size > SKU_FILE_BYTES_MAX:
            raise forms.ValidationError(_("The file is too large: at most 100 kB."))
        rows = _rows_of(_text_of(given.read()))
        if not rows:
            raise forms.ValidationError(_("The table has no rows."))
        return rows

    def _reward(self) -> dict[str, Any]:
        """What was chosen counts; what was typed for the other kind does not."""
        given = self.cleaned_data
        is_fixed = given["reward_kind"] == RewardKind.FIXED
        is_file = given["sku_file"] is not None
        return {
            "commission_bps": 0 if is_fixed else given["commission_percent"] or 0,
            "fixed_minor": given["fixed_reward"] if is_fixed else 0,
            "cap_minor": given["order_cap"],
            "sku_rows": given["sku_file"] if is_file else given["sku_table"],
        }

    def _hosts(self) -> tuple[str, ...]:
        """What was typed; and where it is asked for, the other sites of the same marketplaces."""
        typed = tuple(self.cleaned_data["allowed_hosts"].split())
        if not self.cleaned_data["marketplace_hosts"]:
            return typed
        named = (*typed, _host_typed(self.cleaned_data["destination_url"]))
        families = (hosts_of_family(host.lower()) for host in named)
        return (*typed, *(host for family in families for host in family))


NOT_OF_TERMS = (
    *("title", "description", "destination_url", "allowed_hosts", "marketplace_hosts"),
    *("fallback_url", "access", "category", "typical_basket", "budget", "ends_on", *RULES_FIELDS),
)


class TermsForm(CampaignForm):
    """Other terms for a campaign that runs: the part of its form that they are."""

    def __init__(self, *given: Any, campaign: Campaign, terms: Terms, **named: Any) -> None:
        super().__init__(*given, initial=campaign_form_initial(campaign, terms), **named)
        self._campaign, self._terms = campaign, terms
        for name in NOT_OF_TERMS:
            del self.fields[name]

    def offer(self) -> Offer:
        """What a valid form offers, beside what the campaign is."""
        given = self.cleaned_data
        return Offer(
            title=self._campaign.title,
            destination_url=self._campaign.destination_url,
            budget_minor=self._campaign.budget_minor,
            typical_basket_minor=self._campaign.typical_basket_minor,
            **self._reward(),
            **self.reward_kinds(),
            window_days=given["window_days"],
            hold_days=given["hold_days"],
            clawback_days=given["clawback_days"],
            code_policy=given["code_policy"],
            model=self._terms.model,
        )


def _text_of(body: bytes) -> str:
    """Spreadsheets here write UTF-8 or Windows' Cyrillic."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1251", errors="replace")


def _rows_of(text: str) -> tuple[SkuRow, ...]:
    table = table_parse(text)
    if table.faults:
        raise forms.ValidationError([_fault_text(fault) for fault in table.faults])
    return table.rows


def _fault_text(fault: RowFault) -> str:
    said = str(ROW_FAULTS[fault.code])
    if fault.code == "too_many":
        said %= {"max": ROWS_MAX}
    return gettext("Row %(row)s (%(text)s): %(said)s") % {
        "row": fault.row,
        "text": fault.text,
        "said": said,
    }


def _host_typed(url: str) -> str:
    """The host of what was typed, "" where there is none: the service says what is wrong."""
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


def campaign_form_blank() -> dict[str, Any]:
    """What a new campaign begins with: the usual terms of design/domain.md section 3."""
    return {
        "access": Campaign.Access.PUBLIC,
        "category": UNSAID,
        "reward_kind": RewardKind.PERCENT,
        "window_days": rules.WINDOW_DAYS_DEFAULT,
        "hold_days": rules.HOLD_DAYS_DEFAULT,
        "code_policy": Terms.CodePolicy.CODE_WINS,
        **reward_kinds_blank(),
    }


def campaign_form_initial(campaign: Campaign, terms: Terms) -> dict[str, Any]:
    """A draft as its form shows it."""
    return {
        "title": campaign.title,
        "description": campaign.about,
        "destination_url": campaign.destination_url,
        "allowed_hosts": "\n".join(campaign.allowed_hosts[1:]),
        "fallback_url": campaign.fallback_url,
        "access": campaign.access,
        "reward_kind": RewardKind.FIXED if terms.fixed_minor else RewardKind.PERCENT,
        "commission_percent": None if terms.fixed_minor else terms.commission_bps,
        "fixed_reward": terms.fixed_minor or None,
        "order_cap": terms.cap_minor,
        "sku_table": table_text(table_of_plain(terms.sku_rates)),
        "window_days": terms.window_days,
        "hold_days": terms.hold_days,
        "clawback_days": terms.clawback_days,
        "code_policy": terms.code_policy,
        "typical_basket": campaign.typical_basket_minor,
        "budget": campaign.budget_minor,
        "ends_on": campaign.last_on,
        "category": campaign.category.slug if campaign.category else UNSAID,
        **rules_initial(campaign),
        **reward_kinds_initial(terms),
    }


class ArticleForm(forms.Form):
    """A substitute article of Wildberries for one influencer."""

    value = forms.CharField(label=_("Substitute article"), max_length=40)


class VoucherForm(forms.Form):
    """The title of a promotion at Ozon that is one influencer's."""

    value = forms.CharField(label=_("Title of the promotion at Ozon"), max_length=64)


class TopUpForm(forms.Form):
    amount = TengeField(label=_("More budget"), max_length=30)


# --- A form as it stands, valid or not ------------------------------------------------------


def commission_typed(form: forms.Form) -> CommissionTerms:
    """What an order would earn by the form as it stands; what cannot be read is not there."""
    is_fixed = form["reward_kind"].value() == RewardKind.FIXED
    table = table_parse(str(form["sku_table"].value() or "")).rows
    percent = min(hundredths_typed(form, "commission_percent"), COMMISSION_BPS_MAX)
    return CommissionTerms(
        percent_bps=0 if is_fixed else percent,
        fixed_minor=hundredths_typed(form, "fixed_reward") if is_fixed else 0,
        cap_minor=hundredths_typed(form, "order_cap") or None,
        table={sku_key(row.sku): row.rate for row in table},
        **kinds_typed(form),
    )


def cost_typed(form: forms.Form, *, fee_bps: int, vat_bps: int) -> SaleCost:
    """What a sale would cost by the form as it stands."""
    return sale_cost(
        commission_typed(form),
        basket_minor=hundredths_typed(form, "typical_basket"),
        budget_minor=hundredths_typed(form, "budget"),
        fee_bps=fee_bps,
        vat_bps=vat_bps,
    )
