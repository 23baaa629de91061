"""Goods that come back after their reward was approved: what it is worth then, and whose money that
moves. Source: design/domain.md sections 2 and 6. Amounts are tiyn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from attribution.domain.lifecycle import Status
from core.bps import round_half_up


@dataclass(frozen=True, slots=True)
class Standing:
    """An approved reward: what it was approved for, what it is worth now, and what of it is with
    the influencer. `recovered` was kept back from later payouts, `forgiven` was written off."""

    approved_base_minor: int
    approved_minor: int
    commission_minor: int
    paid_minor: int = 0
    recovered_minor: int = 0
    forgiven_minor: int = 0

    @property
    def held_minor(self) -> int:
        """What the influencer still has of the money that was paid for it. May be negative where
        a bank has sent back what was recovered before."""
        return self.paid_minor - self.recovered_minor - self.forgiven_minor

    @property
    def payable_minor(self) -> int:
        """What is still to be paid for it."""
        return max(0, self.commission_minor - self.held_minor)

    @property
    def debt_minor(self) -> int:
        """What the influencer owes back for it."""
        return max(0, self.held_minor - self.commission_minor)


@dataclass(frozen=True, slots=True)
class Split:
    """What goes back when a reward shrinks: out of what is not paid yet, and as a debt for what is.
    Negative when it grows again, because a return was undone."""

    unpaid_minor: int
    debt_minor: int

    @property
    def total_minor(self) -> int:
        return self.unpaid_minor + self.debt_minor


def worth_after(standing: Standing, kept_base_minor: int) -> int:
    """What a reward is worth once only so much of its goods is kept: the same share of what was
    approved. Each return is counted from the approval and not from the one before, so that several
    parts and then the rest come to exactly the whole.

    What was written off stays written off: no undone return brings it back.
    """
    kept = min(max(0, kept_base_minor), standing.approved_base_minor)
    if kept == standing.approved_base_minor:
        worth = standing.approved_minor
    else:
        worth = round_half_up(standing.approved_minor * kept, standing.approved_base_minor)
    return min(worth, standing.approved_minor - standing.forgiven_minor)


def claw_split(standing: Standing, worth_minor: int) -> Split:
    """Whose money a change to `worth_minor` moves: what is not paid yet comes first."""
    back = standing.commission_minor - worth_minor
    if back >= 0:
        unpaid = min(back, standing.payable_minor)
        return Split(unpaid, back - unpaid)
    debt = min(-back, standing.debt_minor)
    return Split(back + debt, -debt)


def status_after(standing: Standing, worth_minor: int) -> Status:
    """`standing` as it was before."""
    if worth_minor == 0:
        return Status.REVERSED
    if worth_minor < standing.approved_minor:
        return Status.PARTLY_REVERSED
    return Status.PAID if standing.held_minor >= worth_minor else Status.APPROVED


def is_clawed_back(
    *, clawback_days: int | None, approved_at: datetime, returned_at: datetime
) -> bool:
    """Whether the terms take the reward of a late return back; None: they never do."""
    if clawback_days is None:
        return False
    return returned_at <= approved_at + timedelta(days=clawback_days)
