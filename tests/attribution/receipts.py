"""A chain of shops of Tulpar's with two registers, and followers who claim its receipts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attribution.domain.receipts import Family, Receipt
from attribution.models import CashRegister, Connection, ReceiptClaim
from attribution.services.receipts import Claimant, receipt_claim
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SOLD_AT = NOW - timedelta(hours=5)
ABAI, DOSTYK = "010101234567", "010101234568"
SIGN = "0123456789"


@dataclass(frozen=True)
class Chain:
    connection: int
    token: str


def chain_open(party) -> Chain:
    """With a campaign that has money, see `shop_open`."""
    shop_open(party)
    return registers_open(party)


def registers_open(party) -> Chain:
    with acting_as(system="test data"):
        connection = Connection.objects.create(
            brand_id=party.brand, source="receipt", name="Shops", secrets=json.dumps([])
        )
        for number, shop in ((ABAI, "Abai 10"), (DOSTYK, "Dostyk 5")):
            CashRegister.objects.create(
                connection=connection, brand_id=party.brand, number=number, shop=shop
            )
    return Chain(connection.pk, party.token)


def receipt(sign: str = SIGN, **changes) -> Receipt:
    given = {"register": ABAI, "total_minor": 1_230_000, "sold_at": SOLD_AT} | changes
    return Receipt(family=Family.WOFD, sign=sign, **given)


def claim(
    token: str,
    it: Receipt | None = None,
    *,
    cookie: str = "a",
    network: str = "",
    has_consent: bool = True,
) -> ReceiptClaim:
    return receipt_claim(
        token=token,
        receipt=it or receipt(),
        has_consent=has_consent,
        claimant=Claimant(cookie, network),
    )
