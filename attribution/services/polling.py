"""Asks the sources that do not call us. A cursor is a row; what a page brought and the new cursor
are committed together, so that nothing is skipped and what is read twice is one event."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attribution.connectors.base import ConnectorError, PollConnection, PollPage
from attribution.connectors.registry import POLLS, poll_connector
from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.connections import connection_secrets
from attribution.selectors.known_orders import last_event_keys, open_order_ids
from attribution.services.doorbell import cursor_pause_until
from attribution.services.inbox import Received, connection_works, events_store
from core import clock
from core.http import OutgoingError, OutgoingTimeout, outgoing
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

CURSORS_PER_TICK_MAX = 50
LEASE_SECONDS = 120
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 30, 3600


@dataclass(frozen=True, slots=True)
class OrdersOf:
    """`KnownOrders` of a connection: each question is a short transaction, as the HTTP calls
    between them take seconds."""

    connection_id: int

    def last_keys(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        with acting_as(system="poll"):
            return last_event_keys(self.connection_id, external_ids)

    def open_after(self, external_id: str, *, placed_before: datetime, most: int) -> Sequence[str]:
        with acting_as(system="poll"):
            return open_order_ids(
                self.connection_id, after=external_id, placed_before=placed_before, most=most
            )


def cursors_ensure(connection: Connection) -> None:
    """Begin to read every list of a polled source that its token may ask, and no other. Runs as
    the system."""
    open_ = poll_connector(connection.source).endpoints_open(connection_secrets(connection)[0])
    PollCursor.objects.filter(connection=connection).exclude(endpoint__in=open_).delete()
    PollCursor.objects.bulk_create(
        [
            PollCursor(connection=connection, brand_id=connection.brand_id, endpoint=endpoint)
            for endpoint in open_
        ],
        ignore_conflicts=True,
    )


def connections_poll() -> int:
    """Ask every source whose time has come for one page. Returns how many were asked.

    The HTTP call runs outside any transaction; the lease (`next_at`) keeps two workers apart.
    """
    leased = _cursors_lease()
    for cursor in leased:
        _cursor_poll(cursor)
    return len(leased)


def _cursors_lease() -> list[PollCursor]:
    with acting_as(system="poll"):
        now = clock.now()
        due = list(
            PollCursor.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("connection")
            .filter(next_at__lte=now, connection__source__in=POLLS)
            .exclude(connection__state=Connection.State.OFF)
            .order_by("next_at")[:CURSORS_PER_TICK_MAX]
        )
        lease_until = now + timedelta(seconds=LEASE_SECONDS)
        PollCursor.objects.filter(pk__in=[cursor.pk for cursor in due]).update(next_at=lease_until)
    for cursor in due:
        cursor.next_at = lease_until
    return due


def _cursor_poll(cursor: PollCursor) -> None:
    now = clock.now()
    connection = cursor.connection
    asked = PollConnection(
        connection_secrets(connection)[0], connection.settings, OrdersOf(connection.pk)
    )
    try:
        page = poll_connector(connection.source).fetch(
            outgoing(), cursor.endpoint, cursor.cursor, asked, now=now
        )
    except (ConnectorError, OutgoingError) as error:
        logger.warning("poll of connection %s %s: %s", connection.pk, cursor.endpoint, error)
        _failure_record(cursor, error, now)
    else:
        _page_store(cursor, page, now)


def _page_store(cursor: PollCursor, page: PollPage, now: datetime) -> None:
    with acting_as(system="poll"):
        received = [Received(record.event_key, record.body) for record in page.records]
        connection = cursor.connection
        events_store(connection, cursor.endpoint, InboundEvent.Trust.PULLED, received)
        cursor.cursor = dict(page.next_cursor)
        cursor.polled_at, cursor.failures = now, 0
        next_at = now + timedelta(seconds=page.next_delay_seconds)
        cursor.limited_until = next_at if page.is_limited else None
        has_rung = PollCursor.objects.filter(pk=cursor.pk, next_at__lt=cursor.next_at).exists()
        if has_rung:  # while we read: what it is about may have come behind our page
            next_at = min(next_at, max(clock.now(), cursor_pause_until(cursor) or next_at))
        cursor.next_at = next_at
        cursor.save(update_fields=["cursor", "polled_at", "limited_until", "failures", "next_at"])
        failing = PollCursor.objects.filter(connection=connection, failures__gt=0)
        if not page.is_limited and not failing.exists():
            connection_works(connection)


def _failure_record(cursor: PollCursor, error: Exception, now: datetime) -> None:
    """Growing pauses; the brand sees the source's own reason."""
    cursor.failures += 1
    pause = min(BACKOFF_SECONDS * 2 ** (cursor.failures - 1), BACKOFF_SECONDS_MAX)
    said = f"no_answer: {error}" if isinstance(error, OutgoingTimeout) else str(error)
    with acting_as(system="poll"):
        cursor.next_at = now + timedelta(seconds=pause)
        cursor.save(update_fields=["failures", "next_at"])
        Connection.objects.filter(pk=cursor.connection_id).update(
            state=Connection.State.FAILING, error=said[:300]
        )
