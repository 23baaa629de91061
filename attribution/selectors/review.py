"""Sales that a brand has yet to decide about, or has decided, as its list asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from attribution.models import Conversion
from core import clock

Status = Conversion.Status
OPEN = (Status.ON_HOLD, Status.PENDING, Status.AWAITING_FUNDING)
CHOICES_MAX = 300  # of influencers or campaigns to choose from


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What is asked for; None and () leave it open. `days_left` is of the hold, so that only what
    is on hold is shown; `amount_min_minor` is of the reward."""

    statuses: Sequence[str] = OPEN
    influencer: UUID | None = None
    campaign: UUID | None = None
    days_left: int | None = None
    amount_min_minor: int | None = None


def review_rows(brand_id: int, asked: ReviewFilter) -> QuerySet[Conversion]:
    rows = Conversion.objects.filter(brand_id=brand_id, **_conditions(asked))
    if asked.statuses:
        rows = rows.filter(status__in=asked.statuses)
    return rows.select_related("influencer", "campaign", "order", "terms", "line")


def _conditions(asked: ReviewFilter) -> dict[str, object]:
    wanted: dict[str, object] = {
        "influencer__public_id": asked.influencer,
        "campaign__public_id": asked.campaign,
        "commission_minor__gte": asked.amount_min_minor,
    }
    if asked.days_left is not None:
        wanted["status"] = Status.ON_HOLD
        wanted["hold_until__lte"] = clock.now() + timedelta(days=asked.days_left)
    return {name: value for name, value in wanted.items() if value is not None}


def review_people(brand_id: int) -> list[tuple[UUID, str]]:
    """(public id, name) of influencers with sales, by name. One query."""
    rows = Conversion.objects.filter(brand_id=brand_id).order_by("influencer__name")
    named = rows.values_list("influencer__public_id", "influencer__name").distinct()
    return list(named[:CHOICES_MAX])


def review_campaigns(brand_id: int) -> list[tuple[UUID, str]]:
    """(public id, title) of campaigns with sales, by title. One query."""
    rows = Conversion.objects.filter(brand_id=brand_id).order_by("campaign__title")
    titled = rows.values_list("campaign__public_id", "campaign__title").distinct()
    return list(titled[:CHOICES_MAX])
