"""The list of orders that changed: GET /admin/orders.json, facts/merchants.md 1.4.

InSales sorts it by time of change and id, and wants the cursor to move and not the page. A round
begins a little before the last change that was read: what was written meanwhile with an earlier
time is met, and what is met again is one event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from attribution.connectors.asking import limited_page, limited_seconds
from attribution.connectors.base import (
    NUMBER_MAX,
    HttpResponse,
    PollPage,
    PollRecord,
    ShownOrder,
    UnknownPayload,
)
from attribution.connectors.insales.client import Ask, refusal
from attribution.connectors.insales.orders import KEPT, KEPT_INSIDE, MOSCOW
from attribution.connectors.payload import Fields, json_bytes, json_read

PATH = "/admin/orders.json"
PAGE_ROWS, PAGE_ROWS_MAX = 100, 1_000
FIRST_DAYS = timedelta(days=30)  # what the first round looks back on
OVERLAP = timedelta(minutes=5)
DIGEST_CHARS = 32


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page. `cursor` is {}, or {"since", "from_id"}: the last order that was read."""
    place = dict(cursor) or _beginning(ask.now)
    rows_most = ask.page_rows(PAGE_ROWS)
    response = ask.get(
        PATH,
        {
            "updated_since": place["since"],
            "from_id": str(place["from_id"]),
            "per_page": str(rows_most),
        },
    )
    if response.status == 429:
        return limited_page(cursor, limited_seconds(response))
    rows = _rows(response)
    following = _place_after(rows, place)
    is_last = len(rows) < rows_most or following == place  # or it would never end
    records = tuple(_record(row) for row in rows)
    return PollPage(
        records=records,
        next_cursor=_next_round(following) if is_last else following,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
        shown=tuple(_shown(rows, records)),
    )


def probe(ask: Ask) -> None:
    """The cheapest question: it proves that the application may read orders.

    Raises:
        SourceRefused: it may not.
        UnknownPayload: something that is no InSales answered.
    """
    response = ask.get(
        PATH, {"updated_since": ask.now.isoformat(), "from_id": "0", "per_page": "1"}
    )
    if response.status != 429:  # too often is an answer to a password that is right
        _rows(response)


def _beginning(now: datetime) -> dict[str, Any]:
    return {"since": (now - FIRST_DAYS).isoformat(), "from_id": 0}


def _rows(response: HttpResponse) -> list[Fields]:
    """Raises: SourceRefused for a definite no, UnknownPayload for a strange answer."""
    if response.status != 200:
        raise refusal(response)
    listed = json_read(response.body)
    if not isinstance(listed, list) or len(listed) > PAGE_ROWS_MAX:
        raise UnknownPayload("body: not a list of orders")
    return [Fields(row, f"[{n}]") for n, row in enumerate(listed)]


def _place_after(rows: Sequence[Fields], place: dict[str, Any]) -> dict[str, Any]:
    if not rows:
        return place
    last = rows[-1]
    return {
        "since": last.text("updated_at", length_max=40),
        "from_id": last.integer("id", least=1, most=2**63 - 1),
    }


def _next_round(place: Mapping[str, Any]) -> dict[str, Any]:
    try:
        since = datetime.fromisoformat(place["since"])
    except ValueError:
        raise UnknownPayload("updated_at: not a time") from None
    if place["from_id"]:  # an order was read: go back a little
        since -= OVERLAP
    return {"since": since.isoformat(), "from_id": 0}


def _shown(rows: Sequence[Fields], records: Sequence[PollRecord]) -> Iterator[ShownOrder]:
    """What the page held; a row that cannot be read is in the log."""
    for row, record in zip(rows, records, strict=True):
        with suppress(UnknownPayload):
            order_id = str(row.integer("id", least=1, most=2**63 - 1))
            yield ShownOrder(
                external_id=order_id,
                number=row.text_cut("number", length_max=NUMBER_MAX) or order_id,
                placed_at=row.moment("created_at", zone=MOSCOW),
                event_key=record.event_key,
            )


def _record(row: Fields) -> PollRecord:
    """What is read of an order; addresses, names and other cookies reach no disk of ours."""
    kept = {name: row.raw(name) for name in KEPT if name in row}
    for name, inner in KEPT_INSIDE.items():
        value = row.raw(name)
        if isinstance(value, dict):
            kept[name] = {key: value[key] for key in inner if key in value}
    body = json_bytes(kept)
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARS]
    order_id = str(row.raw("id"))[:40]
    return PollRecord(f"insales:{order_id}:{digest}", body)
