"""The orders that changed, read beside the shop's calls: GET /wc/v3/orders?modified_after=…

Nothing that a call has told already is news here. What the list shows is remembered for the
difference report all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.asking import limited_page, limited_seconds
from attribution.connectors.base import PollPage, PollRecord, ShownOrder, Snapshot, UnknownPayload
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.woocommerce.client import Ask, rows_of
from attribution.connectors.woocommerce.connector import (
    CLICK_META_KEY,
    DRAFT_STATUSES,
    LANDING_META_KEY,
    external_id,
    needs_details,
    order_parse,
    raw_status_of,
)
from attribution.connectors.woocommerce.refunds import LINE_META_KEY

PATH = "/orders"
PAGE_ROWS, PAGE_ROWS_MAX = 50, 100
DETAILS_PER_PAGE_MAX = 10  # questions about refunds: a page ends before the next one
FIRST_DAYS = timedelta(days=30)  # what the first round looks back on, at most
OVERLAP = timedelta(minutes=10)  # what was written late with an earlier time; nothing is read twice
DIGEST_CHARS = 24
REFUNDS_MAX = 100
MOMENT = "%Y-%m-%dT%H:%M:%S"
# What is read of an order; names and addresses reach no disk of ours.
KEPT = (
    *("id", "number", "status", "currency", "prices_include_tax", "total", "shipping_total"),
    *("date_created_gmt", "date_modified_gmt", "date_completed_gmt"),
)
KEPT_LISTS: Mapping[str, tuple[str, ...]] = {
    "line_items": ("id", "sku", "name", "quantity", "total", "total_tax"),
    "coupon_lines": ("code", "discount"),
    "fee_lines": ("total",),
    "refunds": ("id", "total"),
}
KEPT_BILLING = ("phone", "email", "country")
KEPT_REFUND = ("id", "amount")
KEPT_SETTINGS = ("status_map", "click_meta_key")


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page. `cursor` is {}, {"read_until": …} after a round, or where the round stands.

    Rows stand in the order of their ids and only ever leave the list by being deleted. Each page
    therefore begins with the last row of the one before; if it does not, something has moved, and
    the round begins anew.
    """
    place = dict(cursor) if "offset" in cursor else _round_start(ask, cursor)
    response = ask.get(PATH, _params(place, ask.page_rows(PAGE_ROWS)))
    if response.status == 429:
        return limited_page(cursor, limited_seconds(response))
    listed = rows_of(response, most=PAGE_ROWS_MAX)
    rows, has_moved = _after_seam(listed, place)
    if has_moved:
        again = {"since": place["since"], "until": place["until"], "offset": 0, "last": ""}
        return PollPage((), again, ask.delay_seconds(False), is_last=False)
    kept, records, shown = _page(ask, rows)
    is_last = kept == len(rows) and len(listed) < ask.page_rows(PAGE_ROWS)
    following = _following(place, rows[:kept])
    return PollPage(
        records=tuple(records),
        next_cursor={"read_until": following["until"]} if is_last else following,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
        shown=tuple(shown),
    )


def probe(ask: Ask) -> None:
    """The cheapest question: it proves that the key may read orders.

    Raises:
        SourceRefused: it may not.
        UnknownPayload: something that is no WooCommerce answered.
    """
    response = ask.get(PATH, {"per_page": "1", "status": "any", "_fields": "id"})
    if response.status != 429:  # too often is an answer to a key that is right
        rows_of(response, most=PAGE_ROWS_MAX)


def record_parse(raw: bytes) -> list[Snapshot]:
    """Raises: UnknownPayload, and nothing else."""
    record = Fields(json_read(raw))
    refunds = None
    if record.raw("refunds") is not None:
        refunds = record.items("refunds", most=REFUNDS_MAX)
    return order_parse(record.child("order"), record.child_or_empty("own").plain(), refunds)


# --- The round -------------------------------------------------------------------------------


def _round_start(ask: Ask, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """From the latest change that the last round saw, by the shop's own clock."""
    if cursor.get("read_until"):
        since = datetime.fromisoformat(cursor["read_until"]) - OVERLAP
    else:
        since = max(ask.now - FIRST_DAYS, ask.connection.connected_at or ask.now - FIRST_DAYS)
    until = cursor.get("read_until") or since.isoformat()
    return {"since": since.isoformat(), "until": until, "offset": 0, "last": ""}


def _params(place: Mapping[str, Any], rows_most: int) -> dict[str, str]:
    since = datetime.fromisoformat(place["since"]).astimezone(UTC)
    return {
        "modified_after": since.strftime(MOMENT),
        "dates_are_gmt": "true",
        "status": "any",
        "orderby": "id",
        "order": "asc",
        "per_page": str(rows_most),
        "offset": str(max(place["offset"] - 1, 0)),
    }


def _after_seam(rows: list[Fields], place: Mapping[str, Any]) -> tuple[list[Fields], bool]:
    """The rows that are new to this round, and whether the list has moved under us."""
    if not place["offset"]:
        return rows, False
    if not rows or str(rows[0].raw("id")) != place["last"]:
        return [], True
    return rows[1:], False


def _following(place: Mapping[str, Any], rows: Sequence[Fields]) -> dict[str, Any]:
    moments = [_moment_or_none(row, "date_modified_gmt") for row in rows]
    latest = [datetime.fromisoformat(place["until"]), *(each for each in moments if each)]
    return {
        "since": place["since"],
        "until": max(latest).isoformat(),
        "offset": place["offset"] + len(rows),
        "last": str(rows[-1].raw("id")) if rows else place["last"],
    }


# --- Its rows --------------------------------------------------------------------------------


def _page(ask: Ask, rows: Sequence[Fields]) -> tuple[int, list[PollRecord], list[ShownOrder]]:
    """(how many rows were worked on, what is news, what was shown)."""
    known = ask.connection.orders.versions([str(row.raw("id")) for row in rows])
    records: list[PollRecord] = []
    shown: list[ShownOrder] = []
    asked = 0
    for number, row in enumerate(rows):
        try:
            has_details = needs_details(row)
        except UnknownPayload:
            has_details = False
        if has_details and asked == DETAILS_PER_PAGE_MAX:
            return number, records, shown
        asked += has_details
        record, showing = _row(ask, row, known, has_details=has_details)
        records += [record] if record else []
        shown += [showing] if showing else []
    return len(rows), records, shown


def _row(
    ask: Ask, row: Fields, known: Mapping[str, datetime], *, has_details: bool
) -> tuple[PollRecord | None, ShownOrder | None]:
    """What is not understood here is a record all the same: it is refused where records are
    parsed, and ops see it."""
    try:
        order_id, placed_at = external_id(row), row.moment("date_created_gmt", zone=UTC)
        modified_at = row.moment("date_modified_gmt", zone=UTC)
        is_draft = raw_status_of(row) in DRAFT_STATUSES
    except UnknownPayload:
        return _record(ask, row, "unknown", None), None
    connected_at = ask.connection.connected_at
    is_older = connected_at is not None and placed_at < connected_at and order_id not in known
    is_told = order_id in known and known[order_id] >= modified_at and not has_details
    record = None
    if not (is_draft or is_older or is_told):
        record = _record(ask, row, order_id, _details(ask, order_id) if has_details else None)
    return record, ShownOrder(
        external_id=order_id,
        number=row.text_cut("number", length_max=base.NUMBER_MAX) or order_id,
        placed_at=placed_at,
        event_key=record.event_key if record else "",
        note="draft" if is_draft else "older" if is_older else "",
    )


def _record(
    ask: Ask, row: Fields, order_id: str, refunds: list[dict[str, Any]] | None
) -> PollRecord:
    own = {name: ask.connection.settings.get(name) for name in KEPT_SETTINGS}
    body = json_bytes(
        {
            "order": _kept_order(row, own["click_meta_key"]),
            "refunds": refunds,
            "own": {name: value for name, value in own.items() if value},
        }
    )
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARS]
    return PollRecord(f"woocommerce:{order_id}:{digest}", body)


def _kept_order(row: Fields, click_meta_key: Any) -> dict[str, Any]:
    kept = {name: row.raw(name) for name in KEPT if name in row}
    for name, parts in KEPT_LISTS.items():
        kept[name] = _kept_rows(row.raw(name), parts)
    billing = row.raw("billing")
    if isinstance(billing, dict):
        kept["billing"] = {name: billing.get(name) for name in KEPT_BILLING}
    keys = (click_meta_key or CLICK_META_KEY, LANDING_META_KEY)
    kept["meta_data"] = _kept_meta(row.raw("meta_data"), keys)
    return kept


def _kept_rows(value: Any, parts: Sequence[str]) -> Any:
    """These parts of every object of a list; anything else as it came, to be refused later."""
    if not isinstance(value, list):
        return value
    return [
        {name: each[name] for name in parts if name in each} if isinstance(each, dict) else each
        for each in value
    ]


def _kept_meta(value: Any, keys: Sequence[str]) -> Any:
    if not isinstance(value, list):
        return value
    return [each for each in value if isinstance(each, dict) and each.get("key") in keys]


def _details(ask: Ask, order_id: str) -> list[dict[str, Any]]:
    """The refunds of an order, each with what it gave back of which line."""
    path = f"{PATH}/{order_id}/refunds"
    rows = rows_of(ask.get(path, {"per_page": str(REFUNDS_MAX)}), most=REFUNDS_MAX)
    return [_kept_refund(row) for row in rows]


def _kept_refund(row: Fields) -> dict[str, Any]:
    kept = {name: row.raw(name) for name in KEPT_REFUND if name in row}
    amounts = ("total", "total_tax")
    for name in ("shipping_lines", "fee_lines"):
        kept[name] = _kept_rows(row.raw(name), amounts)
    items = row.raw("line_items")
    kept["line_items"] = _kept_rows(items, ("quantity", *amounts, "meta_data"))
    for item in kept["line_items"] if isinstance(kept["line_items"], list) else []:
        if isinstance(item, dict):
            item["meta_data"] = _kept_meta(item.get("meta_data"), (LINE_META_KEY,))
    return kept


def _moment_or_none(row: Fields, key: str) -> datetime | None:
    try:
        return row.moment_or_none(key, zone=UTC)
    except UnknownPayload:
        return None
