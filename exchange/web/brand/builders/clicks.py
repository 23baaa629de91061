"""Clicks on a brand's links: who looks, and what it may be narrowed to."""

from __future__ import annotations

from attribution.selectors.click_report import (
    click_influencer_access,
    click_influencers,
    click_link_access,
)
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_brand, campaign_list_of_brand
from exchange.web.brand.desk import Desk
from exchange.web.clicks.asked import Asked, public_id_of
from exchange.web.clicks.report import Narrowing, Reader


def narrowing_of(desk: Desk, asked: Asked) -> Narrowing:
    """Raises: NotFound for what is not this brand's."""
    brand = desk.brand
    campaign, influencer, link = map(public_id_of, (asked.campaign, asked.influencer, asked.link))
    return Narrowing(
        campaign=campaign_access_for_brand(brand, campaign) if campaign else None,
        influencer=click_influencer_access(brand.pk, influencer) if influencer else None,
        link=click_link_access(brand.pk, link) if link else None,
    )


def reader_of(desk: Desk, narrowing: Narrowing) -> Reader:
    """Two queries. A draft has no links, so it is nothing to choose."""
    campaigns = campaign_list_of_brand(desk.brand)
    campaign = narrowing.campaign
    return Reader(
        action_url=desk.url("clicks"),
        csv_url=desk.url("clicks_csv"),
        brand_id=desk.brand.pk,
        campaigns=[each for each in campaigns if each.status != Campaign.Status.DRAFT],
        influencers=click_influencers(desk.brand.pk, campaign_id=campaign.pk if campaign else None),
    )
