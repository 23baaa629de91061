"""Late returns worked by hand. Amounts in tiyn: a reward of 2 550,00 for goods of 25 500,00."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.late_returns import (
    Split,
    Standing,
    claw_split,
    is_clawed_back,
    status_after,
    worth_after,
)

BASE, WORTH = 2_550_000, 255_000
APPROVED_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def standing(now=WORTH, *, paid=0, recovered=0, forgiven=0):
    return Standing(BASE, WORTH, now, paid, recovered, forgiven)


@pytest.mark.parametrize(
    ("kept", "worth"),
    [
        (BASE, 255_000),
        (BASE + 1, 255_000),  # what grows after the approval earns no more
        (1_530_000, 153_000),
        (1, 0),
        (5, 1),  # half a tiyn is rounded up
        (0, 0),
    ],
)
def test_a_reward_keeps_the_share_of_the_goods_that_are_kept(kept, worth):
    assert worth_after(standing(), kept) == worth


@pytest.mark.parametrize(
    ("before", "worth", "split", "status"),
    [
        # nothing paid: all of it out of what is payable
        (standing(), 153_000, Split(102_000, 0), "partly_reversed"),
        (standing(153_000), 0, Split(153_000, 0), "reversed"),
        # all paid: all of it a debt
        (standing(paid=255_000), 153_000, Split(0, 102_000), "partly_reversed"),
        (standing(153_000, paid=255_000), 0, Split(0, 153_000), "reversed"),
        # a part was paid: what is not paid comes first
        (standing(paid=200_000), 153_000, Split(55_000, 47_000), "partly_reversed"),
        # a return undone: the debt goes first, then it is payable again
        (standing(153_000, paid=255_000), 255_000, Split(0, -102_000), "paid"),
        (standing(153_000, paid=255_000, recovered=40_000), 255_000,
         Split(-40_000, -62_000), "approved"),
        (standing(153_000), 255_000, Split(-102_000, 0), "approved"),
        # what was written off is with the influencer, and nobody's debt any more
        (standing(153_000, paid=255_000, forgiven=102_000), 0, Split(0, 153_000), "reversed"),
    ],
)  # fmt: skip
def test_whose_money_a_return_moves(before, worth, split, status):
    assert claw_split(before, worth) == split
    assert status_after(before, worth) == status


def test_what_was_written_off_does_not_come_back_with_the_goods():
    assert worth_after(standing(153_000, paid=255_000, forgiven=102_000), BASE) == 153_000


kept_parts = st.lists(st.integers(0, 2_000_000), min_size=1, max_size=6)


@given(base=st.integers(1, 2_000_000), share=st.integers(0, 2_000_000), kept=kept_parts,
       paid=st.integers(0, 2_000_000))  # fmt: skip
def test_several_returns_and_then_all_of_it_come_to_exactly_the_whole(base, share, kept, paid):
    approved = min(share, base)
    now = Standing(base, approved, approved, min(paid, approved))
    unpaid = debt = 0
    for each in [*kept, 0]:
        worth = worth_after(now, each)
        split = claw_split(now, worth)
        assert split.total_minor == now.commission_minor - worth
        unpaid, debt = unpaid + split.unpaid_minor, debt + split.debt_minor
        now = Standing(base, approved, worth, now.paid_minor)
        assert (now.debt_minor, now.payable_minor) == (debt, approved - now.paid_minor - unpaid)
    assert (unpaid + debt, debt) == (approved, now.paid_minor)


@pytest.mark.parametrize(
    ("days", "later", "is_back"),
    [(None, 0, False), (30, 30, True), (30, 31, False), (1, 0, True)],
)
def test_terms_say_how_long_a_late_return_takes_its_reward_back(days, later, is_back):
    at = APPROVED_AT + timedelta(days=later)
    assert is_clawed_back(clawback_days=days, approved_at=APPROVED_AT, returned_at=at) is is_back
