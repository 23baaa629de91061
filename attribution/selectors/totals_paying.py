"""Which campaigns of a brand pay a marketplace's sales by its daily totals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from attribution.models import Order
from campaigns.domain.daily_totals import daily_day, is_paid_by_totals
from campaigns.models import Campaign
from core.clock import day_of


@dataclass(frozen=True, slots=True)
class Paying:
    """`totals_from` is {platform: first day}; `last_on` is the last, None where it goes on."""

    totals_from: dict[str, str]
    last_on: date | None


TotalsOf = dict[int, list[Paying]]  # by brand


def totals_of(brand_ids: Collection[int]) -> TotalsOf:
    """One query. Runs as the system."""
    rows = Campaign.objects.filter(brand_id__in=brand_ids).exclude(totals_from={})
    found: TotalsOf = {}
    for brand_id, totals_from, ends_at, closed_at in rows.values_list(
        "brand_id", "totals_from", "ends_at", "closed_at"
    ):
        ended = min(filter(None, (ends_at, closed_at)), default=None)
        paying = Paying(totals_from, day_of(ended) if ended else None)
        found.setdefault(brand_id, []).append(paying)
    return found


def is_in_totals(totals: TotalsOf, order: Order) -> bool:
    """Whether some campaign of the order's brand pays what was sold there on its day by totals: the
    sale may be in one, so that no code may pay it again."""
    if daily_day(order.source, order.external_id) is not None:
        return False
    day_on = day_of(order.placed_at)
    return any(
        is_paid_by_totals(each.totals_from, order.source, day_on)
        and (each.last_on is None or day_on <= each.last_on)
        for each in totals.get(order.brand_id, ())
    )
