"""Exact amounts. Money is an integer count of the smallest unit; floats never touch it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# How many digits each currency has behind the point: 1 KZT = 100 tiyn.
MINOR_DIGITS = {"KZT": 2, "RUB": 2, "USD": 2, "EUR": 2, "KGS": 2, "BYN": 2, "UZS": 2, "CNY": 2}
_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")  # no exponent, no sign +, no foreign digits
MINOR_MAX = 10**15  # 10 trillion tenge: anything larger is a mistake, and bigint has room to sum


class MoneyError(ValueError):
    """The text or number is not an exact amount of money."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, e.g. Money(150_000, "KZT") is 1 500,00 tenge.

    `minor` is an integer, so that addition is exact and no code path can round by accident.
    Rounding happens in `Money.of` and in `core.bps`, and always says how.
    """

    minor: int
    currency: str = "KZT"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:  # bool and float are refused on purpose
            raise TypeError(f"minor must be int, got {type(self.minor).__name__}")
        if self.currency not in MINOR_DIGITS:
            raise MoneyError(f"unknown currency {self.currency!r}")

    @classmethod
    def of(cls, major: Decimal | str | int, currency: str = "KZT") -> Money:
        """Money from an amount in major units ("18990.00"), half a tiyn rounded up.

        Raises:
            MoneyError: not a plain finite decimal, or beyond MINOR_MAX.
            TypeError: a float, which is not an exact amount.
        """
        return cls(minor_of(major, currency), currency)

    def __add__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _require_same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add")


def minor_of(major: Decimal | str | int, currency: str = "KZT") -> int:
    """Integer minor units of an amount in major units. See `Money.of`."""
    if isinstance(major, float | bool):
        raise TypeError("a float is not an exact amount; pass Decimal, str or int")
    if currency not in MINOR_DIGITS:
        raise MoneyError(f"unknown currency {currency!r}")
    if isinstance(major, str) and not _PLAIN.fullmatch(major):
        raise MoneyError(f"not an amount: {major!r}")
    digits = MINOR_DIGITS[currency]
    exact = Decimal(major)
    if not exact.is_finite():
        raise MoneyError(f"not an amount: {major!r}")
    try:
        rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    except InvalidOperation:  # more digits than the context has, so far beyond MINOR_MAX
        raise MoneyError(f"amount out of range: {major!r}") from None
    minor = int(rounded.scaleb(digits))
    if abs(minor) > MINOR_MAX:
        raise MoneyError(f"amount out of range: {major!r}")
    return minor


def allocate(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split `total_minor` in proportion to `weights`; the parts sum to the whole exactly.

    What rounding leaves over goes, unit by unit, to the parts that lost most by it; the earlier
    part wins a tie.

    Raises:
        ValueError: no weight is positive, or one is negative.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError(f"weights must be >= 0 with a positive sum: {weights!r}")
    if total_minor < 0:  # so that taking back is the exact opposite of giving
        return [-part for part in allocate(-total_minor, weights)]
    whole = sum(weights)
    parts = [total_minor * weight // whole for weight in weights]
    lost = [total_minor * weight % whole for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda i: (-lost[i], i))
    for i in by_loss[: total_minor - sum(parts)]:
        parts[i] += 1
    assert sum(parts) == total_minor
    return parts
