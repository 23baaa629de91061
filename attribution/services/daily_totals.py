"""Days of tags become daily conversions, where a campaign pays by a marketplace's totals.

A day that is over becomes an order of one line (docs/adr/0024-daily-totals.md), told through the
inbox as any other, and told again whenever the marketplace counts otherwise. What is approved by
then stands. Run by beat; repeatable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from attribution.connectors.daily_total import DAILY, DailyTotal, total_bytes
from attribution.models import Connection, InboundEvent
from attribution.services.inbox import Received, events_store
from campaigns.domain.daily_totals import PLATFORM_OF, PREFIX, daily_id
from campaigns.domain.traffic_tags import token_of
from campaigns.models import TrackingLink
from core import clock
from core.clock import day_start
from core.tenancy.context import acting_as

BATCH = 2_000
# A table of the cabinet is the brand's own word, as an order that it sends with its key
TRUST = {"ozon_traffic": InboundEvent.Trust.PULLED}


class _Day(NamedTuple):
    connection_id: int
    tag: str
    day_on: date
    participation_id: int
    currency: str
    amount_minor: int
    pieces: int | None
    counted_at: datetime


def daily_totals_tell() -> int:
    """Put the days that are new or counted otherwise into the inbox. Returns how many.

    What a marketplace names no sum for is left out: a reward is a percent of the sum.
    """
    with acting_as(system="daily totals"):
        days = _days_due()
        if not days:
            return 0
        tokens = {token for each in days if (token := token_of(each.tag))}
        links = TrackingLink.objects.filter(token__in=tokens)
        out_since = dict(links.values_list("token", "created_at"))
        by_connection: dict[int, list[Received]] = defaultdict(list)
        for each in days:
            since = out_since[token_of(each.tag) or ""]
            by_connection[each.connection_id].append(_received(each, since))
        return sum(_store(pk, received) for pk, received in by_connection.items())


def _received(day: _Day, out_since: datetime) -> Received:
    total = DailyTotal(
        tag=day.tag,
        day_on=day.day_on,
        participation_id=day.participation_id,
        currency=day.currency,
        amount_minor=day.amount_minor,
        pieces=day.pieces,
        placed_at=max(day_start(day.day_on), out_since),
        counted_at=day.counted_at,
    )
    said = f"{day.counted_at.timestamp():.0f}:{day.amount_minor}:{day.pieces}"
    return Received(f"{daily_id(day.tag, day.day_on)}:{said}", total_bytes(total))


def _store(connection_id: int, received: Sequence[Received]) -> int:
    found = Connection.objects.defer("secrets").get(pk=connection_id)
    trust = TRUST.get(found.source, InboundEvent.Trust.SIGNED)
    return len(events_store(found, DAILY, trust, received))


def _days_due() -> list[_Day]:
    platforms = "CASE t.source " + " ".join(["WHEN %s THEN %s"] * len(PLATFORM_OF)) + " END"
    named = [text for pair in PLATFORM_OF.items() for text in pair]
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(platforms=platforms), [PREFIX, *named, clock.today(), BATCH])
        return [_Day(*row) for row in cursor.fetchall()]


# Campaigns that pay by totals are few, and the days of their brands are found by index.
_DUE = """
SELECT t.connection_id, t.tag, t.day_on, t.participation_id, t.currency, t.amount_minor, t.ordered,
       t.source_updated_at
  FROM campaigns_campaign c
  JOIN attribution_tagday t ON t.brand_id = c.brand_id AND t.campaign_id = c.id
  LEFT JOIN attribution_order o
    ON o.connection_id = t.connection_id AND o.external_id = %s || t.day_on || ':' || t.tag
  LEFT JOIN attribution_orderline l ON l.order_id = o.id
 WHERE c.totals_from <> '{{}}'
   AND t.day_on >= (c.totals_from ->> ({platforms}))::date AND t.day_on < %s
   AND t.amount_minor IS NOT NULL
   AND (o.id IS NULL AND t.amount_minor > 0
        OR l.amount_minor <> t.amount_minor OR l.quantity <> coalesce(t.ordered, 0))
 ORDER BY t.day_on, t.id LIMIT %s
"""
