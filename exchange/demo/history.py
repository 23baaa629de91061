"""Six weeks of the demo's past, told through the real services: clicks, signed orders, returns,
a payout. Nothing is written past a rule, so every figure on every page adds up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from attribution.clickpath.line import Click
from attribution.connectors.registry import webhook_connector
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import connection_secrets
from attribution.services.inbox import webhook_receive
from attribution.services.ingest import inbound_events_process
from campaigns.models import PromoCode, TrackingLink
from core import clock
from core.money import Money
from core.tenancy.context import acting_as
from exchange.demo.audience import robots_imagine, taps_imagine, taps_store
from exchange.demo.telling import Story

DAYS = 42
SEED = 2026  # the same past in every demo
CLICKS_PER_ORDER = 22
PEOPLE_PER_ROBOT = 14
SMALL_HOURS = range(7)
RETURN_EVERY, CANCEL_EVERY, CODE_ONLY_EVERY, NOBODYS_EVERY = 9, 11, 4, 13


@dataclass(frozen=True, slots=True)
class Sale:
    """One order of the shop, and what becomes of it."""

    number: int
    placed_at: datetime
    name: str
    price_minor: int
    quantity: int
    click_id: UUID | None = None
    code: str = ""
    fate: str = "kept"  # kept, returned_in_part, cancelled
    kept_days: int = 4  # of what is returned

    @property
    def fulfilled_at(self) -> datetime:
        return self.placed_at + timedelta(days=2, hours=self.number % 9)


@dataclass(frozen=True, slots=True)
class Past:
    """What was sold through one connection."""

    connection: Connection
    sales: Sequence[Sale]

    def click_before(self, moment: datetime) -> UUID | None:
        """The latest click that led to a sale before this moment."""
        sold = [each for each in self.sales if each.click_id and each.placed_at < moment]
        return max(sold, key=lambda each: each.placed_at).click_id if sold else None

    def story(self, until: datetime) -> Story:
        """The events of all sales up to `until`, as the shop tells them."""
        events = [event for sale in self.sales for event in _events(sale)]
        for moment, body in sorted(events, key=lambda event: event[0]):
            if moment > until:
                return
            yield moment
            _deliver(self.connection, body)


def _events(sale: Sale) -> Iterator[tuple[datetime, bytes]]:
    """(when, the shop's webhook) of a sale's life."""
    yield sale.placed_at, order_body(sale, "processing", sale.placed_at)
    if sale.fate == "cancelled":
        cancelled_at = sale.placed_at + timedelta(hours=5)
        yield cancelled_at, order_body(sale, "cancelled", cancelled_at)
        return
    yield sale.fulfilled_at, order_body(sale, "completed", sale.fulfilled_at)
    if sale.fate == "returned_in_part":
        returned_at = sale.fulfilled_at + timedelta(days=sale.kept_days)
        refund = str(sale.price_minor // 100)
        yield returned_at, order_body(sale, "completed", returned_at, refund=refund)


def _deliver(connection: Connection, body: bytes) -> None:
    """As the shop does it: signed, through the one door, worked on by the worker's function."""
    connector = webhook_connector(connection.source)
    secret = connection_secrets(connection)[0]
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    headers = {"x-wc-webhook-signature": signature, "x-wc-webhook-topic": "order.updated"}
    with acting_as(system="demo history"):
        webhook_receive(connector, connection, headers, body)
        waiting = InboundEvent.objects.filter(
            connection=connection, state=InboundEvent.State.RECEIVED
        )
        ids = list(waiting.values_list("pk", flat=True))
    inbound_events_process(ids)


def order_body(sale: Sale, status: str, modified: datetime, *, refund: str = "") -> bytes:
    """The order as the shop's REST API shows it (facts/merchants.md 1.1)."""
    total = _major(sale.price_minor * sale.quantity)
    stamp = "%Y-%m-%dT%H:%M:%S"
    line = {
        "id": 1,
        "name": sale.name,
        "product_id": 5,
        "variation_id": 0,
        "quantity": sale.quantity,
        "subtotal": total,
        "subtotal_tax": "0.00",
        "total": total,
        "total_tax": "0.00",
        "sku": "",
        "price": 0,
    }
    order = {
        "id": sale.number,
        "number": f"TU-{sale.number}",
        "status": status,
        "currency": "KZT",
        "prices_include_tax": True,
        "total": total,
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "discount_total": "0.00",
        "date_created_gmt": sale.placed_at.strftime(stamp),
        "date_modified_gmt": modified.strftime(stamp),
        "date_paid_gmt": sale.placed_at.strftime(stamp),
        "date_completed_gmt": modified.strftime(stamp) if status == "completed" else None,
        "billing": {"phone": "+77010000001", "email": "buyer@example.org"},
        "line_items": [line],
        "coupon_lines": [{"id": 1, "code": sale.code, "discount": "0.00"}] if sale.code else [],
        "refunds": [{"id": 1, "reason": "", "total": f"-{refund}.00"}] if refund else [],
        "meta_data": (
            [{"id": 1, "key": "_cpa_click_id", "value": sale.click_id.hex}] if sale.click_id else []
        ),
    }
    return json.dumps(order, ensure_ascii=False).encode()


def _major(minor: int) -> str:
    money = Money(minor)
    return f"{money.minor // 100}.{money.minor % 100:02}"


@dataclass(frozen=True, slots=True)
class Product:
    name: str
    price_minor: int


def sales_imagine(
    *,
    link: TrackingLink,
    code: PromoCode,
    products: Sequence[Product],
    count: int,
    first_number: int,
    now: datetime,
) -> list[Sale]:
    """`count` sales of one influencer over the past weeks, with the clicks that led to them."""
    dice = random.Random(SEED + first_number)  # noqa: S311 (a story, not a secret)
    people = [_waking(dice, now) for _n in range(count * CLICKS_PER_ORDER)]
    audience = random.Random(first_number)  # noqa: S311 (its own: sales stay as they are)
    robots = [_waking(audience, now) for _n in range(len(people) // PEOPLE_PER_ROBOT)]
    taps = taps_imagine(link.pk, people, audience)
    taps_store([*taps, *robots_imagine(link.pk, robots, audience)])
    sales = []
    for n, tap in enumerate(sorted(dice.sample(taps, count), key=lambda it: it.milliseconds)):
        product = dice.choice(products)
        sale = Sale(
            number=first_number + n,
            placed_at=min(_at(tap) + timedelta(minutes=dice.randint(3, 900)), now),
            name=product.name,
            price_minor=product.price_minor,
            quantity=dice.choice((1, 1, 1, 2)),
            click_id=None if n % CODE_ONLY_EVERY == 1 else UUID(tap.click_id),
            code=code.code if n % CODE_ONLY_EVERY in (1, 2) else "",
        )
        sales.append(_fated(sale, n))
    return sales


def _fated(sale: Sale, n: int) -> Sale:
    if n % NOBODYS_EVERY == NOBODYS_EVERY - 1:
        return replace(sale, click_id=None, code="SALE20")  # a store-wide code: nobody's
    if n % CANCEL_EVERY == CANCEL_EVERY - 1:
        return replace(sale, fate="cancelled")
    if n % RETURN_EVERY == RETURN_EVERY - 1:
        return replace(sale, quantity=2, fate="returned_in_part")
    return sale


def _at(tap: Click) -> datetime:
    return datetime.fromtimestamp(tap.milliseconds / 1000, UTC)


def _waking(dice: random.Random, now: datetime) -> datetime:
    """A moment of the last weeks at which people are awake in Kazakhstan."""
    while True:
        at = now - timedelta(minutes=dice.randint(60, DAYS * 1440))
        if at.astimezone(clock.ALMATY).hour not in SMALL_HOURS:
            return at.replace(microsecond=dice.randint(0, 999) * 1000).astimezone(UTC)
