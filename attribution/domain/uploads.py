"""What undoing an upload may take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from attribution.domain.lifecycle import CONFIRMED_TRUST

UNDO_KEY = "undo:"  # begins the keys of events that take an order back

Verdict = Literal["take_back", "gone", "promised", "changed", "known_before"]


class Applied(NamedTuple):
    """A version of an order that counted: which event brought it."""

    is_ours: bool  # of the upload that is being undone
    is_of_file: bool  # of this or another upload to the same source
    is_undo: bool


def undo_verdict(
    history: Sequence[Applied], *, trust: str, is_cancelled: bool, is_promised: bool
) -> Verdict:
    """Whether an order goes with its upload. `history` is in the order of its versions.

    It does when this upload brought it (or brought it back after an undo) and only files have
    spoken of it. What was approved or paid stays whatever anybody uploads.
    """
    place = next((n for n, version in enumerate(history) if version.is_ours), None)
    if place is None or is_cancelled:
        return "gone"
    if is_promised:
        return "promised"
    if trust in CONFIRMED_TRUST or not all(version.is_of_file for version in history[place:]):
        return "changed"
    if place > 0 and not history[place - 1].is_undo:
        return "known_before"
    return "take_back"
