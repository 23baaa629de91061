"""Months that are to be settled, and what they brought, for each side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import F, QuerySet, Sum

from attribution.domain.lifecycle import PROMISED
from attribution.models import Conversion, ConversionVersion, PeriodReward
from attribution.selectors.standings import month_start
from campaigns.domain.period import PeriodLine
from campaigns.domain.reward_steps import Step
from core.months import month_after

OPEN = ("pending", "on_hold", "awaiting_funding")
DUE_PER_RUN_MAX = 500
ROWS_SHOWN = 24


class Due(NamedTuple):
    """A participation's month that is over, with nothing of it open, and not settled."""

    participation_id: int
    campaign_id: int
    month: date


def periods_due(today: date) -> list[Due]:
    """The oldest first. One query; only conversions of terms with bonuses or a retroactive tier
    are read. Runs as the system."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [month_start(today), DUE_PER_RUN_MAX])
        return [Due(*row) for row in cursor.fetchall()]


_DUE = """
SELECT m.participation_id, m.campaign_id, m.month FROM (
    SELECT c.participation_id, c.campaign_id,
           date_trunc('month', c.ordered_at AT TIME ZONE 'Asia/Almaty')::date AS month
      FROM attribution_conversion c
     WHERE c.terms_id IN (SELECT id FROM campaigns_terms
                           WHERE published_at IS NOT NULL AND (bonuses <> '[]'
                              OR (tiers <> '[]' AND tier_kind = 'retroactive')))
       AND c.ordered_at < %s
     GROUP BY 1, 2, 3) m
 WHERE NOT EXISTS (SELECT 1 FROM attribution_periodreward p
                    WHERE p.participation_id = m.participation_id AND p.month = m.month
                      AND p.kind <> 'guarantee')
   AND NOT EXISTS (SELECT 1 FROM attribution_conversion o
                    WHERE o.participation_id = m.participation_id
                      AND o.status IN ('pending', 'on_hold', 'awaiting_funding')
                      AND date_trunc('month', o.ordered_at AT TIME ZONE 'Asia/Almaty')::date
                          = m.month)
 ORDER BY m.month, m.participation_id LIMIT %s
"""


def conversions_of_month(participation_ids: Collection[int], month: date) -> QuerySet[Conversion]:
    return Conversion.objects.filter(
        participation__in=participation_ids,
        ordered_at__gte=month_start(month),
        ordered_at__lt=month_start(month_after(month)),
    )


def period_lines(conversions: Sequence[Conversion]) -> list[PeriodLine]:
    """Approved conversions with the latest arithmetic that is stored of each. One query."""
    approved = [each for each in conversions if each.status in PROMISED]
    steps: dict[int, tuple[Step, ...]] = defaultdict(tuple)
    stored = ConversionVersion.objects.filter(
        conversion__in=approved, breakdown__isnull=False
    ).order_by("conversion_id", "number")
    for conversion_id, plain in stored.values_list("conversion_id", "breakdown"):
        steps[conversion_id] = tuple(map(Step.of_plain, plain or ()))
    return [
        PeriodLine(each.order_id, each.terms_id, each.commission_minor, steps[each.pk])
        for each in approved
    ]


def period_earned(
    *, participation_ids: Collection[int] = (), campaign_ids: Collection[int] = ()
) -> tuple[dict[int, int], dict[int, int]]:
    """({participation: tiyn}, {campaign: tiyn}) of rewards of months, waiting for budget or not:
    what they have taken of the caps. A guarantee is money of its own, and takes nothing of them.
    A query for each that is asked."""
    rows = of_orders(PeriodReward.objects.filter(amount_minor__gt=0)).order_by()
    people = rows.filter(participation__in=participation_ids).values_list("participation_id")
    campaigns = rows.filter(campaign__in=campaign_ids).values_list("campaign_id")
    return (
        dict(people.annotate(minor=Sum("amount_minor"))) if participation_ids else {},
        dict(campaigns.annotate(minor=Sum("amount_minor"))) if campaign_ids else {},
    )


def of_orders(rows: QuerySet[PeriodReward]) -> QuerySet[PeriodReward]:
    """Those that many orders have earned: tiers and bonuses."""
    return rows.exclude(kind=PeriodReward.Kind.GUARANTEE)


def periods_of_influencer(influencer_id: int) -> list[PeriodReward]:
    """The newest months first."""
    mine = PeriodReward.objects.filter(influencer_id=influencer_id).select_related("campaign")
    return list(mine.order_by("-month", "-pk")[:ROWS_SHOWN])


def periods_of_campaign(campaign_id: int) -> list[PeriodReward]:
    rows = PeriodReward.objects.filter(campaign_id=campaign_id).select_related("influencer")
    return list(rows.order_by("-month", "-pk")[:ROWS_SHOWN])


def periods_payable(influencer_ids: Collection[int]) -> QuerySet[PeriodReward]:
    """Approved, and not wholly paid; oldest first."""
    rows = PeriodReward.objects.filter(
        influencer_id__in=influencer_ids, state=PeriodReward.State.APPROVED
    )
    return rows.filter(amount_minor__gt=F("paid_minor")).order_by("approved_at", "id")
