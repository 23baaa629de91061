"""A second campaign of Tulpar, in which Dana takes part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.models import Campaign, Participation, Terms
from core.tenancy.context import acting_as
from tests.cast import Cast

BEGAN_AT = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Second:
    campaign: int
    participation: int
    both: dict[str, Any]


def second_campaign(cast: Cast) -> Second:
    """Live, at 5 %, with next to no money: what it is credited waits."""
    brand = {"brand_id": cast.tulpar.brand}
    with acting_as(system="test data"):
        campaign = Campaign.objects.create(
            brand_name="Tulpar",
            title="winter",
            destination_url="https://tulpar.example/winter",
            allowed_hosts=["tulpar.example"],
            status=Campaign.Status.LIVE,
            published_at=BEGAN_AT,
            budget_minor=1,
            typical_basket_minor=1,
            vat_bps=1600,
            **brand,
        )
        terms = Terms.objects.create(
            campaign=campaign, version=1, commission_bps=500, published_at=BEGAN_AT, **brand
        )
        both = {"campaign_id": campaign.pk, "influencer_id": cast.sauran.influencer, **brand}
        row = Participation.objects.create(terms=terms, state="approved", **both)
    return Second(campaign.pk, row.pk, both)
