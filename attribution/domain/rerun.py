"""What a re-run under the rules of now changes about one line of an order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from attribution.domain.lifecycle import PROMISED, Status


class Change(StrEnum):
    GAINED = "gained"  # nobody's became somebody's
    LOST = "lost"  # somebody's became nobody's
    MOVED = "moved"  # it changed hands
    AMOUNT = "amount"  # the same influencer, another reward
    STANDS = "stands"  # it would change hands, and is approved: it stays


@dataclass(frozen=True, slots=True)
class Share:
    """What a line is to a participation: its living conversion."""

    participation_id: int
    status: str
    commission_minor: int


def line_change(before: Share | None, after: Share | None, decided: int | None) -> Change | None:
    """How a line differs; None when it does not. `decided` is whose it is by the rules of now,
    which for an approved line has no effect."""
    if before is not None and Status(before.status) in PROMISED:
        return Change.STANDS if decided != before.participation_id else None
    if before is None or after is None:
        if after is not None:
            return Change.GAINED
        return Change.LOST if before is not None else None
    if before.participation_id != after.participation_id:
        return Change.MOVED
    return Change.AMOUNT if before.commission_minor != after.commission_minor else None


def line_outcome(after: Share | None, planned: tuple[int | None, int]) -> str:
    """What became of a line whose correction was planned as (participation, tiyn): a word of
    RerunRow.Outcome."""
    if after is not None and Status(after.status) in PROMISED:
        return "stands"
    found = (after.participation_id, after.commission_minor) if after else (None, 0)
    if found != planned:
        return "other"
    is_waiting = after is not None and after.status == Status.AWAITING_FUNDING
    return "queued" if is_waiting else "applied"
