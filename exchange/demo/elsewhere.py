"""What the demo's brands have outside their own shops: one a campaign through the network Admitad
with actions of these weeks, the other Ozon's own count of visits and sales by the tags in links.

The actions and totals stand in the sandbox; our poller reads them by itself within minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from attribution.clickpath.line import Click
from attribution.services.connections import connection_create
from attribution.services.rates import rates_keep_up
from attribution.services.totals_choice import totals_choose
from brands.models import Brand
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, TrackingLink
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.links import tracking_link_create
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.audience import taps_imagine, taps_store
from exchange.demo.telling import Story
from influencers.models import Influencer

SEED = 2027
TENGE = 100
TAPS = 90
DAYS = 14
# An invented publisher's link, and a product of the shop behind it
NETWORK_LINK = "https://ad.admitad.com/g/birgedemo0000000000/"
GOODS = "https://aliexpress.com/item/1005006543210.html"
OZON_GOODS = "https://www.ozon.kz/product/1717203344/"
# (days ago, value of the order in USD or "", the network's commission, what became of it)
ACTIONS = (
    (12.0, "24.90", "1.25", "approved"),
    (10.0, "61.00", "3.05", "approved"),
    (7.0, "18.40", "0.92", "declined"),
    (4.0, "", "0.74", "pending"),  # this shop names no value: the commission is all there is
    (1.0, "33.20", "1.66", "pending"),
)


def elsewhere_make(
    brand: Brand, counted: Brand, influencers: Sequence[Influencer], now: datetime
) -> Story:
    """`counted` pays Ozon's daily totals: the other one pays orders there, by a voucher."""
    yield now - timedelta(days=DAYS + 2)
    tag = traffic_connect(counted)
    tokens = totals_make(counted, influencers)
    yield now - timedelta(days=DAYS)
    network_make(brand, influencers, now)
    yield now
    traffic_come(tag, tokens)
    rates_keep_up()  # the network pays in dollars


def network_make(brand: Brand, influencers: Sequence[Influencer], now: datetime) -> None:
    """Admitad: the brand's account there, a campaign through it, and what its shop has sold."""
    token = stage.admitad_token()
    connection_create(brand=brand, source="admitad", name="Admitad", token=token)
    campaign = campaign_create(brand=brand, offer=_offer())
    campaign_publish(campaign_id=campaign.pk)
    links = [_link_of(campaign, each) for each in influencers]
    dice = random.Random(SEED)  # noqa: S311 (a story, not a secret)
    taps = taps_imagine(links[0].pk, _moments(dice, now), dice)
    taps_store(taps)
    for days_ago, cart, payment, status in ACTIONS:
        tap = _last_before(taps, now - timedelta(days=days_ago))
        stage.admitad_action(tap.click_id, cart, payment, status, days_ago)


def _offer() -> Offer:
    return Offer(
        title="Үйге керек-жарақ",
        about="AliExpress-тегі үй заттары. Сілтеме Admitad желісі арқылы өтеді.",
        destination_url=NETWORK_LINK,
        extra_hosts=("aliexpress.com",),
        commission_bps=300,
        budget_minor=150_000 * TENGE,
        typical_basket_minor=14_000 * TENGE,
    )


def _link_of(campaign: Campaign, influencer: Influencer) -> TrackingLink:
    """They join, and paste a product of the shop: their link leads there through the network."""
    row = campaign_join(campaign_id=campaign.pk, influencer_id=influencer.pk)
    return tracking_link_create(participation_id=row.pk, url=GOODS)


def _moments(dice: random.Random, now: datetime) -> list[datetime]:
    span = timedelta(days=DAYS + 1)
    ago = sorted((dice.random() for _n in range(TAPS)), reverse=True)
    moments = [now - timedelta(minutes=5) - span * each for each in ago]
    return [moment.replace(microsecond=n * 1_000) for n, moment in enumerate(moments)]


def _last_before(taps: Iterable[Click], moment: datetime) -> Click:
    known = [tap for tap in taps if datetime.fromtimestamp(tap.milliseconds / 1000, UTC) < moment]
    return max(known, key=lambda tap: tap.milliseconds)


# --- What Ozon counts -----------------------------------------------------------------------


def traffic_connect(brand: Brand) -> str:
    """The brand's cabinet of external traffic at Ozon. Its tag."""
    client_id, secret, tag = stage.ozon_traffic_account()
    connection_create(
        brand=brand,
        source="ozon_traffic",
        name="Ozon, сыртқы трафик",
        client_id=client_id,
        token=secret,
        tag=tag,
    )
    return tag


def traffic_come(tag: str, tokens: Sequence[str]) -> None:
    """Two weeks of visits: by the links with these tokens, and by a campaign of the brand's own."""
    dice = random.Random(SEED)  # noqa: S311 (a story, not a secret)
    tags = [*(f"{tag}_birge-{token}" for token in tokens), f"{tag}_banner"]
    stage.ozon_traffic_rows(
        [_row(dice, each, age_days) for each in tags for age_days in range(1, DAYS + 1)]
    )


def totals_make(brand: Brand, influencers: Sequence[Influencer]) -> list[str]:
    """A campaign that Ozon's daily totals pay, since before the first of them. The tokens of its
    links, by which Ozon counts."""
    campaign = campaign_create(brand=brand, offer=_totals_offer())
    campaign_publish(campaign_id=campaign.pk)
    totals_choose(campaign_id=campaign.pk, platform="ozon")
    for person in influencers:
        campaign_join(campaign_id=campaign.pk, influencer_id=person.pk)
    with acting_as(system="demo"):
        links = TrackingLink.objects.filter(campaign=campaign).order_by("pk")
        return list(links.values_list("token", flat=True))


def _totals_offer() -> Offer:
    return Offer(
        title="Ozon-дағы күтім",
        about="Бет күтімінің жиыны Ozon-да. Сыйақы Ozon-ның күндік санағы бойынша есептеледі.",
        destination_url=OZON_GOODS,
        commission_bps=500,
        budget_minor=250_000 * TENGE,
        typical_basket_minor=9_000 * TENGE,
        code_policy="click_only",
    )


def _row(dice: random.Random, tag: str, age_days: int) -> dict[str, object]:
    sessions = dice.randint(12, 80)
    ordered = sessions // 25
    return {
        "campaign": tag,
        "age_days": age_days,
        "sessions": sessions,
        "ordered": ordered,
        "amount": str(ordered * dice.randint(4_000, 9_000)),
    }
