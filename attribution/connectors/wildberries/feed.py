"""The order feed ("Лента заказов"): the life of every unit ordered in the last 31 days.

POST /api/analytics/v1/order-feed, facts/marketplaces.md 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    PollPage,
    PollRecord,
    Snapshot,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.wildberries.client import (
    ANALYTICS,
    MOSCOW,
    PAGE_ROWS_MAX,
    Ask,
    event_key,
    refusal,
)

PATH = "/api/analytics/v1/order-feed"
DAYS = 30  # the feed keeps 31; a day of ours may be cut elsewhere
OVERLAP = timedelta(hours=1)  # how far behind the newest row known a round reads again
PAGE_ROWS = 5_000  # Wildberries allows 10,000; a page must also fit into one answer

STATUS: Mapping[str, OrderStatus] = {
    "created": "created",
    "buyout": "fulfilled",
    "cancel": "cancelled",
    "return": "returned",
    "returnDefective": "returned",
}


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page of the feed, whose rows come newest change first.

    A round therefore ends at the first page that reaches what an earlier round has read. Once a
    (Moscow) day a round reads everything, in case that order ever fails to hold.
    """
    rows_max = ask.page_rows(PAGE_ROWS)
    round_ = cursor if "offset" in cursor else _round_start(cursor, ask.now)
    response = ask.send("POST", ANALYTICS, PATH, _request(round_, rows_max))
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status != 200:
        raise refusal(response)
    data = Fields(json_read(response.body)).child("data")
    orders = data.items("orders", most=PAGE_ROWS_MAX)
    fresh = [order for order in orders if not _is_known(order, round_["known_until"])]
    is_last = len(orders) < rows_max or len(fresh) < len(orders)
    newest = max(filter(None, [round_["newest"], *map(_changed_at, orders)]), default=None)
    return PollPage(
        records=tuple(_record(order, data) for order in fresh),
        next_cursor=_cursor_next(round_, data, newest, rows=len(orders), is_last=is_last),
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def order_parse(record: Fields) -> list[Snapshot]:
    """One unit sold (`srid`) is one order of one line."""
    currency = record.currency("currency")
    row = record.child("order")
    srid = row.text("srid", length_max=base.EXTERNAL_ID_MAX)
    raw_status = row.text("status", length_max=base.RAW_STATUS_MAX)
    status = STATUS.get(raw_status, "unmapped")
    updated_at = row.moment("updatedAt", zone=MOSCOW)
    order = OrderSnapshot(
        external_id=srid,
        number=srid[: base.NUMBER_MAX],
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=row.moment("createdAt", zone=MOSCOW),
        source_updated_at=updated_at,
        fulfilled_at=updated_at if status == "fulfilled" else None,
        lines=(_line(row, srid, currency, is_returned=status == "returned"),),
    )
    return [order]


def _line(row: Fields, srid: str, currency: str, *, is_returned: bool) -> OrderLineSnapshot:
    amount_minor = row.money_minor("sellerPrice", currency)
    if amount_minor < 0:
        raise row.wrong("sellerPrice", "negative")
    return OrderLineSnapshot(
        line_id=srid,
        sku=str(row.integer("nmId", least=1, most=2**63 - 1)),
        name="",  # the feed has none
        quantity=1,
        amount_minor=amount_minor,
        returned_quantity=1 if is_returned else 0,
        returned_minor=amount_minor if is_returned else 0,
    )


def _round_start(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A new round. `cursor` is {} or what the last round left: newest and full_on."""
    end = now.astimezone(MOSCOW).replace(microsecond=0)
    full_on = end.date().isoformat()
    known_until = None
    if cursor.get("newest") and cursor.get("full_on") == full_on:
        # A row dated in the future must not hide the present.
        known_until = min(datetime.fromisoformat(cursor["newest"]), now) - OVERLAP
    return {
        "start": (end - timedelta(days=DAYS)).isoformat(),
        "end": end.isoformat(),
        "offset": 0,
        "known_until": known_until.isoformat() if known_until else None,
        "newest": cursor.get("newest"),
        "full_on": full_on,
    }


def _cursor_next(
    round_: Mapping[str, Any], data: Fields, newest: str | None, *, rows: int, is_last: bool
) -> dict[str, Any]:
    if is_last:
        return {"newest": newest, "full_on": round_["full_on"]}
    snapshot_time = data.text("snapshotTime", length_max=64)
    offset = round_["offset"] + rows
    return {**round_, "newest": newest, "offset": offset, "snapshot_time": snapshot_time}


def _request(round_: Mapping[str, Any], rows_max: int) -> dict[str, Any]:
    pagination = {"offset": round_["offset"], "limit": rows_max}
    if "snapshot_time" in round_:  # without it rows shift between pages: lost and doubled
        pagination["snapshotTime"] = round_["snapshot_time"]
    return {
        "selectedPeriod": {"start": round_["start"], "end": round_["end"]},
        "nmIds": [],
        "subjectIds": [],
        "brandNames": [],
        "tagIds": [],
        "pagination": pagination,
    }


def _record(order: Fields, data: Fields) -> PollRecord:
    """The row together with the currency of its page, which the row itself does not name."""
    key = event_key("feed", order, ("srid", "status", "updatedAt"))
    return PollRecord(key, json_bytes({"currency": data.raw("currency"), "order": order.plain()}))


def _changed_at(order: Fields) -> str | None:
    """When the row changed, in UTC (such texts sort by time); None when it cannot be read."""
    try:
        return order.moment("updatedAt", zone=MOSCOW).isoformat()
    except UnknownPayload:
        return None


def _is_known(order: Fields, known_until: str | None) -> bool:
    changed_at = _changed_at(order)
    return known_until is not None and changed_at is not None and changed_at < known_until
