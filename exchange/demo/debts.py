"""An influencer of the demo who owes something back: goods came back after their reward was paid,
and the next payout kept a part of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from attribution.models import Connection
from campaigns.models import Campaign, PromoCode
from campaigns.services.participations import campaign_join
from core.tenancy.context import acting_as
from exchange.demo.history import Past, Sale
from exchange.demo.payouts import payee_make
from exchange.demo.people import SAMAL, SAMAL_IBAN, SAMAL_IIN
from exchange.demo.telling import Story
from influencers.models import Influencer

TENGE = 100
SINCE_DAYS = 43
# The night in which the hold of the first order is over has passed, at whatever hour the world is
# made; the second is paid with the others.
FIRST_PAID_DAYS_AGO = 17
# (days ago, goods, price, what becomes of it, after so many days)
SALES = (
    (42.0, "Төсек жиыны, 2 орынды", 24_990, "returned_in_part", 26),
    (33.0, "Жүн көрпе", 25_500, "kept", 0),
    (3.0, "Сүлгілер, 4 дана", 8_990, "kept", 0),
)
FIRST_NUMBER = 47_950


def debt_told(campaign: Campaign, shop: Connection, person: Influencer, now: datetime) -> Story:
    """Half of her first order comes back days after it was paid."""
    yield now - timedelta(days=SINCE_DAYS)
    row = campaign_join(campaign_id=campaign.pk, influencer_id=person.pk)
    payee_make(person, SAMAL, SAMAL_IIN, SAMAL_IBAN)
    with acting_as(system="demo"):
        code = PromoCode.objects.get(participation=row).code
    yield from Past(shop, sales_of(code, now)).story(now)


def sales_of(code: str, now: datetime) -> list[Sale]:
    return [
        Sale(
            FIRST_NUMBER + n,
            now - timedelta(days=days_ago),
            goods,
            price * TENGE,
            2 if fate == "returned_in_part" else 1,
            code=code,
            fate=fate,
            kept_days=kept_days,
        )
        for n, (days_ago, goods, price, fate, kept_days) in enumerate(SALES)
    ]
