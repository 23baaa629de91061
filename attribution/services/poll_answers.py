"""What an answer of a source, or its lack of one, does to its cursor and its connection."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attribution.connectors.base import ConnectorError, PollPage
from attribution.domain.pauses import MUTE_AFTER, SLOW, backoff, named_pause, spread_of
from attribution.models import Connection, InboundEvent, PollCursor
from attribution.services.doorbell import cursor_interval, cursor_pause_until
from attribution.services.inbox import Received, connection_works, events_store
from attribution.services.reconciliation import page_compare
from core import clock
from core.bulk import rows_update
from core.http import OutgoingError, OutgoingFailed, OutgoingTimeout
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

FAILURES_MAX = 1_000
_NO_ANSWER = (OutgoingTimeout, OutgoingFailed)  # or one of a server in trouble
_OF_A_PAGE = ["cursor", "polled_at", "limited_until", "failures", "next_at", "is_slow"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page or the error that came instead. `cursor` is as it was taken, leased."""

    cursor: PollCursor
    asked_at: datetime
    answered_at: datetime
    page: PollPage | None
    error: Exception | None = None

    @property
    def is_slow(self) -> bool:
        return self.answered_at - self.asked_at > SLOW

    @property
    def is_routine(self) -> bool:
        """No news from a source that works, which is what most answers are: they need a change of
        their cursors and nothing else, and have it together."""
        connection = self.cursor.connection
        page = self.page
        no_news = page is not None and not (page.records or page.shown or page.calls)
        return no_news and connection.state == Connection.State.OK


def answers_store(answers: Sequence[Answer], *, is_patient: bool) -> None:
    """Each is stored whatever is wrong with another."""
    routine = [answer for answer in answers if answer.is_routine]
    apart = [answer for answer in answers if not answer.is_routine]
    try:
        _cursors_move(routine)
    except Exception:  # with one of them; which one shows when each is stored for itself
        apart += routine
    for answer in apart:
        if answer.page is None:
            _error_store(answer, is_patient=is_patient)
        else:
            _page_or_failure_store(answer)


def _page_or_failure_store(answer: Answer) -> None:
    try:
        page_store(answer)
    except Exception as error:  # a bug with one source must not stand before the others
        _failure_record(answer, error)


def page_store(answer: Answer) -> None:
    """What the page brought, and the cursor behind it."""
    cursor, page = answer.cursor, answer.page
    assert page is not None
    with acting_as(system="poll"):
        received = [Received(record.event_key, record.body) for record in page.records]
        events_store(cursor.connection, cursor.endpoint, InboundEvent.Trust.PULLED, received)
        _cursors_move([answer])
        page_compare(cursor.connection, page)
        if not page.is_limited:
            connection_works(cursor.connection)


def _cursors_move(answers: Sequence[Answer]) -> None:
    """The cursors behind these pages. One that is gone by now (its token changed) stays gone."""
    if not answers:
        return
    with acting_as(system="poll"):
        ids = [answer.cursor.pk for answer in answers]
        rows = PollCursor.objects.select_for_update(of=("self",)).filter(pk__in=ids)
        due_at = dict(rows.order_by("pk").values_list("pk", "next_at"))
        moved = [
            _cursor_moved(answer, due_at[answer.cursor.pk])
            for answer in answers
            if answer.cursor.pk in due_at
        ]
        rows_update(moved, _OF_A_PAGE)


def _cursor_moved(answer: Answer, due_at: datetime) -> PollCursor:
    """`due_at` is what the row says now: sooner than the lease, when somebody rang meanwhile."""
    cursor, page = answer.cursor, answer.page
    assert page is not None
    has_rung = due_at < cursor.next_at
    cursor.cursor = dict(page.next_cursor)
    cursor.polled_at, cursor.failures, cursor.is_slow = answer.asked_at, 0, answer.is_slow
    next_at = answer.asked_at + timedelta(seconds=page.next_delay_seconds)
    if page.is_limited:
        next_at = clock.now() + named_pause(page.next_delay_seconds)
    cursor.limited_until = next_at if page.is_limited else None
    if has_rung:  # while we read: what it is about may have come behind our page
        next_at = min(next_at, max(clock.now(), cursor_pause_until(cursor) or next_at))
    cursor.next_at = next_at
    return cursor


def _error_store(answer: Answer, *, is_patient: bool) -> None:
    error = answer.error
    assert error is not None
    if isinstance(error, _NO_ANSWER) and not is_patient:
        _hand_over(answer.cursor)
    else:
        _failure_record(answer, error)


def _hand_over(cursor: PollCursor) -> None:
    """Ask apart from the others, at once: no failure yet. With it go all sellers of a platform
    that has answered nobody of late, or each of them would be waited for first."""
    now = clock.now()
    source = cursor.connection.source
    with acting_as(system="poll"):
        PollCursor.objects.filter(pk=cursor.pk).update(next_at=now, is_slow=True)
        others = PollCursor.objects.filter(connection__source=source)
        if not others.filter(polled_at__gte=now - MUTE_AFTER).exists():
            free = others.filter(is_slow=False).select_for_update(skip_locked=True, of=("self",))
            PollCursor.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(
                is_slow=True
            )


def _failure_record(answer: Answer, error: Exception) -> None:
    """Growing pauses, never shorter than the source's own; the brand sees its reason."""
    cursor = answer.cursor
    _log(cursor, error)
    now = clock.now()
    failures = min(cursor.failures + 1, FAILURES_MAX)
    named = error.retry_after_seconds if isinstance(error, OutgoingFailed) else None
    limited_until = now + named_pause(named) if named else None
    own = now + backoff(failures, spread_of(cursor.pk, failures))
    allowed = answer.asked_at + cursor_interval(cursor)
    with acting_as(system="poll"):
        PollCursor.objects.filter(pk=cursor.pk).update(
            failures=failures,
            is_slow=answer.is_slow,
            limited_until=limited_until,
            next_at=max(own, allowed, limited_until or own),
        )
        Connection.objects.filter(pk=cursor.connection_id).exclude(
            state=Connection.State.OFF
        ).update(state=Connection.State.FAILING, error=_said(error))


def _log(cursor: PollCursor, error: Exception) -> None:
    if isinstance(error, ConnectorError | OutgoingError):
        logger.warning("poll of connection %s %s: %s", cursor.connection_id, cursor.endpoint, error)
    else:
        logger.error(
            "poll of connection %s %s failed",
            cursor.connection_id,
            cursor.endpoint,
            exc_info=error,
        )


def _said(error: Exception) -> str:
    if isinstance(error, OutgoingTimeout):
        return f"no_answer: {error}"[:300]
    if isinstance(error, ConnectorError | OutgoingError):
        return str(error)[:300]
    return f"our_error: {type(error).__name__}"  # its text may quote what it was given
