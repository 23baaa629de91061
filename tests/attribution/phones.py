"""Tulpar's shop on Kaspi whose influencers' pages take phone numbers, its orders, its followers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attribution.domain.consents import phone_consent
from attribution.models import Connection, InboundEvent
from attribution.selectors.receipts import claim_desk
from attribution.services.inbox import Received, events_store
from attribution.services.phone_claims import Left, phone_claim, times_of
from attribution.services.phone_match import phones_sweep
from attribution.services.phone_peppers import phones_open
from attribution.services.receipts import Claimant
from campaigns.models import Participation, TrackingLink
from core import clock
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import work
from tests.world import privacy_load

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PHONE = "8 701 123 45 67"


@dataclass(frozen=True)
class Wall:
    connection: int
    token: str
    brand: int


def wall_open(cast) -> Wall:
    """With a campaign that has money, see `shop_open`."""
    shop_open(cast.tulpar)
    return kaspi_open(cast)


def kaspi_open(cast) -> Wall:
    privacy_load(cast)
    with acting_as(system="test data"):
        kaspi = Connection.objects.create(
            brand_id=cast.tulpar.brand, source="kaspi", name="Kaspi", secrets=json.dumps([])
        )
    phones_open(brand_id=cast.tulpar.brand)
    return Wall(kaspi.pk, cast.tulpar.token, cast.tulpar.brand)


def second_page(cast) -> str:
    """Dana takes part at Tulpar too; the token of her page."""
    with acting_as(system="test data"):
        both = {
            "campaign_id": cast.tulpar.campaign,
            "brand_id": cast.tulpar.brand,
            "influencer_id": cast.sauran.influencer,
        }
        row, _is_new = Participation.objects.update_or_create(
            **both, defaults={"terms_id": cast.tulpar.terms, "state": "approved"}
        )
        link = TrackingLink.objects.create(
            participation=row, destination_url="https://tulpar.example/", **both
        )
    return link.token


def order_tell(wall: Wall, code: str = "701", *, phone: str | None = "7011234567", **changes):
    """What a poll of Kaspi reads, and the worker behind it."""
    placed = changes.pop("placed_at", clock.now())
    status = changes.pop("status", "ACCEPTED_BY_MERCHANT")
    tenge = changes.pop("tenge", 25500)
    body = {
        "read_at": clock.now().isoformat(),
        "order": {
            "code": code,
            "status": status,
            "creationDate": int(placed.timestamp() * 1000),
            "customer": {"cellPhone": phone or "+0(000)-000-00-00"},
        },
        "entries": [
            {
                "id": f"{code}-0",
                "unitType": "PIECES",
                "offer": {"code": "TU-BLANKET", "name": "Көрпе"},
                "quantity": 1,
                "totalPrice": tenge,
                "basePrice": tenge,
            }
        ],
    }
    key = f"kaspi:{code}:{status}:{clock.now().isoformat()}"
    with acting_as(system="test data"):
        kaspi = Connection.objects.get(pk=wall.connection)
        raw = json.dumps(body).encode()
        events_store(kaspi, "orders", InboundEvent.Trust.PULLED, [Received(key, raw)])
    work()
    settle()


def settle() -> None:
    """What beat and the worker do about pairs."""
    phones_sweep()
    work()


def leave(
    token: str,
    text: str = PHONE,
    *,
    cookie: str = "a",
    network: str = "",
    language: str = "kk",
    agreed: str | None = None,
) -> Left:
    left = phone_claim(
        token=token,
        text=text,
        agreed_sha256=agreed_to(token, language) if agreed is None else agreed,
        language=language,
        claimant=Claimant(cookie, network),
    )
    settle()
    return left


def agreed_to(token: str, language: str = "kk") -> str:
    desk = claim_desk(token)
    if desk is None:
        return "x"
    with acting_as(system="test"):
        until = times_of(desk).erase_text
    return phone_consent(
        language, brand=desk.brand_name, influencer=desk.influencer_name, until=until
    ).sha256


def days(count: float) -> timedelta:
    return timedelta(days=count)
