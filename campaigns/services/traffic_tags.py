"""Tags on links to marketplaces: from when a brand's links carry one, and which."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.domain.traffic_tags import Platform, start_is_valid
from campaigns.link_cache import links_changed
from campaigns.models import TrackingLink, TrafficTag
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid
from core.tenancy.context import acting_as


def traffic_tag_set(*, brand_id: int, platform: Platform, start: str) -> TrafficTag:
    """From now on every link of the brand to this marketplace carries a tag that begins so. Old
    posts too: the link in them stays as it is, what it leads to gets the tag.

    Raises:
        Invalid: not a beginning that this marketplace counts.
    """
    if not start_is_valid(platform, start):
        message = _("This is not how a tag of this marketplace begins.")
        raise Invalid.of("start", message)
    with acting_as(system="tag links"):
        known = TrafficTag.objects.filter(brand_id=brand_id, platform=platform).first()
        if known is not None and known.start == start:
            return known
        tag, _is_new = TrafficTag.objects.update_or_create(
            brand_id=brand_id,
            platform=platform,
            defaults={"start": start, "changed_at": clock.now()},
        )
        links_changed(
            TrackingLink.objects.filter(brand_id=brand_id).values_list("token", flat=True)
        )
        before = {"start": known.start} if known else None
        audit_record("traffic_tag.set", tag, before=before, after={"start": start})
    return tag
