"""An influencer's own."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import (
    Count,
)

from campaigns.models import (
    PromoCode,
    TrackingLink,
)


def link_list_of_influencer(influencer_id: int) -> list[TrackingLink]:
    """Newest first, with campaign and terms. One query."""
    links = TrackingLink.objects.filter(influencer_id=influencer_id)
    links = links.select_related("campaign", "participation__terms").order_by("-id")
    return list(links)


def links_count(participation_ids: Collection[int]) -> dict[int, int]:
    """{participation: how many links it has, working or not}. One query."""
    links = TrackingLink.objects.filter(participation__in=participation_ids)
    return dict(links.values_list("participation_id").annotate(count=Count("pk")))


def codes_of_influencer(influencer_id: int) -> dict[int, PromoCode]:
    """{participation: its active code}. One query."""
    codes = PromoCode.objects.filter(influencer_id=influencer_id, state=PromoCode.State.ACTIVE)
    return {code.participation_id: code for code in codes if code.participation_id is not None}
