"""Posts at a fixed fee: a brand offers, an influencer answers, what does not come goes back.

Locks, always in this order: the campaign's totals (services.totals), the deal, its posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from campaigns.domain import deals as rules
from campaigns.domain.places import Place
from campaigns.models import Campaign, Deal, Participation, Task
from campaigns.services.deal_money import deal_release, deal_reserve
from campaigns.services.deal_notices import (
    deal_answered_notice,
    deal_ended_notice,
    deal_offered_notice,
)
from campaigns.services.lifecycle import brand_verified_require
from campaigns.services.offers import CampaignConflict, campaign_locked
from campaigns.services.totals import totals_lock
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain.fees import Reserve

State = Deal.State
SWEEP_BATCH = 200


class DealConflict(DomainError):
    """The deal, or one of its posts, is in a state that does not allow it."""

    code = "deal_state"


@dataclass(frozen=True, slots=True)
class DealOffer:
    """What a brand offers; `post_minor` is what the influencer gets for each post, tiyn."""

    place: str
    post_count: int
    post_minor: int
    brief: str
    due_on: date
    answer_days: int = rules.ANSWER_DAYS_DEFAULT
    review_days: int = rules.REVIEW_DAYS_DEFAULT


def deal_cost(campaign: Campaign, *, post_minor: int, post_count: int) -> Reserve:
    """What so many posts take from the free balance, at the campaign's rates."""
    money = rules.DealMoney(post_minor, campaign.platform_fee_bps, campaign.vat_bps)
    return money.of_posts(post_count)


def deal_offer(*, participation_id: int, offer: DealOffer, user_id: int | None = None) -> Deal:
    """Offer posts to somebody who takes part. Their fees, ours and its VAT are reserved at once.

    Raises:
        NotFound: no such participation.
        Invalid: which fields break which rules.
        CampaignConflict: the campaign does not run, or its brand is not verified.
        DealConflict: they do not take part any more.
        InsufficientFunds: the free balance is too small; says by how much.
    """
    errors = _offer_errors(offer)
    if errors:
        raise Invalid(_("Some fields need another look."), fields=errors)
    with acting_as(system="offer a deal"):
        participation = Participation.objects.filter(pk=participation_id).first()
        if participation is None:
            raise NotFound(_("There is no such participation."))
        campaign = campaign_locked(participation.campaign_id)
        if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
            raise CampaignConflict(_("Posts are ordered while the campaign is live or paused."))
        brand_verified_require(campaign.brand_id)
        if participation.state != Participation.State.APPROVED:
            raise DealConflict(_("This influencer does not take part in the campaign now."))
        totals_lock(campaign_id=campaign.pk, brand_id=campaign.brand_id)
        deal = _deal_make(campaign, participation, offer, user_id)
        reserve = deal_reserve(deal)
        after = asdict(offer) | {"due_on": offer.due_on.isoformat(), "brief": ""}
        audit_record("deal.offer", deal, after=after | {"reserved_minor": reserve.total_minor})
        deal_offered_notice(deal)
    return deal


def _offer_errors(offer: DealOffer) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    today = clock.today()
    if offer.place not in Deal.Network.values:
        errors["place"] = [_("Choose where the posts are to be.")]
    if not 1 <= offer.post_count <= rules.POSTS_MAX:
        errors["post_count"] = [_("From 1 to %(most)s posts.") % {"most": rules.POSTS_MAX}]
    if not 0 < offer.post_minor <= MINOR_MAX // rules.POSTS_MAX:
        errors["post_minor"] = [_("The amount must be more than zero.")]
    if not offer.brief.strip() or len(offer.brief) > rules.BRIEF_CHARS_MAX:
        errors["brief"] = [_("Say what to post, up to 2000 characters.")]
    if not today <= offer.due_on <= today + timedelta(days=rules.DUE_DAYS_MAX):
        errors["due_on"] = [_("Choose a day from today on, at most half a year ahead.")]
    for name, most in (
        ("answer_days", rules.ANSWER_DAYS_MAX),
        ("review_days", rules.REVIEW_DAYS_MAX),
    ):
        if not 1 <= getattr(offer, name) <= most:
            errors[name] = [_("From 1 to %(most)s days.") % {"most": most}]
    return errors


def _deal_make(
    campaign: Campaign, participation: Participation, offer: DealOffer, user_id: int | None
) -> Deal:
    now = clock.now()
    of_all = {
        "brand_id": campaign.brand_id,
        "campaign": campaign,
        "participation": participation,
        "influencer_id": participation.influencer_id,
        "created_at": now,
    }
    deal = Deal.objects.create(
        place=Place(offer.place).value,
        post_count=offer.post_count,
        post_minor=offer.post_minor,
        fee_bps=campaign.platform_fee_bps,
        vat_bps=campaign.vat_bps,
        brief=offer.brief.strip(),
        due_on=offer.due_on,
        review_days=offer.review_days,
        answer_until=now + timedelta(days=offer.answer_days),
        offered_by_id=user_id,
        **of_all,
    )
    Task.objects.bulk_create(
        Task(
            deal=deal,
            number=number,
            amount_minor=offer.post_minor,
            due_on=offer.due_on,
            **of_all,
        )
        for number in range(1, offer.post_count + 1)
    )
    return deal


# --- The influencer answers -----------------------------------------------------------------


def deal_accept(*, deal_id: int, influencer_id: int) -> Deal:
    """Take the deal. Again is no mistake.

    Raises:
        NotFound: no such deal of theirs.
        DealConflict: it was declined or withdrawn, its time is over, or they take part no more.
    """
    with acting_as(system="answer a deal"):
        deal = _offered(deal_id, influencer_id)
        if deal.state == State.RUNNING:
            return deal
        _answerable_require(deal)
        _move(deal, State.RUNNING, "deal.accept")
        deal_answered_notice(deal)
    return deal


def deal_decline(*, deal_id: int, influencer_id: int) -> Deal:
    """Say no: everything reserved goes back to the brand.

    Raises:
        NotFound: no such deal of theirs.
        DealConflict: it does not wait for an answer.
    """
    with acting_as(system="answer a deal"):
        deal = _offered(deal_id, influencer_id)
        if deal.state == State.DECLINED:
            return deal
        if deal.state != State.OFFERED:
            raise DealConflict(_("This deal does not wait for an answer any more."))
        _end(deal, State.DECLINED, "deal.decline")
        deal_answered_notice(deal)
    return deal


def _offered(deal_id: int, influencer_id: int) -> Deal:
    deal = deal_locked(deal_id)
    if deal.influencer_id != influencer_id:
        raise NotFound(_("There is no such deal."))
    return deal


def _is_late(deal: Deal) -> bool:
    """Whether an offer can no longer be answered."""
    return deal.answer_until <= clock.now() or deal.due_on < clock.today()


def _answerable_require(deal: Deal) -> None:
    if deal.state != State.OFFERED or _is_late(deal):
        raise DealConflict(_("This deal does not wait for an answer any more."))
    if deal.campaign.status == Campaign.Status.CLOSED:
        raise DealConflict(_("This campaign is over."))
    if deal.participation.state != Participation.State.APPROVED:
        raise DealConflict(_("You do not take part in this campaign now."))


# --- The brand withdraws --------------------------------------------------------------------


def deal_cancel(*, deal_id: int) -> Deal:
    """Withdraw an offer, or the posts of a running deal that were not sent in yet: what they hold
    is free again. A post that was sent in is still to be decided.

    Raises:
        NotFound: no such deal.
        DealConflict: nothing of it can be withdrawn.
    """
    with acting_as(system="cancel a deal"):
        deal = deal_locked(deal_id)
        if deal.state not in (State.OFFERED, State.RUNNING):
            raise DealConflict(_("This deal is over."))
        if not deal.tasks.filter(state__in=rules.UNSENT).exists():
            raise DealConflict(_("Every post of this deal was sent in: decide about them."))
        if deal.state == State.OFFERED:
            _end(deal, State.CANCELLED, "deal.cancel")
        else:
            tasks_drop(deal, deal.tasks.filter(state__in=rules.UNSENT), Task.State.CANCELLED)
        deal_ended_notice(deal, reason="cancelled")
    return deal


# --- Time -----------------------------------------------------------------------------------


def deals_sweep() -> int:
    """End offers nobody answered and posts nobody sent in, and what stands on a participation or a
    campaign that is over. Run by beat; returns how many deals were touched."""
    with acting_as(system="end deals"):
        due = list(_overdue().values_list("pk", flat=True).distinct()[:SWEEP_BATCH])
    return sum(_deal_end_overdue(deal_id) for deal_id in due)


def _overdue() -> QuerySet[Deal]:
    now, today = clock.now(), clock.today()
    has_left = ~Q(participation__state=Participation.State.APPROVED)
    is_closed = Q(campaign__status=Campaign.Status.CLOSED)
    offered = Q(state=State.OFFERED) & (
        Q(answer_until__lte=now) | Q(due_on__lt=today) | has_left | is_closed
    )
    unsent = Q(state=State.RUNNING, tasks__state__in=rules.UNSENT) & (
        Q(tasks__due_on__lt=today) | has_left
    )
    return Deal.objects.filter(offered | unsent).order_by("pk")


def _deal_end_overdue(deal_id: int) -> int:
    """Looked at again under the locks."""
    with acting_as(system="end deals"):
        deal = deal_locked(deal_id)
        has_left = deal.participation.state != Participation.State.APPROVED
        if deal.state == State.OFFERED:
            is_over = has_left or deal.campaign.status == Campaign.Status.CLOSED
            if not is_over and not _is_late(deal):
                return 0
            _end(deal, State.CANCELLED if is_over else State.EXPIRED, "deal.expire")
        else:
            unsent = deal.tasks.filter(state__in=rules.UNSENT)
            late = unsent if has_left else unsent.filter(due_on__lt=clock.today())
            if not late.exists():
                return 0
            tasks_drop(deal, late, Task.State.CANCELLED if has_left else Task.State.EXPIRED)
        is_closed = deal.campaign.status == Campaign.Status.CLOSED and deal.answered_at is None
        deal_ended_notice(deal, reason="left" if has_left else "closed" if is_closed else "late")
        deal_answered_notice(deal)
    return 1


# --- What every change shares ---------------------------------------------------------------


def deal_locked(deal_id: int) -> Deal:
    """The row, with its campaign's totals locked before it. Runs as the system.

    Raises:
        NotFound: no such deal.
    """
    whose = Deal.objects.filter(pk=deal_id).values_list("campaign_id", "brand_id").first()
    if whose is None:
        raise NotFound(_("There is no such deal."))
    totals_lock(campaign_id=whose[0], brand_id=whose[1])
    rows = Deal.objects.select_for_update(of=("self",)).select_related("campaign", "participation")
    return rows.get(pk=deal_id)


def tasks_drop(deal: Deal, unsent: QuerySet[Task], state: Task.State) -> None:
    """Posts that will not come: their money is free again, and a deal without any other is over."""
    tasks = list(unsent.order_by("number"))
    _tasks_release(deal, tasks, state)
    deal_settle(deal, otherwise=State(state.value))


def _tasks_release(deal: Deal, tasks: Sequence[Task], state: Task.State) -> None:
    back = deal_release(deal, tasks)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state=state)
    numbers = [task.number for task in tasks]
    after = {"posts": numbers, "state": state.value, "released_minor": back.total_minor}
    audit_record("deal.release", deal, after=after)


def deal_settle(deal: Deal, *, otherwise: Deal.State = State.DONE) -> None:
    """Close a deal of which nothing is open any more."""
    states = set(deal.tasks.values_list("state", flat=True))
    if not states.intersection(rules.HELD):
        is_earned = bool(states.intersection(rules.EARNED))
        _move(deal, State.DONE if is_earned else otherwise, "deal.close")


def _end(deal: Deal, state: Deal.State, action: str) -> None:
    """An offer that came to nothing."""
    of_tasks = Task.State.EXPIRED if state == State.EXPIRED else Task.State.CANCELLED
    _tasks_release(deal, list(deal.tasks.order_by("number")), of_tasks)
    _move(deal, state, action)


def _move(deal: Deal, state: Deal.State, action: str) -> None:
    before = {"state": str(deal.state)}
    deal.state = state
    if state in (State.RUNNING, State.DECLINED):
        deal.answered_at = clock.now()
    if state != State.RUNNING:
        deal.ended_at = clock.now()
    deal.save(update_fields=["state", "answered_at", "ended_at"])
    audit_record(action, deal, before=before, after={"state": str(state)})
