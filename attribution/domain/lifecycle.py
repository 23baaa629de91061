"""What an order's state makes of a conversion. Source: design/domain.md section 2.

pending (ordered) -> on_hold (received; the hold runs) -> approved -> paid
rejected, reversed from what is not approved yet; awaiting_funding while the budget is empty.
Goods that come back after the approval leave it partly_reversed or reversed, by the terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    ON_HOLD = "on_hold"
    APPROVED = "approved"
    PAID = "paid"
    PARTLY_REVERSED = "partly_reversed"
    REJECTED = "rejected"
    REVERSED = "reversed"
    AWAITING_FUNDING = "awaiting_funding"


# Neither the source nor a brand can move money that has been promised.
PROMISED = frozenset({Status.APPROVED, Status.PAID, Status.PARTLY_REVERSED})
# Nothing is owed for these.
LOST = frozenset({Status.REJECTED, Status.REVERSED})

# How an order must have reached us for silence to approve it, and which evidence must have said
# whose it is (grades as in design/domain.md section 3: D counts with a confirmation).
CONFIRMED_TRUST = ("signed", "pulled")
CONFIRMED_GRADES = ("A", "B", "C")

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.AWAITING_FUNDING: frozenset(
        {Status.PENDING, Status.ON_HOLD, Status.REJECTED, Status.REVERSED}
    ),
    Status.PENDING: frozenset({Status.ON_HOLD, Status.REJECTED, Status.REVERSED}),
    Status.ON_HOLD: frozenset({Status.PENDING, Status.APPROVED, Status.REJECTED, Status.REVERSED}),
    Status.APPROVED: frozenset({Status.PAID}),
    Status.PAID: frozenset({Status.APPROVED}),  # the bank sent the payout back
    Status.PARTLY_REVERSED: frozenset(),  # only later returns move it (domain.late_returns)
    Status.REJECTED: frozenset({Status.AWAITING_FUNDING}),  # the brand took its word back
    Status.REVERSED: frozenset({Status.PENDING, Status.ON_HOLD}),  # the return was taken back
}


class ReasonCode:
    """Numbers that never change: influencers, brands and files refer to them."""

    DUPLICATE = 12  # the sale counts under another source's order
    ORDER_CANCELLED = 15
    ORDER_RETURNED = 16
    CAP_EXCEEDED = 17  # of the influencer, of their day or of the campaign: it cuts, to 0 at most
    CODE_LEAKED = 19
    NOT_YOUR_CODE = 20
    NOT_NEW = 24  # the buyer, where terms pay nothing for returning ones


@dataclass(frozen=True, slots=True)
class Target:
    """What a conversion should be now. `reason_code` belongs to rejected and reversed."""

    status: Status
    hold_until: datetime | None = None
    reason_code: int | None = None


def conversion_target(
    *,
    order_status: str,
    amount_minor: int,
    returned_minor: int,
    fulfilled_at: datetime | None,
    paid_at: datetime | None,
    hold_days: int,
    is_hold_from_paid: bool = False,
) -> Target | None:
    """What an order line's state asks of its conversion, before approval.

    The hold runs from receipt; from payment for a source that never tells of receipt
    (`is_hold_from_paid`). None: the state says nothing (an unmapped status), so nothing moves.
    """
    if order_status == "unmapped":
        return None
    if order_status == "cancelled":
        return Target(Status.REJECTED, reason_code=ReasonCode.ORDER_CANCELLED)
    if order_status == "returned" or (amount_minor > 0 and returned_minor >= amount_minor):
        return Target(Status.REVERSED, reason_code=ReasonCode.ORDER_RETURNED)
    if order_status == "fulfilled" and fulfilled_at is not None:
        return Target(Status.ON_HOLD, hold_until=fulfilled_at + timedelta(days=hold_days))
    if order_status == "paid" and is_hold_from_paid and paid_at is not None:
        return Target(Status.ON_HOLD, hold_until=paid_at + timedelta(days=hold_days))
    return Target(Status.PENDING)


def is_approved_by_silence(
    *,
    status: Status,
    hold_until: datetime | None,
    now: datetime,
    trust: str,
    grade: str,
    is_confirmed: bool = False,
) -> bool:
    """Whether nobody's objection makes it final: the hold is over, the order was signed or read
    back, and what says whose it is could not be forged. A hint alone waits for a second source,
    or for the brand's word (`is_confirmed`)."""
    is_trusted = trust in CONFIRMED_TRUST and grade in CONFIRMED_GRADES
    return (
        status is Status.ON_HOLD
        and hold_until is not None
        and hold_until <= now
        and (is_trusted or is_confirmed)
    )
