"""Guarantees of the demo: one of a month that is over, topped up; one of this month, and one of the
next, which may still be called off."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attribution.models import Connection
from attribution.services.guarantees import guarantees_settle
from brands.models import Brand
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Participation, PromoCode
from campaigns.services.guarantees import guarantee_make, guarantee_raise
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from core import clock
from core.months import month_after
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.history import Past, Sale
from exchange.demo.telling import Story
from influencers.models import Influencer

TENGE = 100
SINCE = timedelta(days=42)  # the month of that day is over, and its holds are
SETTLED_DAYS_AGO = 3
# (days after the campaign began, goods, price)
SALES = ((0.2, "Мақта көрпе", 21_900), (0.6, "Жастық, 2 дана", 12_400))
FIRST_NUMBER = 47_901


def guarantees_tell(
    brand: Brand, home: Campaign, shop: Connection, people: list[Influencer], now: datetime
) -> Story:
    """`people` are the demo's influencers, the one with a login of the README first."""
    began = now - SINCE
    yield began
    autumn = campaign_create(brand=brand, offer=_offer())
    campaign_publish(campaign_id=autumn.pk)
    row = campaign_join(campaign_id=autumn.pk, influencer_id=people[0].pk)
    _promise(row, clock.today().replace(day=1), 25_000)
    with acting_as(system="demo"):
        code = PromoCode.objects.get(participation=row).code
    sales = [
        Sale(FIRST_NUMBER + n, began + timedelta(days=days), name, price * TENGE, 1, code=code)
        for n, (days, name, price) in enumerate(SALES)
    ]
    yield from Past(shop, sales).story(now)
    yield now - timedelta(days=SETTLED_DAYS_AGO)
    guarantees_settle()
    yield now
    this_month = clock.today().replace(day=1)
    running = _promise(_row(home, people[0]), this_month, 80_000)
    guarantee_raise(guarantee_id=running, amount_minor=90_000 * TENGE)
    _promise(_row(home, people[1]), month_after(this_month), 40_000)


def _promise(row: Participation, month: date, tenge: int) -> int:
    made = guarantee_make(participation_id=row.pk, month=month, amount_minor=tenge * TENGE)
    return made.pk


def _row(campaign: Campaign, influencer: Influencer) -> Participation:
    with acting_as(system="demo"):
        return Participation.objects.get(campaign=campaign, influencer=influencer)


def _offer() -> Offer:
    return Offer(
        title="Күзгі төсек",
        about="Мақта көрпе мен жастық, күздің соңына дейін.",
        destination_url=stage.product_url("blanket"),
        commission_bps=800,
        budget_minor=60_000 * TENGE,
        typical_basket_minor=18_900 * TENGE,
        hold_days=14,
    )
