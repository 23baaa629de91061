"""The difference of on and off days, against vectors worked out by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.lift import (
    LiftCell,
    LiftFault,
    LiftImpossible,
    days_between,
    lift_estimate,
)

FIRST = date(2026, 11, 1)


def cells(on, off, unit=""):
    """On days first, one after the other."""
    flags = [(True, count) for count in on] + [(False, count) for count in off]
    return [
        LiftCell(unit, FIRST + timedelta(days=n), is_on, count)
        for n, (is_on, count) in enumerate(flags)
    ]


def test_three_orders_a_day_against_two_could_be_chance():
    # 14 days of 3, 14 of 2: 42 - 28 = 14 more. No day differs from its mean, so the dispersion is
    # 1, the variance 42 + 14 * 14 * 2 / 14 = 70, and 1.95996 * sqrt(70) = 16.3982
    lift = lift_estimate(cells([3] * 14, [2] * 14))
    assert (lift.on_days, lift.off_days, lift.orders_on, lift.orders_off) == (14, 14, 42, 28)
    assert (lift.expected, lift.extra, lift.dispersion) == (28, 14, 1)
    assert lift.low == pytest.approx(-2.3982, abs=1e-4)
    assert lift.high == pytest.approx(30.3982, abs=1e-4)
    assert (lift.is_told_apart, lift.per_day, lift.percent) == (False, 1, 50)


def test_days_that_vary_widen_the_interval():
    # on 2 and 8 (mean 5): 14 * 9 / 5 = 25.2; off 0 and 4 (mean 2): 14 * 4 / 2 = 28; together 53.2
    # by 26 degrees: 2.046154. Variance 2.046154 * (70 + 196 * 2 / 14) = 200.5231, its root 14.16062
    lift = lift_estimate(cells([2, 8] * 7, [0, 4] * 7))
    assert lift.dispersion == pytest.approx(2.046154, abs=1e-6)
    assert lift.extra == 42
    assert lift.low == pytest.approx(14.2457, abs=1e-3)
    assert lift.high == pytest.approx(69.7543, abs=1e-3)
    assert lift.is_told_apart


def test_cities_are_compared_with_themselves():
    # Almaty: 7 on days of 20, 21 off of 20: nothing. Taraz: 21 on of 2, 7 off of 1: 21 more.
    # A comparison of all on days with all off days would find (140 + 42) / 28 against 427 / 28.
    both = cells([20] * 7, [20] * 21, "Almaty") + cells([2] * 21, [1] * 7, "Taraz")
    lift = lift_estimate(both)
    assert (lift.extra, lift.expected) == (21, 161)
    # 140 + 49 * 20 / 21 + 42 + 441 * 1 / 7 = 291.6667; 1.95996 * 17.07825 = 33.4727
    assert lift.high - lift.extra == pytest.approx(33.4727, abs=1e-3)


def test_a_campaign_that_lost_orders_says_so():
    lift = lift_estimate(cells([0] * 14, [9] * 14))
    assert (lift.extra, lift.high < 0, lift.is_told_apart) == (-126, True, True)


def test_where_nothing_was_expected_there_is_no_percent():
    assert lift_estimate(cells([5] * 14, [0] * 14)).percent is None


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (cells([3] * 13, [2] * 14), LiftFault.TOO_SHORT),
        (cells([3] * 6, [2] * 22), LiftFault.TOO_FEW_ON),
        (cells([3] * 22, [2] * 6), LiftFault.TOO_FEW_OFF),
        (cells([0] * 14, [0] * 14), LiftFault.NO_ORDERS),
        (cells([3] * 14, [2] * 14) * 2, LiftFault.SAID_TWICE),
        (cells([-1] * 14, [2] * 14), LiftFault.TOO_MANY),
        (cells([10**7] * 14, [2] * 14), LiftFault.TOO_MANY),
        ([], LiftFault.TOO_SHORT),
    ],
)
def test_what_says_nothing_is_refused_with_its_reason(given, fault):
    with pytest.raises(LiftImpossible) as refused:
        lift_estimate(given)
    assert refused.value.fault is fault


counts = st.lists(st.integers(0, 50), min_size=14, max_size=30)


@given(counts, counts)
def test_the_interval_holds_the_difference_and_changes_its_sign_with_the_sides(on, off):
    if not sum(on) + sum(off):
        return
    lift = lift_estimate(cells(on, off))
    assert lift.low <= lift.extra <= lift.high
    assert lift.extra == pytest.approx(sum(on) - len(on) * sum(off) / len(off))
    other = lift_estimate(cells(off, on))
    assert (lift.extra > 1e-9) == (other.extra < -1e-9)


def test_days_between_are_both_included():
    assert len(days_between(FIRST, FIRST + timedelta(days=27))) == 28
