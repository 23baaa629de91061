from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.domain import terms as rules
from campaigns.domain.marketplace_urls import hosts_of_family
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Terms
from core import clock
from core.forms import PercentField, TengeField

# The service's names of fields, where the form's differ
FIELD_NAMES = {
    "about": "description",
    "extra_hosts": "allowed_hosts",
    "commission": "commission_percent",
}
HOSTS_TEXT_CHARS_MAX = 4_000
REASON_CHARS_MAX = 500
MOMENT = timedelta(microseconds=1)  # a campaign ends at the midnight after its last day


class CampaignForm(forms.Form):
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
    access = forms.ChoiceField(
        label=_("Who may join"), choices=Campaign.Access.choices, widget=forms.RadioSelect
    )
    commission_percent = PercentField(label=_("Percent of a sale"), max_length=12)
    window_days = forms.IntegerField(label=_("Window"))
    hold_days = forms.IntegerField(label=_("Hold period"))
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
            commission_bps=given["commission_percent"],
            window_days=given["window_days"],
            hold_days=given["hold_days"],
            code_policy=given["code_policy"],
            typical_basket_minor=given["typical_basket"],
            budget_minor=given["budget"],
            ends_on=given["ends_on"],
        )

    def _hosts(self) -> tuple[str, ...]:
        """What was typed; and where it is asked for, the other sites of the same marketplaces."""
        typed = tuple(self.cleaned_data["allowed_hosts"].split())
        if not self.cleaned_data["marketplace_hosts"]:
            return typed
        named = (*typed, _host_typed(self.cleaned_data["destination_url"]))
        families = (hosts_of_family(host.lower()) for host in named)
        return (*typed, *(host for family in families for host in family))


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
        "window_days": rules.WINDOW_DAYS_DEFAULT,
        "hold_days": rules.HOLD_DAYS_DEFAULT,
        "code_policy": Terms.CodePolicy.CODE_WINS,
    }


def campaign_form_initial(campaign: Campaign, terms: Terms) -> dict[str, Any]:
    """A draft as its form shows it."""
    last = clock.day_of(campaign.ends_at - MOMENT) if campaign.ends_at else None
    return {
        "title": campaign.title,
        "description": campaign.about,
        "destination_url": campaign.destination_url,
        "allowed_hosts": "\n".join(campaign.allowed_hosts[1:]),
        "fallback_url": campaign.fallback_url,
        "access": campaign.access,
        "commission_percent": terms.commission_bps,
        "window_days": terms.window_days,
        "hold_days": terms.hold_days,
        "code_policy": terms.code_policy,
        "typical_basket": campaign.typical_basket_minor,
        "budget": campaign.budget_minor,
        "ends_on": last,
    }


class ReasonForm(forms.Form):
    """Why an application is refused, or a participation ended; the influencer reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_CHARS_MAX)


class ArticleForm(forms.Form):
    """A substitute article of Wildberries for one influencer."""

    value = forms.CharField(label=_("Substitute article"), max_length=40)


class VoucherForm(forms.Form):
    """The title of a promotion at Ozon that is one influencer's."""

    value = forms.CharField(label=_("Title of the promotion at Ozon"), max_length=64)


class TopUpForm(forms.Form):
    amount = TengeField(label=_("More budget"), max_length=30)
