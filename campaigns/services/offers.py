"""A campaign while it is a draft: what is offered, where it leads, what it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.models import Brand
from campaigns.domain import destination, terms
from campaigns.domain.destination import DestinationError, DestinationRule
from campaigns.domain.marketplace_urls import product_link
from campaigns.domain.offer import Offer, RewardFault, reward_faults
from campaigns.domain.places import Place
from campaigns.models import Campaign, Terms
from campaigns.selectors.categories import category_of
from campaigns.services.eligibility import rules_columns, rules_errors
from campaigns.services.terms import terms_columns, terms_create
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.money import MINOR_MAX
from core.tenancy.context import acting_as

HOLD_DAYS_MAX = 120
TITLE_CHARS_MAX, ABOUT_CHARS_MAX = 120, 2000

DESTINATION_RULES = {
    DestinationRule.LENGTH: gettext_lazy("Paste the address of a page, up to 500 characters."),
    DestinationRule.CHARACTERS: gettext_lazy(
        "The address has characters that no address has. Copy it from the browser again."
    ),
    DestinationRule.SCHEME: gettext_lazy("The address must begin with https://."),
    DestinationRule.USER_NAME: gettext_lazy("An address with @ before the host is not taken."),
    DestinationRule.PORT: gettext_lazy("An address with a port is not taken."),
    DestinationRule.HOST: gettext_lazy("This is not the address of a site: %(host)s."),
    DestinationRule.FOREIGN_HOST: gettext_lazy(
        "%(host)s is not among this campaign's sites. Ask the brand to add it."
    ),
    DestinationRule.SHORT_LINK: gettext_lazy(
        "%(host)s makes short links, and a short link hides its product. Open it and paste the"
        " full address."
    ),
}

REWARD_RULES = {
    RewardFault.NOTHING: gettext_lazy("The reward is more than 0 and at most 90 percent."),
    RewardFault.OVER_90: gettext_lazy("The reward is more than 0 and at most 90 percent."),
    RewardFault.BOTH: gettext_lazy("A percent or a fixed sum: choose one of them."),
    RewardFault.FIXED_OVER_BASKET: gettext_lazy(
        "The fixed sum is more than 90 percent of a typical order."
    ),
    RewardFault.SKU_TWICE: gettext_lazy("An article is in the table twice."),
    RewardFault.CAP_EMPTY: gettext_lazy("The amount must be more than zero."),
    RewardFault.CAP_UNDER_FIXED: gettext_lazy(
        "The cap is lower than the fixed sum: no order would ever earn it whole."
    ),
    RewardFault.DAY_UNDER_ORDER: gettext_lazy(
        "The most for a day is lower than what one order may earn."
    ),
    RewardFault.INFLUENCER_UNDER_DAY: gettext_lazy(
        "The most for an influencer is lower than what a day or an order may earn."
    ),
    RewardFault.TOTAL_UNDER_INFLUENCER: gettext_lazy(
        "The most for the whole campaign is lower than what an influencer, a day or an order may"
        " earn."
    ),
    RewardFault.TIERS_NOT_RISING: gettext_lazy(
        "From row to row both the orders and the reward must grow."
    ),
    RewardFault.TIERS_UNDER_MAIN: gettext_lazy(
        "The first tier must bring more than the reward without tiers."
    ),
    RewardFault.TIERS_OF_OTHER_KIND: gettext_lazy(
        "Write tiers as the reward itself: in percent (12 %) or as a sum (2 500 ₸)."
    ),
    RewardFault.BONUSES_NOT_RISING: gettext_lazy(
        "From row to row both the orders and the bonus must grow."
    ),
    RewardFault.BONUS_OVER_CAP: gettext_lazy(
        "A bonus is more than the most for an influencer or for the campaign."
    ),
    RewardFault.BONUS_OVER_BUDGET: gettext_lazy("A bonus is more than the whole budget."),
}


class CampaignConflict(DomainError):
    """The campaign's state does not allow it."""

    code = "campaign_state"


def campaign_create(*, brand: Brand, offer: Offer) -> Campaign:
    """A draft with version 1 of its terms. Money moves when it is published.

    Raises:
        Invalid: which fields break which rules.
    """
    with acting_as(system="draft a campaign"):
        columns, of_terms = _columns(offer)
        campaign = Campaign.objects.create(brand=brand, brand_name=brand.name, **columns)
        terms_create(campaign=campaign, columns=of_terms)
        audit_record("campaign.create", campaign, after=_words(offer))
    return campaign


def campaign_update(*, campaign_id: int, offer: Offer) -> Campaign:
    """Another offer for a draft. What was published stays as influencers know it.

    Raises:
        CampaignConflict: it is no draft any more.
        Invalid: which fields break which rules.
    """
    with acting_as(system="draft a campaign"):
        columns, of_terms = _columns(offer)
        campaign = campaign_locked(campaign_id)
        if campaign.status != Campaign.Status.DRAFT:
            raise CampaignConflict(
                _("This campaign is published: its terms do not change any more.")
            )
        for name, value in columns.items():
            setattr(campaign, name, value)
        campaign.save(update_fields=list(columns))
        Terms.objects.filter(campaign=campaign, version=1).update(**of_terms)
        audit_record("campaign.update", campaign, after=_words(offer))
    return campaign


def campaign_locked(campaign_id: int) -> Campaign:
    """The row, locked until the end of the transaction. NotFound when there is none.

    What refers to it may still be written: an order that comes holds the campaign's totals and
    names its row, while whoever changes its money holds the row and waits for the totals.
    """
    rows = Campaign.objects.select_for_update(no_key=True)
    campaign = rows.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign


def destination_require(field: str, text: str, allowed_hosts: list[str] | None = None) -> str:
    """An address as it is stored, without a session's noise, or Invalid with the rule it breaks.

    With `allowed_hosts` it must also be on one of them.
    """
    try:
        url = product_link(text, free_origin=settings.SANDBOX_URL)
        if allowed_hosts is not None:
            destination.host_require(url, allowed_hosts)
    except DestinationError as error:
        message = str(DESTINATION_RULES[error.rule]) % {"host": error.found}
        raise Invalid.of(field, message) from None
    return url


def _columns(offer: Offer) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the campaign's row and its terms' row say, once every rule holds."""
    errors = terms_errors(offer) | _campaign_errors(offer) | _text_errors(offer)
    errors |= rules_errors(offer.rules)
    urls: dict[str, str] = {}
    wanted = {"destination_url": offer.destination_url, "fallback_url": offer.fallback_url.strip()}
    for field, text in wanted.items():
        try:
            is_left_out = field == "fallback_url" and not text
            urls[field] = "" if is_left_out else destination_require(field, text)
        except Invalid as error:
            errors |= error.fields
    hosts, host_errors = _hosts(urls.get("destination_url", ""), offer.extra_hosts)
    errors |= host_errors
    if offer.category and category_of(offer.category) is None:
        errors["category"] = [_("Choose from the list.")]
    if errors:
        raise Invalid(_("Some fields need another look."), fields=errors)
    campaign_columns = {
        "title": offer.title.strip(),
        "about": offer.about.strip(),
        **urls,
        "allowed_hosts": hosts,
        "access": offer.access,
        "budget_minor": offer.budget_minor,
        "typical_basket_minor": offer.typical_basket_minor,
        "ends_at": clock.day_end(offer.ends_on) if offer.ends_on else None,
        **rules_columns(offer.rules),
        "category": category_of(offer.category),
        # Another offer is looked at anew
        "review": "",
        "review_at": None,
        "review_note": "",
    }
    return campaign_columns, terms_columns(offer)


def terms_errors(offer: Offer) -> dict[str, Any]:
    """{field: [what is wrong]} of what goes into terms."""
    rewards = {field: [str(REWARD_RULES[fault])] for field, fault in reward_faults(offer).items()}
    checks = {
        "window_days": (
            terms.WINDOW_DAYS_MIN <= offer.window_days <= terms.WINDOW_DAYS_MAX,
            _("From link to order: 1 to 90 days."),
        ),
        "hold_days": (
            terms.HOLD_DAYS_MIN <= offer.hold_days <= HOLD_DAYS_MAX,
            _("On hold: 14 to 120 days."),
        ),
        "clawback_days": (
            offer.clawback_days is None
            or terms.CLAWBACK_DAYS_MIN <= offer.clawback_days <= terms.CLAWBACK_DAYS_MAX,
            _("Returns after the approval: 1 to 180 days, or leave it empty."),
        ),
        "code_policy": (
            offer.code_policy in Terms.CodePolicy.values,
            _("Choose from the list."),
        ),
        "model": (offer.model in Terms.Model.values, _("Choose from the list.")),
        "places": (set(offer.places) <= set(Place), _("Choose from the list.")),
    }
    return rewards | _broken(checks)


def _campaign_errors(offer: Offer) -> dict[str, Any]:
    checks = {
        "access": (offer.access in Campaign.Access.values, _("Choose from the list.")),
        "budget": (_is_amount(offer.budget_minor), _("The amount must be more than zero.")),
        "typical_basket": (
            _is_amount(offer.typical_basket_minor),
            _("The amount must be more than zero."),
        ),
        "ends_on": (
            offer.ends_on is None or offer.ends_on >= clock.today(),
            _("This day has passed."),
        ),
    }
    return _broken(checks)


def _broken(checks: Mapping[str, tuple[bool, str]]) -> dict[str, Any]:
    return {field: [message] for field, (holds, message) in checks.items() if not holds}


def _text_errors(offer: Offer) -> dict[str, Any]:
    title = offer.title.strip()
    if not title or len(title) > TITLE_CHARS_MAX:
        return {"title": [_("A campaign needs a title, up to 120 characters.")]}
    if len(offer.about) > ABOUT_CHARS_MAX:
        return {"about": [_("The text may have up to 2000 characters.")]}
    return {}


def _hosts(destination_url: str, extra_hosts: tuple[str, ...]) -> tuple[list[str], dict[str, Any]]:
    """The destination's host first, then the others, each once; and what is wrong with them."""
    hosts = [destination.host_of(destination_url)]
    for text in extra_hosts:
        try:
            hosts.append(destination.host_parse(text))
        except DestinationError as error:
            message = str(DESTINATION_RULES[error.rule]) % {"host": error.found}
            return hosts, {"extra_hosts": [message]}
    unique = list(dict.fromkeys(hosts))
    if len(unique) > destination.HOSTS_MAX:
        return hosts, {"extra_hosts": [_("At most 20 sites.")]}
    return unique, {}


def _is_amount(minor: int) -> bool:
    return 0 < minor <= MINOR_MAX


def _words(offer: Offer) -> dict[str, Any]:
    """For the audit: what was offered."""
    return {
        "title": offer.title.strip(),
        "destination_url": offer.destination_url.strip(),
        "budget_minor": offer.budget_minor,
        "access": offer.access,
        **terms_columns(offer),
    }
