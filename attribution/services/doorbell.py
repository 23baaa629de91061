"""An unsigned call rang: what it is about is read at the source, at once. Runs as the system."""

from __future__ import annotations

from datetime import datetime, timedelta

from attribution.connectors.base import Doorbell
from attribution.connectors.registry import poll_connector
from attribution.models import Connection, PollCursor
from core import clock


def doorbell_ring(connection: Connection, bell: Doorbell) -> int:
    """Make the lists due. Returns how many will be read earlier than they would have been.

    The pauses stand that the source asked for, that its limits ask for, and that follow failures:
    whoever rings, however often, hurries nothing beyond them.
    """
    now = clock.now()
    cursors = PollCursor.objects.select_for_update().filter(
        connection=connection, endpoint__in=bell.endpoints, failures=0
    )
    hurried = 0
    for cursor in cursors.order_by("pk"):
        due_at = max(now, cursor_pause_until(cursor) or now)
        if due_at < cursor.next_at:
            cursor.next_at = due_at
            cursor.save(update_fields=["next_at"])
            hurried += 1
    return hurried


def cursor_pause_until(cursor: PollCursor) -> datetime | None:
    """Until when the source's limits forbid to ask again; None before the first time."""
    if cursor.polled_at is None:
        return None
    endpoint = poll_connector(cursor.connection.source).endpoints[cursor.endpoint]
    interval = timedelta(seconds=max(endpoint.interval_seconds.values()))
    return max(cursor.polled_at + interval, cursor.limited_until or cursor.polled_at)
