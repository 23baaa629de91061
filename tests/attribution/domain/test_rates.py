from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from attribution.domain.rates import RateDay, rate_day, tenge_minor

PLACED, RECEIVED = date(2026, 11, 20), date(2026, 11, 24)


def test_the_day_of_receipt_counts_and_until_then_the_day_of_the_order():
    assert rate_day(PLACED, None) == RateDay(PLACED, is_final=False)
    assert rate_day(PLACED, RECEIVED) == RateDay(RECEIVED, is_final=True)


@pytest.mark.parametrize(
    ("minor", "currency", "tenge", "tiyn"),
    [
        (100_000, "RUB", "6.45", 645_000),  # 1 000 RUB at 6,45
        (1, "RUB", "6.45", 6),  # 6,45 tiyn
        (1, "RUB", "6.50", 7),  # half a tiyn up
        (10_000, "UZS", "0.0431", 431),  # 100 UZS at 4,31 for 100
        (0, "USD", "520", 0),
        (999_999_999_999, "USD", "520.25", 520_249_999_999_480),
        (2_550_000, "KZT", "1", 2_550_000),
    ],
)
def test_an_amount_in_tenge_is_exact_to_half_a_tiyn(minor, currency, tenge, tiyn):
    assert tenge_minor(minor, currency, Decimal(tenge)) == tiyn
