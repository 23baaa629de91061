"""What is left of an order line, and what has become of its order, after rows of the source that
are not the order itself. Pure.

They come in any order, before or after the order that they are about; all is therefore worked out
anew from all of them each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LINE_KINDS = ("return", "cancellation", "split")
RECEIVED = ("fulfilled", "returned")
OPEN = ("created", "paid")


@dataclass(frozen=True, slots=True)
class LineFigures:
    """Pieces and minor units of a line: what was sold, and what of it came back."""

    quantity: int
    amount_minor: int
    returned_quantity: int = 0
    returned_minor: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """Pieces and how they left ("return", "cancellation" or "split"), or what became of the order
    as a whole ("receipt" or "withdrawal") and when."""

    kind: str
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """Where an order stands, and since when its buyer has it."""

    status: str
    fulfilled_at: datetime | None = None


def line_after_moves(
    line: LineFigures, moves: Iterable[Moved], *, seen_quantity: int, is_fulfilled: bool
) -> LineFigures:
    """The line as it is worth something.

    `seen_quantity` is the most that the order ever showed in this line: what it shows less now has
    left already and is not taken away a second time. What was cancelled or given back counts only
    for an order that reached its buyer; of any other the order's own status says it all.
    """
    by_kind = dict.fromkeys(LINE_KINDS, 0)
    for move in moves:
        if move.kind in LINE_KINDS:
            by_kind[move.kind] += move.quantity
    shrunk = max(seen_quantity - line.quantity, 0)
    split = max(by_kind["split"] - shrunk, 0)
    kept = max(line.quantity - split, 0)
    amount_minor = _share(line.amount_minor, kept, line.quantity)
    back = line.returned_quantity
    if is_fulfilled:
        left_out = max(shrunk - by_kind["split"], 0)
        back += by_kind["return"] + max(by_kind["cancellation"] - left_out, 0)
    back = min(back, kept)
    returned_minor = max(line.returned_minor, _share(amount_minor, back, kept))
    return LineFigures(kept, amount_minor, back, min(returned_minor, amount_minor))


def course_after_moves(shown: Course, shown_at: datetime, moves: Iterable[Moved]) -> Course:
    """Where the order stands, when receipts and withdrawals count as well.

    `shown` is the order's own latest word, said at `shown_at`. What it shows as received stays so,
    from the earliest moment named by anybody. A receipt makes every other order received, unless
    the order was cancelled, or got a word we do not know, after that. A withdrawal counts for an
    order that is open still, and never against a receipt.
    """
    moves = [move for move in moves if move.quantity]
    receipts = [move.at for move in moves if move.kind == "receipt"]
    known = [*receipts, *([shown.fulfilled_at] if shown.fulfilled_at else [])]
    received_at = min(known, default=None)
    if shown.status in RECEIVED:
        return Course(shown.status, received_at)
    if receipts and (shown.status in OPEN or shown_at <= max(receipts)):
        return Course("fulfilled", received_at)
    is_withdrawn = any(move.kind == "withdrawal" for move in moves)
    if is_withdrawn and shown.status in OPEN:
        return Course("cancelled")
    return shown


def _share(amount_minor: int, part: int, whole: int) -> int:
    """Rounded down: what rounding leaves stays with the line until all of it is gone."""
    return amount_minor * part // whole if whole else 0
