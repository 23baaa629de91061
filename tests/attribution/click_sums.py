"""Sums of clicks as the drain leaves them, written down at once."""

from __future__ import annotations

from datetime import date, datetime

from attribution.models import ClickBreakdown, ClickDaily, ClickHourly
from campaigns.models import TrackingLink
from core.tenancy.context import acting_as
from tests.cast import Party


def owners_of(party: Party, link: int | None = None) -> dict[str, int]:
    return {
        "link_id": link or party.link,
        "campaign_id": party.campaign,
        "brand_id": party.brand,
        "influencer_id": party.influencer,
    }


def day_sum(party: Party, day_on: date, *, link: int | None = None, **counts: int) -> None:
    with acting_as(system="test data"):
        ClickDaily.objects.create(day_on=day_on, **owners_of(party, link), **counts)


def hour_sum(party: Party, hour_at: datetime, **counts: int) -> None:
    with acting_as(system="test data"):
        ClickHourly.objects.create(hour_at=hour_at, **owners_of(party), **counts)


def value_sum(
    party: Party,
    day_on: date,
    dimension: str,
    value: str,
    people: int,
    bots: int = 0,
    *,
    link: int | None = None,
) -> None:
    with acting_as(system="test data"):
        ClickBreakdown.objects.create(
            day_on=day_on,
            dimension=dimension,
            value=value,
            people=people,
            bots=bots,
            **owners_of(party, link),
        )


def link_make(party: Party) -> TrackingLink:
    """One more link of the same participation."""
    with acting_as(system="test data"):
        first = TrackingLink.objects.get(pk=party.link)
        return TrackingLink.objects.create(
            participation_id=first.participation_id,
            campaign_id=first.campaign_id,
            brand_id=first.brand_id,
            influencer_id=first.influencer_id,
            destination_url=first.destination_url,
        )
