"""Statuses of the seller's own deliveries (FBS): a unit that the buyer has, or that was cancelled.

GET /api/v3/orders, then POST /api/v3/orders/status for the ids of that page: facts/marketplaces.md
1.4; that the list is {"next", "orders"} says dev.wildberries.ru/openapi/orders-fbs. A status names
no time, so its moment is when we first read it: minutes late, never early, and no hold that has
begun moves. Addresses, comments and prices of the list are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    LineMoveSnapshot,
    MoveKind,
    PollPage,
    PollRecord,
    Snapshot,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.wildberries.client import MARKETPLACE, Ask, event_key, refusal

LIST_PATH, STATUS_PATH = "/api/v3/orders", "/api/v3/orders/status"
PAGE_ROWS = 1_000  # both allow as many
DAYS = timedelta(days=30)  # of one question; an older unit is told by sales
ID_MAX = 2**63 - 1
# What each word says of the unit; "" says nothing yet
OF_WILDBERRIES: Mapping[str, MoveKind | str] = {
    "waiting": "",
    "sorted": "",
    "ready_for_pickup": "",
    "postponed_delivery": "",
    "accepted_by_carrier": "",
    "sent_to_carrier": "",
    "sold": "receipt",
    "canceled": "withdrawal",
    "canceled_by_client": "withdrawal",
    "declined_by_client": "withdrawal",
    "canceled_by_carrier": "withdrawal",
    "defect": "withdrawal",
}
OF_SUPPLIER: Mapping[str, MoveKind | str] = {
    "new": "",
    "confirm": "",
    "complete": "",
    "cancel": "withdrawal",
    "cancel_carrier": "withdrawal",
}


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page of the units of the last days with their statuses. A round reads all of them again:
    nothing says what has changed, and what says nothing new is known to the inbox."""
    place = dict(cursor) if "next" in cursor else _round_start(ask)
    rows_max = min(ask.page_rows(PAGE_ROWS), PAGE_ROWS)
    params = {"limit": str(rows_max)} | {name: str(place[name]) for name in sorted(place)}
    response = ask.send("GET", MARKETPLACE, LIST_PATH, params=params)
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status != 200:
        raise refusal(response)
    answer = Fields(json_read(response.body))
    rows = answer.items("orders", most=PAGE_ROWS)
    following = answer.integer("next", most=ID_MAX) if rows else 0
    is_last = len(rows) < rows_max or following in (0, place["next"])
    records: tuple[PollRecord, ...] = ()
    if rows:
        ids = [row.integer("id", least=1, most=ID_MAX) for row in rows]
        told = ask.send("POST", MARKETPLACE, STATUS_PATH, {"orders": ids})
        if told.status == 429:
            return ask.limited(told, cursor)
        if told.status != 200:
            raise refusal(told)
        statuses = Fields(json_read(told.body)).items("orders", most=PAGE_ROWS)
        records = _records(ask, rows, statuses)
    return PollPage(
        records=records,
        next_cursor={} if is_last else {**place, "next": following},
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _round_start(ask: Ask) -> dict[str, int]:
    """The days stand still while the pages of a round are read."""
    return {
        "dateFrom": int((ask.now - DAYS).timestamp()),
        "dateTo": int(ask.now.timestamp()),
        "next": 0,
    }


def _records(ask: Ask, rows: list[Fields], statuses: list[Fields]) -> tuple[PollRecord, ...]:
    """Of units whose statuses say something. A status of a unit that was not asked for is nobody's:
    without `rid` it names no order."""
    rids = {row.raw("id"): row.raw("rid") for row in rows}
    records = []
    for status in statuses:
        if status.raw("id") not in rids or _is_silent(status):
            continue
        body = {"read_at": ask.now.isoformat(), "rid": rids[status.raw("id")], **_kept(status)}
        key = event_key("fbs", status, ("id", "supplierStatus", "wbStatus"))
        records.append(PollRecord(key, json_bytes(body)))
    return tuple(records)


def _kept(status: Fields) -> dict[str, Any]:
    return {name: status.raw(name) for name in ("id", "supplierStatus", "wbStatus")}


def _is_silent(status: Fields) -> bool:
    """Both words are known and neither says anything. A new word is kept, and refused later."""
    words = status.raw("wbStatus"), status.raw("supplierStatus")
    known = [
        table.get(word) if isinstance(word, str) else None
        for word, table in zip(words, (OF_WILDBERRIES, OF_SUPPLIER), strict=True)
    ]
    return known == ["", ""]


def status_parse(record: Fields) -> list[Snapshot]:
    """What Wildberries says of the unit goes before what the seller does."""
    own = _meaning(record, "wbStatus", OF_WILDBERRIES)
    kind = own or _meaning(record, "supplierStatus", OF_SUPPLIER)
    if not kind:
        return []
    srid = record.text("rid", length_max=base.EXTERNAL_ID_MAX)
    return [
        LineMoveSnapshot(
            external_id=srid,
            line_id=srid,
            move_id=f"fbs:{record.integer('id', least=1, most=ID_MAX)}:{kind}",
            kind=kind,  # type: ignore[arg-type]
            quantity=1,
            source_updated_at=record.moment("read_at", zone=UTC),
        )
    ]


def _meaning(record: Fields, name: str, table: Mapping[str, MoveKind | str]) -> MoveKind | str:
    word = record.text(name, length_max=base.RAW_STATUS_MAX)
    if word not in table:
        raise UnknownPayload(f"{record.path(name)}: unknown status {word!r}")
    return table[word]
