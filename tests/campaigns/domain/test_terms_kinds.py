"""Returning buyers, the base, caps beyond the order and tiers: figures computed on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.domain.commission import (
    Buyer,
    CommissionTerms,
    LineGoods,
    MonthState,
    PersonState,
    Rate,
    SkuRate,
    StepKind,
    Tier,
    commission_compute,
    reward_of_basket,
)

TEN = CommissionTerms(percent_bps=1_000)
SUM = CommissionTerms(fixed_minor=2_000_00)
TABLE = {"own": SkuRate(bps=500), "piece": SkuRate(piece_minor=300_00), "never": SkuRate()}
NEW, RETURNING, UNKNOWN = MonthState(Buyer.NEW), MonthState(Buyer.RETURNING), MonthState()
STAIRS = (Tier(10, Rate(bps=1_200)), Tier(50, Rate(bps=1_500)))


def line(base, *, sku="", amount=None, market=0, settled=None, person=1):
    return LineGoods(sku, 1, amount or base, base, settled, market, person)


def rewards(lines, terms, state=UNKNOWN):
    return [each.commission_minor for each in commission_compute(lines, terms, state).lines]


def people(*states):
    return MonthState(people=dict(enumerate(states, 1)))


@pytest.mark.parametrize(
    ("_case", "lines", "terms", "state", "expected"),
    [
        (
            "a new buyer: 10 %",
            [line(20_000_00)],
            replace(TEN, returning=Rate(300)),
            NEW,
            [2_000_00],
        ),
        (
            "a returning one: 3 %",
            [line(20_000_00)],
            replace(TEN, returning=Rate(300)),
            RETURNING,
            [600_00],
        ),
        (
            "nobody can tell: as new",
            [line(20_000_00)],
            replace(TEN, returning=Rate(300)),
            UNKNOWN,
            [2_000_00],
        ),
        (
            "nobody can tell, and the terms say returning",
            [line(20_000_00)],
            replace(TEN, returning=Rate(300), is_unknown_new=False),
            UNKNOWN,
            [600_00],
        ),
        (
            "a sum for a returning buyer, 500.00 as 3 to 1",
            [line(15_000_00), line(5_000_00)],
            replace(TEN, returning=Rate(0, 500_00)),
            RETURNING,
            [375_00, 125_00],
        ),
        (
            "3 % for products with a reward of their own too; what is excluded stays so",
            [
                line(10_000_00, sku="own"),
                line(10_000_00, sku="piece"),
                line(10_000_00, sku="never"),
            ],
            replace(TEN, returning=Rate(300), table=TABLE),
            RETURNING,
            [300_00, 300_00, 0],
        ),
        (
            "a returning buyer earns nothing",
            [line(9_00, sku="own")],
            replace(TEN, returning=Rate(), table=TABLE),
            RETURNING,
            [0],
        ),
        # 116 000.00 with 16 % VAT is 100 000.00 without
        (
            "without VAT",
            [line(116_000_00)],
            replace(TEN, is_base_with_vat=False),
            MonthState(vat_bps=1_600),
            [10_000_00],
        ),
        (
            "the day has no VAT",
            [line(116_000_00)],
            replace(TEN, is_base_with_vat=False),
            UNKNOWN,
            [11_600_00],
        ),
        # of 10 000.00 the marketplace pays 1 200.00; half came back: 5 000.00 x 8 800 : 10 000
        (
            "as the buyer paid",
            [line(5_000_00, amount=10_000_00, market=1_200_00)],
            replace(TEN, is_base_as_paid=True),
            UNKNOWN,
            [440_00],
        ),
        ("before it", [line(10_000_00, market=1_200_00)], TEN, UNKNOWN, [1_000_00]),
        # 4 400.00 with 16 % is 3 793.10 without (VAT 606.90); 10 % of it
        (
            "as paid and without VAT",
            [line(5_000_00, amount=10_000_00, market=1_200_00)],
            replace(TEN, is_base_as_paid=True, is_base_with_vat=False),
            MonthState(vat_bps=1_600),
            [379_31],
        ),
        (
            "nine approved: 10 %",
            [line(1_000_00)],
            replace(TEN, tiers=STAIRS),
            people(PersonState(9)),
            [100_00],
        ),
        (
            "ten approved: 12 %",
            [line(1_000_00)],
            replace(TEN, tiers=STAIRS),
            people(PersonState(10)),
            [120_00],
        ),
        (
            "sixty approved: 15 %",
            [line(1_000_00)],
            replace(TEN, tiers=STAIRS),
            people(PersonState(60)),
            [150_00],
        ),
        (
            "a top-up when the month is over changes no order",
            [line(1_000_00)],
            replace(TEN, tiers=STAIRS, is_retroactive=True),
            people(PersonState(60)),
            [100_00],
        ),
        (
            "a tier is for new buyers",
            [line(1_000_00)],
            replace(TEN, tiers=STAIRS, returning=Rate(300)),
            replace(people(PersonState(60)), buyer=Buyer.RETURNING),
            [30_00],
        ),
        (
            "a product's own rate knows no tier",
            [line(1_000_00, sku="own")],
            replace(TEN, tiers=STAIRS, table=TABLE),
            people(PersonState(60)),
            [50_00],
        ),
        # 3 000.00 for who has a tier, 2 000.00 for who has none, each by their half of the goods
        (
            "two influencers of one order",
            [line(1_000_00), line(1_000_00, person=2)],
            replace(SUM, tiers=(Tier(10, Rate(0, 3_000_00)),)),
            people(PersonState(10), PersonState(0)),
            [1_500_00, 1_000_00],
        ),
        (
            "700.00 of 1 000.00 are left of the day: 10 % and 5 % of 10 000.00 as 2 to 1",
            [line(10_000_00), line(10_000_00, sku="own")],
            replace(TEN, table=TABLE, cap_day_minor=1_000_00),
            people(PersonState(day_taken_minor=300_00)),
            [466_67, 233_33],
        ),
        (
            "nothing is left",
            [line(10_000_00)],
            replace(TEN, cap_influencer_minor=5_00),
            people(PersonState(taken_minor=5_00)),
            [0],
        ),
        (
            "more than the cap was taken before it came",
            [line(10_000_00)],
            replace(TEN, cap_influencer_minor=5_00),
            people(PersonState(taken_minor=9_00)),
            [0],
        ),
        (
            "what is approved of the order takes its part of the cap",
            [line(10_000_00, settled=800_00), line(10_000_00)],
            replace(TEN, cap_influencer_minor=1_500_00),
            people(PersonState(taken_minor=200_00)),
            [800_00, 500_00],
        ),
        (
            "a cap of one influencer is not the other's",
            [line(10_000_00), line(10_000_00, person=2)],
            replace(TEN, cap_influencer_minor=500_00),
            people(PersonState(taken_minor=100_00), PersonState()),
            [400_00, 500_00],
        ),
        (
            "of the campaign: 600.00 left over 1 000.00 and 500.00",
            [line(10_000_00), line(5_000_00, person=2)],
            replace(TEN, cap_total_minor=10_000_00),
            MonthState(taken_minor=9_400_00),
            [400_00, 200_00],
        ),
    ],
)
def test_a_reward_of_each_kind_of_terms(_case, lines, terms, state, expected):
    assert rewards(lines, terms, state) == expected


def test_the_steps_say_the_base_the_buyer_the_orders_and_which_cap_cut():
    terms = replace(
        TEN, tiers=STAIRS, returning=Rate(300), is_base_with_vat=False, cap_day_minor=1_000_00
    )
    state = MonthState(vat_bps=1_600, people={1: PersonState(12, day_taken_minor=400_00)})
    (reward,) = commission_compute([line(11_600_00)], terms, state).lines
    assert [(s.kind, s.base_minor, s.result_minor) for s in reward.steps] == [
        (StepKind.WITHOUT_VAT, 11_600_00, 10_000_00),
        (StepKind.PERCENT, 10_000_00, 1_200_00),
        (StepKind.CAP_DAY, 1_200_00, 600_00),
    ]
    assert (reward.steps[1].buyer, reward.steps[1].orders) == ("unknown", 12)
    assert reward.steps[2].settled_minor == 400_00
    assert reward.is_cut_by_cap
    assert not reward.is_not_new


def test_who_earns_nothing_from_a_returning_buyer_is_told_so():
    terms = replace(SUM, returning=Rate())
    (reward,) = commission_compute([line(5_00)], terms, RETURNING).lines
    assert reward.is_not_new
    assert [(s.kind, s.result_minor) for s in reward.steps] == [(StepKind.NOT_NEW, 0)]


def test_one_sale_is_of_a_new_buyer_before_any_tier_and_without_vat_where_terms_say_so():
    terms = replace(TEN, tiers=STAIRS, returning=Rate(), is_base_with_vat=False)
    assert reward_of_basket(11_600_00, terms, vat_bps=1_600) == 1_000_00
    assert (
        reward_of_basket(11_600_00, replace(terms, cap_day_minor=700_00), vat_bps=1_600) == 700_00
    )


# --- For every order, every terms and every month -------------------------------------------

sums = st.integers(0, 10**9)
caps = st.one_of(st.none(), st.integers(1, 10**9))
buyers = st.sampled_from(Buyer)
tables = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.sampled_from([SkuRate(), SkuRate(bps=700), SkuRate(piece_minor=50_00)]),
)
wide = {
    "cap_minor": caps,
    "cap_day_minor": caps,
    "cap_influencer_minor": caps,
    "cap_total_minor": caps,
    "table": tables,
    "returning": st.sampled_from([None, Rate(), Rate(300), Rate(0, 500_00)]),
    "is_unknown_new": st.booleans(),
    "is_base_with_vat": st.booleans(),
    "is_base_as_paid": st.booleans(),
    "is_retroactive": st.booleans(),
}
all_terms = st.one_of(
    st.builds(
        CommissionTerms,
        percent_bps=st.integers(1, 1_000),
        tiers=st.sampled_from([(), STAIRS]),
        **wide,
    ),
    st.builds(
        CommissionTerms,
        fixed_minor=st.integers(1, 10**6),
        tiers=st.sampled_from([(), (Tier(3, Rate(0, 10**7)),)]),
        **wide,
    ),
)
person_states = st.builds(
    PersonState, approved_orders=st.integers(0, 60), taken_minor=sums, day_taken_minor=sums
)
states = st.builds(
    MonthState,
    buyer=buyers,
    vat_bps=st.sampled_from([0, 1_600]),
    taken_minor=sums,
    people=st.fixed_dictionaries({1: person_states, 2: person_states}),
)


@st.composite
def orders(draw):
    lines = []
    for _n in range(draw(st.integers(1, 4))):
        amount = draw(st.integers(1, 10**9))
        sku, person = draw(st.sampled_from(["a", "b", ""])), draw(st.integers(1, 2))
        base, market = draw(st.integers(0, amount)), draw(st.integers(0, amount))
        lines.append(LineGoods(sku, draw(st.integers(1, 9)), amount, base, None, market, person))
    return lines


@settings(max_examples=60)
@given(orders(), all_terms, states)
def test_no_cap_is_ever_passed_and_the_parts_sum(lines, terms, state):
    got = commission_compute(lines, terms, state)
    parts = [each.commission_minor for each in got.lines]
    assert sum(parts) == got.total_minor
    assert min(parts) >= 0
    assert terms.cap_minor is None or got.total_minor <= terms.cap_minor
    if terms.cap_total_minor is not None:
        assert got.total_minor <= max(0, terms.cap_total_minor - state.taken_minor)
    for person, of in state.people.items():
        mine = sum(part for part, each in zip(parts, lines, strict=True) if each.person == person)
        for cap, taken in (
            (terms.cap_day_minor, of.day_taken_minor),
            (terms.cap_influencer_minor, of.taken_minor),
        ):
            assert cap is None or mine <= max(0, cap - taken)


@settings(max_examples=60)
@given(orders(), all_terms, states, st.data())
def test_goods_that_come_back_never_make_an_order_earn_more(lines, terms, state, data):
    n = data.draw(st.integers(0, len(lines) - 1))
    after = [*lines]
    after[n] = replace(lines[n], base_minor=data.draw(st.integers(0, lines[n].base_minor)))
    one_person = [replace(each, person=1) for each in lines]
    one_after = [replace(each, person=1) for each in after]
    before_minor = commission_compute(one_person, terms, state).total_minor
    assert commission_compute(one_after, terms, state).total_minor <= before_minor
