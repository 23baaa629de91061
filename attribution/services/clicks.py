"""Care for stored clicks: what is forgotten when, sums that are proven, address ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from attribution.clickpath.names import STREAM
from attribution.clickpath.sums import day_differences, day_rebuild
from attribution.domain.address_ranges import Range
from attribution.models import AddressRange, ClickBreakdown, ClickHourly
from core import clock
from core.locks import lock_for_transaction
from core.patience import be_patient
from core.tenancy.context import acting_as

RANGES_PER_INSERT = 5_000


# --- Forgetting -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Days of clicks dropped, days whose networks were erased, rows of sums deleted."""

    days: int
    networks: int
    sums: int


def clicks_forget() -> Forgotten:
    """Drop days past CLICK_RETENTION_DAYS with their sums by property, erase networks past
    CLICK_NETWORK_DAYS, delete hours past CLICK_HOURLY_DAYS. Daily sums stay for ever. Repeatable.

    Raises: OperationalError when readers keep the clicks locked; it is tried again an hour later.
    """
    today = clock.today()
    kept_from = today - timedelta(days=settings.CLICK_RETENTION_DAYS)
    with acting_as(system="forget old clicks"), connection.cursor() as cursor:
        be_patient(cursor)
        days = _count(cursor, _DROP, [today, settings.CLICK_RETENTION_DAYS])
        networks = _count(cursor, _FORGET, [today, settings.CLICK_NETWORK_DAYS])
        sums, _ = ClickHourly.objects.filter(hour_at__lt=hours_from()).delete()
        breakdowns, _ = ClickBreakdown.objects.filter(day_on__lt=kept_from).delete()
    return Forgotten(days, networks, sums + breakdowns)


def hours_from() -> datetime:
    """The first hour that is still kept."""
    now = clock.now() - timedelta(days=settings.CLICK_HOURLY_DAYS)
    return now.replace(minute=0, second=0, microsecond=0)


# --- Sums -----------------------------------------------------------------------------------


def click_sums_check(day_on: date) -> list[str]:
    """Where the sums of a day of Kazakhstan are not what its clicks say. Writes nothing."""
    with acting_as(system="check click sums"), connection.cursor() as cursor:
        _hold_the_drain(cursor)
        return day_differences(day_on, hours_from=hours_from())


def click_sums_rebuild(day_on: date) -> list[str]:
    """Count a day anew from its clicks; what was wrong before."""
    with acting_as(system="rebuild click sums"), connection.cursor() as cursor:
        _hold_the_drain(cursor)
        differences = day_differences(day_on, hours_from=hours_from())
        if differences:
            day_rebuild(day_on, hours_from=hours_from())
    return differences


def _hold_the_drain(cursor: CursorWrapper) -> None:
    """The drain begins every batch by moving its offset; until we end it waits there."""
    be_patient(cursor)
    cursor.execute("SELECT FROM attribution_drainoffset WHERE stream = %s FOR UPDATE", [STREAM])


# --- Address ranges -------------------------------------------------------------------------


def address_ranges_replace(kind: AddressRange.Kind, ranges: Iterable[Range]) -> int:
    """Put these ranges in the place of all of their kind; how many. All or nothing: an error of
    the file leaves the old ones."""
    with acting_as(system="load address ranges"), connection.cursor() as cursor:
        be_patient(cursor)
        lock_for_transaction(f"address ranges {kind}")
        AddressRange.objects.filter(kind=kind).delete()
        return sum(
            len(AddressRange.objects.bulk_create(_row(kind, each) for each in chunk))
            for chunk in _chunks(ranges)
        )


def _row(kind: AddressRange.Kind, each: Range) -> AddressRange:
    return AddressRange(
        kind=kind, network=each.network, country=each.country, city=each.city, name=each.name
    )


def _chunks(ranges: Iterable[Range]) -> Iterator[list[Range]]:
    rest = iter(ranges)
    while chunk := list(islice(rest, RANGES_PER_INSERT)):
        yield chunk


# --- SQL ------------------------------------------------------------------------------------

_DROP = "SELECT attribution_click_partitions_drop(%s, %s)"
_FORGET = "SELECT attribution_click_networks_forget(%s, %s)"


def _count(cursor: CursorWrapper, statement: str, values: list[date | int]) -> int:
    cursor.execute(statement, values)
    row = cursor.fetchone()
    assert row
    return int(row[0])
