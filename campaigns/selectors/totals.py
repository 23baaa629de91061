"""Which campaigns pay a marketplace by its daily totals."""

from __future__ import annotations

from django.db.models import Q

from campaigns.domain.traffic_tags import Platform
from campaigns.models import Campaign
from core import clock


def totals_paying(brand_id: int, platform: Platform | None) -> list[Campaign]:
    """The brand's campaigns that pay this marketplace's totals now, the oldest first; none for what
    is no such marketplace's."""
    if platform is None:
        return []
    running = Campaign.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now()),
        brand_id=brand_id,
        totals_from__has_key=platform,
    )
    return list(running.exclude(status=Campaign.Status.CLOSED).order_by("pk"))
