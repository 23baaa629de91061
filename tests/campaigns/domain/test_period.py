"""What a month adds: by hand, and for any month in whatever order it was lived."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.domain.commission import (
    Bonus,
    Buyer,
    CommissionTerms,
    LineGoods,
    MonthState,
    PersonState,
    Rate,
    SkuRate,
    Tier,
    commission_compute,
)
from campaigns.domain.period import PeriodLine, month_bonus, orders_counted, tier_top_up

TEN = CommissionTerms(
    percent_bps=1_000, is_retroactive=True, tiers=(Tier(2, Rate(1_200)), Tier(4, Rate(1_500)))
)
SUM = CommissionTerms(
    fixed_minor=2_000_00, is_retroactive=True, tiers=(Tier(2, Rate(0, 3_000_00)),)
)


def month(terms, *orders, state=MonthState()):  # noqa: B008
    """Lines of a month in which each of these orders, of goods, was approved as it earned."""
    lines = []
    for number, goods in enumerate(orders):
        given_ = [
            LineGoods(sku, 1, base, base)
            for sku, base in ((g if isinstance(g, tuple) else ("", g)) for g in goods)
        ]
        rewards = commission_compute(given_, terms, state).lines
        lines += [PeriodLine(number, 1, each.commission_minor, each.steps) for each in rewards]
    return lines


@pytest.mark.parametrize(
    ("_case", "terms", "orders", "expected"),
    [
        ("one order reaches nothing", TEN, [[10_000_00]], 0),
        # 12 % instead of 10 % of 30 000.00
        ("two orders: the first tier", TEN, [[10_000_00], [20_000_00]], 600_00),
        # 15 % instead of 10 % of 40 000.00
        ("four orders: the second tier for all", TEN, [[10_000_00]] * 4, 2_000_00),
        # 3 000 instead of 2 000 for each of two orders, however many lines
        ("a sum for an order", SUM, [[10_000_00, 5_000_00], [1_00]], 2_000_00),
        # the product's own 5 % has no tier: 2 % of 10 000.00 and of 1 000.00
        (
            "a product's own rate stays",
            replace(TEN, table={"own": SkuRate(bps=500)}),
            [[10_000_00, ("own", 7_000_00)], [1_000_00]],
            220_00,
        ),
        # 10 % of 10 000.00 is 1 000.00 and under the cap of 1 100.00; 12 % would be 1 200.00
        ("the cap of an order holds", replace(TEN, cap_minor=1_100_00), [[10_000_00]] * 2, 200_00),
        (
            "a tier that is progressive adds nothing",
            replace(TEN, is_retroactive=False),
            [[9_00]] * 9,
            0,
        ),
    ],
)
def test_the_top_up_is_the_difference_to_the_tier_of_the_month(_case, terms, orders, expected):
    assert tier_top_up(month(terms, *orders), {1: terms}).amount_minor == expected


def test_an_order_that_a_day_cut_gets_no_top_up_and_one_that_earned_nothing_does_not_count():
    capped = replace(TEN, cap_day_minor=500_00)
    lines = month(capped, [10_000_00], [20_000_00], state=MonthState(people={0: PersonState()}))
    assert [line.commission_minor for line in lines] == [500_00, 500_00]
    assert tier_top_up(lines, {1: capped}).amount_minor == 0
    assert orders_counted([*lines, PeriodLine(9, 1, 0, ())]) == 2


def test_returning_buyers_stay_at_their_rate_and_versions_pay_each_by_its_own():
    returning = replace(TEN, returning=Rate(300))
    old = month(returning, [10_000_00], state=MonthState(Buyer.RETURNING))
    new = [replace(line, order=7, terms=2) for line in month(SUM, [10_000_00])]
    outcome = tier_top_up([*old, *new], {1: returning, 2: SUM})
    assert (outcome.orders, outcome.earned_minor, outcome.amount_minor) == (2, 2_300_00, 1_000_00)
    assert [(part["terms"], part["tier"], part["would_minor"]) for part in outcome.parts] == [
        (1, 2, 300_00),
        (2, 2, 3_000_00),
    ]


def test_a_bonus_is_the_highest_that_the_best_version_gives():
    small = replace(TEN, bonuses=(Bonus(2, 1_000_00), Bonus(5, 9_000_00)))
    large = replace(TEN, bonuses=(Bonus(2, 1_500_00),))
    two = month(TEN, [1_000_00], [1_000_00])
    assert month_bonus(two, {1: small}).amount_minor == 1_000_00
    assert month_bonus(two, {1: small, 2: large}).amount_minor == 1_500_00
    assert month_bonus(two[:1], {1: small}).amount_minor == 0


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 10**8), min_size=1, max_size=8),
    st.sampled_from([TEN, SUM]),
    st.randoms(),
)
def test_what_a_month_adds_knows_no_order_of_events(bases, terms, chance):
    """Earlier rewards are as they were: together with the top-up they are what the tier pays."""
    lines = month(terms, *([base] for base in bases))
    shuffled = random.Random(chance.random()).sample(lines, len(lines))
    once, again = (tier_top_up(each, {1: terms}) for each in (lines, shuffled))
    assert (once.amount_minor, once.earned_minor) == (again.amount_minor, again.earned_minor)
    tier = terms.tier_at(orders_counted(lines))
    if tier is not None:
        reached = replace(
            terms, percent_bps=tier.rate.bps, fixed_minor=tier.rate.fixed_minor, tiers=()
        )
        counted = sum(line.commission_minor for line in month(reached, *([base] for base in bases)))
        assert once.earned_minor + once.amount_minor == counted
