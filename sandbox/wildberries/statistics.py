"""The rows of supplier orders, supplier sales and claims, by what happened to the orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.wildberries.orders import MOSCOW, number, order_of
from sandbox.world import State

NEVER = "0001-01-01T00:00:00"
DAYS_KEPT = 90
AMOUNTS_AFTER = timedelta(hours=24)  # until then a sale's amounts are 0
CLAIM_DAYS = 14
NUMERIC_CODES = {"RUB": "643", "KZT": "398", "BYN": "933"}


def order_rows(state: State, seller_id: str, now: datetime) -> list[dict[str, Any]]:
    return [
        _order_row(order)
        for order in state["orders"].values()
        if order["seller_id"] == seller_id and _is_kept(order, now)
    ]


def _is_kept(order: dict[str, Any], now: datetime) -> bool:
    ordered_at = datetime.fromisoformat(order["versions"][0]["at"])
    return ordered_at >= now - timedelta(days=DAYS_KEPT)


def _order_row(order: dict[str, Any]) -> dict[str, Any]:
    cancels = [one for one in order["versions"] if one["status"] == "cancel"]
    changed_at = (cancels or order["versions"])[-1 if cancels else 0]["at"]
    return {
        **_common(order, at=order["versions"][0]["at"], changed_at=changed_at, has_amounts=True),
        "isCancel": bool(cancels),
        "cancelDate": _moscow(cancels[-1]["at"]) if cancels else NEVER,
    }


def sale_rows(state: State, seller_id: str, now: datetime) -> list[dict[str, Any]]:
    return [
        _sale_row(order, version, now)
        for order in state["orders"].values()
        if order["seller_id"] == seller_id and _is_kept(order, now)
        for version in order["versions"]
        if "sale_id" in version
    ]


def _sale_row(order: dict[str, Any], version: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The amounts come a day later, and that is a change; a return's have a minus."""
    filled_at = datetime.fromisoformat(version["at"]) + AMOUNTS_AFTER
    has_amounts = filled_at <= now
    changed_at = filled_at.isoformat() if has_amounts else version["at"]
    sign = -1 if version["sale_id"].startswith("R") else 1
    paid = sign * Decimal(order["price"]) * Decimal("0.81") if has_amounts else Decimal(0)
    return {
        **_common(order, at=version["at"], changed_at=changed_at, has_amounts=has_amounts),
        "saleID": version["sale_id"],
        "forPay": number(f"{paid:.2f}"),
        "paymentSaleAmount": 0,
    }


def _common(
    order: dict[str, Any], *, at: str, changed_at: str, has_amounts: bool
) -> dict[str, Any]:
    price = number(order["price"])
    return {
        "date": _moscow(at),
        "lastChangeDate": _moscow(changed_at),
        "warehouseName": "Астана",
        "warehouseType": "Склад WB",
        "countryName": "Казахстан",
        "oblastOkrugName": "",
        "regionName": "Алматы",
        "supplierArticle": f"ART-{order['nm_id']}",
        "nmId": order["nm_id"],
        "barcode": "2041230009911",
        "category": "Красота",
        "subject": "Сыворотки",
        "brand": "SANDBOX LAB",
        "techSize": "0",
        "incomeID": 0,
        "isSupply": False,
        "isRealization": True,
        "totalPrice": price,
        "discountPercent": 0,
        "spp": 0,
        "finishedPrice": price if has_amounts else 0,
        "priceWithDisc": price if has_amounts else 0,
        "sticker": "",
        "gNumber": f"9{order['nm_id']}",
        "srid": order["srid"],
    }


FBS_STATUSES = {
    "created": ("new", "waiting"),
    "buyout": ("complete", "sold"),
    "cancel": ("complete", "canceled_by_client"),
    "return": ("complete", "sold"),
    "returnDefective": ("complete", "sold"),
}


def fbs_rows(
    state: State, seller_id: str, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """The seller's own deliveries ordered within these moments, by their id."""
    found = [
        order
        for order in state["orders"].values()
        if order["seller_id"] == seller_id
        and order.get("fbs_id")
        and since <= datetime.fromisoformat(order["versions"][0]["at"]) <= until
    ]
    return [_fbs_row(order) for order in sorted(found, key=lambda one: int(one["fbs_id"]))]


def _fbs_row(order: dict[str, Any]) -> dict[str, Any]:
    price = int(Decimal(order["price"]) * 100)
    currency = int(NUMERIC_CODES[order["currency"]])
    return {
        "id": order["fbs_id"],
        "rid": order["srid"],
        "orderUid": f"1{order['nm_id']}",
        "createdAt": order["versions"][0]["at"],
        "nmId": order["nm_id"],
        "chrtId": order["chrt_id"],
        "article": f"ART-{order['nm_id']}",
        "skus": ["2041230009911"],
        "price": price,
        "currencyCode": currency,
        "convertedPrice": price,
        "convertedCurrencyCode": currency,
        "scanPrice": None,
        "deliveryType": "fbs",
        "supplyId": "WB-GI-1",
        "address": {"fullAddress": "г. Алматы, ул. Выдуманная, 1"},
        "options": {"isB2b": False},
        "crossBorderType": 0,
    }


def fbs_status(order: dict[str, Any]) -> dict[str, Any]:
    """As it stands; `fbs_status` of the order is what somebody behind the stage has set."""
    last = order["versions"][-1]["status"]
    supplier, own = order.get("fbs_status") or FBS_STATUSES.get(last, ("complete", last))
    return {
        "id": order["fbs_id"],
        "supplierStatus": supplier,
        "wbStatus": own,
        "isCancellable": False,
    }


def claim_rows(
    state: State, seller_id: str, now: datetime, *, is_archive: bool
) -> list[dict[str, Any]]:
    """Claims of the last 14 days, newest first."""
    oldest = now - timedelta(days=CLAIM_DAYS)
    found = [
        claim
        for claim in state["claims"].values()
        if claim["is_archive"] == is_archive
        and datetime.fromisoformat(claim["at"]) >= oldest
        and order_of(state, claim["srid"])["seller_id"] == seller_id
    ]
    newest_first = sorted(found, key=lambda claim: str(claim["at"]), reverse=True)
    return [_claim_row(claim, order_of(state, claim["srid"])) for claim in newest_first]


def _claim_row(claim: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": claim["id"],
        "claim_type": 1,
        "status": claim["status"],
        "status_ex": claim["status_ex"],
        "nm_id": order["nm_id"],
        "dt": _moscow(claim["at"]),
        "dt_update": _moscow(claim["changed_at"]),
        "order_dt": _moscow(order["versions"][0]["at"]),
        "delivery_dt": _moscow(order["versions"][-1]["at"]),
        "price": number(order["price"]),
        "currency_code": NUMERIC_CODES[order["currency"]],
        "srid": order["srid"],
    }


def _moscow(text: str) -> str:
    """Without a zone, as these lists print it."""
    moment = datetime.fromisoformat(text).astimezone(MOSCOW)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
