"""The orders of the stand-in Wildberries, and the finance rows they cause days later."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException

from sandbox.world import State

MOSCOW = timezone(timedelta(hours=3))
STATUSES = ("created", "buyout", "cancel", "return", "returnDefective")
DOCUMENTS = {"sale": "Продажа", "return": "Возврат"}
SALES = {"buyout": "S", "return": "R", "returnDefective": "R"}
REPORT_DELAY_DAYS = 5


@dataclass(frozen=True)
class NewOrder:
    """`price` is the seller's price in major units; the report's row carries the two codes."""

    seller_id: str
    nm_id: int
    price: str
    currency: str = "KZT"
    article_substitution: str = ""
    uuid_promocode: str = ""
    report_delay_days: int = REPORT_DELAY_DAYS
    srid: str | None = None
    is_fbs: bool = False  # the seller delivers it: it has an id of its own besides


def order_create(state: State, new: NewOrder, now: datetime) -> dict[str, Any]:
    """A unit ordered now."""
    srid = new.srid or f"eb.r{secrets.token_hex(10)}.0.0"
    if srid in state["orders"]:
        raise HTTPException(409, f"srid {srid} exists")
    order = {
        "srid": srid,
        "seller_id": new.seller_id,
        "nm_id": new.nm_id,
        "chrt_id": new.nm_id + 1,
        "price": new.price,
        "currency": new.currency,
        "article_substitution": new.article_substitution,
        "uuid_promocode": new.uuid_promocode,
        "report_delay_days": new.report_delay_days,
        "versions": [],
        "fbs_id": 13_833_001 + len(state["orders"]) if new.is_fbs else 0,
    }
    state["orders"][srid] = order
    _version_add(order, "created", "", now)
    return order


def order_of(state: State, srid: str) -> dict[str, Any]:
    order: dict[str, Any] | None = state["orders"].get(srid)
    if order is None:
        raise HTTPException(404, f"no order {srid}")
    return order


def status_set(
    state: State, srid: str, status: str, now: datetime, *, cancel_type: str = "other"
) -> dict[str, Any]:
    """The next status; a sale and a return each cause a row of the finance report.

    A status that Wildberries does not have is taken too: it may have one tomorrow.
    """
    order = order_of(state, srid)
    _version_add(order, status, cancel_type if status == "cancel" else "", now)
    document = {"buyout": "sale", "return": "return", "returnDefective": "return"}.get(status)
    if document:
        state["last_sale_id"] += 1
        order["versions"][-1]["sale_id"] = f"{SALES[status]}{state['last_sale_id']}"
        row_add(state, order, document, now + timedelta(days=order["report_delay_days"]))
    return order


def row_add(
    state: State, order: dict[str, Any], document: str, visible_at: datetime
) -> dict[str, Any]:
    """A row of the finance report that shows itself at `visible_at`."""
    state["last_rrd_id"] += 1
    row = {
        "rrd_id": state["last_rrd_id"],
        "srid": order["srid"],
        "seller_id": order["seller_id"],
        "document": document,
        "article_substitution": order["article_substitution"],
        "uuid_promocode": order["uuid_promocode"],
        "sale_at": order["versions"][-1]["at"],
        "visible_at": visible_at.isoformat(),
    }
    state["rows"].append(row)
    return row


def _version_add(order: dict[str, Any], status: str, cancel_type: str, now: datetime) -> None:
    """Status times have whole seconds and grow, as in the feed."""
    at = now.replace(microsecond=0)
    if order["versions"]:
        at = max(at, _moment(order["versions"][-1]["at"]) + timedelta(seconds=1))
    order["versions"].append(
        {
            "at": at.isoformat(),
            "recorded_at": now.isoformat(),
            "status": status,
            "cancel_type": cancel_type,
        }
    )


def feed_rows(state: State, seller_id: str, snapshot: datetime) -> list[dict[str, Any]]:
    """The feed as it stood at `snapshot`: newest change first, one row per order."""
    rows = []
    for order in state["orders"].values():
        known = [one for one in order["versions"] if _moment(one["recorded_at"]) <= snapshot]
        if order["seller_id"] == seller_id and known:
            rows.append(_feed_row(order, known))
    return sorted(rows, key=lambda row: (row["updatedAt"], row["srid"]), reverse=True)


def _feed_row(order: dict[str, Any], known: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "nmId": order["nm_id"],
        "chrtId": order["chrt_id"],
        "srid": order["srid"],
        "createdAt": _moscow(known[0]["at"]),
        "updatedAt": _moscow(known[-1]["at"]),
        "status": known[-1]["status"],
        "cancelType": known[-1]["cancel_type"],
        "warehouseName": "Астана",
        "warehouseRegion": "Казахстан",
        "isMp": bool(order.get("fbs_id")),
        "destinationCity": "Алматы",
        "destinationDistrict": "",
        "sellerPrice": number(order["price"]),
        "isB2b": False,
    }


def report_rows(state: State, seller_id: str, now: datetime) -> list[dict[str, Any]]:
    """The finance rows that show themselves by now, oldest id first."""
    return [
        _report_row(row, order_of(state, row["srid"]))
        for row in sorted(state["rows"], key=lambda row: int(row["rrd_id"]))
        if row["seller_id"] == seller_id and _moment(row["visible_at"]) <= now
    ]


def _report_row(row: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    price = f"{Decimal(order['price']):.2f}"
    return {
        "reportId": 9_100_000_000_000 + row["rrd_id"] // 1000,
        "rrdId": row["rrd_id"],
        "currency": order["currency"],
        "docTypeName": DOCUMENTS[row["document"]],
        "sellerOperName": DOCUMENTS[row["document"]],
        "quantity": 1,
        "retailPrice": price,
        "retailAmount": price,
        "retailPriceWithDisc": price,
        "forPay": f"{Decimal(price) * Decimal('0.81'):.2f}",
        "nmId": order["nm_id"],
        "vendorCode": f"ART-{order['nm_id']}",
        "orderDt": order["versions"][0]["at"],
        "saleDt": row["sale_at"],
        "rrDate": _moment(row["visible_at"]).astimezone(MOSCOW).date().isoformat(),
        "srid": order["srid"],
        "orderUid": f"1{order['nm_id']}",
        "orderId": row["rrd_id"],
        "country": "Казахстан",
        "deliveryAmount": 0,
        "returnAmount": 0,
        "isB2b": False,
        "articleSubstitution": row["article_substitution"],
        "salePriceAffiliatedDiscountPrc": "0",
        "uuidPromocode": row["uuid_promocode"],
        "salePricePromocodeDiscountPrc": "0",
        "sellerPromo": "0",
        "sellerPromoId": 0,
        "wibesDiscountPercent": "0",
        "loyaltyId": "",
    }


def number(text: str) -> int | float:
    """A JSON number as Wildberries prints it: 6930, or 6930.5."""
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moscow(text: str) -> str:
    return _moment(text).astimezone(MOSCOW).isoformat(timespec="seconds")
