"""Asks the sources that do not call us. A cursor is a row; what a page brought and the new cursor
are committed together, so that nothing is skipped and what is read twice is one event.

Who is asked when: docs/adr/0008-poll-planner.md.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attribution.connectors.base import ConnectorError, PollConnection, PollPage
from attribution.connectors.registry import POLLS, poll_connector
from attribution.domain.pauses import MUTE_AFTER, SLOW, backoff, named_pause, spread_of
from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.known_orders import last_event_keys, open_order_ids
from attribution.services.doorbell import cursor_interval, cursor_pause_until
from attribution.services.inbox import Received, connection_works, events_store
from core import clock
from core.http import (
    OutgoingClient,
    OutgoingError,
    OutgoingFailed,
    OutgoingTimeout,
    outgoing,
)
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

TICK = timedelta(seconds=10)  # of a worker's time; the question that is under way is finished
CURSORS_PER_TICK_MAX = 500
# No question outlives its task (CELERY_TASK_TIME_LIMIT): what is still leased then is free.
LEASE = timedelta(seconds=300)
FAILURES_MAX = 1_000
_NO_ANSWER = (OutgoingTimeout, OutgoingFailed)  # or one of a server in trouble


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
    open_ = poll_connector(connection.source).endpoints_open(connection.token)
    PollCursor.objects.filter(connection=connection).exclude(endpoint__in=open_).delete()
    PollCursor.objects.bulk_create(
        [
            PollCursor(connection=connection, brand_id=connection.brand_id, endpoint=endpoint)
            for endpoint in open_
        ],
        ignore_conflicts=True,
    )


def connections_poll(*, is_slow: bool = False) -> int:
    """Ask the sources whose time has come, the longest due first, for a page each, as long as the
    TICK lasts. Returns how many were asked.

    Slow sources have ticks of their own (`is_slow`), so that the others never wait behind them:
    who does not answer within SLOW is handed over to those, where we are patient.
    One cursor is taken at a time: who is killed loses one, and a tick leaves nothing leased.
    """
    ends_at = clock.now() + TICK
    asked = 0
    while asked < CURSORS_PER_TICK_MAX and clock.now() < ends_at:
        cursor = _cursor_take(is_slow=is_slow)
        if cursor is None:
            break
        _cursor_poll(cursor, is_patient=is_slow)
        asked += 1
    return asked


def _cursor_take(*, is_slow: bool) -> PollCursor | None:
    """The cursor that is due the longest, leased. It counts as slow until its answer says
    otherwise: a question that kills its worker must not meet the others again."""
    with acting_as(system="poll"):
        now = clock.now()
        cursor = (
            PollCursor.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("connection")
            .filter(is_slow=is_slow, next_at__lte=now, connection__source__in=POLLS)
            .exclude(connection__state=Connection.State.OFF)
            .order_by("next_at")
            .first()
        )
        if cursor is not None:
            cursor.next_at, cursor.is_slow = now + LEASE, True
            cursor.save(update_fields=["next_at", "is_slow"])
    return cursor


def _cursor_poll(cursor: PollCursor, *, is_patient: bool) -> None:
    """The HTTP call runs outside any transaction; the lease (`next_at`) keeps two workers apart."""
    asked_at = clock.now()
    try:
        page = _page_fetch(cursor, asked_at, is_patient=is_patient)
        _page_store(cursor, page, asked_at, is_slow=clock.now() - asked_at > SLOW)
    except (ConnectorError, OutgoingError) as error:
        if isinstance(error, _NO_ANSWER) and not is_patient:
            _hand_over(cursor)
            return
        logger.warning("poll of connection %s %s: %s", cursor.connection_id, cursor.endpoint, error)
        _failure_record(cursor, error, asked_at)
    except Exception as error:  # a bug with one source must not stand before all that are due later
        logger.exception("poll of connection %s %s failed", cursor.connection_id, cursor.endpoint)
        _failure_record(cursor, error, asked_at)


def _page_fetch(cursor: PollCursor, asked_at: datetime, *, is_patient: bool) -> PollPage:
    connection = cursor.connection
    asked = PollConnection(connection.token, connection.settings, OrdersOf(connection.pk))
    return poll_connector(connection.source).fetch(
        _client(cursor, is_patient=is_patient),
        cursor.endpoint,
        cursor.cursor,
        asked,
        now=asked_at,
    )


def _client(cursor: PollCursor, *, is_patient: bool) -> OutgoingClient:
    """Among the others nobody is waited for. Apart from them a call is repeated, but not for a
    source that failed before: its next try is the cursor's own."""
    if not is_patient:
        return outgoing(timeout_seconds=SLOW.total_seconds(), attempts_max=1)
    return outgoing(attempts_max=1) if cursor.failures else outgoing()


def _hand_over(cursor: PollCursor) -> None:
    """Ask apart from the others, at once: no failure yet. With it go all sellers of a platform
    that has answered nobody of late, or each of them would be waited for first."""
    now = clock.now()
    source = cursor.connection.source
    with acting_as(system="poll"):
        cursor.next_at, cursor.is_slow = now, True
        cursor.save(update_fields=["next_at", "is_slow"])
        others = PollCursor.objects.filter(connection__source=source)
        if not others.filter(polled_at__gte=now - MUTE_AFTER).exists():
            free = others.filter(is_slow=False).select_for_update(skip_locked=True, of=("self",))
            PollCursor.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(
                is_slow=True
            )


def _page_store(
    cursor: PollCursor, page: PollPage, asked_at: datetime, *, is_slow: bool = False
) -> None:
    with acting_as(system="poll"):
        received = [Received(record.event_key, record.body) for record in page.records]
        connection = cursor.connection
        events_store(connection, cursor.endpoint, InboundEvent.Trust.PULLED, received)
        leased_until = cursor.next_at
        cursor.cursor = dict(page.next_cursor)
        cursor.polled_at, cursor.failures, cursor.is_slow = asked_at, 0, is_slow
        next_at = asked_at + timedelta(seconds=page.next_delay_seconds)
        if page.is_limited:
            next_at = clock.now() + named_pause(page.next_delay_seconds)
        cursor.limited_until = next_at if page.is_limited else None
        has_rung = PollCursor.objects.filter(pk=cursor.pk, next_at__lt=leased_until).exists()
        if has_rung:  # while we read: what it is about may have come behind our page
            next_at = min(next_at, max(clock.now(), cursor_pause_until(cursor) or next_at))
        cursor.next_at = next_at
        cursor.save(
            update_fields=["cursor", "polled_at", "limited_until", "failures", "next_at", "is_slow"]
        )
        failing = PollCursor.objects.filter(connection=connection, failures__gt=0)
        if not page.is_limited and not failing.exists():
            connection_works(connection)


def _failure_record(cursor: PollCursor, error: Exception, asked_at: datetime) -> None:
    """Growing pauses, never shorter than the source's own; the brand sees its reason."""
    now = clock.now()
    cursor.failures = min(cursor.failures + 1, FAILURES_MAX)
    cursor.is_slow = now - asked_at > SLOW
    named = error.retry_after_seconds if isinstance(error, OutgoingFailed) else None
    cursor.limited_until = now + named_pause(named) if named else None
    own = now + backoff(cursor.failures, spread_of(cursor.pk, cursor.failures))
    allowed = asked_at + cursor_interval(cursor)
    cursor.next_at = max(own, allowed, cursor.limited_until or own)
    with acting_as(system="poll"):
        cursor.save(update_fields=["failures", "next_at", "limited_until", "is_slow"])
        Connection.objects.filter(pk=cursor.connection_id).update(
            state=Connection.State.FAILING, error=_said(error)
        )


def _said(error: Exception) -> str:
    if isinstance(error, OutgoingTimeout):
        return f"no_answer: {error}"[:300]
    if isinstance(error, ConnectorError | OutgoingError):
        return str(error)[:300]
    return f"our_error: {type(error).__name__}"  # its text may quote what it was given
