"""Orders of a small WooCommerce shop, kept in the very shape its REST API and webhooks print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.exceptions import HTTPException

from sandbox.world import State

STATUSES = ("pending", "on-hold", "processing", "completed", "cancelled", "refunded", "failed")
ANY_CODE_PERCENT = 10
QUANTITY_MAX = 100
CENT = Decimal("0.01")
CLICK_META_KEY = "_cpa_click_id"
LANDING_META_KEY = "_wc_order_attribution_session_entry"


@dataclass(frozen=True)
class Cart:
    """What a buyer brings to the till. `items` are (slug of a product, how many)."""

    items: tuple[tuple[str, int], ...]
    promo_code: str = ""
    click_id: str = ""
    landing_url: str = ""
    name: str = "Айгерім Сапарова"
    phone: str = "+77010000001"
    email: str = "buyer@example.kz"
    status: str = "processing"
    shipping: str = "0"
    meta: tuple[tuple[str, str], ...] = field(default=())


def shop_of(state: State, slug: str) -> State:
    shop: State | None = state["shops"].get(slug)
    if shop is None:
        raise HTTPException(404, f"no shop {slug}")
    return shop


def product_of(shop: State, slug: str) -> dict[str, Any]:
    for product in shop["products"]:
        if product["slug"] == slug:
            return dict(product)
    raise HTTPException(404, f"no product {slug}")


def order_of(shop: State, order_id: int) -> dict[str, Any]:
    order: dict[str, Any] | None = shop["orders"].get(str(order_id))
    if order is None:
        raise HTTPException(404, f"no order {order_id}")
    return order


def order_create(shop: State, cart: Cart, now: datetime) -> dict[str, Any]:
    """An order, paid for unless its status says otherwise. 400 for a code the shop refuses."""
    if not cart.items:
        raise HTTPException(400, "an empty cart")
    order_id = _id_next(shop)
    code, percent = _coupon(shop, cart.promo_code)
    lines = [_line(shop, slug, quantity, percent) for slug, quantity in cart.items]
    goods = sum((Decimal(line["total"]) for line in lines), Decimal())
    discount = sum(
        (Decimal(line["subtotal"]) - Decimal(line["total"]) for line in lines), Decimal()
    )
    at = _gmt(now)
    order = {
        "id": order_id,
        "number": str(order_id),
        "status": cart.status,
        "currency": shop["currency"],
        "prices_include_tax": True,
        "date_created_gmt": at,
        "date_modified_gmt": at,
        "date_paid_gmt": at if cart.status in ("processing", "completed") else None,
        "date_completed_gmt": at if cart.status == "completed" else None,
        "discount_total": _money(discount),
        "discount_tax": "0.00",
        "shipping_total": _money(Decimal(cart.shipping)),
        "shipping_tax": "0.00",
        "total_tax": "0.00",
        "total": _money(goods + Decimal(cart.shipping)),
        "billing": {
            "first_name": cart.name,
            "last_name": "",
            "country": "KZ",
            "city": "Алматы",
            "email": cart.email,
            "phone": cart.phone,
        },
        "line_items": lines,
        "fee_lines": [],
        "shipping_lines": [],
        "coupon_lines": _coupon_lines(shop, code, discount),
        "refunds": [],
        "meta_data": _meta(shop, cart),
    }
    shop["orders"][str(order_id)] = order
    return order


def _id_next(shop: State) -> int:
    shop["last_id"] += 1
    return int(shop["last_id"])


def status_set(order: dict[str, Any], status: str, now: datetime) -> None:
    """Any word is taken: shops have plugins with statuses of their own."""
    order["status"] = status
    if status == "completed" and not order["date_completed_gmt"]:
        order["date_completed_gmt"] = _gmt(now)
    if status == "processing" and not order["date_paid_gmt"]:
        order["date_paid_gmt"] = _gmt(now)
    _touch(order, now)


def refund_add(
    shop: State,
    order: dict[str, Any],
    amount: str,
    now: datetime,
    *,
    lines: Sequence[tuple[int, int, str]] = (),
    shipping: str = "0",
) -> None:
    """Give back `amount`; all of it makes the order "refunded", as WooCommerce does.

    `lines` are (which line, pieces, amount) of it, and `shipping` is what of it was delivery: the
    order tells neither, its refunds by REST do.
    """
    left = Decimal(order["total"]) - _refunded(order)
    money = Decimal(amount)
    if not 0 < money <= left:
        raise HTTPException(400, f"a refund must be within 0..{left}")
    refund_id = _id_next(shop)
    order["refunds"].append({"id": refund_id, "reason": "", "total": _money(-money)})
    details = shop["refunds"].setdefault(str(order["id"]), [])
    details.append(_refund_details(shop, order, refund_id, money, lines, Decimal(shipping)))
    if money == left:
        order["status"] = "refunded"
    _touch(order, now)


def _refund_details(
    shop: State,
    order: dict[str, Any],
    refund_id: int,
    money: Decimal,
    lines: Sequence[tuple[int, int, str]],
    shipping: Decimal,
) -> dict[str, Any]:
    """As GET /orders/{id}/refunds shows it: pieces and amounts are negative."""
    return {
        "id": refund_id,
        "amount": _money(money),
        "reason": "",
        "line_items": [
            {
                "id": _id_next(shop),
                "name": order["line_items"][index]["name"],
                "quantity": -pieces,
                "total": _money(-Decimal(total)),
                "total_tax": "0.00",
                "meta_data": [
                    {"key": "_refunded_item_id", "value": str(order["line_items"][index]["id"])}
                ],
            }
            for index, pieces, total in lines
        ],
        "shipping_lines": [{"total": _money(-shipping), "total_tax": "0.00"}] if shipping else [],
        "fee_lines": [],
    }


def refund_remove(shop: State, order: dict[str, Any], now: datetime) -> None:
    """Take the last refund back, as an administrator may: what was refunded goes down."""
    if not order["refunds"]:
        raise HTTPException(400, "no refund to remove")
    order["refunds"].pop()
    shop["refunds"][str(order["id"])].pop()
    _touch(order, now)


def _refunded(order: dict[str, Any]) -> Decimal:
    return -sum((Decimal(one["total"]) for one in order["refunds"]), Decimal())


def _touch(order: dict[str, Any], now: datetime) -> None:
    """The next version: its time has whole seconds and always grows."""
    last = datetime.fromisoformat(order["date_modified_gmt"])
    order["date_modified_gmt"] = _gmt(max(now.replace(tzinfo=None), last + timedelta(seconds=1)))


def _coupon(shop: State, typed: str) -> tuple[str, int]:
    """The code as WooCommerce keeps it (lower-case) and its percentage; ("", 0) without one."""
    code = typed.strip().lower()
    if not code:
        return "", 0
    percent = shop["coupons"].get(code, ANY_CODE_PERCENT if shop["accepts_any_code"] else None)
    if percent is None:
        raise HTTPException(400, f"the shop has no coupon {typed!r}")
    return code, int(percent)


def _line(shop: State, slug: str, quantity: int, percent: int) -> dict[str, Any]:
    if not 1 <= quantity <= QUANTITY_MAX:
        raise HTTPException(400, f"quantity must be within 1..{QUANTITY_MAX}")
    product = product_of(shop, slug)
    subtotal = Decimal(product["price"]) * quantity
    total = (subtotal * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP)
    return {
        "id": _id_next(shop),
        "name": product["name"],
        "product_id": product["id"],
        "variation_id": 0,
        "quantity": quantity,
        "subtotal": _money(subtotal),
        "subtotal_tax": "0.00",
        "total": _money(total),
        "total_tax": "0.00",
        "sku": product["sku"],
        "price": float(total / quantity),  # a JSON number in the real payload, alone of them all
    }


def _coupon_lines(shop: State, code: str, discount: Decimal) -> list[dict[str, Any]]:
    if not code:
        return []
    return [
        {"id": _id_next(shop), "code": code, "discount": _money(discount), "discount_tax": "0.00"}
    ]


def _meta(shop: State, cart: Cart) -> list[dict[str, Any]]:
    """What our snippet and WooCommerce's own attribution leave on an order."""
    pairs = [*cart.meta]
    if cart.click_id and shop["has_snippet"]:
        pairs.append((CLICK_META_KEY, cart.click_id))
    if cart.landing_url:
        pairs.append((LANDING_META_KEY, cart.landing_url))
    return [{"id": n, "key": key, "value": value} for n, (key, value) in enumerate(pairs, 1)]


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _gmt(moment: datetime) -> str:
    """Their *_gmt fields are UTC, in whole seconds, without a zone."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat()
