"""A brand's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import (
    Count,
    Sum,
)

from brands.models import Brand
from campaigns.models import (
    Campaign,
    CampaignTotals,
    ExternalCode,
    Participation,
    PromoCode,
)
from core import clock
from influencers.models import SocialProfile

PARTICIPANTS_MAX = 500


def campaign_list_of_brand(brand: Brand, status: str = "") -> list[Campaign]:
    """Newest first; of one status where it is given."""
    campaigns = Campaign.objects.filter(brand=brand).order_by("-id")
    return list(campaigns.filter(status=status) if status else campaigns)


def campaign_counts_of_brand(brand: Brand) -> dict[str, int]:
    """{status: how many}. One query."""
    counted = Campaign.objects.filter(brand=brand).values_list("status")
    return dict(counted.annotate(count=Count("pk")))


@dataclass(frozen=True, slots=True)
class Participant:
    """A participation as its brand sees it."""

    participation: Participation
    name: str
    city: str
    followers: int
    code: str
    articles: tuple[str, ...]
    vouchers: tuple[str, ...]
    skus: tuple[str, ...]


def participant_list(campaign: Campaign) -> list[Participant]:
    """Applications first, then the newest. Four queries, whatever the number."""
    rows = list(
        Participation.objects.filter(campaign=campaign)
        .select_related("influencer")
        .prefetch_related("external_codes")
        .order_by("-id")[:PARTICIPANTS_MAX]
    )
    rows.sort(key=lambda row: row.state != Participation.State.APPLIED)
    people = [row.influencer_id for row in rows]
    pages = SocialProfile.objects.filter(influencer__in=people).values_list("influencer_id")
    followers = dict(pages.annotate(total=Sum("followers")))
    codes = PromoCode.objects.filter(campaign=campaign, state=PromoCode.State.ACTIVE)
    code_of = dict(codes.values_list("participation_id", "code"))
    return [
        Participant(
            participation=row,
            name=row.influencer.name,
            city=row.influencer.get_city_display(),
            followers=followers.get(row.influencer_id, 0),
            code=code_of.get(row.pk, ""),
            articles=_values(row, ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE),
            vouchers=_values(row, ExternalCode.Kind.OZON_VOUCHER),
            skus=_values(row, ExternalCode.Kind.EXCLUSIVE_SKU),
        )
        for row in rows
    ]


def _values(row: Participation, kind: str) -> tuple[str, ...]:
    """Its external codes of one kind that count now, from what was fetched with it."""
    void, now = ExternalCode.State.VOID, clock.now()
    codes = [each for each in row.external_codes.all() if each.kind == kind and each.state != void]
    return tuple(code.value for code in codes if code.valid_until is None or code.valid_until > now)


def external_codes_of(
    participation_ids: Collection[int], kind: str
) -> dict[int, list[ExternalCode]]:
    """{participation: its codes of this kind, newest first}, without those that are void. One
    query."""
    found: dict[int, list[ExternalCode]] = {}
    codes = ExternalCode.objects.filter(participation__in=participation_ids, kind=kind)
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
