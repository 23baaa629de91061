"""What counts as a cut: by hand, and against every basket that hypothesis thinks of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.domain.commission import (
    Bonus,
    CommissionTerms,
    Rate,
    SkuRate,
    Tier,
    commission_compute,
)
from campaigns.domain.terms_change import TermsFacts, bonus_at, is_commission_cut, is_cut
from tests.campaigns.domain.test_terms_kinds import orders, states, wide

TEN = CommissionTerms(percent_bps=1_000)
SUM = CommissionTerms(fixed_minor=2_000_00)
STAIRS = (Tier(10, Rate(1_200)),)
FACTS = TermsFacts(TEN, 30, 21, "code_wins", "last_click")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (TEN, TEN, False),
        (TEN, replace(TEN, percent_bps=1_100), False),
        (TEN, replace(TEN, percent_bps=999), True),
        (SUM, replace(SUM, fixed_minor=2_000_01), False),
        (SUM, replace(SUM, fixed_minor=1_999_99), True),
        (TEN, SUM, True),  # a basket of a million
        (SUM, TEN, True),  # a basket of a thousand
        (TEN, replace(TEN, cap_minor=5_000_00), True),
        (replace(TEN, cap_minor=5_000_00), TEN, False),
        (replace(TEN, cap_day_minor=5_00), replace(TEN, cap_day_minor=4_99), True),
        (replace(TEN, cap_total_minor=5_00), replace(TEN, cap_total_minor=6_00), False),
        (TEN, replace(TEN, cap_influencer_minor=10**9), True),
        (TEN, replace(TEN, returning=Rate()), True),
        (TEN, replace(TEN, returning=Rate(1_000)), False),
        (replace(TEN, returning=Rate()), TEN, False),
        (replace(TEN, returning=Rate(300)), replace(TEN, returning=Rate(0, 900_00)), True),
        (
            replace(TEN, returning=Rate(300)),
            replace(TEN, returning=Rate(300), is_unknown_new=False),
            True,
        ),
        (TEN, replace(TEN, table={"a": SkuRate(bps=1_200)}), False),
        (TEN, replace(TEN, table={"a": SkuRate(bps=900)}), True),
        (TEN, replace(TEN, table={"a": SkuRate()}), True),
        (replace(TEN, table={"a": SkuRate()}), TEN, False),
        (replace(TEN, table={"a": SkuRate(bps=1_200)}), TEN, True),
        (SUM, replace(SUM, table={"a": SkuRate(piece_minor=9_000_00)}), True),  # of many pieces one
        (TEN, replace(TEN, is_base_with_vat=False), True),
        (replace(TEN, is_base_with_vat=False), TEN, False),
        (TEN, replace(TEN, is_base_as_paid=True), True),
        (TEN, replace(TEN, tiers=STAIRS), False),
        (replace(TEN, tiers=STAIRS), TEN, True),
        (replace(TEN, tiers=STAIRS), replace(TEN, percent_bps=1_200), False),
        (replace(TEN, tiers=STAIRS), replace(TEN, tiers=(Tier(11, Rate(1_200)),)), True),
        (replace(TEN, tiers=STAIRS), replace(TEN, tiers=(Tier(9, Rate(1_300)),)), False),
        (replace(TEN, tiers=STAIRS), replace(TEN, tiers=STAIRS, is_retroactive=True), True),
        (replace(TEN, bonuses=(Bonus(5, 1_00),)), TEN, True),
        (replace(TEN, bonuses=(Bonus(5, 1_00),)), replace(TEN, bonuses=(Bonus(4, 1_00),)), False),
        (replace(TEN, bonuses=(Bonus(5, 1_00),)), replace(TEN, bonuses=(Bonus(6, 9_00),)), True),
    ],
)
def test_a_cut_is_what_can_make_one_basket_earn_less(old, new, expected):
    assert is_commission_cut(old, new) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"window_days": 31}, False),
        ({"window_days": 29}, True),
        ({"hold_days": 20}, False),
        ({"hold_days": 22}, True),
        ({"code_policy": "click_wins"}, True),
        ({"model": "first_click"}, True),
        ({"paying_grades": "AB"}, True),
        ({"paying_grades": "ABCD"}, False),
    ],
)
def test_other_rules_are_cut_too_when_a_sale_counts_later_or_for_somebody_else(changes, expected):
    assert is_cut(FACTS, replace(FACTS, **changes)) is expected


def test_the_highest_bonus_that_is_reached_counts_alone():
    stairs = (Bonus(5, 1_000_00), Bonus(20, 5_000_00))
    assert [bonus_at(stairs, n) for n in (4, 5, 19, 20)] == [0, 1_000_00, 1_000_00, 5_000_00]


a_change = st.one_of(
    *(st.fixed_dictionaries({name: values}) for name, values in wide.items()),
    st.fixed_dictionaries({"tiers": st.sampled_from([(), STAIRS])}),
    st.fixed_dictionaries({"percent_bps": st.integers(1, 1_000)}),
)
percents = st.builds(
    CommissionTerms,
    percent_bps=st.integers(1, 1_000),
    tiers=st.sampled_from([(), STAIRS]),
    **wide,
)


@settings(max_examples=150)
@given(percents, a_change, orders(), states)
def test_what_is_no_cut_makes_no_basket_earn_less(old, change, lines, state):
    new = replace(old, **change)
    before, after = (commission_compute(lines, terms, state).total_minor for terms in (old, new))
    assert after >= before or is_commission_cut(old, new)
