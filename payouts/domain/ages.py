"""How old money is that waits for somebody: the four columns that accountants here age debts by."""

from __future__ import annotations

from typing import Final

# Full days, both ends included; the last has no end.
AGES: Final = ((0, 30), (31, 60), (61, 90), (91, None))


def age_place(days: int) -> int:
    """Which of AGES; what is dated ahead is as good as of today."""
    return next(place for place, (_first, last) in enumerate(AGES) if last is None or days <= last)
