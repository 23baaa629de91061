"""Months that are over bring their top-ups and bonuses, from the campaign's budget. Run by beat."""

from __future__ import annotations

from collections.abc import Collection

from attribution.models import PeriodReward
from attribution.selectors.periods import (
    OPEN,
    Due,
    conversions_of_month,
    of_orders,
    period_earned,
    period_lines,
    periods_due,
)
from attribution.selectors.standings import earned_by_campaign, earned_by_day
from attribution.services.books import Books
from campaigns.domain.commission_terms import CommissionTerms
from campaigns.domain.period import PeriodOutcome, month_bonus, tier_top_up
from campaigns.models import Campaign, Terms
from campaigns.services.lifecycle import campaign_release, campaigns_with_month_rewards
from core import clock
from core.audit.services import audit_record
from core.tenancy.context import acting_as

State = PeriodReward.State


def periods_settle() -> int:
    """Settle every month that is over with nothing of it open, pay what waited for budget, and let
    go of closed campaigns that owe no month any more. Returns how many rows were made."""
    with acting_as(system="settle months"):
        due = periods_due(clock.today())
    made = sum(_period_settle(each) for each in due)
    _periods_fund()
    _campaigns_let_go()
    return made


def _period_settle(due: Due) -> int:
    """One participation's month. The campaign's totals are the lock: what was approved, or settled
    by another worker, is seen."""
    with acting_as(system="settle months"):
        books = Books({due.campaign_id})
        conversions = list(conversions_of_month([due.participation_id], due.month))
        rows = PeriodReward.objects.filter(participation_id=due.participation_id, month=due.month)
        if of_orders(rows).exists() or any(each.status in OPEN for each in conversions):
            return 0
        lines = period_lines(conversions)
        paying = {each.terms for each in lines} or {each.terms_id for each in conversions}
        versions = Terms.objects.in_bulk(paying)
        terms = {pk: each.commission for pk, each in versions.items()}
        room = _room(due, terms.values())
        outcomes: list[tuple[PeriodReward.Kind, PeriodOutcome]] = []
        if any(each.tiers and each.is_retroactive for each in terms.values()):
            outcomes.append((PeriodReward.Kind.TIER, tier_top_up(lines, terms)))
        if any(each.bonuses for each in terms.values()):
            outcomes.append((PeriodReward.Kind.BONUS, month_bonus(lines, terms)))
        for kind, outcome in outcomes:
            amount = outcome.amount_minor if room is None else min(outcome.amount_minor, room)
            room = None if room is None else room - amount
            first = conversions[0]
            reward = PeriodReward(
                brand_id=first.brand_id,
                campaign_id=due.campaign_id,
                participation_id=due.participation_id,
                influencer_id=first.influencer_id,
                month=due.month,
                kind=kind,
                orders=outcome.orders,
                earned_minor=outcome.earned_minor,
                amount_minor=amount,
                breakdown=list(outcome.parts),
                state=State.AWAITING_FUNDING if amount else State.NOTHING,
            )
            reward.save()
            _pay(books, reward, cause="settled")
        books.post(at=clock.now())
    return len(outcomes)


def _room(due: Due, terms: Collection[CommissionTerms]) -> int | None:
    """What the caps of an influencer and of the campaign leave, the narrowest of its versions;
    None where there is none."""
    mine = [cap for each in terms if (cap := each.cap_influencer_minor) is not None]
    total = [cap for each in terms if (cap := each.cap_total_minor) is not None]
    if not mine and not total:
        return None
    people, campaigns = period_earned(
        participation_ids=[due.participation_id], campaign_ids=[due.campaign_id]
    )
    by_day = earned_by_day([due.participation_id])
    taken = sum(by_day.values()) + people.get(due.participation_id, 0)
    of_all = earned_by_campaign([due.campaign_id])[due.campaign_id]
    of_all += campaigns.get(due.campaign_id, 0)
    left = [cap - taken for cap in mine] + [cap - of_all for cap in total]
    return max(0, min(left))


def _pay(books: Books, reward: PeriodReward, *, cause: str) -> bool:
    """From the budget to the influencer, with our fee and its VAT, as at an approval; waits where
    the budget cannot."""
    is_paid = reward.state == State.AWAITING_FUNDING and books.period_pay(reward)
    if is_paid:
        reward.state, reward.approved_at = State.APPROVED, clock.now()
        reward.save(update_fields=["state", "approved_at", "fee_minor", "vat_minor"])
    after = {"amount_minor": reward.amount_minor, "state": reward.state, "orders": reward.orders}
    audit_record(f"period reward {cause}", reward, after=after)
    return is_paid


def _periods_fund() -> None:
    """First come first served per campaign."""
    with acting_as(system="fund months"):
        waiting = PeriodReward.objects.filter(state=State.AWAITING_FUNDING)
        campaign_ids = sorted(set(waiting.values_list("campaign_id", flat=True)))
    for campaign_id in campaign_ids:
        with acting_as(system="fund months"):
            books = Books({campaign_id})
            rows = PeriodReward.objects.select_for_update().filter(
                campaign_id=campaign_id, state=State.AWAITING_FUNDING
            )
            for reward in rows.order_by("pk"):
                if not books.period_pay(reward):
                    break
                reward.state, reward.approved_at = State.APPROVED, clock.now()
                reward.save(update_fields=["state", "approved_at", "fee_minor", "vat_minor"])
                audit_record("period reward funded", reward, after={"state": reward.state})
            books.post(at=clock.now())


def _campaigns_let_go() -> None:
    """Closed campaigns whose months are all over and settled."""
    with acting_as(system="settle months"):
        closed = campaigns_with_month_rewards().filter(
            status=Campaign.Status.CLOSED,
            closed_at__lt=clock.day_start(clock.today().replace(day=1)),
        )
        waiting = PeriodReward.objects.filter(state=State.AWAITING_FUNDING)
        done = closed.exclude(pk__in=waiting.values("campaign_id"))
        unsettled = {each.campaign_id for each in periods_due(clock.today())}
        to_release = [pk for pk in done.values_list("pk", flat=True) if pk not in unsettled]
    for campaign_id in to_release:
        campaign_release(campaign_id=campaign_id, are_months_settled=True)
