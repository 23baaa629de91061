"""What is said where a budget runs out."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.domain.budget import levels_reached
from exchange.web.formatting import money_text, number_text, percent_text


class BudgetNote(NamedTuple):
    """`tone` is one of components/_alert.html; both empty while there is enough."""

    text: str = ""
    tone: str = ""


def budget_note(budget_minor: int, left_minor: int, waiting: int) -> BudgetNote:
    """What remains of a budget of which `waiting` orders are still to be paid."""
    if waiting:
        text = ngettext(
            "%(count)s order waits for budget, first come first served. Add budget to take it.",
            "%(count)s orders wait for budget, first come first served. Add budget to take them.",
            waiting,
        )
        return BudgetNote(text % {"count": number_text(waiting)}, "bad")
    if left_minor <= 0:
        return BudgetNote(_("The budget is used up: new orders will wait in a queue."), "bad")
    reached = max(levels_reached(budget_minor, budget_minor - left_minor), default=0)
    if not reached:
        return BudgetNote()
    facts = {"level": percent_text(reached * 100), "sum": money_text(left_minor)}
    return BudgetNote(
        _("More than %(level)s of the budget is used. Left: %(sum)s.") % facts, "hold"
    )
