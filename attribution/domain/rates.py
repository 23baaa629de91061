"""Foreign money in tenge: which day's official rate counts, and what it makes of an amount.

An order in another currency is worth the National Bank's rate of the day on which the buyer
received it, fixed from then on; until then, of the day on which it was placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from core.money import MINOR_DIGITS

TENGE = "KZT"


@dataclass(frozen=True, slots=True)
class Rate:
    """`tenge` for one unit of a currency on a day of Kazakhstan."""

    currency: str
    rate_on: date
    tenge: Decimal


@dataclass(frozen=True, slots=True)
class RateDay:
    """The day whose rate an order needs; `is_final` once the buyer has the goods."""

    on: date
    is_final: bool


def rate_day(placed_on: date, fulfilled_on: date | None) -> RateDay:
    """Of days of Kazakhstan."""
    return RateDay(fulfilled_on or placed_on, is_final=fulfilled_on is not None)


def tenge_minor(minor: int, currency: str, tenge: Decimal) -> int:
    """An amount in the currency's smallest unit, in tiyn, half a tiyn rounded up."""
    assert minor >= 0, minor
    major = Decimal(minor).scaleb(-MINOR_DIGITS[currency])
    tiyn = (major * tenge).scaleb(MINOR_DIGITS[TENGE])
    return int(tiyn.quantize(Decimal(1), ROUND_HALF_UP))
