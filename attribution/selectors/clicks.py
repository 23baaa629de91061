"""Clicks as the rest of the product asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import redis
from django.conf import settings
from django.db.models import Sum

from attribution.clickpath.names import BEAT
from attribution.models import Click, ClickDaily
from core.ids import uuid7_time

ID_TOLERANCE = timedelta(minutes=1)
TIMEOUT_SECONDS = 1.0


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


def drain_lag_seconds() -> int | None:
    """How far PostgreSQL is behind the clicks; None when the drain has never said (Redis is new,
    or no drain runs). By the clock of Redis, which knows no demo world.

    Raises: redis.RedisError when Redis does not answer.
    """
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    ) as client:
        beat = client.get(BEAT)
        seconds, _ = client.time()
    return max(0, int(seconds) - int(beat)) if beat is not None else None
