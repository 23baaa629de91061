from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bps import BPS_WHOLE, round_half_up, share_minor

amounts = st.integers(min_value=-(10**15), max_value=10**15)
rates = st.integers(min_value=0, max_value=BPS_WHOLE)


@pytest.mark.parametrize(
    ("_case", "amount_minor", "rate_bps", "share"),
    [
        ("12.5 % of 100,00", 10_000, 1_250, 1_250),
        ("nothing of nothing", 0, 1_500, 0),
        ("all of it", 777, 10_000, 777),
        ("half a tiyn goes up", 5, 1_000, 1),
        ("less than half goes down", 4, 1_000, 0),
        ("half of a return goes the same way", -5, 1_000, -1),
        ("the smallest rate", 10_000, 1, 1),
    ],
)
def test_a_share_is_rounded_half_away_from_zero(_case, amount_minor, rate_bps, share):
    assert share_minor(amount_minor, rate_bps) == share


@given(amounts, rates)
def test_a_reversal_is_the_exact_opposite(amount_minor, rate_bps):
    assert share_minor(-amount_minor, rate_bps) == -share_minor(amount_minor, rate_bps)


@given(amounts, rates)
def test_a_share_is_at_most_half_a_unit_off(amount_minor, rate_bps):
    off = share_minor(amount_minor, rate_bps) * BPS_WHOLE - amount_minor * rate_bps
    assert abs(off) * 2 <= BPS_WHOLE


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=10**6), rates)
def test_a_larger_amount_has_no_smaller_share(amount_minor, more_minor, rate_bps):
    assert share_minor(amount_minor + more_minor, rate_bps) >= share_minor(amount_minor, rate_bps)


def test_rounding_needs_a_positive_denominator():
    with pytest.raises(AssertionError):
        round_half_up(1, 0)
