from __future__ import annotations

import pytest

from payouts.domain.states import (
    BATCH_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    BatchState,
    PayoutState,
    batch_may_become,
    payout_may_become,
)

PAYOUT_ALLOWED = {
    "created": {"sending", "cancelled"},
    "sending": {"accepted", "unknown", "paid", "failed"},
    "accepted": {"unknown", "paid", "failed"},
    "unknown": {"accepted", "paid", "failed"},
    "paid": {"returned"},
}
BATCH_ALLOWED = {
    "submitted": {"approved", "cancelled"},
    "approved": {"sent", "cancelled"},
    "sent": {"settled"},
}


@pytest.mark.parametrize("old", PayoutState)
@pytest.mark.parametrize("new", PayoutState)
def test_a_payout_changes_as_the_table_says(old, new):
    assert payout_may_become(old, new) is (new.value in PAYOUT_ALLOWED.get(old.value, set()))


@pytest.mark.parametrize("old", BatchState)
@pytest.mark.parametrize("new", BatchState)
def test_a_batch_changes_as_the_table_says(old, new):
    assert batch_may_become(old, new) is (new.value in BATCH_ALLOWED.get(old.value, set()))


def test_every_state_has_its_row():
    assert set(PAYOUT_TRANSITIONS) == set(PayoutState)
    assert set(BATCH_TRANSITIONS) == set(BatchState)


def test_nothing_is_sent_twice():
    """What was sent once never comes back to a state from which it is sent."""
    for state in set(PayoutState) - {PayoutState.CREATED}:
        assert not payout_may_become(state, PayoutState.SENDING)
        assert not payout_may_become(state, PayoutState.CREATED)


@pytest.mark.parametrize("word", ["", "done", "PAID"])
def test_a_word_that_is_no_state_is_an_error(word):
    with pytest.raises(ValueError, match="not a valid"):
        payout_may_become(word, "paid")
    with pytest.raises(ValueError, match="not a valid"):
        batch_may_become("sent", word)
