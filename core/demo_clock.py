"""The offset of the demo world's clock. Only read and moved where settings.DEMO is on."""

from __future__ import annotations

from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection

from core import clock
from core.errors import Forbidden

REDIS_KEY = "birge:clock_offset_seconds"  # for the click process, which knows no Django


def offset_read() -> timedelta:
    """How far the demo is ahead. Plain SQL: it is asked for inside any side's context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(offset_seconds), 0) FROM core_democlock")
        row = cursor.fetchone()
    return timedelta(seconds=int(row[0]) if row else 0)


def demo_clock_advance(by: timedelta) -> timedelta:
    """Move the demo world ahead, never back; this process sees it at once, others in a second.

    Raises:
        Forbidden: this is not the demo.
    """
    if not settings.DEMO:
        raise Forbidden("Only the demo world's clock can be moved: DEMO is not 1.")
    seconds = int(by.total_seconds())
    assert seconds > 0, by
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_democlock (id, offset_seconds) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE"
            " SET offset_seconds = core_democlock.offset_seconds + excluded.offset_seconds"
            " RETURNING offset_seconds",
            [seconds],
        )
        row = cursor.fetchone()
    assert row
    total = timedelta(seconds=int(row[0]))
    demo_clock_publish(total)
    clock.offset_forget()
    return total


def demo_clock_publish(offset: timedelta) -> None:
    """Tell the click process. Also at start: Redis forgets, the database does not."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        client.set(REDIS_KEY, int(offset.total_seconds()))
    finally:
        client.close()
