"""An order of InSales as an order of ours. Names of fields: facts/merchants.md 1.4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot, OrderStatus
from attribution.connectors.buyers import email_of, phone_of
from attribution.connectors.click_ids import CLICK_PARAMETER, click_of_url, click_or_none
from attribution.connectors.payload import Fields
from core.money import MINOR_MAX, allocate

MOSCOW = timezone(timedelta(hours=3))  # what a time without a zone means is not certain
STATUS: Mapping[str, OrderStatus] = {
    "new": "created",
    "accepted": "created",
    "approved": "created",
    "dispatched": "created",
    "delivered": "fulfilled",
    "declined": "cancelled",
    "returned": "returned",
}
DISCOUNTS_MAX = 100
KEPT = (
    "id",
    "number",
    "created_at",
    "updated_at",
    "delivered_at",
    "paid_at",
    "items_price",
    "total_price",
    "currency_code",
    "financial_status",
    "fulfillment_status",
    "order_lines",
    "coupon",
    "discounts",
    "first_current_location",
    "current_location",
)
KEPT_INSIDE = {"client": ("phone", "email"), "cookies": (CLICK_PARAMETER,)}


def order_parse(order: Fields) -> OrderSnapshot:
    """Raises: UnknownPayload, and nothing else."""
    raw_status = order.text("fulfillment_status", length_max=base.RAW_STATUS_MAX).lower()
    status = _status(order, raw_status)
    updated_at = order.moment("updated_at", zone=MOSCOW)
    delivered_at = order.moment_or_none("delivered_at", zone=MOSCOW)
    currency = order.currency("currency_code")
    client = order.child_or_empty("client")
    external_id = str(order.integer("id", least=1, most=2**63 - 1))
    return OrderSnapshot(
        external_id=external_id,
        number=order.text_cut("number", length_max=base.NUMBER_MAX) or external_id,
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=order.moment("created_at", zone=MOSCOW),
        source_updated_at=updated_at,
        fulfilled_at=delivered_at or (updated_at if status == "fulfilled" else None),
        lines=_lines(order, currency, is_back=status == "returned"),
        click_id=_click_id(order),
        promo_codes=_promo_codes(order),
        discounted_codes=_discounted_codes(order),
        customer_phone=phone_of(client),
        customer_email=email_of(client),
    )


def _status(order: Fields, raw_status: str) -> OrderStatus:
    """Delivery decides; an order on its way is "paid" when its money has come."""
    status = STATUS.get(raw_status, "unmapped")
    is_paid = order.raw("financial_status") == "paid"
    return "paid" if status == "created" and is_paid else status


def _lines(order: Fields, currency: str, *, is_back: bool) -> tuple[OrderLineSnapshot, ...]:
    """Whether discounts of the whole order are inside the lines' prices is not certain: lines are
    worth no more together than what the buyer paid in all, and are lowered in proportion."""
    items = order.items("order_lines", most=base.LINES_MAX)
    quantities = [item.integer("quantity", most=base.QUANTITY_MAX) for item in items]
    amounts = [
        _amount(item, quantity, currency) for item, quantity in zip(items, quantities, strict=True)
    ]
    total = _not_negative(order, "total_price", currency)
    if sum(amounts) > total:
        amounts = allocate(total, amounts)
    return tuple(
        OrderLineSnapshot(
            line_id=str(item.integer("id", least=1, most=2**63 - 1)),
            sku=item.text_cut("sku", length_max=base.SKU_MAX),
            name=item.text_cut("title", length_max=base.NAME_MAX),
            quantity=quantity,
            amount_minor=amount,
            returned_quantity=quantity if is_back else 0,
            returned_minor=amount if is_back else 0,
        )
        for item, quantity, amount in zip(items, quantities, amounts, strict=True)
    )


def _amount(item: Fields, quantity: int, currency: str) -> int:
    """Of all pieces, after the line's own discount."""
    price = _not_negative(item, "sale_price", currency)
    discount = item.money_minor("discounts_amount", currency, default="0")
    if price * quantity > MINOR_MAX:
        raise item.wrong("sale_price", "too large")
    return max(price * quantity - abs(discount), 0)


def _not_negative(fields: Fields, key: str, currency: str) -> int:
    amount = fields.money_minor(key, currency)
    if amount < 0:
        raise fields.wrong(key, "negative")
    return amount


def _click_id(order: Fields) -> str | None:
    """InSales keeps the cookies of an order, ours among them, and the pages of the visit."""
    cookies = order.raw("cookies")
    own: Any = cookies.get(CLICK_PARAMETER) if isinstance(cookies, dict) else None
    return (
        click_or_none(own)
        or click_of_url(order.raw("first_current_location"))
        or click_of_url(order.raw("current_location"))
    )


def _promo_codes(order: Fields) -> tuple[str, ...]:
    """The coupon, and the codes of discounts; each once."""
    found = [order.text_cut("coupon", length_max=base.PROMO_CODE_MAX)]
    found += [
        discount.text_cut("code", length_max=base.PROMO_CODE_MAX)
        for discount in order.items_or_empty("discounts", most=DISCOUNTS_MAX)
    ]
    return tuple(dict.fromkeys(code for code in found if code))[: base.PROMO_CODES_MAX]


def _discounted_codes(order: Fields) -> tuple[str, ...]:
    codes = [
        discount.text_cut("code", length_max=base.PROMO_CODE_MAX)
        for discount in order.items_or_empty("discounts", most=DISCOUNTS_MAX)
        if discount.is_positive("amount") or discount.is_positive("percent")
    ]
    named = _promo_codes(order)
    return base.discounted(named, [code in codes for code in named])
