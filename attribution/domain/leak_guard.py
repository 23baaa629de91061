"""Signs that a promo code is used by people who never saw its influencer: a leaked code. Pure.

A code is held against its own past and never against other codes: a code that is said aloud in a
video is used without a click all the time, and that is its nature. A sign is no proof; it says what
was counted, and people decide. Shares are compared by their Wilson intervals of 99 %, so that few
uses are never enough; counts are floats here, money is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from typing import Any

Z = 2.576  # two-sided 99 % of the normal distribution
RECENT = timedelta(days=7)  # what is looked at
USUAL = timedelta(days=60)  # the code's own past before that
# A use is cold when nobody opened a link of the influencer for so long before it
WARM_HOURS = 6
USES_MIN = 20  # of either time, before shares are compared
BURST_USES_MIN = 10
BURST_TIMES = 3  # the busiest hour before
EARLY_USES_MIN = 3
REFERRER_PEOPLE_MIN = 5
PLACES_MIN = 20
# An open sign that nobody decided about is let go: no penalty without proof
OPEN_DAYS_MAX = 14


class Signal(StrEnum):
    COLD = "cold"
    BURST = "burst"
    EARLY = "early"
    REFERRER = "referrer"
    ABROAD = "abroad"


class Mode(StrEnum):
    """What a campaign does about a sign."""

    FLAG = "flag"  # both sides read of it
    ENFORCE = "enforce"  # and what it is about waits until somebody decides
    ROTATE = "rotate"  # and the influencer gets a new code at once


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`."""

    hits: int = 0
    total: int = 0

    def interval(self) -> tuple[float, float]:
        """Between what and what the true share lies: Wilson's interval. (0, 1) without anything."""
        if self.total == 0:
            return 0.0, 1.0
        n, p, zz = self.total, self.hits / self.total, Z * Z
        middle = p + zz / (2 * n)
        reach = Z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
        scale = 1 + zz / n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)

    def is_above(self, other: Share, *, least: int) -> bool:
        """Whether the share is higher than the other one beyond doubt, by at least so many of
        each."""
        if min(self.total, other.total) < least:
            return False
        return self.interval()[0] > other.interval()[1]


@dataclass(frozen=True, slots=True)
class BusyHour:
    """The hour of most uses; `people` opened a link of the influencer in it or in the WARM_HOURS
    before."""

    begins_at: datetime
    uses: int
    people: int


@dataclass(frozen=True, slots=True)
class SeenReferrer:
    """A site of the list of coupon sites, and how many people came from there by their links."""

    host: str
    name: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCounts:
    """What is known of one code. `since` begins the recent time: a week ago, or when somebody last
    decided about the code. Uses whose hour or clicks are not known are in no share."""

    since: datetime
    cold: Share = field(default_factory=Share)
    cold_usual: Share = field(default_factory=Share)
    busiest: BusyHour | None = None
    busiest_usual: int = 0  # uses in the busiest hour before
    usual_uses: int = 0
    early_uses: int = 0  # before the day on which anybody first opened a link
    first_use_at: datetime | None = None
    first_opened_at: datetime | None = None  # the start of the day of the first click
    referrers: Sequence[SeenReferrer] = ()
    abroad: Share = field(default_factory=Share)  # people with a known place
    abroad_usual: Share = field(default_factory=Share)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is odd, in figures (plain JSON), and which uses it is about: from `since_at` to before
    `until_at` (None: as long as it is open)."""

    signal: Signal
    figures: dict[str, Any]
    since_at: datetime
    until_at: datetime | None = None


def signs_of(counts: CodeCounts) -> list[Sign]:
    """Every sign of one code, at most one of each kind."""
    looked = (_cold(counts), _burst(counts), _early(counts), _referrer(counts), _abroad(counts))
    return [sign for found in looked for sign in found]


def _cold(counts: CodeCounts) -> Iterator[Sign]:
    now, usual = counts.cold, counts.cold_usual
    if now.is_above(usual, least=USES_MIN):
        figures = {
            "cold": now.hits,
            "uses": now.total,
            "usual_cold": usual.hits,
            "usual_uses": usual.total,
            "hours": WARM_HOURS,
        }
        yield Sign(Signal.COLD, figures, counts.since)


def _burst(counts: CodeCounts) -> Iterator[Sign]:
    """Many uses in an hour, far more than ever before, and more than people who opened the link: a
    post of the influencer's own brings both."""
    hour = counts.busiest
    if hour is None or counts.usual_uses < USES_MIN or hour.uses < BURST_USES_MIN:
        return
    if hour.uses >= BURST_TIMES * counts.busiest_usual and hour.uses > hour.people:
        figures = {
            "uses": hour.uses,
            "hour": hour.begins_at.isoformat(),
            "usual_most": counts.busiest_usual,
            "people": hour.people,
            "hours": WARM_HOURS,
        }
        until = hour.begins_at + timedelta(hours=1)
        yield Sign(Signal.BURST, figures, hour.begins_at, until)


def _early(counts: CodeCounts) -> Iterator[Sign]:
    """Who has no link out at all is not asked when it was opened."""
    first_at, opened_at = counts.first_use_at, counts.first_opened_at
    if first_at is None or opened_at is None or counts.early_uses < EARLY_USES_MIN:
        return
    figures = {
        "uses": counts.early_uses,
        "first_use": first_at.isoformat(),
        "first_click": opened_at.isoformat(),
    }
    yield Sign(Signal.EARLY, figures, first_at, opened_at)


def _referrer(counts: CodeCounts) -> Iterator[Sign]:
    seen = max(counts.referrers, key=lambda each: (each.people, each.host), default=None)
    if seen is not None and seen.people >= REFERRER_PEOPLE_MIN:
        figures = {"host": seen.host, "name": seen.name, "people": seen.people}
        yield Sign(Signal.REFERRER, figures, counts.since)


def _abroad(counts: CodeCounts) -> Iterator[Sign]:
    now, usual = counts.abroad, counts.abroad_usual
    if now.is_above(usual, least=PLACES_MIN):
        figures = {
            "abroad": now.hits,
            "people": now.total,
            "usual_abroad": usual.hits,
            "usual_people": usual.total,
        }
        yield Sign(Signal.ABROAD, figures, counts.since)
