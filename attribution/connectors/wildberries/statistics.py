"""Supplier orders and sales: that a unit was cancelled, sold or given back.

GET /api/v1/supplier/orders and /api/v1/supplier/sales, facts/marketplaces.md 1.2. Their rows
confirm the life of a unit that the feed shows, and tell of it longer than the feed. Their amounts
are not read: they name no currency, are simplified and stay 0 for up to 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from attribution.connectors.wildberries.client import (
    MOSCOW,
    PAGE_ROWS_MAX,
    STATISTICS,
    Ask,
    event_key,
    refusal,
)

DAYS_AGAIN = (1, 2, 3)  # read once more each Moscow day, whole, whatever the cursor says
CLOCK_SKEW = timedelta(hours=1)  # a change dated further ahead does not move the cursor
NO_DATE = "0001-01-01"
SALE_KINDS: Mapping[str, MoveKind] = {"S": "receipt", "R": "return"}


@dataclass(frozen=True, slots=True)
class Report:
    """One of the two. `kind` and `key_names` make the keys of its rows; a row with false in the
    column `silent_if_false` has nothing to say and is not kept."""

    path: str
    kind: str
    key_names: tuple[str, ...]
    silent_if_false: str = ""


ORDERS = Report("/api/v1/supplier/orders", "cancel", ("srid",), silent_if_false="isCancel")
SALES = Report("/api/v1/supplier/sales", "sale", ("saleID",))


def page_read(report: Report, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page: of one of the last days as a whole (flag=1), or of what changed since (flag=0).

    `cursor` is {} or {"again_on": the Moscow day whose re-read has begun, "days": those left of it,
    "date_from": the lastChangeDate of the last row read, in its own letters}.
    """
    round_ = _round_start(cursor, ask.now)
    day = round_["days"][0] if round_["days"] else None
    params = {"dateFrom": day or round_["date_from"], "flag": "1" if day else "0"}
    response = ask.send("GET", STATISTICS, report.path, params=params)
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status != 200:
        raise refusal(response)
    rows = Fields({"rows": json_read(response.body)}).items("rows", most=PAGE_ROWS_MAX)
    if day:
        next_cursor, is_last = {**round_, "days": round_["days"][1:]}, False
    else:
        date_from = _date_from_next(rows, round_["date_from"], ask.now)
        next_cursor = {**round_, "date_from": date_from or round_["date_from"]}
        is_last = date_from is None
    return PollPage(
        records=tuple(_record(report, row) for row in rows if not _is_silent(report, row)),
        next_cursor=next_cursor,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _round_start(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """On a new Moscow day the last days first. The very first change read is of the day after them:
    what is older is the feed's to tell."""
    today = now.astimezone(MOSCOW).date()
    days = [(today - timedelta(days=each)).isoformat() for each in DAYS_AGAIN]
    if cursor.get("again_on") == today.isoformat():
        days = list(cursor["days"])
    return {
        "again_on": today.isoformat(),
        "days": days,
        "date_from": cursor.get("date_from") or today.isoformat(),
    }


def _date_from_next(rows: list[Fields], date_from: str, now: datetime) -> str | None:
    """Where the next page begins; None at the end: no rows, or none later than those we asked for
    (`dateFrom` is included, so the last row comes again and again)."""
    if not rows:
        return None
    last = rows[-1].text("lastChangeDate", length_max=base.RAW_STATUS_MAX)
    changed_at = rows[-1].moment("lastChangeDate", zone=MOSCOW)
    known_at = Fields({"dateFrom": date_from}).moment("dateFrom", zone=MOSCOW)
    return last if known_at < changed_at <= now + CLOCK_SKEW else None


def _is_silent(report: Report, row: Fields) -> bool:
    return report.silent_if_false != "" and row.raw(report.silent_if_false) is False


def _record(report: Report, row: Fields) -> PollRecord:
    return PollRecord(event_key(report.kind, row, report.key_names), json_bytes(row.plain()))


def order_parse(row: Fields) -> list[Snapshot]:
    """A cancellation; an order that is not cancelled is what the feed says it is."""
    if not isinstance(row.raw("isCancel"), bool):
        raise row.wrong("isCancel", "neither true nor false")
    if not row.flag("isCancel"):
        return []
    name = "cancelDate" if _has_date(row, "cancelDate") else "lastChangeDate"
    return [_move(row, "withdrawal", "order", row.moment(name, zone=MOSCOW))]


def sale_parse(row: Fields) -> list[Snapshot]:
    """A sale or a return by the first letter of saleID. Amounts of returns come with either sign
    and are not needed: one row is one unit."""
    sale_id = row.text("saleID", length_max=base.NUMBER_MAX)
    kind = SALE_KINDS.get(sale_id[0])
    if kind is None:
        raise UnknownPayload(f"{row.path('saleID')}: unknown kind {sale_id[0]!r}")
    return [_move(row, kind, f"sale:{sale_id}", row.moment("date", zone=MOSCOW))]


def _has_date(row: Fields, name: str) -> bool:
    return not (row.text_or_none(name) or NO_DATE).startswith(NO_DATE)


def _move(row: Fields, kind: MoveKind, move_id: str, at: datetime) -> LineMoveSnapshot:
    srid = row.text("srid", length_max=base.EXTERNAL_ID_MAX)
    return LineMoveSnapshot(
        external_id=srid,
        line_id=srid,
        move_id=move_id,
        kind=kind,
        quantity=1,
        source_updated_at=at,
    )
