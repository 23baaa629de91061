"""What marketplaces count themselves, per participation and day. Runs as whoever looks.

What a campaign pays by them is told by `attribution.services.daily_totals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _

from attribution.models import Connection, Conversion, TagDay, TagUpload
from core.clock import day_of
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class TagScope:
    """Days with both ends, of one brand or of one influencer; of one campaign where it is given."""

    first_on: date
    last_on: date
    brand_id: int | None = None
    influencer_id: int | None = None
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class TagSum:
    """A day of one participation at one platform: the sum over its links. None: not named by the
    platform. `counted_at` is when the platform counted the latest of it."""

    day_on: date
    source: str
    participation_id: int
    campaign_id: int
    influencer_id: int
    currency: str
    visits: int | None
    ordered: int | None
    amount_minor: int | None
    counted_at: datetime


_KEY = (
    "day_on",
    "source",
    "participation_id",
    "campaign_id",
    "influencer_id",
    "currency",
)


def tag_sums(scope: TagScope, *, rows: int | None = None) -> list[TagSum]:
    """Newest day first; only tags of ours, which name a participation. One query."""
    own = _days(scope).filter(participation__isnull=False)
    summed = (
        own.order_by()
        .values_list(*_KEY)
        .annotate(
            visited=Sum("visits"),
            pieces=Sum("ordered"),
            worth=Sum("amount_minor"),
            counted_at=Max("source_updated_at"),
        )
        .order_by("-day_on", "source", "participation_id", "currency")
    )
    return [TagSum(*row) for row in (summed[:rows] if rows else summed)]


def tag_day_of(conversion: Conversion, tag: str) -> TagDay | None:
    """What the marketplace counts now of the day that a daily conversion is about."""
    days = TagDay.objects.filter(
        participation_id=conversion.participation_id,
        influencer_id=conversion.influencer_id,
        tag=tag,
        day_on=day_of(conversion.ordered_at),
    )
    return days.first()


def other_tags(scope: TagScope) -> tuple[int, int]:
    """(how many tags, their visits) of the brand that are none of ours: its own campaigns."""
    others = _days(scope).filter(participation__isnull=True)
    found = others.aggregate(visited=Sum("visits"))
    return others.values("tag").distinct().count(), found["visited"] or 0


def has_tag_days(*, brand_id: int | None = None, influencer_id: int | None = None) -> bool:
    return _of(brand_id, influencer_id).exists()


def _days(scope: TagScope) -> QuerySet[TagDay]:
    days = _of(scope.brand_id, scope.influencer_id).filter(
        day_on__range=(scope.first_on, scope.last_on)
    )
    return days.filter(campaign_id=scope.campaign_id) if scope.campaign_id else days


def _of(brand_id: int | None, influencer_id: int | None) -> QuerySet[TagDay]:
    if brand_id is not None:
        return TagDay.objects.filter(brand_id=brand_id)
    assert influencer_id is not None, "a scope is somebody's"
    return TagDay.objects.filter(influencer_id=influencer_id)


def tag_upload_access(connection: Connection, public_id: UUID) -> TagUpload:
    """Raises: NotFound for another connection's."""
    found = TagUpload.objects.filter(connection=connection, public_id=public_id)
    upload = found.select_related("connection").first()
    if upload is None:
        raise NotFound(_("There is no such file."))
    return upload


def tag_uploads_latest(connection: Connection, *, rows: int = 10) -> Sequence[TagUpload]:
    """Newest first, without what is in them."""
    found = TagUpload.objects.filter(connection=connection).defer("content")
    return list(found.order_by("-created_at", "-pk")[:rows])
