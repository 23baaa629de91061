"""The orders of the stand-in Kaspi, and how its API shows them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException

from sandbox.world import State

NAME = "kaspi"
STATES = ("NEW", "SIGN_REQUIRED", "PICKUP", "DELIVERY", "KASPI_DELIVERY", "ARCHIVE")
STATE_OF = {
    "APPROVED_BY_BANK": "NEW",
    "ACCEPTED_BY_MERCHANT": "KASPI_DELIVERY",
    "COMPLETED": "ARCHIVE",
    "CANCELLED": "ARCHIVE",
    "RETURNED": "ARCHIVE",
}
MASKED_PHONE = "+0(000)-000-00-00"
TOKEN_START = "kaspi-token-of-"  # noqa: S105 of an invented token
SITE = "https://kaspi.kz/shop/api/v2"


@dataclass(frozen=True)
class Item:
    """`price` of one piece, tenge."""

    sku: str
    name: str
    price: float
    quantity: int


def order_create(
    state: State, shop: str, code: str | None, items: list[Item], phone: str, at: datetime
) -> dict[str, Any]:
    if code is None:
        code = str(state["next_code"])
        state["next_code"] += 1
    if code in state["orders"]:
        raise HTTPException(409, f"order {code} exists")
    order = {
        "code": code,
        "shop": shop,
        "created_ms": int(at.timestamp() * 1000),
        "status": "APPROVED_BY_BANK",
        "state": "NEW",
        "reason": None,
        "phone": phone,
        "entries": [_entry(n, item) for n, item in enumerate(items)],
    }
    state["orders"][code] = order
    return order


def _entry(number: int, item: Item) -> dict[str, Any]:
    return {
        "number": number,
        "sku": item.sku,
        "name": item.name,
        "price": float(item.price),
        "quantity": item.quantity,
        "total": float(item.price) * item.quantity,
    }


def token_of(shop: str) -> str:
    """A shop has one token, for ever; it needs no memory, so that a restart refuses nobody."""
    return TOKEN_START + shop


def shop_of(state: State, token: str) -> str | None:
    """Whose token it is; None when it is none, or was withdrawn."""
    shop = token.removeprefix(TOKEN_START)
    return None if not shop or shop == token or shop in state["withdrawn"] else shop


def status_set(order: dict[str, Any], status: str, state: str | None, reason: str | None) -> None:
    order["status"] = status
    order["state"] = state or STATE_OF.get(status, order["state"])
    order["reason"] = reason


def entry_cancel(order: dict[str, Any], number: int, remained: int, *, keeps_total: bool) -> None:
    """A part of a line, or all of it, is cancelled."""
    for entry in order["entries"]:
        if entry["number"] == number:
            entry["quantity"] = remained
            if not keeps_total:
                entry["total"] = entry["price"] * remained
            return
    raise HTTPException(404, f"no entry {number}")


def entry_id(order: dict[str, Any], entry: dict[str, Any]) -> str:
    return _id(f"{order['code']}##{entry['number']}")


def shown(order: dict[str, Any]) -> dict[str, Any]:
    """The order as JSON:API. In the archive nobody can be called any more."""
    order_id = _id(order["code"])
    is_archived = order["state"] == "ARCHIVE"
    attributes = {
        "code": order["code"],
        "totalPrice": sum(entry["total"] for entry in order["entries"]),
        "paymentMode": "PREPAID",
        "creationDate": order["created_ms"],
        "approvedByBankDate": order["created_ms"] + 2_695,
        "deliveryCostForSeller": 895.0,
        "isKaspiDelivery": True,
        "deliveryMode": "DELIVERY_PICKUP",
        "deliveryAddress": {"formattedAddress": "Алматы, Сатпаев 1", "latitude": 43.2},
        "signatureRequired": order["state"] == "SIGN_REQUIRED",
        "preOrder": False,
        "pickupPointId": "30999001_PP1",
        "state": order["state"],
        "assembled": is_archived,
        "status": order["status"],
        "cancellationReason": order["reason"],
        "customer": {
            "id": _id(f"buyer {order['code']}"),
            "name": None,
            "cellPhone": MASKED_PHONE if is_archived else order["phone"],
            "firstName": "Сандбокс",
            "lastName": "С",
        },
        "deliveryCost": 0.0,
        "kaspiDelivery": {"waybillNumber": "101990011", "returnedToWarehouse": False},
    }
    links = {"related": f"{SITE}/orders/{order_id}/entries"}
    data = [{"type": "orderentries", "id": entry_id(order, entry)} for entry in order["entries"]]
    return {
        "type": "orders",
        "id": order_id,
        "attributes": attributes,
        "relationships": {"entries": {"data": data, "links": links}},
        "links": {"self": f"{SITE}/orders/{order_id}"},
    }


def entry_shown(order: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "orderentries",
        "id": entry_id(order, entry),
        "attributes": {
            "unitType": "PIECES",
            "offer": {"code": entry["sku"], "name": entry["name"]},
            "quantity": entry["quantity"],
            "totalPrice": entry["total"],
            "entryNumber": entry["number"],
            "basePrice": entry["price"],
            "category": {"code": "Master - Home", "title": "Дом"},
            "isImeiRequired": False,
        },
        "relationships": {"product": {"data": {"type": "masterproducts", "id": "MTIzNDU2Nzg"}}},
    }


def _id(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
