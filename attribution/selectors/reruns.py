"""Re-runs: which orders they look at, what they found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from attribution.domain.match import CLOCK_SKEW
from attribution.domain.rerun import Share
from attribution.models import Conversion, Order, RerunJob, RerunRow
from attribution.selectors.dossiers import Key
from campaigns.models import Campaign, Participation
from core.errors import NotFound

ROWS_PER_READ = 2_000


class Place(NamedTuple):
    """An order in the line of those that are replayed."""

    placed_at: datetime
    order_id: int
    key: Key


def orders_of_run(campaign: Campaign, until: datetime) -> QuerySet[Order]:
    """Orders that the campaign may have a part in: of its brand, of its days, known by `until`."""
    assert campaign.published_at is not None, campaign.pk
    ends = [each for each in (campaign.ends_at, campaign.closed_at) if each is not None]
    return Order.objects.filter(
        brand_id=campaign.brand_id,
        placed_at__range=(campaign.published_at - CLOCK_SKEW, min([*ends, until])),
        created_at__lte=until,
        is_test=False,
    )


def orders_after(job: RerunJob, count: int) -> list[Place]:
    """The next orders of a comparison, the oldest first: a page of an index, however many."""
    rows = orders_of_run(job.campaign, job.until)
    if job.cursor:
        moment, order_id = datetime.fromisoformat(job.cursor[0]), job.cursor[1]
        rows = rows.filter(Q(placed_at__gt=moment) | Q(placed_at=moment, pk__gt=order_id))
        rows = rows.filter(placed_at__gte=moment)
    page = rows.order_by("placed_at", "pk")[:count]
    return [
        Place(placed_at, pk, (connection_id, external_id))
        for placed_at, pk, connection_id, external_id in page.values_list(
            "placed_at", "pk", "connection_id", "external_id"
        )
    ]


def people_of(campaign_id: int) -> frozenset[int]:
    """The participations of a campaign, past ones too."""
    rows = Participation.objects.filter(campaign_id=campaign_id)
    return frozenset(rows.values_list("pk", flat=True))


def shares_of(line_ids: Collection[int]) -> dict[int, Share]:
    """{line: what it is to whose it is}"""
    living = Conversion.objects.filter(line_id__in=line_ids).exclude(
        status=Conversion.Status.REJECTED
    )
    rows = living.values_list("line_id", "participation_id", "status", "commission_minor")
    return {line_id: Share(whose, status, minor) for line_id, whose, status, minor in rows}


def rows_after(job: RerunJob, count: int) -> Sequence[RerunRow]:
    """The next rows to correct, with their orders."""
    after = job.cursor[0] if job.cursor else 0
    rows = RerunRow.objects.filter(job=job, pk__gt=after).select_related("order")
    return list(rows.order_by("pk")[:count])


# --- For the brand --------------------------------------------------------------------------


def rerun_open(campaign_id: int) -> RerunJob | None:
    return RerunJob.objects.filter(campaign_id=campaign_id, state__in=RerunJob.OPEN).first()


def reruns_past(campaign_id: int, count: int) -> list[RerunJob]:
    """The newest first."""
    return list(RerunJob.objects.filter(campaign_id=campaign_id).order_by("-created_at")[:count])


def rerun_access_for_brand(brand_id: int, public_id: UUID) -> RerunJob:
    """Raises: NotFound for another brand's."""
    found = RerunJob.objects.filter(brand_id=brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound()
    return found


def rows_first(job: RerunJob, count: int) -> list[RerunRow]:
    return list(RerunRow.objects.filter(job=job).select_related("order").order_by("pk")[:count])


def rows_all(job: RerunJob) -> Iterator[RerunRow]:
    """In the order of the orders, a page in memory at a time."""
    return RerunRow.objects.filter(job=job).order_by("pk").iterator(chunk_size=ROWS_PER_READ)


def people_named(ids: Collection[int]) -> dict[int, str]:
    """{participation: the influencer's name}"""
    rows = Participation.objects.filter(pk__in=ids)
    return dict(rows.values_list("pk", "influencer__name"))
