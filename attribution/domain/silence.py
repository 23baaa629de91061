"""When a source that says nothing is silent, by its own rhythm and nobody else's. Pure.

A shop that sells all day is silent after a day without an event, and one that sells once a week is
not. Nights and weekends are part of a rhythm: they are the longest pauses that come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

HOUR = timedelta(hours=1)
HOURS_READ = 200  # the last hours with an event: a week of a shop that never sleeps
HISTORY_DAYS = 60
PAUSES_MIN = 10
SPAN_MIN = timedelta(days=7)  # with a weekend in it
SILENCE_MIN = timedelta(hours=12)
MEDIANS, LONGEST = 6, 2  # how much longer than usual, and than what has been


def silence_after(hours: Sequence[datetime]) -> timedelta | None:
    """The pause after which a source is silent; None while too little is known of it.

    `hours` are those in which anything came, oldest first, each once. The longest pause of all does
    not count: one holiday, or one outage, must not make us deaf for weeks.
    """
    pauses = sorted(later - sooner for sooner, later in pairwise(hours))
    if len(pauses) < PAUSES_MIN or hours[-1] - hours[0] < SPAN_MIN:
        return None
    return max(SILENCE_MIN, MEDIANS * _median(pauses), LONGEST * pauses[-2])


def is_silent(hours: Sequence[datetime], now: datetime) -> bool:
    """Whether a source has said nothing for much longer than it ever does."""
    after = silence_after(hours)
    return after is not None and now - hours[-1] > after


def _median(pauses: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(pause.total_seconds() for pause in pauses))
