"""Kazakhstan is UTC+5 since 2024-03-01, and both Python and PostgreSQL must know it.

Days cut with an older list of time zones would move orders and taxes to another day.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from core.clock import ALMATY

# The hour in Almaty of a moment before the change (UTC+6) and of one after it (UTC+5).
KNOWN = (
    (datetime(2024, 2, 29, 6, tzinfo=UTC), 12),
    (datetime(2024, 3, 1, 7, tzinfo=UTC), 12),
    (datetime(2026, 7, 1, 7, tzinfo=UTC), 12),
)


class WrongZone(RuntimeError):
    """The list of time zones is older than Kazakhstan's change of 2024."""


def zone_faults() -> list[str]:
    """Who has an old list of time zones; empty when nobody has."""
    faults = []
    if not all(moment.astimezone(ALMATY).hour == hour for moment, hour in KNOWN):
        faults.append("Python has an old list of time zones: update the package tzdata")
    if not all(_hour_in_database(moment) == hour for moment, hour in KNOWN):
        faults.append("PostgreSQL has an old list of time zones: update the server's tzdata")
    return faults


def zone_check() -> None:
    """Refuse to serve with days that are cut in the wrong place. Called at start.

    Raises:
        WrongZone: with what to do.
    """
    if faults := zone_faults():
        raise WrongZone("; ".join(faults))


def _hour_in_database(moment: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(hour FROM %s AT TIME ZONE 'Asia/Almaty')", [moment])
        row = cursor.fetchone()
    assert row
    return int(row[0])
