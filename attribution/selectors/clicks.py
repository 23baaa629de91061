"""Clicks as the rest of the product asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import redis
from django.conf import settings
from django.db.models import Sum

from attribution.clickpath.names import BEAT, STREAM
from attribution.models import Click, ClickDaily
from core.ids import uuid7_time

ID_TOLERANCE = timedelta(minutes=1)
TIMEOUT_SECONDS = 1.0
LAG_SECONDS_MAX = 60
BATCHES_MAX = 20_000  # some million clicks, a gigabyte of Redis: docs/capacity.md


@dataclass(frozen=True, slots=True)
class ClickTotals:
    """Of one link over some days: people who reached the product, robots, people too late."""

    people: int
    bots: int
    inactive: int


def click_get(click_id: UUID) -> Click | None:
    """The click, or None where there is none or it is not of the acting side.

    The id says when it was, so one day's partition is read and not all of them.
    """
    if click_id.version != 7:
        return None
    moment = uuid7_time(click_id)
    around = (moment - ID_TOLERANCE, moment + ID_TOLERANCE)
    return Click.objects.filter(click_id=click_id, at__range=around).first()


def clicks_by_link(
    *, link_ids: Sequence[int], first_on: date, last_on: date
) -> dict[int, ClickTotals]:
    """Totals per link over days of Kazakhstan, both ends included; a link without clicks is
    left out. Read from the sums, so it does not slow down with the number of clicks."""
    rows = (
        ClickDaily.objects.filter(link_id__in=link_ids, day_on__range=(first_on, last_on))
        .values_list("link_id")
        .annotate(Sum("people"), Sum("bots"), Sum("inactive"))
    )
    return {link_id: ClickTotals(*totals) for link_id, *totals in rows}


@dataclass(frozen=True, slots=True)
class Underway:
    """Clicks between Redis and PostgreSQL: how far the drain is behind, and how many batches wait.
    `lag_seconds` None: the drain has never said (Redis is new, or no drain runs)."""

    lag_seconds: int | None
    batches: int

    @property
    def is_late(self) -> bool:
        return self.lag_seconds is None or self.lag_seconds > LAG_SECONDS_MAX

    @property
    def is_piling_up(self) -> bool:
        return self.batches > BATCHES_MAX


def clicks_underway() -> Underway:
    """By the clock of Redis, which knows no demo world.

    Raises: redis.RedisError when Redis does not answer.
    """
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    ) as client:
        pipe = client.pipeline(transaction=True)
        pipe.get(BEAT)
        pipe.time()
        pipe.xlen(STREAM)
        beat, (seconds, _), batches = pipe.execute()
    lag_seconds = max(0, int(seconds) - int(beat)) if beat is not None else None
    return Underway(lag_seconds, int(batches))
