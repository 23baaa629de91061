"""Orders of a Shopify shop, in the shape that its webhooks and its REST list print."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.exceptions import HTTPException

from sandbox.world import State

CENT = Decimal("0.01")
CODE_PERCENT = 10
FIRST_ID = 820_982_911_946_154_000  # longer than what JavaScript holds


def order_create(shop: State, values: State, now: datetime) -> dict[str, Any]:
    """`items` are [title, price, pieces]; a promo code takes CODE_PERCENT off each line."""
    code = values["promo_code"]
    lines = [_line(shop, item, CODE_PERCENT if code else 0) for item in values["items"]]
    goods = sum((_worth(line) for line in lines), Decimal())
    at = _at(now)
    order_id = id_next(shop)
    attributes = [{"name": "cpa_click", "value": values["click_id"]}] if values["click_id"] else []
    order = {
        "id": order_id,
        "name": f"#{1000 + len(shop['orders']) + 1}",
        "order_number": 1000 + len(shop["orders"]) + 1,
        "created_at": at,
        "updated_at": at,
        "cancelled_at": None,
        "cancel_reason": None,
        "currency": shop["currency"],
        "presentment_currency": shop["currency"],
        "financial_status": values["financial_status"],
        "fulfillment_status": None,
        "taxes_included": True,
        "test": values["is_test"],
        "total_price": _money(goods),
        "total_price_set": _set(shop, goods),
        "discount_codes": [{"code": code, "amount": "0.00", "type": "percentage"}] if code else [],
        "note_attributes": attributes,
        "landing_site": values["landing_site"] or None,
        "landing_site_ref": None,
        "referring_site": None,
        "phone": values["phone"],
        "email": values["email"],
        "contact_email": values["email"],
        "customer": {"id": 115_310_627_314_723_954, "phone": values["phone"], "first_name": "Дана"},
        "billing_address": {"name": "Дана Е.", "country_code": "KZ", "phone": None},
        "line_items": lines,
        "fulfillments": [],
        "refunds": [],
    }
    shop["orders"][str(order_id)] = order
    return order


def order_of(shop: State, order_id: int) -> dict[str, Any]:
    order: dict[str, Any] | None = shop["orders"].get(str(order_id))
    if order is None:
        raise HTTPException(404, f"no order {order_id}")
    return order


def id_next(shop: State) -> int:
    shop["last_id"] += 1
    return FIRST_ID + int(shop["last_id"])


def ship(shop: State, order: dict[str, Any], now: datetime) -> None:
    order["fulfillment_status"] = "fulfilled"
    order["fulfillments"].append({"id": id_next(shop), "created_at": _at(now), "status": "success"})


def cancel(order: dict[str, Any], now: datetime) -> None:
    order["cancelled_at"], order["cancel_reason"] = _at(now), "customer"


def refund(shop: State, order: dict[str, Any], index: int, pieces: int, now: datetime) -> State:
    """Pieces of a line come back; all of an order makes it "refunded"."""
    line = order["line_items"][index]
    worth = (_worth(line) * pieces / line["quantity"]).quantize(CENT, ROUND_HALF_UP)
    line["current_quantity"] -= pieces
    made = {
        "id": id_next(shop),
        "order_id": order["id"],
        "created_at": _at(now),
        "note": None,
        "restock": True,
        "refund_line_items": [
            {
                "id": id_next(shop),
                "quantity": pieces,
                "line_item_id": line["id"],
                "subtotal": float(worth),  # a JSON number in the real payload
                "subtotal_set": _set(shop, worth),
                "total_tax": 0.0,
                "total_tax_set": _set(shop, Decimal()),
            }
        ],
        "transactions": [{"kind": "refund", "amount": _money(worth), "status": "success"}],
        "order_adjustments": [],
    }
    order["refunds"].append(made)
    left = sum(each["current_quantity"] for each in order["line_items"])
    order["financial_status"] = "partially_refunded" if left else "refunded"
    return made


def touch(order: dict[str, Any], now: datetime) -> None:
    """The next version: its time has whole seconds and always grows."""
    last = datetime.fromisoformat(order["updated_at"])
    order["updated_at"] = _at(max(now, last + timedelta(seconds=1)))


def _line(shop: State, item: Any, percent: int) -> dict[str, Any]:
    if not (isinstance(item, list) and len(item) == 3):
        raise HTTPException(400, 'items must look like [["Көрпе", "25500.00", 1]]')
    title, price, pieces = str(item[0]), Decimal(str(item[1])), int(item[2])
    off = (price * pieces * percent / 100).quantize(CENT, ROUND_HALF_UP)
    allocations = [{"amount": _money(off), "amount_set": _set(shop, off)}] if off else []
    return {
        "id": id_next(shop),
        "title": title,
        "name": title,
        "sku": title[:8].upper(),
        "quantity": pieces,
        "current_quantity": pieces,
        "price": _money(price),
        "price_set": _set(shop, price),
        "total_discount": "0.00",
        "discount_allocations": allocations,
        "tax_lines": [],
    }


def _worth(line: dict[str, Any]) -> Decimal:
    off = sum((Decimal(each["amount"]) for each in line["discount_allocations"]), Decimal())
    return Decimal(line["price"]) * int(line["quantity"]) - off


def _set(shop: State, amount: Decimal) -> State:
    money = {"amount": _money(amount), "currency_code": shop["currency"]}
    return {"shop_money": money, "presentment_money": money}


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _at(moment: datetime) -> str:
    """In the shop's own zone, as Shopify prints times."""
    return (moment + timedelta(hours=5)).replace(tzinfo=None, microsecond=0).isoformat() + "+05:00"
