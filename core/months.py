"""Calendar months, named by their first day."""

from __future__ import annotations

from datetime import date, timedelta


def month_after(day: date) -> date:
    """The first day of the month that follows a day's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
