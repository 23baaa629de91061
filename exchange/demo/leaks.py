"""Two codes of the demo that look leaked: one in a campaign that only tells, one in a campaign that
holds the rewards. What the guard thinks of them is found by the guard itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from attribution.models import Connection
from attribution.services.leak_decisions import leak_mode_set
from brands.models import Brand
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, PromoCode, TrackingLink
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from core import clock
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.audience import taps_imagine, taps_store
from exchange.demo.history import Past, Product, Sale
from exchange.demo.telling import Story
from influencers.models import Influencer

SEED = 2031
TENGE = 100
HELD_DAYS = 9  # the campaign that holds rewards runs for so long
COUPON_SITE = "https://pepper.ru/"
COUPON_VISITS = 8
BURST_SALES, BURST_HOUR = 14, 23  # yesterday, by the clock of Kazakhstan
QUIET_SALES = 8  # in the weeks before, so that the code has a rhythm of its own
EARLY_SALES = 5
FIRST_NUMBER = 48_700


def leaked_told(link: TrackingLink, code: PromoCode, product: Product, now: datetime) -> list[Sale]:
    """A code that a coupon site has found: visitors from there, and many orders within an hour
    while next to nobody opens the link. The clicks are stored, the sales are to be told."""
    dice = random.Random(SEED)  # noqa: S311 (a story, not a secret)
    visits = [now - timedelta(days=2, minutes=17 * n) for n in range(COUPON_VISITS)]
    taps_store(
        tap._replace(referer=COUPON_SITE) for tap in taps_imagine(link.pk, visits[::-1], dice)
    )
    midnight = clock.day_start(clock.day_of(now))
    burst = midnight - timedelta(hours=24 - BURST_HOUR)
    moments = [now - timedelta(days=12 + 3 * n, hours=2) for n in range(QUIET_SALES)]
    moments += [burst + timedelta(minutes=4 * n + 1) for n in range(BURST_SALES)]
    return list(_sales(moments, code, product, FIRST_NUMBER))


def held_told(
    brand: Brand, shop: Connection, influencer: Influencer, product: Product, now: datetime
) -> Story:
    """A campaign that holds such rewards, and a code that was used before its first link was
    opened."""
    yield now - timedelta(days=HELD_DAYS)
    campaign = campaign_create(brand=brand, offer=_offer())
    campaign_publish(campaign_id=campaign.pk)
    row = campaign_join(campaign_id=campaign.pk, influencer_id=influencer.pk)
    leak_mode_set(campaign_id=campaign.pk, mode=Campaign.LeakMode.ENFORCE)
    with acting_as(system="demo"):
        link = TrackingLink.objects.get(participation=row)
        code = PromoCode.objects.get(participation=row)
    dice = random.Random(SEED)  # noqa: S311 (a story, not a secret)
    opened = [now - timedelta(days=4, hours=-3 * n) for n in range(20)]
    taps_store(taps_imagine(link.pk, opened, dice))
    moments = [now - timedelta(days=7, hours=-2 * n) for n in range(EARLY_SALES)]
    moments += [now - timedelta(days=1, hours=-n) for n in range(3)]
    sales = list(_sales(moments, code, product, FIRST_NUMBER + 100))
    yield from Past(shop, sales).story(now)


def _sales(
    moments: list[datetime], code: PromoCode, product: Product, first_number: int
) -> Iterator[Sale]:
    for n, at in enumerate(moments):
        yield Sale(first_number + n, at, product.name, product.price_minor, 1, code=code.code)


def _offer() -> Offer:
    return Offer(
        title="Сүлгі апталығы",
        about="Мақта сүлгі мен ас үйге арналған мата. Алматыда тігіледі.",
        destination_url=stage.product_url("towels"),
        commission_bps=600,
        budget_minor=100_000 * TENGE,
        typical_basket_minor=8_900 * TENGE,
    )
