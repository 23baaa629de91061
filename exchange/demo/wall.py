"""The wall of Kaspi: a follower's number and an order with it, an article of one influencer, days
with and without the campaign. The orders are read by the first poll, as all of Kaspi's."""

from __future__ import annotations

from datetime import datetime, timedelta

from attribution.domain.lift_table import CityDay
from attribution.selectors.receipts import claim_desk
from attribution.services.lift import LiftAsked, lift_report_make
from attribution.services.phone_claims import consent_of, phone_claim
from attribution.services.phone_peppers import phones_open
from attribution.services.receipts import Claimant
from brands.models import Brand
from campaigns.models import Campaign, TrackingLink
from campaigns.services.exclusive_skus import exclusive_sku_reserve
from core import clock
from exchange.demo import stage
from exchange.demo.receipts import receipt_bring
from exchange.demo.telling import Story

SET_SKU = "TU-SET-AIGERIM"
BUYER, READER = "7015550142", "7015550177"  # one of them has ordered
PAIR = 47_300  # a sum that nothing else has
WEEK = 7
# {city: orders of a week without the campaign, and with it}
CITIES = {
    "Алматы": ((9, 8, 10, 9, 11, 12, 10), (13, 12, 15, 13, 16, 18, 14)),
    "Шымкент": ((4, 3, 4, 5, 4, 6, 5), (5, 6, 4, 6, 7, 8, 6)),
}


def wall_open(brand: Brand, campaign: Campaign, link: TrackingLink, now: datetime) -> Story:
    yield now - timedelta(days=10)
    phones_open(brand_id=brand.pk)
    exclusive_sku_reserve(participation_id=link.participation_id, sku=SET_SKU)
    yield now - timedelta(hours=30)
    _leave(link.token, BUYER)
    # Bought on Kaspi, and its receipt claimed as well: one purchase
    yield from receipt_bring(link, PAIR * 100, now)
    yield now - timedelta(hours=3)
    _leave(link.token, READER)
    yield now
    stage.kaspi_order(SET_SKU, "Айгерімнің жиынтығы: көрпе мен екі сүлгі", 42_900, "COMPLETED", 2)
    stage.kaspi_order("TU-BLANKET", "Жүн көрпе", 25_500, "ACCEPTED_BY_MERCHANT", 0.5, phone=BUYER)
    stage.kaspi_order("TU-PAIR", "Екі көрпе", PAIR, "ACCEPTED_BY_MERCHANT", 1.1, phone=BUYER)
    lift_report_make(campaign=campaign, asked=LiftAsked(cities=_cities(now)))


def _leave(token: str, phone: str) -> None:
    desk = claim_desk(token)
    assert desk is not None, token
    phone_claim(
        token=token,
        text=phone,
        agreed_sha256=consent_of(desk, "kk").sha256,
        language="kk",
        claimant=Claimant(f"demo {phone}", ""),
    )


def _cities(now: datetime) -> list[CityDay]:
    """Four weeks that ended yesterday; posts ran in every other one."""
    first_on = clock.day_of(now) - timedelta(days=4 * WEEK)
    return [
        CityDay(
            first_on + timedelta(days=n), city, weeks[n // WEEK % 2][n % WEEK], n // WEEK % 2 == 1
        )
        for city, weeks in CITIES.items()
        for n in range(4 * WEEK)
    ]
