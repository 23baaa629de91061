"""Claims of buyers: an approved one takes the unit back, even when the goods stay with the buyer.

GET /api/v1/claims, facts/marketplaces.md 1.5. The list shows the last 14 days, in two halves
(open and archived), and is read whole each round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import LineMoveSnapshot, PollPage, PollRecord, Snapshot
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.wildberries.client import (
    MOSCOW,
    PAGE_ROWS_MAX,
    RETURNS,
    Ask,
    event_key,
    refusal,
)

PATH = "/api/v1/claims"
PAGE_ROWS = 100
IN_REVIEW, REFUSED, APPROVED = 0, 1, 2
KEPT_APPROVED = 5  # status_ex: approved, and the goods stay with the buyer


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page of the open claims, then of the archived ones. Rows may shift between pages while
    claims come: the next round reads all of them again."""
    is_archive, offset = bool(cursor.get("is_archive")), int(cursor.get("offset", 0))
    rows_max = ask.page_rows(PAGE_ROWS)
    params = {
        "is_archive": "true" if is_archive else "false",
        "limit": str(rows_max),
        "offset": str(offset),
    }
    response = ask.send("GET", RETURNS, PATH, params=params)
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status != 200:
        raise refusal(response)
    rows = Fields(json_read(response.body)).items("claims", most=PAGE_ROWS_MAX)
    is_half_done = len(rows) < rows_max
    is_last = is_half_done and is_archive
    return PollPage(
        records=tuple(_record(row) for row in rows if not _is_silent(row)),
        next_cursor=_cursor_next(is_archive, offset + len(rows), is_half_done=is_half_done),
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _cursor_next(is_archive: bool, offset: int, *, is_half_done: bool) -> dict[str, Any]:
    if not is_half_done:
        return {"is_archive": is_archive, "offset": offset}
    return {} if is_archive else {"is_archive": True, "offset": 0}


def _is_silent(row: Fields) -> bool:
    """In review or refused: no news. A status that we do not know is kept, and refused later."""
    status = row.raw("status")
    is_plain = isinstance(status, int) and not isinstance(status, bool)
    return is_plain and status in (IN_REVIEW, REFUSED) and not _is_kept_approved(row)


def _is_kept_approved(row: Fields) -> bool:
    return bool(row.raw("status_ex") == KEPT_APPROVED)


def _record(row: Fields) -> PollRecord:
    return PollRecord(event_key("claim", row, ("id", "status")), json_bytes(row.plain()))


def claim_parse(row: Fields) -> list[Snapshot]:
    """An approved claim gives the unit back, once; of any other nothing follows."""
    status = row.integer("status", most=99)
    if status not in (IN_REVIEW, REFUSED, APPROVED):
        raise row.wrong("status", f"unknown status {status}")
    if status != APPROVED and not _is_kept_approved(row):
        return []
    srid = row.text("srid", length_max=base.EXTERNAL_ID_MAX)
    return [
        LineMoveSnapshot(
            external_id=srid,
            line_id=srid,
            move_id=f"claim:{row.text('id', length_max=base.NUMBER_MAX)}",
            kind="return",
            quantity=1,
            source_updated_at=row.moment("dt_update", zone=MOSCOW),
        )
    ]
