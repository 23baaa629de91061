"""What is left of an order line after goods that the source tells of elsewhere. Pure.

A return, a cancellation and a split come as rows of their own, in any order, before or after the
order that they are about; a line is therefore worked out anew from all of them each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineFigures:
    """Pieces and minor units of a line: what was sold, and what of it came back."""

    quantity: int
    amount_minor: int
    returned_quantity: int = 0
    returned_minor: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """Pieces that left, by how: "return", "cancellation" or "split"."""

    kind: str
    quantity: int


def line_after_moves(
    line: LineFigures, moves: Iterable[Moved], *, seen_quantity: int, is_fulfilled: bool
) -> LineFigures:
    """The line as it is worth something.

    `seen_quantity` is the most that the order ever showed in this line: what it shows less now has
    left already and is not taken away a second time. What was cancelled or given back counts only
    for an order that reached its buyer; of any other the order's own status says it all.
    """
    by_kind = {"return": 0, "cancellation": 0, "split": 0}
    for move in moves:
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


def _share(amount_minor: int, part: int, whole: int) -> int:
    """Rounded down: what rounding leaves stays with the line until all of it is gone."""
    return amount_minor * part // whole if whole else 0
