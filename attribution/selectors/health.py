"""How a brand's sources are doing. Runs as the brand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Min

from attribution.models import Connection, InboundEvent, PollCursor
from core import clock

HealthStatus = Literal["waiting", "healthy", "late", "failing", "paused"]
UNREAD_LATE = timedelta(minutes=5)  # events are worked on within seconds
POLL_LATE = timedelta(minutes=15)  # a poller that stood still this long is not just busy
DEAD_WINDOW = timedelta(days=1)

STATUSES: dict[str, HealthStatus] = {
    Connection.State.NEW: "waiting",
    Connection.State.OK: "healthy",
    Connection.State.FAILING: "failing",
    Connection.State.OFF: "paused",
}


@dataclass(frozen=True, slots=True)
class Health:
    """`behind` is how long the oldest event waits, or how long nothing was read; `dead` is how
    many events of the last day could not be read; `next_at` is when a polled source is asked."""

    status: HealthStatus
    behind: timedelta | None = None
    dead: int = 0
    next_at: datetime | None = None


def connections_health(connections: Collection[Connection]) -> dict[int, Health]:
    """{connection: its health}. Three queries, whatever their number."""
    now = clock.now()
    events = InboundEvent.objects.filter(connection__in=connections).order_by()
    waiting = events.filter(state=InboundEvent.State.RECEIVED).values_list("connection_id")
    unread = dict(waiting.annotate(since=Min("received_at")))
    failed = events.filter(
        state=InboundEvent.State.DEAD, received_at__gte=now - DEAD_WINDOW
    ).values_list("connection_id")
    dead = dict(failed.annotate(count=Count("pk")))
    cursors = PollCursor.objects.filter(connection__in=connections).order_by()
    due = dict(cursors.values_list("connection_id").annotate(next_at=Min("next_at")))
    return {
        each.pk: _health(
            each, unread.get(each.pk), due.get(each.pk), dead=dead.get(each.pk, 0), now=now
        )
        for each in connections
    }


def _health(
    connection: Connection,
    unread_since: datetime | None,
    next_at: datetime | None,
    *,
    dead: int,
    now: datetime,
) -> Health:
    status = STATUSES[connection.state]
    behind = _behind(connection, unread_since, next_at, now)
    if status == "healthy" and behind is not None:
        status = "late"
    return Health(status, behind, dead, next_at)


def _behind(
    connection: Connection, unread_since: datetime | None, next_at: datetime | None, now: datetime
) -> timedelta | None:
    if connection.state == Connection.State.OFF:
        return None
    if unread_since is not None and now - unread_since > UNREAD_LATE:
        return now - unread_since
    if next_at is not None and now - next_at > POLL_LATE:
        return now - next_at
    if connection.state == Connection.State.FAILING and connection.last_event_at is not None:
        return now - connection.last_event_at
    return None


def failing_count(brand_id: int) -> int:
    failing = Connection.objects.filter(brand_id=brand_id, state=Connection.State.FAILING)
    return failing.count()
