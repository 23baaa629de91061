"""How many more orders came on days on which a campaign ran than on days on which it did not. Pure.

Evidence of grade E: reported, never paid (design/domain.md section 4). Days are compared within
each unit (the whole shop, or each city), so that a large city does not speak for a small one; the
interval is quasi-Poisson: orders vary more than by chance alone, and how much more is estimated
from the days themselves. Source of the frame (on and off, 28 days): facts/merchants.md 6.3.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import NormalDist

DAYS_MIN = 28
SIDE_DAYS_MIN = 7  # of a unit, on and off: a whole week each
CELLS_MAX = 20_000
ORDERS_MAX = 1_000_000
CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)  # 1.95996


class LiftFault(StrEnum):
    """Why nothing can be said."""

    TOO_SHORT = "too_short"  # fewer than 28 days
    TOO_FEW_ON = "too_few_on"
    TOO_FEW_OFF = "too_few_off"
    SAID_TWICE = "said_twice"  # a day of a city
    NO_ORDERS = "no_orders"
    TOO_MANY = "too_many"


class LiftImpossible(ValueError):
    """`unit` is the city that it is about, "" for the whole shop."""

    def __init__(self, fault: LiftFault, unit: str = "") -> None:
        super().__init__(f"{fault} {unit}".strip())
        self.fault = fault
        self.unit = unit


@dataclass(frozen=True, slots=True)
class LiftCell:
    """Orders of a day in a unit ("": the whole shop)."""

    unit: str
    day: date
    is_on: bool
    orders: int


@dataclass(frozen=True, slots=True)
class Lift:
    """`extra` orders over all on days, beside what off days let one expect (`expected`); with 95 %
    of the interval between `low` and `high`. Means are a day's, weighed by on days."""

    on_days: int
    off_days: int
    orders_on: int
    orders_off: int
    expected: float
    extra: float
    low: float
    high: float
    dispersion: float

    @property
    def is_told_apart(self) -> bool:
        """Whether chance alone would hardly make such a difference."""
        return self.low > 0 or self.high < 0

    @property
    def per_day(self) -> float:
        return self.extra / self.on_days

    @property
    def percent(self) -> float | None:
        """More than expected, as a percent; None where nothing was expected."""
        return 100 * self.extra / self.expected if self.expected else None


def lift_estimate(cells: Sequence[LiftCell]) -> Lift:
    """What the campaign's days brought more.

    Raises:
        LiftImpossible: too little to say anything, or said twice.
    """
    units = _units(cells)
    on_days = sum(len(on) for on, _off in units.values())
    off_days = sum(len(off) for _on, off in units.values())
    orders_on = sum(sum(on) for on, _off in units.values())
    orders_off = sum(sum(off) for _on, off in units.values())
    if not orders_on + orders_off:
        raise LiftImpossible(LiftFault.NO_ORDERS)
    expected = sum(len(on) * _mean(off) for on, off in units.values())
    dispersion = _dispersion(units.values())
    variance = dispersion * sum(
        sum(on) + len(on) ** 2 * _mean(off) / len(off) for on, off in units.values()
    )
    half, extra = Z * math.sqrt(variance), orders_on - expected
    return Lift(
        on_days=on_days,
        off_days=off_days,
        orders_on=orders_on,
        orders_off=orders_off,
        expected=expected,
        extra=extra,
        low=extra - half,
        high=extra + half,
        dispersion=dispersion,
    )


Sides = tuple[list[int], list[int]]  # orders of on days and of off days


def _units(cells: Sequence[LiftCell]) -> dict[str, Sides]:
    if len(cells) > CELLS_MAX or any(not 0 <= each.orders <= ORDERS_MAX for each in cells):
        raise LiftImpossible(LiftFault.TOO_MANY)
    units: dict[str, Sides] = defaultdict(lambda: ([], []))
    seen: set[tuple[str, date]] = set()
    for cell in cells:
        if (cell.unit, cell.day) in seen:
            raise LiftImpossible(LiftFault.SAID_TWICE, cell.unit)
        seen.add((cell.unit, cell.day))
        units[cell.unit][0 if cell.is_on else 1].append(cell.orders)
    if len({cell.day for cell in cells}) < DAYS_MIN:
        raise LiftImpossible(LiftFault.TOO_SHORT)
    for unit, (on, off) in units.items():
        if len(on) < SIDE_DAYS_MIN:
            raise LiftImpossible(LiftFault.TOO_FEW_ON, unit)
        if len(off) < SIDE_DAYS_MIN:
            raise LiftImpossible(LiftFault.TOO_FEW_OFF, unit)
    return dict(units)


def _mean(orders: Sequence[int]) -> float:
    return sum(orders) / len(orders)


def _dispersion(units: Iterable[Sides]) -> float:
    """Pearson's statistic by its degrees of freedom; never less than chance alone (1)."""
    pearson, freedom = 0.0, 0
    for sides in units:
        for orders in sides:
            mean = _mean(orders)
            if mean:
                pearson += sum((count - mean) ** 2 / mean for count in orders)
                freedom += len(orders) - 1
    return max(1.0, pearson / freedom) if freedom else 1.0


def days_between(first_on: date, last_on: date) -> list[date]:
    """Both included."""
    return [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
