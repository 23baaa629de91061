"""What a budget says while it is used up, and how far it may shrink."""

from __future__ import annotations

ALERT_LEVELS = (70, 90, 100)  # percent of the budget; at 100 nothing is left


def levels_reached(budget_minor: int, used_minor: int) -> frozenset[int]:
    """The levels that so much of a budget has reached."""
    return frozenset(each for each in ALERT_LEVELS if used_minor * 100 >= budget_minor * each)


def levels_crossed(budget_minor: int, *, before_minor: int, after_minor: int) -> tuple[int, ...]:
    """The levels that were not reached before and are now, lowest first."""
    new = levels_reached(budget_minor, after_minor) - levels_reached(budget_minor, before_minor)
    return tuple(sorted(new))


def shrink_most(budget_minor: int, left_minor: int) -> int:
    """By how much a budget may shrink: what nobody has earned. Something always stays, for a
    campaign without a budget is a closed one."""
    return max(0, min(left_minor, budget_minor - 1))
