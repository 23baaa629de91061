"""Buyers who came by the link of one campaign and typed the code of another; and what a re-run says
of their orders once the brand has changed its mind about whose they are."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from attribution.models import Connection
from attribution.services.rerun import attribution_rerun, rerun_work
from brands.models import Brand
from brands.policy_services import code_policy_set
from campaigns.models import Campaign, PromoCode, TrackingLink
from core.tenancy.context import acting_as
from exchange.demo.audience import taps_imagine, taps_store
from exchange.demo.history import Past, Product, Sale
from exchange.demo.telling import Story

SEED = 2032
SALES, FIRST_NUMBER = 4, 48_900
DAYS = 7
WHY = "Науқандар арасында енді сілтеме шешеді"


def between_told(
    brand: Brand, shop: Connection, link: TrackingLink, product: Product, now: datetime
) -> Story:
    """Clicks of a link, stored, and the sales with another campaign's code."""
    yield now - timedelta(days=DAYS)
    code = other_code(brand, link)
    dice = random.Random(SEED)  # noqa: S311 (a story, not a secret)
    opened = [now - timedelta(days=DAYS - 1 - n, hours=3) for n in range(SALES)]
    taps = list(taps_imagine(link.pk, opened, dice))
    taps_store(taps)
    sales = [
        Sale(
            FIRST_NUMBER + n,
            at + timedelta(minutes=50),
            product.name,
            product.price_minor,
            1,
            UUID(tap.click_id),
            code.code,
        )
        for n, (at, tap) in enumerate(zip(opened, taps, strict=True))
    ]
    yield from Past(shop, sales).story(now)


def other_code(brand: Brand, link: TrackingLink) -> PromoCode:
    """A code of another campaign of the brand, and of another influencer than the link."""
    with acting_as(system="demo"):
        codes = PromoCode.objects.filter(brand_id=brand.pk, pool__isnull=True)
        found = codes.exclude(campaign=link.campaign_id).exclude(influencer_id=link.influencer_id)
        return found.filter(participation__isnull=False).order_by("pk")[0]


def rule_changed(brand: Brand, home: Campaign) -> None:
    """From now on the link wins between campaigns; what that would change is compared, and nothing
    is corrected: the brand looks at it."""
    code_policy_set(brand_id=brand.pk, policy=Brand.CodePolicy.CLICK_WINS)
    rerun_work(attribution_rerun(campaign_id=home.pk, why=WHY).pk)
