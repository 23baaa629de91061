"""Asks the sources that do not call us. A cursor is a row; what a page brought and the new cursor
are committed together, so that nothing is skipped and what is read twice is one event.

Who is asked when: docs/adr/0008-poll-planner.md. What becomes of an answer: poll_answers.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value

from attribution.connectors.base import PollConnection, PollPage
from attribution.connectors.registry import POLLS, poll_connector
from attribution.domain.pauses import SLOW
from attribution.models import Connection, PollCursor
from attribution.selectors.connections import call_url
from attribution.selectors.known_orders import known_versions, last_event_keys, open_order_ids
from attribution.services.poll_answers import Answer, answers_store
from core import clock
from core.crew import Crew, Hands, OneHand, borrowed_connection
from core.http import OutgoingClient, outgoing
from core.tenancy.context import acting_as

TICK = timedelta(seconds=10)  # of new questions; those under way are waited for
CURSORS_PER_TICK_MAX = 5_000
# No question outlives its task (CELERY_TASK_TIME_LIMIT): what is still leased then is free.
LEASE = timedelta(seconds=300)
# A source that is switched off is looked at once a day; switching it on makes it due at once.
OFF_PAUSE = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=5)  # a shop's and ours: its first orders must not look older


@dataclass(frozen=True, slots=True)
class OrdersOf:
    """`KnownOrders` of a connection: each question is a short transaction, as the HTTP calls
    between them take seconds."""

    connection_id: int

    def last_keys(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        with borrowed_connection(), acting_as(system="poll"):
            return last_event_keys(self.connection_id, external_ids)

    def versions(self, external_ids: Sequence[str]) -> Mapping[str, datetime]:
        with borrowed_connection(), acting_as(system="poll"):
            return known_versions(self.connection_id, external_ids)

    def open_after(self, external_id: str, *, placed_before: datetime, most: int) -> Sequence[str]:
        with borrowed_connection(), acting_as(system="poll"):
            return open_order_ids(
                self.connection_id, after=external_id, placed_before=placed_before, most=most
            )


def cursors_ensure(connection: Connection) -> None:
    """Begin to read every list of a polled source that its token may ask, and no other. Runs as
    the system."""
    open_ = _endpoints_open(connection)
    PollCursor.objects.filter(connection=connection).exclude(endpoint__in=open_).delete()
    PollCursor.objects.bulk_create(
        [
            PollCursor(connection=connection, brand_id=connection.brand_id, endpoint=endpoint)
            for endpoint in open_
        ],
        ignore_conflicts=True,
    )


def cursors_keep_up() -> int:
    """Begin to read the lists that connectors have learned after their sources were connected.
    Returns how many connections got one. One query, and a look at the tokens of those that lack
    a list: most of these tokens do not open it."""
    lacking = Q()
    for source, connector in POLLS.items():
        lacking |= Q(source=source, lists__len__lt=len(connector.endpoints))
    ensured = 0
    with acting_as(system="poll"):
        lists = ArrayAgg("cursors__endpoint", filter=~Q(cursors=None), default=Value([]))
        for connection in Connection.objects.annotate(lists=lists).filter(lacking).order_by("pk"):
            if set(_endpoints_open(connection)) - set(connection.lists):
                cursors_ensure(Connection.objects.select_for_update().get(pk=connection.pk))
                ensured += 1
    return ensured


def _endpoints_open(connection: Connection) -> Collection[str]:
    """None for a source without a token: it calls us only, or its brand brings files."""
    token = connection.token
    return poll_connector(connection.source).endpoints_open(token) if token else ()


def connections_poll(*, is_slow: bool = False, crew: Crew[Answer] | None = None) -> int:
    """Ask the sources whose time has come, the longest due first, for a page each, as many at once
    as the crew has hands, as long as the TICK lasts. Returns how many were asked.

    Slow sources have ticks of their own (`is_slow`), so that the others never wait behind them:
    who does not answer within SLOW is handed over to those, where we are patient.
    Only those are taken for whom there is a free hand: who is killed loses no more.
    """
    hands = crew or _crew(is_slow=is_slow)
    ends_at = clock.now() + TICK
    asked = 0
    try:
        while True:
            if clock.now() < ends_at:
                most = min(hands.free, CURSORS_PER_TICK_MAX - asked)
                for cursor in _cursors_take(is_slow=is_slow, most=most):
                    hands.give(partial(_cursor_ask, cursor, is_patient=is_slow))
                    asked += 1
            answers = hands.results()
            if not answers:
                return asked
            answers_store(answers, is_patient=is_slow)
    finally:
        hands.dismiss()


def _crew(*, is_slow: bool) -> Crew[Answer]:
    count = settings.POLL_HANDS_SLOW if is_slow else settings.POLL_HANDS
    return OneHand() if count == 1 else Hands(count)


def _cursors_take(*, is_slow: bool, most: int) -> list[PollCursor]:
    """The cursors that are due the longest, leased; empty when none is due. Each counts as slow
    until its answer says otherwise: a question that kills its worker must not meet the others
    again."""
    while most > 0:
        with acting_as(system="poll"):
            now = clock.now()
            due = list(_due(is_slow=is_slow)[:most])
            off = {each.pk for each in due if each.connection.state == Connection.State.OFF}
            taken = [each for each in due if each.pk not in off]
            PollCursor.objects.filter(pk__in=off).update(next_at=now + OFF_PAUSE)
            for cursor in taken:
                cursor.next_at, cursor.is_slow = now + LEASE, True
            leased = PollCursor.objects.filter(pk__in=[each.pk for each in taken])
            leased.update(next_at=now + LEASE, is_slow=True)
        if taken or not off:
            return taken
    return []


def _due(*, is_slow: bool) -> QuerySet[PollCursor]:
    return (
        PollCursor.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("connection")
        .filter(is_slow=is_slow, next_at__lte=clock.now(), connection__source__in=POLLS)
        .order_by("next_at")
    )


def _cursor_ask(cursor: PollCursor, *, is_patient: bool) -> Answer:
    """By a hand, outside any transaction; the lease (`next_at`) keeps two workers apart."""
    asked_at = clock.now()
    page, error = None, None
    try:
        page = _page_fetch(cursor, asked_at, is_patient=is_patient)
    except Exception as refused:  # also a bug: one source must not stand before all due later
        error = refused
    return Answer(cursor, asked_at, clock.now(), page, error)


def _page_fetch(cursor: PollCursor, asked_at: datetime, *, is_patient: bool) -> PollPage:
    connection = cursor.connection
    asked = PollConnection(
        connection.token,
        connection.settings,
        OrdersOf(connection.pk),
        call_url=call_url(connection),
        connected_at=connection.created_at - CLOCKS_DIFFER,
    )
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
