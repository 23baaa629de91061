"""When a list of a source may be asked, and what hurries it. Runs as the system.

The cursor's own row is the limiter of its endpoint: who asks it holds its lease, and nobody else
asks it. See docs/adr/0008-poll-planner.md.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from attribution.connectors.base import Doorbell
from attribution.connectors.registry import poll_connector
from attribution.models import Connection, PollCursor
from core import clock
from core.bulk import rows_update


def doorbells_ring(bells: Collection[tuple[int, Doorbell]]) -> int:
    """Make the lists of connections (their ids) due. Returns how many will be read earlier than
    they would have been. A few queries, however many bells.

    The pauses stand that the source asked for, that its limits ask for, and that follow failures:
    whoever rings, however often, hurries nothing beyond them.
    """
    if not bells:
        return 0
    _callers_remember(bells)
    rung = Q()
    for connection_id, bell in bells:
        rung |= Q(connection_id=connection_id, endpoint__in=bell.endpoints)
    return cursors_hurry(PollCursor.objects.filter(rung, failures=0))


def _callers_remember(bells: Collection[tuple[int, Doorbell]]) -> None:
    """What the first caller of a connection said of itself; `caller_check` holds the others to
    it. No query where nobody said anything."""
    said: dict[int, dict[str, str]] = {}
    for connection_id, bell in bells:
        if bell.caller:
            said[connection_id] = dict(bell.caller) | said.get(connection_id, {})
    if not said:
        return
    locked = Connection.objects.select_for_update().filter(pk__in=said).order_by("pk")
    for connection in locked:
        if new := said[connection.pk].keys() - connection.settings.keys():
            connection.settings |= {name: said[connection.pk][name] for name in new}
            connection.save(update_fields=["settings"])


def cursors_hurry(cursors: QuerySet[PollCursor]) -> int:
    """Make these due as soon as the source's limits allow. Returns how many are earlier now."""
    now = clock.now()
    hurried = []
    locked = cursors.select_for_update(of=("self",)).select_related("connection")
    for cursor in locked.order_by("pk"):
        due_at = max(now, cursor_pause_until(cursor) or now)
        if due_at < cursor.next_at:
            cursor.next_at = due_at
            hurried.append(cursor)
    rows_update(hurried, ["next_at"])
    return len(hurried)


def cursor_pause_until(cursor: PollCursor) -> datetime | None:
    """Until when the source's limits forbid to ask again; None before the first time."""
    pauses = [cursor.limited_until] if cursor.limited_until else []
    if cursor.polled_at is not None:
        pauses.append(cursor.polled_at + cursor_interval(cursor))
    return max(pauses, default=None)


def cursor_interval(cursor: PollCursor) -> timedelta:
    """The least pause between two questions, by the kind of the connection's token."""
    endpoint = poll_connector(cursor.connection.source).endpoints[cursor.endpoint]
    of_kind = endpoint.interval_seconds
    kind = cursor.connection.settings.get("token_kind")
    return timedelta(seconds=of_kind.get(str(kind), max(of_kind.values())))
