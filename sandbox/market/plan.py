"""Who buys when, and what becomes of it: pure, and the same again for the same seed.

The shares and spans are invented, and look like a shop's: none of them is a fact about a source.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

ALMATY = timezone(timedelta(hours=5))
HOUR = timedelta(hours=1)
# Orders by the hour of the day in Almaty: the night sleeps, the evening buys.
WEIGHTS = (2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 6, 6, 6, 6, 7, 8, 10, 12, 11, 8, 4)
SPEEDS = (1, 10, 60)
SPEED_MAX = SPEEDS[-1]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A buyer comes. `number` begins a dice of their own."""

    at: datetime
    number: int

    def dice(self) -> random.Random:
        return random.Random(self.number)  # noqa: S311 (a story, not a secret)


@dataclass(frozen=True, slots=True)
class Fate:
    """`steps` are (word, hours after the step before, from and to); `weight` is how often."""

    weight: int
    steps: tuple[tuple[str, float, float], ...]


FATES: dict[str, tuple[Fate, ...]] = {
    "shop": (
        Fate(83, (("completed", 20, 96),)),
        Fate(10, (("cancelled", 1, 30),)),
        Fate(7, (("completed", 20, 96), ("refund", 40, 200))),
    ),
    "wildberries": (
        Fate(66, (("buyout", 40, 150),)),
        Fate(24, (("cancel", 2, 140),)),
        Fate(10, (("buyout", 40, 150), ("return", 30, 220))),
    ),
    "ozon": (
        Fate(84, (("awaiting_deliver", 2, 20), ("delivering", 8, 30), ("delivered", 20, 110))),
        Fate(10, (("cancelled", 1, 40),)),
        Fate(
            6,
            (
                ("awaiting_deliver", 2, 20),
                ("delivering", 8, 30),
                ("delivered", 20, 110),
                ("return", 30, 160),
            ),
        ),
    ),
    "kaspi": (
        Fate(86, (("ACCEPTED_BY_MERCHANT", 0.3, 5), ("COMPLETED", 16, 110))),
        Fate(9, (("CANCELLED", 0.5, 30),)),
        Fate(5, (("ACCEPTED_BY_MERCHANT", 0.3, 5), ("COMPLETED", 16, 110), ("RETURNED", 40, 220))),
    ),
}


def arrivals(
    seed: int, stall: str, per_day: float, speed: int, *, after: datetime, until: datetime
) -> Iterator[Arrival]:
    """Those who come to a stall after one moment and up to another, in their order.

    Buyers are imagined for the fastest speed, and each has a patience of their own: a slower
    market is the same one with fewer of them, whenever it was made slower.
    """
    hour = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour <= until:
        for arrival, patience in _of_hour(seed, stall, per_day, hour):
            if after < arrival.at <= until and patience * SPEED_MAX < speed:
                yield arrival
        hour += HOUR


def _of_hour(
    seed: int, stall: str, per_day: float, hour: datetime
) -> Sequence[tuple[Arrival, float]]:
    dice = random.Random(f"{seed} {stall} {hour.isoformat()}")  # noqa: S311
    weight = WEIGHTS[hour.astimezone(ALMATY).hour] / sum(WEIGHTS)
    found = []
    second = dice.expovariate(1) * 3_600 / (per_day * weight * SPEED_MAX)
    while second < 3_600:  # Poisson: the pauses are exponential
        arrival = Arrival(hour + timedelta(seconds=second), dice.getrandbits(48))
        found.append((arrival, dice.random()))
        second += dice.expovariate(1) * 3_600 / (per_day * weight * SPEED_MAX)
    return found


def life(place: str, at: datetime, dice: random.Random) -> list[tuple[datetime, str]]:
    """The steps of an order that is made at `at`: "order" first, then what becomes of it."""
    fates = FATES[place]
    fate = dice.choices(fates, [each.weight for each in fates])[0]
    steps = [(at, "order")]
    for word, from_hours, to_hours in fate.steps:
        at += timedelta(hours=dice.uniform(from_hours, to_hours))
        steps.append((at, word))
    return steps
