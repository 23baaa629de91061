"""When two orders are one sale, and under which it counts."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.same_sale import (
    NEAR,
    Sale,
    Standing,
    is_same,
    leading,
    net_told,
    sales_join,
    teller,
)

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NONE, BOOKED, PROMISED = Standing
TILDA, CRM, FILE, SHOP = range(1, 5)


def sale(order_id: int, source: int = TILDA, **changes) -> Sale:
    given = {
        "order_id": order_id,
        "connection_id": source,
        "currency": "KZT",
        "names": frozenset({f"N{order_id:07}"}),
        "phone": "p",
        "amount_minor": 2_550_000,
        "placed_at": AT,
        "is_confirmed": source in (CRM, SHOP, FILE),
        "is_mirror": source == CRM,
    }
    return Sale(**(given | changes))


HINT = sale(1)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (sale(2, CRM), True),
        (sale(2, FILE), True),
        (sale(2, CRM, placed_at=AT + NEAR), True),
        (sale(2, CRM, placed_at=AT - NEAR), True),
        (sale(2, CRM, placed_at=AT + NEAR + timedelta(seconds=1)), False),
        (sale(2, CRM, amount_minor=2_549_900), False),
        (sale(2, CRM, phone="q"), False),
        (sale(2, CRM, phone=""), False),
        (sale(2, TILDA), False),
        (sale(2, CRM, currency="USD"), False),
        (sale(2, CRM, phone="", names=HINT.names), True),
        (sale(2, CRM, phone="", amount_minor=1, names=HINT.names), True),
        (sale(2, CRM, phone="q", names=HINT.names), False),
        (sale(2, CRM, names=HINT.names, placed_at=AT + NEAR * 2), False),
        (sale(2, CRM, amount_minor=0), False),
    ],
    ids=str,
)
def test_a_hint_and_another_source(other, expected):
    assert is_same(HINT, other) is is_same(other, HINT) is expected


SHORT = frozenset({"1042"})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # two shops that count from one
        ({"names": SHORT, "phone": ""}, {"names": SHORT, "phone": "", "amount_minor": 5}, False),
        ({"names": SHORT}, {"names": SHORT, "phone": "q"}, False),
        ({"names": SHORT}, {"names": SHORT, "amount_minor": 5}, True),
        # the same buyer buys for the same amount in both
        ({}, {}, False),
        ({"names": frozenset({"100042"})}, {"names": frozenset({"100042"})}, True),
        (
            {"names": frozenset({"100042"}), "phone": ""},
            {"names": frozenset({"100042"}), "amount_minor": 5},
            False,
        ),
        # a CRM repeats what a shop has sold
        ({}, {"is_mirror": True}, True),
    ],
    ids=str,
)
def test_two_confirmed_sources_need_more_in_common(one, other, expected):
    assert is_same(sale(1, SHOP, **one), sale(2, FILE, **other)) is expected


def test_a_confirmed_word_counts_under_the_hint_that_has_the_evidence():
    hint, crm = sale(1, standing=BOOKED), sale(2, CRM)
    assert sales_join([hint, crm], [2]) == sales_join([hint, crm], [1]) == {2: 1}


def test_without_any_reward_nothing_is_joined():
    assert sales_join([sale(1), sale(2, CRM)], [1, 2]) == {}


def test_of_two_rewards_the_first_one_stands():
    assert sales_join([sale(1, standing=BOOKED), sale(2, CRM, standing=BOOKED)], [1]) == {2: 1}


def test_what_is_promised_stands_whoever_was_first():
    assert sales_join([sale(1, standing=BOOKED), sale(2, CRM, standing=PROMISED)], [2]) == {1: 2}


def test_the_same_sale_by_form_file_and_postback_is_one():
    number = frozenset({"1557604691"})
    sales = [
        sale(1, TILDA, standing=BOOKED, names=number),
        sale(2, FILE, names=number, phone=""),
        sale(3, 9, standing=BOOKED, names=number, phone="", is_confirmed=False),
    ]
    for order in permutations(sales):
        assert sales_join(order, [1, 2, 3]) == {2: 1, 3: 1}


def test_what_counts_already_goes_on_counting_there():
    sales = [
        sale(1, standing=BOOKED),
        sale(2, CRM, counts_under=1),
        sale(3, SHOP, standing=BOOKED, names=frozenset({"N0000001"})),
    ]
    assert sales_join(sales, [3]) == {3: 1}
    assert sales_join([*sales[:2], dataclasses.replace(sales[2], counts_under=1)], [1, 2, 3]) == {}


def test_two_purchases_of_one_buyer_meet_two_deals_by_their_moments():
    minute = timedelta(minutes=1)
    sales = [
        sale(1, standing=BOOKED, placed_at=AT),
        sale(2, standing=BOOKED, placed_at=AT + 60 * minute),
        sale(3, CRM, placed_at=AT + minute),
        sale(4, CRM, placed_at=AT + 61 * minute),
    ]
    for order in permutations(sales):
        assert sales_join(order, [1, 2, 3, 4]) == {3: 1, 4: 2}


def test_a_second_purchase_does_not_take_the_deal_of_the_first():
    sales = [
        sale(1, standing=BOOKED),
        sale(2, CRM, counts_under=1),
        sale(3, standing=BOOKED, placed_at=AT + timedelta(hours=1)),
    ]
    assert sales_join(sales, [3]) == {}


def test_a_common_number_is_closer_than_any_moment():
    number = frozenset({"1557604691"})
    sales = [
        sale(1, standing=BOOKED, names=number),
        sale(2, CRM, placed_at=AT),
        sale(3, CRM, placed_at=AT + timedelta(days=2), names=number),
    ]
    assert sales_join(sales, [1]) == {3: 1}


sales_any = st.lists(
    st.builds(
        sale,
        st.integers(1, 9),
        st.integers(1, 4),
        phone=st.sampled_from(["", "p", "q"]),
        names=st.sets(st.sampled_from(["1", "55555", "66666"]), min_size=1).map(frozenset),
        amount_minor=st.sampled_from([0, 5, 7]),
        standing=st.sampled_from([NONE, BOOKED, PROMISED]),
        placed_at=st.integers(0, 5).map(lambda days: AT + timedelta(days=days)),
    ),
    max_size=8,
    unique_by=lambda each: each.order_id,
)


@given(sales_any, st.randoms(use_true_random=False))
def test_the_order_of_looking_changes_nothing_and_every_group_counts_once(sales, random):
    ids = [each.order_id for each in sales]
    found = sales_join(sales, ids)
    shuffled = random.sample(sales, len(sales))
    assert sales_join(shuffled, random.sample(ids, len(ids))) == found
    assert not set(found) & set(found.values())  # nobody counts under one that counts elsewhere
    by_id = {each.order_id: each for each in sales}
    for lead in set(found.values()):
        members = [by_id[lead], *(by_id[one] for one, under in found.items() if under == lead)]
        sources = [each.connection_id for each in members]
        assert len(set(sources)) == len(sources)
        assert by_id[lead].standing == max(each.standing for each in members)


def test_who_leads_and_who_tells():
    hint, file, crm = sale(1, standing=BOOKED), sale(2, FILE), sale(3, CRM)
    assert leading([crm, file, hint]) is hint
    assert leading([crm, file]) is file
    assert teller([crm, file]) is file
    assert teller([hint]) is None
    assert teller([]) is None


@pytest.mark.parametrize(
    ("gross", "told", "net"), [(100, 120, 100), (100, 80, 80), (100, 0, 100), (0, 5, 0)]
)
def test_the_lesser_sum_counts(gross, told, net):
    assert net_told(gross, told) == net
