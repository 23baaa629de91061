"""When a receipt and a shop's order are taken for one purchase, and when a person is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attribution.domain.receipt_orders import (
    ASKED_MAX,
    Bought,
    Likeness,
    Paper,
    fits,
    receipts_compare,
)

SOLD_AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ALIYA, DANA = 7, 8
PAPER = Paper(1, 101, ALIYA, 2_550_000, SOLD_AT, timedelta(days=14))
ORDER = Bought(201, frozenset({ALIYA}), 2_550_000, SOLD_AT - timedelta(days=2))
CLICKED = replace(ORDER, is_claimed=False)  # two days before
SAME, ASK = Likeness


@pytest.mark.parametrize(
    ("paper", "order", "expected"),
    [
        (PAPER, ORDER, True),
        (PAPER, replace(ORDER, goods_minor=2_549_900), False),
        (PAPER, replace(ORDER, placed_at=SOLD_AT - timedelta(days=14)), True),
        (PAPER, replace(ORDER, placed_at=SOLD_AT - timedelta(days=14, seconds=1)), False),
        (PAPER, replace(ORDER, placed_at=SOLD_AT + timedelta(minutes=10)), True),
        (PAPER, replace(ORDER, placed_at=SOLD_AT + timedelta(minutes=11)), False),
        (replace(PAPER, within=timedelta(0)), replace(ORDER, placed_at=SOLD_AT), False),
        (PAPER, replace(CLICKED, placed_at=SOLD_AT - timedelta(days=3)), True),
        (PAPER, replace(CLICKED, placed_at=SOLD_AT - timedelta(days=3, seconds=1)), False),
        (replace(PAPER, within=timedelta(days=1)), CLICKED, False),
    ],
    ids=str,
)
def test_the_same_sum_paid_when_or_after_it_was_ordered_may_be_one_purchase(paper, order, expected):
    assert fits(paper, order) is expected


def test_what_fits_nothing_else_and_is_one_influencers_is_one_purchase():
    assert receipts_compare([PAPER], [ORDER], about={1}) == {(1, 201): SAME}


def test_a_person_is_asked_about_everything_that_could_be_otherwise():
    second = replace(ORDER, order_id=202, placed_at=SOLD_AT - timedelta(hours=1))
    rival = replace(PAPER, claim_id=2, order_id=102)
    others = replace(ORDER, participation_ids=frozenset({DANA}))
    shared = replace(ORDER, participation_ids=frozenset({ALIYA, DANA}))
    assert receipts_compare([PAPER], [ORDER, second], about={1}) == {(1, 202): ASK, (1, 201): ASK}
    assert receipts_compare([PAPER, rival], [ORDER], about={1}) == {(1, 201): ASK}
    assert receipts_compare([PAPER], [CLICKED], about={1}) == {(1, 201): ASK}
    assert receipts_compare([PAPER], [others], about={1}) == {(1, 201): ASK}
    assert receipts_compare([PAPER], [shared], about={1}) == {(1, 201): ASK}
    assert receipts_compare([PAPER], [ORDER], about={1}, asked={1}) == {(1, 201): ASK}


def test_what_was_said_to_be_two_purchases_is_not_asked_again_nor_in_anybodys_way():
    second = replace(ORDER, order_id=202)
    apart = {(1, 202)}
    assert receipts_compare([PAPER], [ORDER, second], about={1}, apart=apart) == {(1, 201): SAME}
    assert receipts_compare([PAPER], [second], about={1}, apart=apart) == {}


def test_only_the_closest_orders_are_asked_about():
    orders = [
        replace(ORDER, order_id=300 + n, placed_at=SOLD_AT - timedelta(hours=n)) for n in range(9)
    ]
    found = receipts_compare([PAPER], orders, about={1})
    assert list(found) == [(1, 300 + n) for n in range(ASKED_MAX)]
    assert set(found.values()) == {ASK}


def test_nobody_is_looked_at_who_is_not_asked_for():
    assert receipts_compare([PAPER], [ORDER], about=set()) == {}
