"""The states of a payout and of a batch, as tables. Source: design/domain.md section 7."""

from __future__ import annotations

from enum import StrEnum


class PayoutState(StrEnum):
    CREATED = "created"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


# `sending` is committed before anything leaves; what is unknown is resolved by asking.
PAYOUT_TRANSITIONS: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.CREATED: frozenset({PayoutState.SENDING, PayoutState.CANCELLED}),
    PayoutState.SENDING: frozenset(
        {PayoutState.ACCEPTED, PayoutState.UNKNOWN, PayoutState.PAID, PayoutState.FAILED}
    ),
    PayoutState.ACCEPTED: frozenset({PayoutState.UNKNOWN, PayoutState.PAID, PayoutState.FAILED}),
    PayoutState.UNKNOWN: frozenset({PayoutState.ACCEPTED, PayoutState.PAID, PayoutState.FAILED}),
    PayoutState.PAID: frozenset({PayoutState.RETURNED}),
    PayoutState.FAILED: frozenset(),
    PayoutState.RETURNED: frozenset(),
    PayoutState.CANCELLED: frozenset(),
}


class BatchState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    CANCELLED = "cancelled"


BATCH_TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.SUBMITTED: frozenset({BatchState.APPROVED, BatchState.CANCELLED}),
    BatchState.APPROVED: frozenset({BatchState.SENT, BatchState.CANCELLED}),
    BatchState.SENT: frozenset({BatchState.SETTLED}),
    BatchState.SETTLED: frozenset(),
    BatchState.CANCELLED: frozenset(),
}


def payout_may_become(old: str, new: str) -> bool:
    return PayoutState(new) in PAYOUT_TRANSITIONS[PayoutState(old)]


def batch_may_become(old: str, new: str) -> bool:
    return BatchState(new) in BATCH_TRANSITIONS[BatchState(old)]
