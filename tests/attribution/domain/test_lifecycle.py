from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.lifecycle import (
    LOST,
    PROMISED,
    TRANSITIONS,
    ReasonCode,
    Status,
    Target,
    conversion_target,
    is_approved_by_silence,
)

FULFILLED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PAID_AT = FULFILLED_AT - timedelta(days=5)
HOLD_END = FULFILLED_AT + timedelta(days=21)
ORDER = {
    "order_status": "created",
    "amount_minor": 18_990_00,
    "returned_minor": 0,
    "fulfilled_at": None,
    "paid_at": None,
    "hold_days": 21,
}
FULFILLED = {"order_status": "fulfilled", "fulfilled_at": FULFILLED_AT}
CANCELLED = Target(Status.REJECTED, reason_code=ReasonCode.ORDER_CANCELLED)
RETURNED = Target(Status.REVERSED, reason_code=ReasonCode.ORDER_RETURNED)


@pytest.mark.parametrize(
    ("_case", "changes", "target"),
    [
        ("ordered", {}, Target(Status.PENDING)),
        ("paid", {"order_status": "paid", "paid_at": PAID_AT}, Target(Status.PENDING)),
        ("received: the hold begins", FULFILLED, Target(Status.ON_HOLD, HOLD_END)),
        (
            "paid, where nobody ever says received",
            {"order_status": "paid", "paid_at": PAID_AT, "is_hold_from_paid": True},
            Target(Status.ON_HOLD, PAID_AT + timedelta(days=21)),
        ),
        (
            "ordered, where nobody ever says received",
            {"is_hold_from_paid": True},
            Target(Status.PENDING),
        ),
        (
            "a part came back in the hold: the rest waits on",
            FULFILLED | {"returned_minor": 6_330_00},
            Target(Status.ON_HOLD, HOLD_END),
        ),
        ("all came back", FULFILLED | {"returned_minor": 18_990_00}, RETURNED),
        ("the source says returned", {"order_status": "returned"}, RETURNED),
        ("cancelled", {"order_status": "cancelled"}, CANCELLED),
        (
            "cancelled after it was received",
            FULFILLED | {"order_status": "cancelled"},
            CANCELLED,
        ),
        ("a free gift is not a return", {"amount_minor": 0}, Target(Status.PENDING)),
        ("a word nobody mapped says nothing", {"order_status": "unmapped"}, None),
    ],
)
def test_what_an_orders_state_asks_of_its_conversion(_case, changes, target):
    assert conversion_target(**(ORDER | changes)) == target


@given(st.integers(min_value=14, max_value=120))
def test_the_hold_is_as_long_as_the_terms_say(hold_days):
    target = conversion_target(**(ORDER | FULFILLED | {"hold_days": hold_days}))
    assert target == Target(Status.ON_HOLD, FULFILLED_AT + timedelta(days=hold_days))


@pytest.mark.parametrize(
    ("_case", "changes", "is_approved"),
    [
        ("the hold is over", {}, True),
        ("its last second", {"now": HOLD_END - timedelta(seconds=1)}, False),
        ("read back from the source", {"trust": "pulled"}, True),
        ("a hint alone waits for a second source", {"trust": "hint"}, False),
        ("whose it is, only a page said", {"grade": "D"}, False),
        ("the brand has confirmed it", {"grade": "D", "is_confirmed": True}, True),
        ("a hint that the brand has confirmed", {"trust": "hint", "is_confirmed": True}, True),
        ("confirmed, and not received", {"status": Status.PENDING, "is_confirmed": True}, False),
        ("not received yet", {"status": Status.PENDING}, False),
        ("rejected", {"status": Status.REJECTED}, False),
        ("waiting for the budget", {"status": Status.AWAITING_FUNDING}, False),
        ("approved already", {"status": Status.APPROVED}, False),
        ("no end of the hold is known", {"hold_until": None}, False),
    ],
)
def test_silence_means_yes_when_nothing_speaks_against_it(_case, changes, is_approved):
    silence = {
        "status": Status.ON_HOLD,
        "hold_until": HOLD_END,
        "now": HOLD_END,
        "trust": "signed",
        "grade": "A",
    }
    assert is_approved_by_silence(**(silence | changes)) is is_approved


ALLOWED = {
    "awaiting_funding": {"pending", "on_hold", "rejected", "reversed"},
    "pending": {"on_hold", "rejected", "reversed"},
    "on_hold": {"pending", "approved", "rejected", "reversed"},
    "approved": {"paid"},
    "paid": {"approved"},
    "rejected": {"awaiting_funding"},  # the brand took its word back
    "reversed": {"pending", "on_hold"},
}


@pytest.mark.parametrize("old", Status)
def test_a_conversion_changes_as_the_table_says(old):
    assert {new.value for new in TRANSITIONS[old]} == ALLOWED.get(old.value, set())


def test_money_that_was_promised_is_not_taken_back():
    for promised in (Status.APPROVED, Status.PAID):
        assert promised in PROMISED
        assert not TRANSITIONS[promised] & {Status.REJECTED, Status.REVERSED, Status.PENDING}


@given(
    st.sampled_from(["created", "paid", "fulfilled", "cancelled", "returned", "unmapped"]),
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=10**9),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_every_state_has_an_answer_that_a_waiting_conversion_can_follow(
    order_status, amount, returned, is_fulfilled, is_paid, is_hold_from_paid
):
    target = conversion_target(
        order_status=order_status,
        amount_minor=amount,
        returned_minor=returned,
        fulfilled_at=FULFILLED_AT if is_fulfilled else None,
        paid_at=PAID_AT if is_paid else None,
        hold_days=21,
        is_hold_from_paid=is_hold_from_paid,
    )
    if target is None:
        assert order_status == "unmapped"
        return
    assert target.status in TRANSITIONS[Status.AWAITING_FUNDING]
    assert (target.status is Status.ON_HOLD) == (target.hold_until is not None)
    assert (target.status in LOST) == (target.reason_code is not None)
