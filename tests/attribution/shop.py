"""A WooCommerce shop of Tulpar: orders as it would send them, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attribution.clickpath.store import partitions_ensure
from attribution.models import Connection
from attribution.models.clicks import Click
from campaigns.models import Campaign
from core import clock
from core.ids import uuid7
from core.tenancy.context import acting_as
from ledger.domain.fees import reserve_for
from ledger.domain.journals import campaign_reserve, deposit
from ledger.services import journals_post

SECRET = "wc_whsec_test"


@dataclass(frozen=True)
class Shop:
    connection: int
    token: str
    brand: int

    @property
    def path(self) -> str:
        return f"/hooks/woocommerce/{self.token}"


def shop_open(party, *, budget_minor: int = 50_000_000) -> Shop:
    """A connection, and a campaign with money: 15 % fee, 16 % VAT on it."""
    with acting_as(system="test data"):
        connection = Connection.objects.create(
            brand_id=party.brand,
            source="woocommerce",
            name="Shop",
            secrets=json.dumps([SECRET]),
        )
        Campaign.objects.filter(pk=party.campaign).update(
            budget_minor=budget_minor, reserve_count=1, platform_fee_bps=1500, vat_bps=1600
        )
        reserve = reserve_for(budget_minor, fee_bps=1500, vat_bps=1600)
        journals_post(
            [
                deposit(statement_row=f"B-{party.brand}", brand_id=party.brand, amount_minor=10**9),
                campaign_reserve(
                    campaign_id=party.campaign, n=1, brand_id=party.brand, reserve=reserve
                ),
            ],
            occurred_at=clock.now(),
        )
    return Shop(connection.pk, connection.endpoint_token, party.brand)


def order_body(
    order_id: int = 9001,
    *,
    status: str = "processing",
    total: str = "25500.00",
    click_id: str | None = None,
    coupons: tuple[str, ...] = (),
    refunded: str | None = None,
    minutes: int = 0,
    placed: datetime | None = None,
    currency: str = "KZT",
) -> bytes:
    """The order as GET /wc/v3/orders/{id} shows it, `minutes` after it was placed."""
    placed = placed or datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    modified = placed + timedelta(minutes=minutes)
    order = {
        "id": order_id,
        "number": str(order_id),
        "status": status,
        "currency": currency,
        "prices_include_tax": True,
        "total": total,
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "discount_total": "0.00",
        "date_created_gmt": placed.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_modified_gmt": modified.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_paid_gmt": placed.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_completed_gmt": (
            modified.strftime("%Y-%m-%dT%H:%M:%S") if status == "completed" else None
        ),
        "billing": {"phone": "+7 701 000 00 01", "email": "buyer@example.org"},
        "line_items": [
            {
                "id": 1,
                "name": "Жүн көрпе",
                "product_id": 5,
                "variation_id": 0,
                "quantity": 2,
                "subtotal": total,
                "subtotal_tax": "0.00",
                "total": total,
                "total_tax": "0.00",
                "sku": "BLANKET",
                "price": 1,
            }
        ],
        "coupon_lines": [
            {"id": n, "code": code, "discount": "0.00"} for n, code in enumerate(coupons, 1)
        ],
        "refunds": [{"id": 1, "reason": "", "total": f"-{refunded}"}] if refunded else [],
        "meta_data": [{"id": 1, "key": "_cpa_click_id", "value": click_id}] if click_id else [],
    }
    return json.dumps(order).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "HTTP_X_WC_WEBHOOK_SIGNATURE": base64.b64encode(digest).decode(),
        "HTTP_X_WC_WEBHOOK_TOPIC": "order.updated",
        "content_type": "application/json",
    }


def click_make(party, *, at: datetime, visitor=None, flags: int = 0) -> Click:
    """A click that the drain has stored."""
    with acting_as(system="test data"):
        partitions_ensure(at.date() - timedelta(days=1), 3)
        return Click.objects.create(
            click_id=uuid7(int(at.timestamp() * 1000)),
            at=at,
            link_id=party.link,
            participation_id=party.participation,
            campaign_id=party.campaign,
            brand_id=party.brand,
            influencer_id=party.influencer,
            visitor=visitor or uuid7(),
            flags=flags,
        )
