"""How a brand's sources are doing. Runs as the brand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncHour

from attribution.connectors.base import CredentialsRefused
from attribution.domain.page_events import PAGE
from attribution.domain.silence import HISTORY_DAYS, HOURS_READ
from attribution.models import Connection, InboundEvent, PollCursor
from core import clock

HealthStatus = Literal[
    "waiting", "healthy", "late", "silent", "limited", "failing", "expired", "revoked", "paused"
]
BROKEN: frozenset[HealthStatus] = frozenset({"failing", "expired", "revoked"})  # nothing is read
LIMITED_SHOWN = timedelta(minutes=5)  # shorter pauses are how a source is read
UNREAD_LATE = timedelta(minutes=5)  # events are worked on within seconds
POLL_LATE = timedelta(minutes=15)  # a poller that stood still this long is not just busy
DEAD_WINDOW = timedelta(days=1)

Asked = tuple[datetime | None, datetime | None]  # the next poll, the latest limit
NEVER: Asked = (None, None)

STATUSES: dict[str, HealthStatus] = {
    Connection.State.NEW: "waiting",
    Connection.State.OK: "healthy",
    Connection.State.FAILING: "failing",
    Connection.State.OFF: "paused",
}


@dataclass(frozen=True, slots=True)
class Health:
    """`behind` is how long the oldest event waits, or how long nothing was read; `dead` is how
    many events of the last day could not be read, `refused` how many different calls were not
    taken; `next_at` is when a polled source is asked."""

    status: HealthStatus
    behind: timedelta | None = None
    dead: int = 0
    refused: int = 0
    next_at: datetime | None = None
    limited_until: datetime | None = None


def connections_health(connections: Collection[Connection]) -> dict[int, Health]:
    """{connection: its health}. Three queries, whatever their number."""
    now = clock.now()
    events = InboundEvent.objects.filter(connection__in=connections).order_by()
    waiting = events.filter(state=InboundEvent.State.RECEIVED).values_list("connection_id")
    unread = dict(waiting.annotate(since=Min("received_at")))
    recent = events.filter(received_at__gte=now - DEAD_WINDOW)
    failed = recent.filter(state__in=(InboundEvent.State.DEAD, InboundEvent.State.REFUSED))
    counted = failed.values_list("connection_id", "state").annotate(count=Count("pk"))
    lost = {(pk, state): count for pk, state, count in counted}
    cursors = PollCursor.objects.filter(connection__in=connections).order_by()
    asked = cursors.values_list("connection_id").annotate(
        next_at=Min("next_at"), limited_until=Max("limited_until")
    )
    due = {pk: (next_at, limited_until) for pk, next_at, limited_until in asked}
    return {
        each.pk: _health(
            each,
            unread.get(each.pk),
            due.get(each.pk, NEVER),
            dead=lost.get((each.pk, InboundEvent.State.DEAD), 0),
            refused=lost.get((each.pk, InboundEvent.State.REFUSED), 0),
            now=now,
        )
        for each in connections
    }


def _health(
    connection: Connection,
    unread_since: datetime | None,
    asked: Asked,
    *,
    dead: int,
    refused: int,
    now: datetime,
) -> Health:
    next_at, limited_until = asked
    behind = _behind(connection, unread_since, next_at, now)
    is_limited = limited_until is not None and limited_until - now > LIMITED_SHOWN
    status = STATUSES[connection.state]
    if status == "failing":
        status = _refusal(connection, now)
    elif status == "healthy":
        status = _working(connection, behind, is_limited=is_limited, now=now)
    return Health(status, behind, dead, refused, next_at, limited_until if is_limited else None)


def _refusal(connection: Connection, now: datetime) -> HealthStatus:
    """A token that is refused has ended, if it said when it would, or was withdrawn."""
    if not connection.error.startswith(CredentialsRefused.code):
        return "failing"
    return "expired" if _has_expired(connection, now) else "revoked"


def _working(
    connection: Connection, behind: timedelta | None, *, is_limited: bool, now: datetime
) -> HealthStatus:
    if _has_expired(connection, now):
        return "expired"
    if is_limited:
        return "limited"
    if behind is not None:
        return "late"
    return "silent" if connection.silent_since else "healthy"


def token_expires_at(connection: Connection) -> datetime | None:
    """When its token said that it ends; None for one that says nothing."""
    text = connection.settings.get("token_expires_at")
    return datetime.fromisoformat(text) if text else None


def _has_expired(connection: Connection, now: datetime) -> bool:
    expires_at = token_expires_at(connection)
    return expires_at is not None and expires_at <= now


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


def event_hours(connection: Connection) -> list[datetime]:
    """The last hours in which the source itself told us anything, oldest first."""
    since = clock.now() - timedelta(days=HISTORY_DAYS)
    events = InboundEvent.objects.filter(
        brand_id=connection.brand_id, connection=connection, received_at__gte=since
    )
    events = events.exclude(endpoint=PAGE).exclude(state=InboundEvent.State.REFUSED)
    hours = events.annotate(hour=TruncHour("received_at")).values_list("hour", flat=True)
    return sorted(hours.distinct().order_by("-hour")[:HOURS_READ])


def failing_count(brand_id: int) -> int:
    failing = Connection.objects.filter(brand_id=brand_id, state=Connection.State.FAILING)
    return failing.count()
