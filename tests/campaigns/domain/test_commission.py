"""Rewards by hand: every figure here was computed on paper, in tenge and tiyn."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.commission import (
    CommissionTerms,
    LineGoods,
    SkuRate,
    Step,
    StepKind,
    base_minor,
    commission_compute,
    commission_minor,
)

TEN_PERCENT = CommissionTerms(percent_bps=1_000)
FIXED = CommissionTerms(fixed_minor=2_000_00)
TABLE = {
    "own": SkuRate(bps=500),
    "piece": SkuRate(piece_minor=300_00),
    "never": SkuRate(),
}


def line(base, *, sku="", amount=None, quantity=1, settled=None):
    return LineGoods(sku, quantity, base if amount is None else amount, base, settled)


def rewards(lines, terms):
    return [each.commission_minor for each in commission_compute(lines, terms).lines]


@pytest.mark.parametrize(
    ("_case", "amount_minor", "returned_minor", "base", "commission"),
    [
        ("nothing came back", 18_990_00, 0, 18_990_00, 1_899_00),
        ("a part came back: in proportion", 18_990_00, 6_330_00, 12_660_00, 1_266_00),
        ("all came back", 18_990_00, 18_990_00, 0, 0),
        ("more came back than was paid", 18_990_00, 20_000_00, 0, 0),
        ("a free gift", 0, 0, 0, 0),
        ("half a tiyn goes up", 5, 0, 5, 1),
    ],
)
def test_ten_per_cent_of_what_the_buyer_kept(_case, amount_minor, returned_minor, base, commission):
    kept = base_minor(amount_minor=amount_minor, returned_minor=returned_minor)
    assert kept == base
    assert commission_minor(base_minor=kept, commission_bps=1_000) == commission


@pytest.mark.parametrize(("amount_minor", "returned_minor"), [(-1, 0), (0, -1)])
def test_negative_amounts_are_a_bug_of_the_caller(amount_minor, returned_minor):
    with pytest.raises(AssertionError):
        base_minor(amount_minor=amount_minor, returned_minor=returned_minor)


@pytest.mark.parametrize(
    ("_case", "lines", "terms", "expected"),
    [
        ("percent of each line", [line(15_000_00), line(99)], TEN_PERCENT, [1_500_00, 10]),
        (
            "10.00 over three equal lines: the earliest gets the tiyn",
            [line(5_000_00), line(5_000_00), line(5_000_00)],
            CommissionTerms(fixed_minor=10_00),
            [3_34, 3_33, 3_33],
        ),
        (
            "10.00 over lines of 1, 2 and 4: 1.4286, 2.8571, 5.7143; the last lost most",
            [line(1_00), line(2_00), line(4_00)],
            CommissionTerms(fixed_minor=10_00),
            [1_43, 2_86, 5_71],
        ),
        (
            "a fixed reward is the order's",
            [line(30_000_00), line(10_000_00)],
            FIXED,
            [150000, 50000],
        ),
        ("of one line it is all", [line(1)], FIXED, [200_000]),
        ("what came back shares nothing", [line(0, amount=5), line(7)], FIXED, [0, 200_000]),
        ("of nothing kept nothing is owed", [line(0, amount=5)], FIXED, [0]),
        (
            "a table: own percent, own sum a piece, nothing, and the default for the rest",
            [
                line(10_000_00, sku="own"),
                line(12_000_00, sku=" PIECE ", quantity=3),
                line(50_000_00, sku="never"),
                line(1_000_00, sku="other"),
            ],
            replace(TEN_PERCENT, table=TABLE),
            [500_00, 900_00, 0, 100_00],
        ),
        (
            "one of three pieces came back",
            [line(8_000_00, amount=12_000_00, sku="piece", quantity=3)],
            replace(TEN_PERCENT, table=TABLE),
            [600_00],
        ),
        (
            "who has a rate of their own has no part in the order's fixed reward",
            [line(10_000_00, sku="own"), line(9_000_00, sku="never"), line(3_00), line(1_00)],
            replace(FIXED, table=TABLE),
            [500_00, 0, 1_500_00, 500_00],
        ),
        (
            "only products of the table earn",
            [line(10_000_00, sku="own"), line(9_000_00)],
            CommissionTerms(table=TABLE),
            [500_00, 0],
        ),
        (
            "the cap holds the order: 5 000 of 6 000 and 4 000, as 3 to 2",
            [line(60_000_00), line(40_000_00)],
            replace(TEN_PERCENT, cap_minor=5_000_00),
            [3_000_00, 2_000_00],
        ),
        (
            "the cap with a line that came back: the other one is under it",
            [line(0, amount=60_000_00), line(40_000_00)],
            replace(TEN_PERCENT, cap_minor=5_000_00),
            [0, 4_000_00],
        ),
        (
            "the cap is reached exactly, so nothing is cut",
            [line(30_000_00), line(20_000_00)],
            replace(TEN_PERCENT, cap_minor=5_000_00),
            [3_000_00, 2_000_00],
        ),
        (
            "what is approved stands, the rest shares what it left of the fixed 2 000",
            [line(30_000_00, settled=1_500_00), line(5_000_00), line(5_000_00)],
            FIXED,
            [1_500_00, 250_00, 250_00],
        ),
        (
            "what is approved took the whole fixed reward",
            [line(30_000_00, settled=2_000_00), line(5_000_00)],
            FIXED,
            [2_000_00, 0],
        ),
        (
            "what is approved counts against the cap",
            [line(30_000_00, settled=3_000_00), line(40_000_00)],
            replace(TEN_PERCENT, cap_minor=5_000_00),
            [3_000_00, 2_000_00],
        ),
        (
            "what is approved by its own rate leaves the fixed reward whole",
            [line(10_000_00, sku="own", settled=500_00), line(5_000_00)],
            replace(FIXED, table=TABLE, cap_minor=2_200_00),
            [500_00, 1_700_00],
        ),
    ],
)
def test_an_order_by_hand(_case, lines, terms, expected):
    assert rewards(lines, terms) == expected


def test_a_partial_and_then_a_full_return_sum_to_nothing():
    terms = CommissionTerms(fixed_minor=1_000_01, cap_minor=1_500_00, table=TABLE)

    def order(first, second):
        return [line(first, amount=9_00), line(second, amount=5_00), line(2_00, sku="piece")]

    stages = [rewards(order(9_00, 5_00), terms), rewards(order(4_00, 5_00), terms)]
    stages += [rewards(order(0, 5_00), terms), rewards(order(0, 0), terms)]
    assert stages == [
        [642_86, 357_15, 300_00],
        [444_45, 555_56, 300_00],
        [0, 1_000_01, 300_00],
        [0, 0, 300_00],
    ]
    moves = [[b - a for a, b in zip(*pair, strict=True)] for pair in pairwise(stages)]
    assert [sum(of_line) for of_line in zip(stages[0], *moves, strict=True)] == [0, 0, 300_00]


def test_the_arithmetic_is_told_step_by_step():
    terms = replace(TEN_PERCENT, cap_minor=5_000_00)
    first, second = commission_compute([line(60_000_00), line(40_000_00)], terms).lines
    assert first.steps == (
        Step(StepKind.PERCENT, 60_000_00, 6_000_00, rate_bps=1_000),
        replace(second.steps[1], base_minor=6_000_00, result_minor=3_000_00),
    )
    assert second.steps[1].plain() == {
        "kind": "cap",
        "base_minor": 4_000_00,
        "result_minor": 2_000_00,
        "amount_minor": 5_000_00,
        "of_minor": 10_000_00,
        "rounding": "largest_remainder",
    }


def test_a_step_is_the_same_after_it_was_stored():
    lines = [line(30_00, settled=1_00), line(5_00, sku="piece"), line(7_00)]
    terms = replace(FIXED, table=TABLE, cap_minor=2_000_00)
    for each in commission_compute(lines, terms).lines:
        stored = json.loads(json.dumps([step.plain() for step in each.steps]))
        assert tuple(map(Step.of_plain, stored)) == each.steps


@pytest.mark.parametrize("given", [{"percent_bps": 1, "fixed_minor": 1}, {"percent_bps": -1}])
def test_terms_that_contradict_themselves_are_a_bug_of_the_caller(given):
    with pytest.raises(AssertionError):
        CommissionTerms(**given)


# --- For every order and every terms --------------------------------------------------------

amounts = st.integers(min_value=0, max_value=10**11)
sku_rates = st.one_of(
    st.just(SkuRate()),
    st.builds(SkuRate, bps=st.integers(1, 9_000)),
    st.builds(SkuRate, piece_minor=st.integers(1, 10**7)),
)
tables = st.dictionaries(st.sampled_from(["a", "b"]), sku_rates)
caps = st.one_of(st.none(), st.integers(1, 10**9))
all_terms = st.one_of(
    st.builds(CommissionTerms, percent_bps=st.integers(0, 9_000), cap_minor=caps, table=tables),
    st.builds(CommissionTerms, fixed_minor=st.integers(1, 10**8), cap_minor=caps, table=tables),
)


@st.composite
def orders(draw):
    lines = []
    for _n in range(draw(st.integers(1, 5))):
        amount = draw(amounts)
        goods = line(
            draw(st.integers(0, amount)),
            amount=amount,
            sku=draw(st.sampled_from(["a", "B ", "c", ""])),
            quantity=draw(st.integers(1, 9)),
        )
        lines.append(goods)
    return lines


@given(orders(), all_terms)
def test_parts_are_whole_never_negative_and_never_above_the_cap(lines, terms):
    got = commission_compute(lines, terms)
    assert all(each.commission_minor >= 0 for each in got.lines)
    assert terms.cap_minor is None or got.total_minor <= terms.cap_minor
    uncapped = commission_compute(lines, replace(terms, cap_minor=None))
    cap = uncapped.total_minor if terms.cap_minor is None else terms.cap_minor
    assert got.total_minor == min(uncapped.total_minor, cap)
    for each, free in zip(got.lines, uncapped.lines, strict=True):
        assert each.commission_minor <= free.commission_minor
    for goods, each in zip(lines, got.lines, strict=True):
        assert bool(each.steps) == (goods.base_minor > 0)


@given(orders(), all_terms)
def test_a_fixed_reward_is_given_out_to_the_tiyn(lines, terms):
    got = commission_compute(lines, replace(terms, cap_minor=None))
    shares = [s.result_minor for each in got.lines for s in each.steps if s.kind == StepKind.FIXED]
    assert not shares or sum(shares) == terms.fixed_minor


@given(orders(), all_terms, st.data())
def test_a_larger_return_never_makes_an_order_earn_more(lines, terms, data):
    n = data.draw(st.integers(0, len(lines) - 1))
    fewer = data.draw(st.integers(0, lines[n].base_minor))
    after = [*lines[:n], replace(lines[n], base_minor=fewer), *lines[n + 1 :]]
    before_minor = commission_compute(lines, terms).total_minor
    assert commission_compute(after, terms).total_minor <= before_minor


@given(orders(), all_terms, st.data())
def test_what_is_approved_stands_and_the_order_never_earns_more_for_it(lines, terms, data):
    before = commission_compute(lines, terms)
    n = data.draw(st.integers(0, len(lines) - 1))
    settled = replace(lines[n], settled_minor=before.lines[n].commission_minor)
    after = commission_compute([*lines[:n], settled, *lines[n + 1 :]], terms)
    assert after.lines[n].commission_minor == settled.settled_minor
    assert after.total_minor <= before.total_minor
