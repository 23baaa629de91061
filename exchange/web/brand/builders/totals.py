"""By what a campaign pays the sales at marketplaces: their orders, or their totals."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from attribution.models import Connection
from attribution.services.totals_choice import totals_refusal
from campaigns.domain.daily_totals import SOURCES_OF
from campaigns.domain.traffic_tags import Platform
from campaigns.models import Campaign
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full
from exchange.web.pages.totals import TotalsChoice
from exchange.web.totals_words import platform_name


def totals_choices(desk: Desk, found: Campaign) -> list[TotalsChoice]:
    """Of the marketplaces where the brand is connected; nothing for who is on none."""
    sources = Connection.objects.filter(brand_id=found.brand_id).exclude(state=Connection.State.OFF)
    known = set(sources.values_list("source", flat=True))
    return [
        _choice(desk, found, platform)
        for platform, names in SOURCES_OF.items()
        if platform in found.totals_from or known & set(names)
    ]


def _choice(desk: Desk, found: Campaign, platform: Platform) -> TotalsChoice:
    name = platform_name(platform)
    may_write = desk.member.may_write and found.status != Campaign.Status.CLOSED
    address = (found.public_id, platform)
    if first_on := found.totals_from.get(platform):
        said = _(
            "By daily totals since %(day)s: every day that is over is paid as the marketplace"
            " counts it by the tag in the link. Its orders are not credited."
        )
        return TotalsChoice(
            name,
            said % {"day": day_full(date.fromisoformat(first_on))},
            is_totals=True,
            drop_url=desk.url("campaign_totals_drop", *address) if may_write else "",
        )
    blocked = totals_refusal(found, platform) if may_write else ""
    return TotalsChoice(
        name,
        _("By orders: what names the influencer in the marketplace's own rows is paid."),
        blocked=blocked,
        choose_url=desk.url("campaign_totals", *address) if may_write and not blocked else "",
    )
