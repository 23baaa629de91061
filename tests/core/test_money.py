from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MINOR_MAX, Money, MoneyError, allocate, minor_of


@pytest.mark.parametrize(
    ("_case", "major", "minor"),
    [
        ("a sum as shops write it", "18990.00", 1_899_000),
        ("whole tenge", "18990", 1_899_000),
        ("an int is major units", 5, 500),
        ("a decimal", Decimal("0.01"), 1),
        ("half a tiyn goes up", "0.005", 1),
        ("half a tiyn of a debt goes away from zero", "-0.005", -1),
        ("rounded once, not twice", "0.00499999999999999999", 0),
        ("a decimal with an exponent", Decimal("1E+3"), 100_000),
        ("the largest amount", str(MINOR_MAX // 100), MINOR_MAX),
    ],
)
def test_an_amount_in_major_units_becomes_tiyn(_case, major, minor):
    assert minor_of(major) == minor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1 000", "1,5", "1.5.5", "+1", "--1", "-", ".", "1.", ".5", "1e3", "1E10", "0x10",
        "1_000", "NaN", "nan", "sNaN", "Infinity", "-inf", "١٢", "１２", "12 ", "\n12", "12\x00",
        "1٫5", "∞", "null", "None", "true", "10000000000000.01", "9" * 21, "1e999999999",
        "0." + "1" * 21,
    ],
)  # fmt: skip
def test_anything_but_a_plain_decimal_is_refused(text):
    with pytest.raises(MoneyError):
        minor_of(text)


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), 10**40, MINOR_MAX]
)
def test_a_decimal_without_a_sensible_size_is_refused(value):
    with pytest.raises(MoneyError):
        minor_of(value)


@pytest.mark.parametrize("value", [1.5, True])
def test_a_float_is_not_an_amount(value):
    with pytest.raises(TypeError):
        minor_of(value)


@pytest.mark.parametrize("value", [1.5, True, "1", Decimal(1)])
def test_minor_units_are_an_int_and_nothing_else(value):
    with pytest.raises(TypeError):
        Money(value)


def test_an_unknown_currency_is_refused():
    with pytest.raises(MoneyError):
        Money(1, "XXX")
    with pytest.raises(MoneyError):
        minor_of("1", "XXX")


def test_tenge_and_roubles_do_not_add():
    with pytest.raises(MoneyError):
        Money(1, "KZT") + Money(1, "RUB")
    with pytest.raises(MoneyError):
        Money(1, "KZT") - Money(1, "RUB")


def test_money_adds_and_turns_round():
    assert Money.of("10.50") + Money(50) == Money(1100)
    assert Money(1100) - Money(100) == Money(1000)
    assert -Money(7) == Money(-7)


@given(st.integers(min_value=-MINOR_MAX, max_value=MINOR_MAX))
def test_every_amount_survives_being_written_and_read(minor):
    whole, part = divmod(abs(minor), 100)
    text = f"{'-' if minor < 0 else ''}{whole}.{part:02}"
    assert minor_of(text) == minor


weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30).filter(any)
totals = st.integers(min_value=-(10**13), max_value=10**13)


@given(totals, weights)
def test_the_parts_sum_to_the_whole(total, shares):
    assert sum(allocate(total, shares)) == total


@given(totals, weights)
def test_no_part_is_a_unit_away_from_its_exact_share(total, shares):
    whole = sum(shares)
    for part, share in zip(allocate(total, shares), shares, strict=True):
        assert abs(part * whole - total * share) < whole


@given(totals, weights)
def test_taking_back_is_the_opposite_of_giving(total, shares):
    assert allocate(-total, shares) == [-part for part in allocate(total, shares)]


def test_what_rounding_leaves_goes_to_the_part_that_lost_most_then_to_the_earlier():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(10, [1, 2, 1]) == [3, 5, 2]
    assert allocate(1, [1, 5]) == [0, 1]
    assert allocate(7, [0, 1]) == [0, 7]


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [-1, 2]])
def test_weights_that_share_nothing_are_refused(shares):
    with pytest.raises(ValueError, match="weights"):
        allocate(100, shares)
