"""The orders that changed, read beside the shop's calls: GET orders.json?updated_at_min=…

Pages are cut by a cursor of Shopify's own, which stands in the Link header. It alone is taken from
there: the address in that header is never called.
https://shopify.dev/docs/api/admin-rest/usage/pagination
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attribution.connectors.asking import limited_page
from attribution.connectors.base import PollPage, PollRecord, ShownOrder, UnknownPayload
from attribution.connectors.payload import Fields, json_bytes
from attribution.connectors.shopify.client import Ask, pause_seconds, rows_of
from attribution.connectors.shopify.orders import external_id, number_of

PATH = "/orders.json"
PAGE_ROWS, PAGE_ROWS_MAX = 100, 250
FIRST_DAYS = timedelta(days=30)  # what the first round looks back on, at most
OVERLAP = timedelta(minutes=10)  # what was written late with an earlier time; nothing is read twice
DIGEST_CHARS = 24
PAGE_INFO_MAX = 2_000
# What is read of an order; names and addresses reach no disk of ours.
KEPT = (
    *("id", "name", "created_at", "updated_at", "cancelled_at", "financial_status"),
    *("fulfillment_status", "currency", "taxes_included", "test", "discount_codes", "phone"),
    *("email", "contact_email", "landing_site", "referring_site", "note_attributes"),
)
KEPT_LINE = (
    *("id", "sku", "name", "title", "quantity", "current_quantity", "price", "price_set"),
    *("tax_lines", "discount_allocations"),
)
KEPT_REFUND_LINE = (
    *("id", "line_item_id", "quantity", "subtotal", "subtotal_set", "total_tax", "total_tax_set"),
)
_NEXT = re.compile(r'<([^<>]{1,8000})>\s*;\s*rel="?next"?', re.ASCII)


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page. `cursor` is {}, {"read_until": …} after a round, or where the round stands."""
    place = dict(cursor) if "since" in cursor else _round_start(ask, cursor)
    rows_most = ask.page_rows(PAGE_ROWS)
    response = ask.get(PATH, _params(place, rows_most))
    if response.status == 429:
        return limited_page(cursor, pause_seconds(response))
    if response.status == 400 and place["page_info"]:  # a cursor lives for a while only
        anew = {**place, "page_info": ""}
        return PollPage((), anew, ask.delay_seconds(False), is_last=False)
    rows = rows_of(response, "orders", most=PAGE_ROWS_MAX)
    records, shown = _page(ask, rows)
    page_info = _page_info(response.headers.get("link", ""))
    until = _latest(place["until"], rows)
    following = {**place, "until": until, "page_info": page_info}
    return PollPage(
        records=tuple(records),
        next_cursor=following if page_info else {"read_until": until},
        next_delay_seconds=ask.delay_seconds(not page_info),
        is_last=not page_info,
        shown=tuple(shown),
    )


def probe(ask: Ask) -> None:
    """The cheapest question: it proves that the token may read orders.

    Raises:
        SourceRefused: it may not.
        UnknownPayload: something that is no Shopify answered.
    """
    response = ask.get(PATH, {"limit": "1", "status": "any", "fields": "id"})
    if response.status != 429:  # too often is an answer to a token that is right
        rows_of(response, "orders", most=PAGE_ROWS_MAX)


def _round_start(ask: Ask, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """From the latest change that the last round saw, by the shop's own clock."""
    if cursor.get("read_until"):
        since = datetime.fromisoformat(cursor["read_until"]) - OVERLAP
    else:
        since = max(ask.now - FIRST_DAYS, ask.connection.connected_at or ask.now - FIRST_DAYS)
    until = cursor.get("read_until") or since.isoformat()
    return {"since": since.isoformat(), "until": until, "page_info": ""}


def _params(place: Mapping[str, Any], rows_most: int) -> dict[str, str]:
    """Beside a cursor nothing else may be asked."""
    if place["page_info"]:
        return {"limit": str(rows_most), "page_info": place["page_info"]}
    since = datetime.fromisoformat(place["since"]).astimezone(UTC)
    asked = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"limit": str(rows_most), "status": "any", "updated_at_min": asked}


def _page_info(link: str) -> str:
    """The cursor of the next page; "" on the last one."""
    found = _NEXT.search(link)
    if found is None:
        return ""
    try:
        values = parse_qs(urlsplit(found[1]).query, max_num_fields=20).get("page_info", [""])
    except ValueError:
        values = [""]
    if not 0 < len(values[0]) <= PAGE_INFO_MAX:
        raise UnknownPayload("Link: a next page without its cursor")
    return values[0]


def _latest(until: str, rows: Sequence[Fields]) -> str:
    latest = datetime.fromisoformat(until)
    for row in rows:
        try:
            latest = max(latest, row.moment("updated_at", zone=UTC))
        except UnknownPayload:
            continue
    return latest.isoformat()


# --- Its rows --------------------------------------------------------------------------------


def _page(ask: Ask, rows: Sequence[Fields]) -> tuple[list[PollRecord], list[ShownOrder]]:
    known = ask.connection.orders.versions([str(row.raw("id")) for row in rows])
    records: list[PollRecord] = []
    shown: list[ShownOrder] = []
    for row in rows:
        record, showing = _row(ask, row, known)
        records += [record] if record else []
        shown += [showing] if showing else []
    return records, shown


def _row(
    ask: Ask, row: Fields, known: Mapping[str, datetime]
) -> tuple[PollRecord | None, ShownOrder | None]:
    """What is not understood here is a record all the same: it is refused where records are
    parsed, and ops see it."""
    try:
        order_id, placed_at = external_id(row), row.moment("created_at", zone=UTC)
        updated_at, number = row.moment("updated_at", zone=UTC), number_of(row)
    except UnknownPayload:
        return _record(row, "unknown"), None
    connected_at = ask.connection.connected_at
    is_older = connected_at is not None and placed_at < connected_at and order_id not in known
    is_told = order_id in known and known[order_id] >= updated_at
    record = None if is_older or is_told else _record(row, order_id)
    return record, ShownOrder(
        external_id=order_id,
        number=number,
        placed_at=placed_at,
        event_key=record.event_key if record else "",
        note="older" if is_older else "",
    )


def _record(row: Fields, order_id: str) -> PollRecord:
    body = json_bytes(_kept(row))
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARS]
    return PollRecord(f"shopify:{order_id}:{digest}", body)


def _kept(row: Fields) -> dict[str, Any]:
    kept = {name: row.raw(name) for name in KEPT if name in row}
    kept["line_items"] = _rows(row.raw("line_items"), KEPT_LINE)
    kept["fulfillments"] = _rows(row.raw("fulfillments"), ("created_at",))
    kept["refunds"] = _rows(row.raw("refunds"), ("id", "refund_line_items"))
    for refund in kept["refunds"] if isinstance(kept["refunds"], list) else []:
        if isinstance(refund, dict):
            items = refund.get("refund_line_items")
            refund["refund_line_items"] = _rows(items, KEPT_REFUND_LINE)
    for name in ("customer", "billing_address", "shipping_address"):
        person = row.raw(name)
        if isinstance(person, dict):
            kept[name] = {part: person.get(part) for part in ("phone", "country_code")}
    return kept


def _rows(value: Any, parts: Sequence[str]) -> Any:
    """These parts of every object of a list; anything else as it came, to be refused later."""
    if not isinstance(value, list):
        return value
    return [
        {name: each[name] for name in parts if name in each} if isinstance(each, dict) else each
        for each in value
    ]
