"""Campaigns: the list, one of them with its money and its people, and the frame of their form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from attribution.selectors.conversions import Taken, budget_queue, taken_by_campaign
from attribution.selectors.periods import periods_of_campaign
from attribution.selectors.traffic import has_tag_days
from brands.models import Brand
from campaigns.domain.budget import shrink_most
from campaigns.domain.destination import host_of
from campaigns.eligibility_words import asked_texts
from campaigns.forms import cost_typed
from campaigns.models import Campaign, CampaignTotals, Participation, Terms
from campaigns.reward_forms import folds_open
from campaigns.selectors import (
    campaign_counts_of_brand,
    campaign_list_of_brand,
    participant_list,
    participants_count,
    terms_latest,
    terms_of,
    totals_of,
)
from campaigns.selectors.escrow import escrows_of
from campaigns.selectors.groups import groups_of
from campaigns.selectors.guarantees import guarantees_ahead
from campaigns.services import CampaignConflict, campaign_funding, funding_rates
from campaigns.services.categories import category_fault, review_may_be_asked
from core.bps import BPS_WHOLE, round_half_up
from exchange.web.brand.budget_words import budget_note
from exchange.web.brand.builders.money import reserves_of
from exchange.web.brand.builders.people import Refused, participant_rows, places_text
from exchange.web.brand.builders.terms import coming, policy_typed
from exchange.web.brand.builders.totals import totals_choices
from exchange.web.brand.desk import Desk
from exchange.web.formatting import (
    day_full,
    days_text,
    money_text,
    number_text,
    percent_text,
)
from exchange.web.months import month_row
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Choice, Fact, Stat, Sum
from exchange.web.paging import query_url
from exchange.web.reward_words import rate_short
from exchange.web.rewards import policy_terms, reward_facts
from exchange.web.words import CAMPAIGN

ROWS_SHOWN = 20  # of people, on the campaign's own page
RUNNING = (Campaign.Status.LIVE, Campaign.Status.PAUSED)


# --- The list -------------------------------------------------------------------------------


def campaigns(desk: Desk, *, status: str) -> pages.Campaigns:
    chosen = status if status in Campaign.Status.values else ""
    counts = campaign_counts_of_brand(desk.brand)
    here = desk.url("campaigns")
    choices = [
        Choice(
            str(CAMPAIGN[each].word),
            query_url({"status": each}),
            each == chosen,
            counts.get(each, 0),
        )
        for each in Campaign.Status.values
    ]
    everything = Choice(_("All"), here, not chosen, sum(counts.values()))
    return pages.Campaigns(
        rows=campaign_rows(desk, campaign_list_of_brand(desk.brand, chosen)),
        choices=[everything, *choices] if counts else [],
        new_url=desk.url("campaign_new"),
        may_edit=desk.member.may_write,
        is_filtered=bool(chosen),
        clear_url=here,
        policy_url=desk.url("code_policy") if sum(counts.values()) > 1 else "",
        policy_text=_between_text(desk),
    )


def _between_text(desk: Desk) -> str:
    if desk.brand.code_policy == Brand.CodePolicy.CLICK_WINS:
        return _("A code of one campaign and a link of another: the link wins.")
    return _("A code of one campaign and a link of another: the promo code wins.")


def campaign_rows(desk: Desk, found: Collection[Campaign]) -> list[pages.CampaignRow]:
    """Four queries, whatever their number."""
    terms = terms_of(found)
    people = participants_count(found)
    taken = taken_by_campaign([each.pk for each in found])
    totals = totals_of(found)
    return [
        pages.CampaignRow(
            url=desk.url("campaign", each.public_id),
            title=each.title,
            status=each.status,
            rate_text=rate_short(terms[each.pk].commission),
            influencers=people.get(each.pk, 0),
            orders=taken.get(each.pk, Taken()).orders,
            reward_minor=taken.get(each.pk, Taken()).earned_minor,
            budget_minor=each.budget_minor,
            spent_minor=_spent(totals.get(each.pk)),
        )
        for each in found
    ]


def _spent(totals: CampaignTotals | None) -> int:
    return totals.accrued_minor if totals else 0


# --- One campaign ---------------------------------------------------------------------------


def campaign(desk: Desk, found: Campaign, refused: Refused | None = None) -> pages.Campaign:
    terms = terms_latest(found)
    totals = totals_of([found]).get(found.pk)
    people = participant_list(found)
    participants = participant_rows(desk, found, people, refused)
    taken = sum(each.participation.state == Participation.State.APPROVED for each in people)
    is_draft = found.status == Campaign.Status.DRAFT
    money = _draft_money(desk, found) if is_draft else _reserved_money(desk, found)
    return pages.Campaign(
        title=found.title,
        status=found.status,
        facts=_facts(found, terms),
        policy=policy_terms(terms),
        reserve=money.sums,
        participants=participants[:ROWS_SHOWN],
        participants_total=len(participants),
        invites_url="" if is_draft else desk.url("invites", found.public_id),
        deals_url="" if is_draft else desk.url("deals", found.public_id),
        people_url="" if is_draft else desk.url("people", found.public_id),
        rules_url=desk.url("campaign_rules", found.public_id) if _may_rule(desk, found) else "",
        places=places_text(found, taken),
        stats=[] if is_draft else _stats(found, participants),
        back_url=desk.url("campaigns"),
        free_minor=desk.free_minor,
        top_up_url=f"{desk.url('money')}#top-up",
        missing_minor=money.missing_minor,
        spent_minor=_spent(totals),
        budget_minor=found.budget_minor,
        blocked_reason=money.blocked_reason,
        about=found.about,
        traffic_url=_traffic_url(desk, found),
        codes_url="" if is_draft else desk.url("codes", found.public_id),
        totals=totals_choices(desk, found),
        rerun_url="" if is_draft else desk.url("rerun", found.public_id),
        lift_url="" if is_draft else desk.url("lifts", found.public_id),
        add_budget=_add_budget(desk, found, refused),
        **_budget(desk, found, refused, waiting=budget_queue(found.pk) if not is_draft else 0),
        coming=coming(found),
        guarantees_url="" if is_draft else desk.url("guarantees", found.public_id),
        close_note=_close_note(found),
        months=[
            month_row(each, name=each.influencer.name) for each in periods_of_campaign(found.pk)
        ],
        **_actions(desk, found),
    )


def _may_rule(desk: Desk, found: Campaign) -> bool:
    return desk.member.may_write and found.status != Campaign.Status.CLOSED


def _traffic_url(desk: Desk, found: Campaign) -> str:
    """Only once a marketplace has counted something for this brand."""
    if not has_tag_days(brand_id=desk.brand.pk):
        return ""
    return desk.url("traffic") + query_url({"campaign": str(found.public_id)})


def _facts(found: Campaign, terms: Terms) -> list[Fact]:
    facts = [
        *reward_facts(terms),
        Fact(_("Window"), days_text(terms.window_days)),
        Fact(_("Hold period"), days_text(terms.hold_days)),
        *([Fact(_("Category"), found.category.name)] if found.category else []),
        Fact(_("Who may join"), found.get_access_display()),
        *(_asked_fact(text) for text in asked_texts(found.join_rules).values()),
        Fact(_("Link leads to"), found.destination_url),
    ]
    others = found.allowed_hosts[1:]
    if others:
        facts.append(Fact(_("Other sites"), ", ".join(others)))
    if found.fallback_url:
        facts.append(Fact(_("After the end"), host_of(found.fallback_url)))
    if found.last_on:
        facts.append(Fact(_("Last day"), day_full(found.last_on)))
    facts.append(Fact(_("Typical order"), money_text(found.typical_basket_minor)))
    facts.append(Fact(_("Terms version"), str(terms.version)))
    own = [f"{each.group.name} {rate_short(each.terms.commission)}" for each in groups_of(found)]
    return [*facts, Fact(_("Groups"), ", ".join(own))] if own else facts


def _asked_fact(text: str) -> Fact:
    """ "City: Almaty" as a fact of its own."""
    label, _colon, value = text.partition(": ")
    return Fact(label, value)


@dataclass(frozen=True, slots=True)
class _Money:
    """What a campaign needs or holds; `blocked_reason` is why it cannot be published now."""

    sums: list[Sum]
    missing_minor: int = 0
    blocked_reason: str = ""


def _draft_money(desk: Desk, found: Campaign) -> _Money:
    try:
        funding = campaign_funding(found)
    except CampaignConflict as error:
        return _Money([Sum(_("Budget for rewards"), found.budget_minor)], 0, str(error))
    reserve = funding.reserve
    sums = [
        Sum(_("Budget for rewards"), reserve.budget_minor),
        Sum(_("Birge fee"), reserve.fee_minor, note=percent_text(funding.fee_bps)),
        Sum(_("VAT"), reserve.vat_minor, note=percent_text(funding.vat_bps)),
        Sum(_("Total"), reserve.total_minor, line=True, strong=True),
    ]
    return _Money(sums, funding.missing_minor, _publish_blocked(desk, found))


def _publish_blocked(desk: Desk, found: Campaign) -> str:
    if fault := category_fault(found):
        return fault
    if desk.brand.state == Brand.State.SUSPENDED:
        return _("The brand is suspended. Write to support.")
    if desk.brand.state != Brand.State.VERIFIED:
        return _("The company is not verified yet. Publishing opens after the check.")
    if not desk.member.may_move_money:
        return _("Publishing moves money: an owner or finance does it.")
    return ""


def _reserved_money(desk: Desk, found: Campaign) -> _Money:
    held = reserves_of(desk.brand.pk, [found])[found.pk]
    escrow = escrows_of([found.pk])[found.pk]
    agreements = [
        (_("Posts at a fixed fee"), escrow.posts_minor),
        (_("Guarantees"), escrow.guarantees_minor),
    ]
    return _Money(
        [
            Sum(_("Budget for rewards"), held.budget_minor),
            *(Sum(name, minor) for name, minor in agreements if minor),
            Sum(_("Birge fee"), held.fee_minor, note=percent_text(found.platform_fee_bps)),
            Sum(_("VAT"), held.vat_minor, note=percent_text(found.vat_bps)),
            Sum(_("Total"), held.total_minor + escrow.total_minor, line=True, strong=True),
        ]
    )


def _close_note(found: Campaign) -> str:
    """What closing it would take back beside the rest."""
    if found.status not in RUNNING or not guarantees_ahead(found):
        return ""
    return _("Guarantees of months that have not begun are called off.")


def _actions(desk: Desk, found: Campaign) -> dict[str, Any]:
    """The addresses of what this member may do with a campaign in this state."""
    member, status = desk.member, found.status
    may = {
        "edit": member.may_write and status == Campaign.Status.DRAFT,
        "terms": member.may_write and status in RUNNING,
        "publish": status == Campaign.Status.DRAFT and not _publish_blocked(desk, found),
        "pause": member.may_write and status == Campaign.Status.LIVE,
        "resume": member.may_write and status == Campaign.Status.PAUSED,
        "close": member.may_move_money and status in RUNNING,
        "review": member.may_write and review_may_be_asked(found),
    }
    return {
        f"{verb}_url": desk.url(f"campaign_{verb}", found.public_id)
        for verb, is_allowed in may.items()
        if is_allowed
    }


def _add_budget(desk: Desk, found: Campaign, refused: Refused | None) -> pages.SmallForm | None:
    if not desk.member.may_move_money or found.status not in RUNNING:
        return None
    url = desk.url("campaign_top_up", found.public_id)
    if refused is None or refused.what != "top_up":
        return pages.SmallForm(url)
    return pages.SmallForm(url, refused.value, refused.error)


def _budget(
    desk: Desk, found: Campaign, refused: Refused | None, *, waiting: int
) -> dict[str, Any]:
    """How much is left, what waits for more, and how much could go back."""
    if found.status not in RUNNING:
        return {}
    left_minor = reserves_of(desk.brand.pk, [found])[found.pk].budget_minor
    note = budget_note(found.budget_minor, left_minor, waiting)
    said = {"budget_note": note.text, "budget_tone": note.tone}
    most_minor = shrink_most(found.budget_minor, left_minor)
    if not desk.member.may_move_money or not most_minor:
        return said
    url = desk.url("campaign_shrink", found.public_id)
    form = pages.SmallForm(url)
    if refused is not None and refused.what == "shrink":
        form = pages.SmallForm(url, refused.value, refused.error)
    hint = _("At most %(sum)s can go back; its fee and VAT go with it.")
    return {**said, "less_budget": form, "less_hint": hint % {"sum": money_text(most_minor)}}


def _stats(found: Campaign, participants: list[pages.ParticipantRow]) -> list[Stat]:
    clicks = sum(row.clicks for row in participants)
    orders = sum(row.orders for row in participants)
    rate = round_half_up(orders * BPS_WHOLE, clicks) if clicks >= orders > 0 else None
    return [
        Stat(_("Clicks"), number_text(clicks)),
        Stat(_("Orders"), number_text(orders)),
        Stat(_("Conversion"), "–" if rate is None else percent_text(rate)),
        Stat(_("Rewards"), money_text(sum(row.minor for row in participants))),
    ]


# --- The form -------------------------------------------------------------------------------


def campaign_form(
    desk: Desk, form: forms.Form, found: Campaign | None = None
) -> pages.CampaignForm:
    fee_bps, vat_bps, rates_missing = _rates(desk)
    address = [found.public_id] if found else []
    return pages.CampaignForm(
        action_url=desk.url("campaign_edit" if found else "campaign_new", *address),
        back_url=desk.url("campaign", *address) if found else desk.url("campaigns"),
        fee_bps=fee_bps,
        vat_bps=vat_bps,
        policy=policy_typed(form),
        cost=cost_typed(form, fee_bps=fee_bps, vat_bps=vat_bps),
        open_folds=folds_open(form),
        rates_missing=rates_missing,
        is_new=found is None,
        title=found.title if found else "",
    )


def _rates(desk: Desk) -> tuple[int, int, str]:
    """The fee's and the VAT's rates, or why they are not known today."""
    try:
        return *funding_rates(desk.brand.pk), ""
    except CampaignConflict as error:
        return 0, 0, str(error)
