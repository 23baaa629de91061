"""For which months a guarantee may be promised, and how one stands. See ADR 28.

A guarantee says: orders of this calendar month, as Kazakhstan counts it, will bring at least so
much; what is missing is topped up once the month is over and none of its orders is open.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from core.months import month_after

MONTHS_AHEAD_MAX = 12
# Shops and marketplaces tell of the last days' orders this much later: who has no order yet on the
# first of the month may have had one.
NEWS_DAYS = 3


class MonthFault(StrEnum):
    """Why nothing may be promised for a month."""

    NO_MONTH = "no_month"  # not its first day
    PAST = "past"
    FAR = "far"
    CAMPAIGN_OVER = "campaign_over"  # the campaign ends before it begins


class Stage(StrEnum):
    """Where a promise that stands is in its month."""

    AHEAD = "ahead"
    RUNNING = "running"
    CLOSING = "closing"  # the month is over, its orders are not


def month_fault(month: date, today: date, *, last_on: date | None) -> MonthFault | None:
    """`last_on` is the campaign's last day, None where it has none."""
    if month.day != 1:
        return MonthFault.NO_MONTH
    if month < today.replace(day=1):
        return MonthFault.PAST
    if month > months_ahead(today)[-1]:
        return MonthFault.FAR
    if last_on is not None and month > last_on:
        return MonthFault.CAMPAIGN_OVER
    return None


def months_ahead(today: date, *, last_on: date | None = None) -> list[date]:
    """The months that may be promised, the running one first."""
    months = [today.replace(day=1)]
    while len(months) <= MONTHS_AHEAD_MAX:
        months.append(month_after(months[-1]))
    return [each for each in months if last_on is None or each <= last_on]


def stage_of(month: date, today: date) -> Stage:
    if today < month:
        return Stage.AHEAD
    return Stage.RUNNING if today < month_after(month) else Stage.CLOSING


def settles_from(month: date) -> date:
    """The first day on which it may be settled."""
    return month_after(month) + timedelta(days=NEWS_DAYS)
