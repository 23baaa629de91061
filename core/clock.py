"""The only place that knows what time it is.

The demo world has an offset of its own (`manage.py demo_advance 15d` moves it), kept in the
database so that every process agrees; everywhere else the offset is zero and never read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

ALMATY = ZoneInfo("Asia/Almaty")  # the whole country is UTC+5 since 2024-03-01
OFFSET_READ_SECONDS = 1.0

_history: datetime | None = None  # the moment that is being told, see `telling`
_offset = timedelta()
_offset_read_at = -OFFSET_READ_SECONDS


def now() -> datetime:
    """This moment, aware, in UTC."""
    if _history is not None:
        return _history
    moment = datetime.now(UTC)
    return moment + _demo_offset() if settings.DEMO else moment


@contextmanager
def telling(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment`: how the demo's history goes through real services.

    For the one thread of `seed_demo`; refused outside the demo.
    """
    global _history
    if not settings.DEMO:
        raise RuntimeError("history is only told in the demo")
    assert moment.tzinfo is not None, moment
    before, _history = _history, moment
    try:
        yield
    finally:
        _history = before


def today() -> date:
    """The day in Kazakhstan, by which days are cut everywhere."""
    return now().astimezone(ALMATY).date()


def day_of(moment: datetime) -> date:
    """The day in Kazakhstan of an aware moment."""
    assert moment.tzinfo is not None, moment
    return moment.astimezone(ALMATY).date()


def day_start(day: date) -> datetime:
    """The first moment of a day in Kazakhstan, in UTC. People type days of any year: of the very
    first one it is the first moment there is."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=ALMATY).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def day_end(day: date) -> datetime:
    """The first moment that is no longer of a day in Kazakhstan, in UTC; of the very last one the
    last moment there is."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return day_start(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The last day in Kazakhstan of what ends at this moment: `day_end` read backwards. An end in
    the midst of a day belongs to that day."""
    return day_of(end - timedelta(microseconds=1))


def offset_forget() -> None:
    """Read the demo's offset anew at the next question: for the process that has just moved it."""
    global _offset_read_at
    _offset_read_at = time.monotonic() - OFFSET_READ_SECONDS


def _demo_offset() -> timedelta:
    global _offset, _offset_read_at
    if time.monotonic() - _offset_read_at >= OFFSET_READ_SECONDS:
        from core.demo_clock import offset_read  # a query: only where DEMO is on

        _offset_read_at = time.monotonic()  # first: the query itself may ask for the time
        _offset = offset_read()
    return _offset
