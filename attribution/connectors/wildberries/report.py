"""The finance report: which substitute article or promo code a unit was bought with.

POST /api/finance/v1/sales-reports/detailed, facts/marketplaces.md 1.6. Its rows come days after
the sale and are evidence only; the life of the order is the feed's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    EvidenceSnapshot,
    PollPage,
    PollRecord,
    Snapshot,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.wildberries.client import (
    FINANCE,
    MOSCOW,
    PAGE_ROWS_MAX,
    Ask,
    event_key,
    refusal,
)

PATH = "/api/finance/v1/sales-reports/detailed"
DAYS = 35
PAGE_ROWS = 5_000  # Wildberries allows 100,000; a page must also fit into one answer
CODES = (("articleSubstitution", "wb_substitute_article"), ("uuidPromocode", "wb_promo_uuid"))
AMOUNTS = ("retailPrice", "retailAmount", "retailPriceWithDisc", "forPay")
RETURN_DOCUMENT = "Возврат"


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page of the report; 204 ends the round, and the next one reads the window again.

    `cursor` is {} or the window with the last rrdId read.
    """
    window = cursor or _window(ask.now)
    request = {
        "dateFrom": window["date_from"],
        "dateTo": window["date_to"],
        "period": "daily",
        "limit": ask.page_rows(PAGE_ROWS),
        "rrdId": window["rrd_id"],
    }
    response = ask.send("POST", FINANCE, PATH, request)
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status == 204:
        return PollPage((), {}, ask.delay_seconds(True), is_last=True)
    if response.status != 200:
        raise refusal(response)
    rows = _rows(response.body)
    return PollPage(
        records=tuple(_record(row) for row in rows),
        next_cursor={**window, "rrd_id": _rrd_id_next(rows, window["rrd_id"])},
        next_delay_seconds=ask.delay_seconds(False),
        is_last=False,
    )


def evidence_parse(row: Fields) -> list[Snapshot]:
    """The codes of one row; a row without a code has nothing to tell us."""
    codes = [(kind, value) for name, kind in CODES if (value := _code(row, name)) is not None]
    if not codes:
        return []
    srid = row.text("srid", length_max=base.EXTERNAL_ID_MAX)
    currency = row.currency("currency")
    return [
        EvidenceSnapshot(
            external_id=srid,
            line_id=srid,
            kind=kind,
            value=value,
            occurred_at=row.moment("saleDt", zone=MOSCOW),
            currency=currency,
            is_return=row.text_or_none("docTypeName") == RETURN_DOCUMENT,
            amounts=_amounts(row, currency),
        )
        for kind, value in codes
    ]


def _window(now: datetime) -> dict[str, Any]:
    today = now.astimezone(MOSCOW).date()
    first = today - timedelta(days=DAYS)
    return {"date_from": first.isoformat(), "date_to": today.isoformat(), "rrd_id": 0}


def _rows(body: bytes) -> list[Fields]:
    rows = Fields({"rows": json_read(body)}).items("rows", most=PAGE_ROWS_MAX)
    if not rows:
        raise UnknownPayload("rows: empty, where 204 was promised")
    return rows


def _rrd_id_next(rows: list[Fields], rrd_id: int) -> int:
    last_id = rows[-1].integer("rrdId", most=2**63 - 1)
    if last_id <= rrd_id:
        raise rows[-1].wrong("rrdId", "did not grow: the same page would come for ever")
    return last_id


def _record(row: Fields) -> PollRecord:
    return PollRecord(event_key("fin", row, ("reportId", "rrdId")), json_bytes(row.plain()))


def _code(row: Fields, name: str) -> str | None:
    """An id, or None: an empty text, 0 and the nil UUID all mean that there was none."""
    value = row.text_or_none(name)
    if value is None or not value.strip("0-"):
        return None
    return row.text(name, length_max=base.EVIDENCE_VALUE_MAX)


def _amounts(row: Fields, currency: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, row.money_minor(name, currency)) for name in AMOUNTS if row.raw(name))
