"""What is to be published, what is late, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import BigIntegerField, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from attribution.domain.proof_records import VersionFacts
from attribution.models import Conversion, ConversionVersion
from core import clock
from ledger.models import ProofDay, ProofLeaf
from ledger.proofs import CONVERSION, leaves_of_versions

DAY = timedelta(days=1)
# A version is dated when it is made and seen when its transaction ends: what began before
# midnight is there an hour later. What is later still goes into the next day's tree.
REST_AFTER_MIDNIGHT = timedelta(hours=1)
LATE_DAYS = 7
LEFT_OUT_SHOWN = 20
ALARM_AFTER_MIDNIGHT = timedelta(hours=3)
_COLUMNS = (
    *("pk", "brand_id", "influencer_id", "number", "status", "base_minor", "commission_minor"),
    *("before_minor", "cause", "at", "conversion__public_id", "conversion__source"),
    *("conversion__order_number", "brand__public_id", "conversion__campaign__public_id"),
    "influencer__public_id",
)


def versions_for(day_on: date) -> Iterator[VersionFacts]:
    """Versions up to the end of a day that no tree has, in the order in which they were made."""
    begins = clock.day_start(day_on) - LATE_DAYS * DAY
    waiting = ConversionVersion.objects.filter(at__gte=begins, at__lt=clock.day_start(day_on + DAY))
    return _facts(waiting.filter(~Exists(_leaf_of_version())))


def versions_published(day_on: date) -> dict[int, VersionFacts]:
    """{version: what it says today} of every conversion's record of a published day."""
    published = ConversionVersion.objects.filter(Exists(_leaf_of_version().filter(day_on=day_on)))
    return {facts.version_id: facts for facts in _facts(published)}


def versions_left_out(newest: int | None = None) -> list[tuple[str, int]]:
    """(conversion, version) of what was made before the last published day and is in no tree; of
    the `newest` days (None: of all)."""
    last = ProofDay.objects.order_by("-day_on").values_list("day_on", flat=True).first()
    if last is None:
        return []
    older = ConversionVersion.objects.filter(at__lt=clock.day_start(last))
    if newest is not None:
        older = older.filter(at__gte=clock.day_start(last - newest * DAY))
    left = older.filter(~Exists(_leaf_of_version())).order_by("pk")
    rows = left.values_list("conversion__public_id", "number")[:LEFT_OUT_SHOWN]
    return [(str(conversion), number) for conversion, number in rows]


def _leaf_of_version() -> QuerySet[ProofLeaf]:
    return ProofLeaf.objects.filter(kind=CONVERSION, subject_id=OuterRef("pk"))


def _facts(versions: QuerySet[ConversionVersion]) -> Iterator[VersionFacts]:
    before = ConversionVersion.objects.filter(
        conversion_id=OuterRef("conversion_id"), number=OuterRef("number") - 1
    )
    reward = Subquery(before.values("commission_minor"))
    rows = (
        versions.annotate(before_minor=Coalesce(reward, 0, output_field=BigIntegerField()))
        .order_by(F("pk"))
        .values_list(*_COLUMNS)
    )
    return (VersionFacts(*row) for row in rows.iterator(chunk_size=5_000))


# --- Days -----------------------------------------------------------------------------------


def day_next() -> date | None:
    """The day that is published next, whether it is over or not; None before the first sale."""
    last = ProofDay.objects.order_by("-day_on").values_list("day_on", flat=True).first()
    if last is not None:
        return last + DAY
    first_at = ConversionVersion.objects.aggregate(first=Min("at"))["first"]
    return clock.day_of(first_at) if first_at else None


def days_due(rest: timedelta = REST_AFTER_MIDNIGHT) -> list[date]:
    """Days that are over, for `rest` at least, and not published. Oldest first. Two queries."""
    day_on, days = day_next(), []
    while day_on is not None and clock.now() >= clock.day_start(day_on + DAY) + rest:
        days.append(day_on)
        day_on += DAY
    return days


def days_late() -> list[date]:
    """Days that must have been published by now: somebody has to look."""
    return days_due(ALARM_AFTER_MIDNIGHT)


# --- A sale ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version of a sale, and its published record. None: it waits for its day to be over."""

    version: ConversionVersion
    leaf: ProofLeaf | None


def records_of(conversion: Conversion) -> list[Recorded]:
    """Oldest first, as the acting side may read them. Two queries."""
    versions = list(ConversionVersion.objects.filter(conversion=conversion).order_by("number"))
    leaves = leaves_of_versions([version.pk for version in versions])
    return [Recorded(version, leaves.get(version.pk)) for version in versions]
