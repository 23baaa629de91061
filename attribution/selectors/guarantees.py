"""What months with a guarantee have earned so far, and which of them can be settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum

from attribution.domain.lifecycle import PROMISED
from attribution.models import Conversion, PeriodReward
from attribution.selectors.periods import OPEN, conversions_of_month, of_orders
from campaigns.domain.guarantee import NEWS_DAYS
from campaigns.models import Campaign, Guarantee

DUE_PER_RUN_MAX = 500


class DueGuarantee(NamedTuple):
    guarantee_id: int
    campaign_id: int
    brand_id: int


def guarantees_due(today: date) -> list[DueGuarantee]:
    """Promises of months that are over, with none of their orders and rewards open; the oldest
    first. One query. Runs as the system.

    What waits for budget is open as long as the campaign can be topped up: a closed one cannot.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [today, NEWS_DAYS, DUE_PER_RUN_MAX])
        return [DueGuarantee(*row) for row in cursor.fetchall()]


_DUE = """
SELECT g.id, g.campaign_id, g.brand_id FROM campaigns_guarantee g
  JOIN campaigns_campaign c ON c.id = g.campaign_id
 WHERE g.state = 'promised'
   AND (g.month + interval '1 month')::date <= %s::date - %s
   AND (c.status = 'closed'
        OR NOT EXISTS (SELECT 1 FROM attribution_periodreward p
                        WHERE p.participation_id = g.participation_id AND p.month = g.month
                          AND p.state = 'awaiting_funding'))
   AND NOT EXISTS (SELECT 1 FROM attribution_conversion o
                    WHERE o.participation_id = g.participation_id
                      AND (o.status IN ('pending', 'on_hold')
                           OR (o.status = 'awaiting_funding' AND c.status <> 'closed'))
                      AND o.ordered_at >= g.month::timestamp AT TIME ZONE 'Asia/Almaty'
                      AND o.ordered_at < (g.month + interval '1 month') AT TIME ZONE 'Asia/Almaty')
 ORDER BY g.month, g.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Earned:
    """Of a participation's month: what is approved, with rewards of the month; what is on its way,
    on hold or waits for budget; how many orders have earned something. Tiyn."""

    approved_minor: int = 0
    open_minor: int = 0
    orders: int = 0


Month = tuple[int, date]  # a participation's


def earned_in_months(months: Collection[Month]) -> dict[Month, Earned]:
    """What counts towards guarantees. Two queries for each month of the calendar among them."""
    people: dict[date, set[int]] = defaultdict(set)
    for participation_id, month in months:
        people[month].add(participation_id)
    return {
        (participation_id, month): earned
        for month, ids in people.items()
        for participation_id, earned in _earned(ids, month).items()
    }


def _earned(participation_ids: Collection[int], month: date) -> dict[int, Earned]:
    added = dict(
        of_orders(PeriodReward.objects.filter(participation__in=participation_ids, month=month))
        .filter(state__in=["approved", "paid"])
        .order_by()
        .values_list("participation_id")
        .annotate(minor=Sum("amount_minor"))
    )
    is_approved = Q(status__in=PROMISED)
    rows = (
        conversions_of_month(participation_ids, month)
        .order_by()
        .values_list("participation_id")
        .annotate(
            approved=Sum("commission_minor", filter=is_approved, default=0),
            waits=Sum("commission_minor", filter=Q(status__in=OPEN), default=0),
            orders=Count("order", distinct=True, filter=is_approved & Q(commission_minor__gt=0)),
        )
    )
    found = {id: Earned(approved, waits, orders) for id, approved, waits, orders in rows}
    sums = {}
    for id in participation_ids:
        of_orders_earned = found.get(id, Earned())
        sums[id] = Earned(
            of_orders_earned.approved_minor + added.get(id, 0),
            of_orders_earned.open_minor,
            of_orders_earned.orders,
        )
    return sums


def settled_of(guarantees: Collection[Guarantee]) -> dict[Month, PeriodReward]:
    """What settled guarantees have brought. One query."""
    people = {each.participation_id for each in guarantees}
    rows = PeriodReward.objects.filter(participation__in=people, kind=PeriodReward.Kind.GUARANTEE)
    return {(row.participation_id, row.month): row for row in rows}


def is_open(guarantee: Guarantee) -> bool:
    """Whether anything of its month is open, as `guarantees_due` says. Asked once more under the
    lock of the campaign's totals."""
    is_over = guarantee.campaign.status == Campaign.Status.CLOSED
    states = set(OPEN) - ({Conversion.Status.AWAITING_FUNDING} if is_over else set())
    orders = conversions_of_month([guarantee.participation_id], guarantee.month)
    if orders.filter(status__in=states).exists():
        return True
    waiting = PeriodReward.objects.filter(
        participation=guarantee.participation_id,
        month=guarantee.month,
        state=PeriodReward.State.AWAITING_FUNDING,
    )
    return not is_over and waiting.exists()


def owes_rewards(guarantee: Guarantee) -> bool:
    """Whether a tier or bonus of its month is still to be settled: that goes first. Those of a
    closed campaign with an order that waits for budget never will be."""
    person, month = guarantee.participation_id, guarantee.month
    orders = conversions_of_month([person], month)
    if not orders.filter(MONTHLY).exists():
        return False
    is_over = guarantee.campaign.status == Campaign.Status.CLOSED
    if is_over and orders.filter(status=Conversion.Status.AWAITING_FUNDING).exists():
        return False
    settled = of_orders(PeriodReward.objects.filter(participation_id=person, month=month))
    return not settled.exists()


MONTHLY = Q(terms__published_at__isnull=False) & (
    ~Q(terms__bonuses=[]) | (~Q(terms__tiers=[]) & Q(terms__tier_kind="retroactive"))
)
