"""A brand's own."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from brands.models import Brand
from campaigns.models import (
    Campaign,
    CampaignTotals,
    ExternalCode,
    Participation,
)


def campaign_list_of_brand(brand: Brand, status: str = "") -> list[Campaign]:
    """Newest first; of one status where it is given."""
    campaigns = Campaign.objects.filter(brand=brand).order_by("-id")
    return list(campaigns.filter(status=status) if status else campaigns)


def campaign_counts_of_brand(brand: Brand) -> dict[str, int]:
    """{status: how many}. One query."""
    counted = Campaign.objects.filter(brand=brand).values_list("status")
    return dict(counted.annotate(count=Count("pk")))


def external_codes_of(
    participation_ids: Collection[int], kind: str
) -> dict[int, list[ExternalCode]]:
    """{participation: its codes of this kind, newest first}, without those that are void or ended.
    One query."""
    found: dict[int, list[ExternalCode]] = {}
    codes = ExternalCode.objects.filter(
        participation__in=participation_ids, kind=kind, valid_until__isnull=True
    )
    for code in codes.exclude(state=ExternalCode.State.VOID).order_by("-pk"):
        found.setdefault(code.participation_id, []).append(code)
    return found


def participants_count(campaigns: Collection[Campaign]) -> dict[int, int]:
    """{campaign: how many take part}. One query."""
    approved = Participation.objects.filter(
        campaign__in=campaigns, state=Participation.State.APPROVED
    )
    return dict(approved.values_list("campaign_id").annotate(count=Count("pk")))


def applications_count(brand: Brand) -> int:
    return Participation.objects.filter(brand=brand, state=Participation.State.APPLIED).count()


def totals_of(campaigns: Collection[Campaign]) -> dict[int, CampaignTotals]:
    """{campaign: what it has earned for influencers so far}. One query."""
    return {row.campaign_id: row for row in CampaignTotals.objects.filter(campaign__in=campaigns)}
