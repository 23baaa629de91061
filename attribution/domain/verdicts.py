"""What a brand may say of a sale before its approval, until when, and by which numbered reason.

Source: design/domain.md section 2. Reasons 17, 18 and 20 are not here: caps, windows and whose a
code is are worked out by the rules and never a matter of anybody's word.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attribution.domain.lifecycle import Status

BRAND_REASONS = (11, 12, 13, 14, 15, 16, 19, 21, 22, 23, 24, 25)
NOTE_CHARS_MAX = 500
ANSWER_CHARS_MAX = 2_000
ANSWER_DAYS = 14  # how long an influencer may answer a rejection
UNDO_AT_LEAST = timedelta(hours=1)  # also of what was rejected just before midnight


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Refusal(StrEnum):
    """Why a verdict is not taken. Stable words: files and programs read them."""

    NOT_THERE = "not_there"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVERSED = "reversed"
    NOT_RECEIVED = "not_received"
    QUEUED = "queued"
    ASKED = "asked"
    REASON_MISSING = "reason_missing"
    REASON_UNKNOWN = "reason_unknown"
    NOTHING_SHOWN = "nothing_shown"
    NOTE_TOO_LONG = "note_too_long"


_STANDS = {
    Status.APPROVED: Refusal.APPROVED,
    Status.PAID: Refusal.APPROVED,
    Status.PARTLY_REVERSED: Refusal.APPROVED,
    Status.REJECTED: Refusal.REJECTED,
    Status.REVERSED: Refusal.REVERSED,
}
_TOO_EARLY = {
    Status.PENDING: Refusal.NOT_RECEIVED,
    Status.AWAITING_FUNDING: Refusal.QUEUED,
}


def verdict_refusal(status: Status, verdict: Verdict) -> Refusal | None:
    """Why a conversion in this state takes no such verdict; None when it does.

    What is approved is locked for good. Only received goods are approved early; anything that is
    not final yet may be rejected.
    """
    if status in _STANDS:
        return _STANDS[status]
    return _TOO_EARLY.get(status) if verdict is Verdict.APPROVE else None


def ground_refusal(reason_code: int | None, note: str, *, has_file: bool) -> Refusal | None:
    """What a rejection lacks: a reason of the closed list, and a note or a file that shows it."""
    if reason_code is None:
        return Refusal.REASON_MISSING
    if reason_code not in BRAND_REASONS:
        return Refusal.REASON_UNKNOWN
    if len(note) > NOTE_CHARS_MAX:
        return Refusal.NOTE_TOO_LONG
    return None if note.strip() or has_file else Refusal.NOTHING_SHOWN


def undo_until(at: datetime, *, day_ends_at: datetime) -> datetime:
    """The end of the rejection's day, and never sooner than an hour."""
    return max(day_ends_at, at + UNDO_AT_LEAST)
