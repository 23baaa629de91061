"""Sales that a brand has yet to decide about, or has decided, as its list asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from attribution.models import Conversion
from attribution.selectors.conversions import Page
from core import clock
from core.paging import keyset_page

Status = Conversion.Status
OPEN = (Status.ON_HOLD, Status.PENDING, Status.AWAITING_FUNDING)
CHOICES_MAX = 300  # of influencers or campaigns to choose from
HELD, OTHERS = "held", "others"  # which part of the list the last row seen was of


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


def due_page(rows: QuerySet[Conversion], *, after: str, size: int) -> Page:
    """Sales on hold, the soonest deadline first, then those without one, the newest first.

    Two lists behind one another, because each is read along an index that there is: one order over
    both would sort all open sales of the brand for every page. One query, two where they meet.
    """
    part, _sep, edge = after.partition(":")
    held: list[Conversion] = []
    if part != OTHERS:
        on_hold = rows.filter(status=Status.ON_HOLD)
        held, onward = keyset_page(on_hold, "hold_until", after=edge, size=size)
        if onward:
            return Page(held, f"{HELD}:{onward}")
        edge = ""
    others = rows.exclude(status=Status.ON_HOLD)
    if len(held) == size:
        return Page(held, f"{OTHERS}:" if others.exists() else "")
    found, onward = keyset_page(others, "-ordered_at", after=edge, size=size - len(held))
    return Page([*held, *found], f"{OTHERS}:{onward}" if onward else "")


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
