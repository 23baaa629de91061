"""Campaigns as an influencer sees them. Reads only; runs as the influencer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.selectors.earned_in import earned_in
from campaigns.domain.eligibility import Condition, JoinRules, Verdict, ticks_of
from campaigns.eligibility_words import asked_texts, own_texts
from campaigns.models import Campaign, ExternalCode, Invite, Participation
from campaigns.reason_words import reason_text
from campaigns.selectors import (
    Card,
    campaign_list_open,
    cards_for,
    external_codes_of,
)
from campaigns.selectors.eligibility import applicants_of
from campaigns.selectors.groups import terms_of_invites
from campaigns.selectors.guarantees import guarantees_lost
from campaigns.selectors.invites import invite_open_to
from campaigns.selectors.people import room_in
from core import clock
from exchange.web.exclusive_skus import sku_facts
from exchange.web.formatting import (
    day_full,
    day_of,
    day_short,
    money_text,
    percent_text,
)
from exchange.web.guarantee_words import guarantee_sentence
from exchange.web.pages import portal
from exchange.web.pages.common import (
    Choice,
    Coming,
    Fact,
)
from exchange.web.paging import pager
from exchange.web.portal.builders.deals import waiting as deals_waiting
from exchange.web.portal.builders.guarantees import guarantee_cards
from exchange.web.portal.builders.invites import invited
from exchange.web.portal.builders.links import link_url
from exchange.web.reward_words import rate_short
from exchange.web.rewards import policy_terms, reward_facts
from exchange.web.totals_words import platform_name
from influencers.models import Influencer


def campaigns(
    influencer: Influencer, *, query: str, by_reward: bool, after: str
) -> portal.Campaigns:
    found, next_after = campaign_list_open(query=query, by_reward=by_reward, after=after)
    cards = cards_for(found, influencer.pk)
    asked = {"q": query} if query else {}
    return portal.Campaigns(
        cards=[campaign_card(card) for card in cards],
        invited=[] if query or after else invited(influencer),
        deals=None if query or after else deals_waiting(influencer, is_way=True),
        choices=[
            Choice(_("New"), "?" + urlencode(asked), not by_reward),
            Choice(_("Highest reward"), "?" + urlencode({**asked, "sort": "reward"}), by_reward),
        ],
        query=query,
        is_filtered=bool(query),
        clear_url=reverse("portal:campaigns"),
        pager=pager(len(cards), after, next_after, {**asked, **_sorted(by_reward)}),
    )


def _sorted(by_reward: bool) -> dict[str, str]:
    return {"sort": "reward"} if by_reward else {}


CARD_STATES: Mapping[str, Literal["applied", "joined", "rejected", "open"]] = {
    Participation.State.APPLIED: "applied",
    Participation.State.APPROVED: "joined",
    Participation.State.REJECTED: "rejected",
    Participation.State.REMOVED: "rejected",
}


def campaign_card(card: Card) -> portal.CampaignCard:
    campaign, terms, mine = card.campaign, card.terms, card.participation
    return portal.CampaignCard(
        url=reverse("portal:campaign", args=[campaign.public_id]),
        title=campaign.title,
        brand_name=campaign.brand_name,
        rate_text=rate_short(terms.commission),
        window_days=terms.window_days,
        hold_days=terms.hold_days,
        state=CARD_STATES.get(mine.state, "open") if mine else "open",
        is_verified=card.is_verified,
        is_funded=card.is_funded,
        per_sale_minor=card.reward_minor,
        basket_minor=campaign.typical_basket_minor,
        ends_on=campaign.last_on,
        link_url=link_url(card.link) if card.link else "",
    )


def campaign(card: Card, influencer: Influencer, by_link: Invite | None = None) -> portal.Campaign:
    """`by_link` is the invitation behind the secret link by which it was found. Whoever is invited
    to a group reads its terms: they would be theirs."""
    invite = by_link or _invite_to(card, influencer)
    card = _as_invited(card, invite)
    campaign, terms, mine = card.campaign, card.terms, card.participation
    room = room_in(campaign, mine)
    facts = [
        *reward_facts(terms),
        Fact(_("Reward budget"), money_text(campaign.budget_minor)),
        Fact(_("Counted from"), _("goods after discounts, without delivery")),
        Fact(_("Window, days"), str(terms.window_days)),
        Fact(_("Hold, days"), str(terms.hold_days)),
        Fact(_("Evidence"), ", ".join(_grades(card))),
    ]
    if campaign.last_on:
        facts.append(Fact(_("Last day"), day_short(campaign.last_on)))
    facts += [*_totals_facts(card), *_voucher_facts(card)]
    facts += sku_facts(card.participation)
    return portal.Campaign(
        card=campaign_card(card),
        policy=policy_terms(terms),
        coming=_coming(card),
        facts=facts,
        join_url=_join_url(campaign, by_link),
        **_invitation(campaign, invite),
        back_url=reverse("portal:campaigns"),
        description=campaign.about,
        leave_url=_leave_url(card),
        is_used_up=campaign.published_at is not None and not card.is_funded,
        is_by_application=campaign.access == Campaign.Access.APPLICATION,
        may_come_again=mine is not None and _may_come_again(mine),
        is_full=room.is_full,
        queue_place=room.queue_place,
        answer=_answer(mine) if mine else "",
        requirements=requirements(campaign.join_rules, influencer),
        guarantees=guarantee_cards(influencer.pk, campaign.pk) if mine else [],
    )


def _invite_to(card: Card, influencer: Influencer) -> Invite | None:
    """The reader's own invitation, while it counts. One query."""
    mine = card.participation
    if mine is not None and mine.state == Participation.State.APPROVED:
        return None
    return invite_open_to(card.campaign, influencer.pk)


def _as_invited(card: Card, invite: Invite | None) -> Card:
    own = terms_of_invites([invite]) if invite else {}
    return replace(card, terms=own[invite.pk]) if invite and own else card


def _join_url(campaign: Campaign, by_link: Invite | None) -> str:
    if by_link is not None:
        return reverse("portal:invitation", args=[by_link.token])
    return reverse("portal:campaign_join", args=[campaign.public_id])


def _invitation(campaign: Campaign, invite: Invite | None) -> dict[str, Any]:
    """Whether the brand has invited the reader, and how they say no."""
    if invite is None:
        return {}
    if invite.influencer_id is None:
        return {"is_invited": True}
    url = reverse("portal:invitation_decline", args=[campaign.public_id])
    return {"is_invited": True, "is_invited_by_name": True, "decline_url": url}


def requirements(rules: JoinRules, influencer: Influencer) -> list[portal.Requirement]:
    """What is asked, each with what the influencer has and where it may be changed. Three queries,
    and none where nothing is asked."""
    asked = asked_texts(rules)
    if not asked:
        return []
    applicant = applicants_of([influencer.pk])[influencer.pk]
    ticks = ticks_of(rules, applicant)
    own = own_texts(ticks, applicant)
    return [
        portal.Requirement(
            text=asked[tick.condition],
            have=own[tick.condition],
            is_met=tick.verdict is Verdict.MET,
            **_way_to(tick.condition),
        )
        for tick in ticks
    ]


def _way_to(condition: Condition) -> dict[str, str]:
    """Where the influencer says it."""
    if condition is Condition.PAYEE:
        return {"url": reverse("portal:setup"), "button": _("Details for payouts")}
    return {"url": reverse("portal:profile"), "button": _("Open profile")}


def _may_come_again(mine: Participation) -> bool:
    again_on = mine.apply_again_on
    if mine.state == Participation.State.REMOVED and again_on is None:
        return False
    is_time = again_on is None or again_on <= clock.today()
    return is_time and mine.state in (Participation.State.REJECTED, Participation.State.REMOVED)


def _answer(mine: Participation) -> str:
    """The brand's no: why, and from when they may come again."""
    if mine.state not in (Participation.State.REJECTED, Participation.State.REMOVED):
        return ""
    ended = mine.state == Participation.State.REMOVED
    said = [
        _("The brand ended your participation.")
        if ended
        else _("The brand did not accept the application.")
    ]
    if reason := reason_text(mine.reason_code, mine.reason_note):
        said.append(_("Reason: %(reason)s.") % {"reason": reason.rstrip(".")})
    if mine.apply_again_on and mine.apply_again_on > clock.today():
        day = day_full(mine.apply_again_on)
        said.append(_("You may apply again from %(day)s.") % {"day": day})
    return " ".join(said)


def leaving(influencer: Influencer, campaign: Campaign, mine: Participation) -> portal.Leaving:
    """What stops and what stays. Two queries."""
    sums = earned_in(mine.pk)
    return portal.Leaving(
        title=campaign.title,
        brand_name=campaign.brand_name,
        action_url=reverse("portal:campaign_leave", args=[campaign.public_id]),
        back_url=reverse("portal:campaign", args=[campaign.public_id]),
        is_application=mine.state == Participation.State.APPLIED,
        waiting_minor=sums.waiting_minor,
        approved_minor=sums.approved_minor,
        lost=[guarantee_sentence(each.amount_minor, each.month) for each in guarantees_lost(mine)],
    )


def _grades(card: Card) -> list[str]:
    """What pays: a marketplace's totals too, where the campaign has chosen them."""
    has_totals = bool(card.campaign.totals_from)
    return sorted({*card.terms.paying_grades, *(["C"] if has_totals else [])})


def _totals_facts(card: Card) -> list[Fact]:
    """Where totals pay, and no orders."""
    return [
        Fact(platform_name(platform), _("paid by the marketplace's total of each day"))
        for platform in card.campaign.totals_from
    ]


def _coming(card: Card) -> Coming | None:
    """What the brand has announced to who takes part already."""
    if card.coming is None:
        return None
    return Coming(policy_terms(card.coming.terms), day_of(card.coming.since))


def _voucher_facts(card: Card) -> list[Fact]:
    """What the influencer's buyers type at Ozon, as long as it works."""
    if card.participation is None:
        return []
    row = card.participation
    codes = external_codes_of([row.pk], ExternalCode.Kind.OZON_VOUCHER).get(row.pk, [])
    now = clock.now()
    return [
        Fact(_("Your code at Ozon"), _voucher_text(code, typed))
        for code in codes
        if code.ends_at is None or code.ends_at > now
        for typed in code.typed_codes
    ]


def _voucher_text(code: ExternalCode, typed: str) -> str:
    percent = code.discount_percent
    return f"{typed} (−{percent_text(percent * 100)})" if percent else typed


def _leave_url(card: Card) -> str:
    if not _is_in(card, Participation.State.APPLIED, Participation.State.APPROVED):
        return ""
    return reverse("portal:campaign_leave", args=[card.campaign.public_id])


def _is_in(card: Card, *states: Participation.State) -> bool:
    return card.participation is not None and card.participation.state in states
