"""Returns of both schemes: what the buyer gives back after the posting was delivered.

POST /v1/returns/list, facts/marketplaces.md 2.4. The posting itself stays "delivered".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
from attribution.connectors.ozon.client import Ask, answered, digest, moment_text
from attribution.connectors.payload import Fields, json_bytes

PATH = "/v1/returns/list"
PAGE_ROWS = 500  # the most that Ozon gives
CHANGED_OVERLAP = timedelta(days=1)
CHANGED_DAYS = 14  # how far the first round of changes looks back
OLD = timedelta(days=120)  # a row whose last change is older is of no order that still earns
ID_MAX = 2**63 - 1

# Ozon's words of a return's visual status in which the goods are still (or for good) the buyer's:
# nobody has decided, or the request was refused, or the buyer keeps them for a part of the money.
# Every other word, a new one too, is a return.
NOT_BACK = frozenset(
    {
        "DisputeOpened",
        "OnSellerApproval",
        "OnSellerClarification",
        "OnSellerClarificationAfterPartialCompensation",
        "OfferedPartialCompensation",
        "PartialCompensationInProcess",
        "PartialCompensationReturned",
        "CancelledDisputeNotOpen",
        "Rejected",
        "CrmRejected",
        "Cancelled",
    }
)


def new_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """Rows after the last id, which is kept for ever: ids only grow."""
    last_id = int(cursor.get("last_id", 0))
    page, rows, last_id_next, has_next = _rows(ask, cursor, {}, last_id)
    if page is not None:
        return page
    return _page(ask, rows, {"last_id": last_id_next}, is_last=not has_next, since=ask.now - OLD)


def changed_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """Rows whose status has changed since the round before, and a day more.

    One field report says that Ozon ignored the dates, so they are looked at here once more.
    """
    round_ = cursor if "to" in cursor else _changed_start(cursor, ask.now)
    between = {"time_from": round_["from"], "time_to": round_["to"]}
    wanted = {"visual_status_change_moment": between}
    page, rows, last_id, has_next = _rows(ask, cursor, wanted, round_["last_id"])
    if page is not None:
        return page
    done, more = {"until": round_["to"]}, {**round_, "last_id": last_id}
    since = datetime.fromisoformat(round_["from"])
    return _page(ask, rows, more if has_next else done, is_last=not has_next, since=since)


def _changed_start(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    until = cursor.get("until")
    start = (
        datetime.fromisoformat(until) - CHANGED_OVERLAP
        if until
        else now - timedelta(days=CHANGED_DAYS)
    )
    return {"from": moment_text(start), "to": moment_text(now), "last_id": 0}


def _rows(
    ask: Ask, cursor: Mapping[str, Any], wanted: Mapping[str, Any], last_id: int
) -> tuple[PollPage | None, list[Fields], int, bool]:
    """(the page of a 429, rows, the last id, whether more follow)"""
    request = {"filter": wanted, "limit": ask.page_rows(PAGE_ROWS), "last_id": last_id}
    response = ask.post(PATH, request)
    if response.status == 429:
        return ask.limited(response, cursor), [], last_id, False
    answer = answered(response)
    rows = answer.items("returns", most=PAGE_ROWS)
    has_next = answer.flag("has_next")
    ids = [_id(row) for row in rows]
    newest = max(ids, default=last_id)
    if has_next and newest <= last_id:
        raise answer.wrong("returns", "ids did not grow: the same page would come for ever")
    return None, rows, max(newest, last_id), has_next


def _page(
    ask: Ask, rows: list[Fields], cursor: Mapping[str, Any], *, is_last: bool, since: datetime
) -> PollPage:
    return PollPage(
        records=tuple(_record(row, ask.now) for row in rows if not _is_before(row, since)),
        next_cursor=cursor,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _id(row: Fields, key: str = "id") -> int:
    """Ids come as text or as numbers."""
    text = row.text(key, length_max=20)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= ID_MAX):
        raise row.wrong(key, "not an id")
    return int(text)


def _is_before(row: Fields, since: datetime) -> bool:
    """Whether the row's last change is before; a row without a readable time never is."""
    try:
        changed_at = row.child_or_empty("visual").moment_or_none("change_moment", zone=UTC)
    except UnknownPayload:
        return False
    return changed_at is not None and changed_at < since


def _record(row: Fields, now: datetime) -> PollRecord:
    plain = row.plain()
    used = {name: plain.get(name) for name in ("posting_number", "type", "product", "visual")}
    key = f"ozon:ret:{_id(row)}:{digest(used)}"
    return PollRecord(key, json_bytes({"read_at": now.isoformat(), "row": plain}))


def return_parse(record: Fields) -> list[Snapshot]:
    """What one row takes from its line: pieces, of which the order knows the price."""
    row = record.child("row")
    number = row.text_or_none("posting_number")
    if number is None:
        raise row.wrong("posting_number", "missing or empty")
    product = row.child("product")
    sku = str(_id(product, "sku"))
    quantity = product.integer("quantity", most=base.QUANTITY_MAX)
    visual = row.child_or_empty("visual")
    word = visual.child_or_empty("status").text_or_none("sys_name")
    changed_at = visual.moment_or_none("change_moment", zone=UTC)
    kind: MoveKind = "cancellation" if row.text_or_none("type") == "Cancellation" else "return"
    return [
        LineMoveSnapshot(
            external_id=row.text("posting_number", length_max=base.NUMBER_MAX),
            line_id=sku,
            move_id=f"return:{_id(row)}",
            kind=kind,
            quantity=0 if word in NOT_BACK else quantity,
            source_updated_at=changed_at or record.moment("read_at", zone=UTC),
        )
    ]
