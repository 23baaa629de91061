"""The statistics of actions: what is read back, and believed.

GET /statistics/actions/, facts/marketplaces.md 4. A round asks for everything whose status has
changed since a day before the last round; what says nothing new is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from attribution.connectors import base
from attribution.connectors.admitad.client import Ask, refusal
from attribution.connectors.admitad.orders import click_of, line_of, status_of
from attribution.connectors.asking import limited_page, limited_seconds
from attribution.connectors.base import (
    HttpResponse,
    OrderSnapshot,
    OrderStatus,
    PollPage,
    PollRecord,
)
from attribution.connectors.payload import Fields, is_storable, json_bytes, json_read

PATH = "/statistics/actions/"
MOSCOW = timezone(timedelta(hours=3))  # the network's time, which is not certain: see README
PAGE_ROWS = 100
PAGE_ROWS_MAX = 1_000
FIRST_DAYS = timedelta(days=30)  # what the first round looks back on
ACTION_DAYS = timedelta(days=365)  # how old an action may be whose status changes
# More than any doubt about the network's time zone; what is read twice is not news
OVERLAP = timedelta(days=1)
# What is kept of an action. A visitor's address, browser and referrer reach no disk of ours.
KEPT = (
    "action_id",
    "order_id",
    "status",
    "action_type",
    "action_date",
    "cart",
    "payment",
    "currency",
    "subid",
    "advcampaign_id",
    "advcampaign_name",
    "processed",
    "paid",
)
# What makes it news. `processed` and `paid` tell when the network pays us: no matter of an order.
NEWS = ("status", "cart", "payment", "currency", "subid", "action_date")
KEY_START = "admitad"
DIGEST_CHARS = 12


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page. `cursor` is {}, {"read_until": …} after a round, or where the round stands.

    Rows are asked for in the order of their actions, and a row never leaves what was asked for: one
    that comes in between moves the later ones on, so that they are met again and never missed.
    """
    place = dict(cursor) if "offset" in cursor else _round_start(cursor, ask.now)
    rows_most = ask.page_rows(PAGE_ROWS)
    response = ask.get(PATH, _params(place, rows_most, ask.now))
    if response.status == 429:
        return limited_page(cursor, limited_seconds(response))
    rows = _rows(response)
    is_last = len(rows) < rows_most
    following = {**place, "offset": place["offset"] + len(rows)}
    return PollPage(
        records=_news(ask, rows),
        next_cursor={"read_until": place["round_start"]} if is_last else following,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def token_probe(ask: Ask) -> None:
    """The cheapest question there is: it proves that the token may read the statistics.

    Raises:
        SourceRefused: it may not.
        UnknownPayload: something that is not Admitad answered.
    """
    response = ask.get(PATH, _params(_round_start({}, ask.now), 1, ask.now))
    if response.status != 429:  # too often is an answer to a token that is right
        _rows(response)


def action_parse(record: Fields) -> OrderSnapshot:
    """The version time is when we read: the row itself names none that is certain."""
    read_at = record.moment("read_at", zone=UTC)
    action = record.child("action")
    action_id = action.text("action_id", length_max=base.EXTERNAL_ID_MAX)
    raw_status = action.text("status", length_max=base.RAW_STATUS_MAX)
    is_return = record.flag("is_return")
    status: OrderStatus = "returned" if is_return else status_of(raw_status)
    currency = action.currency("currency")
    line = line_of(
        action,
        action_id=action_id,
        currency=currency,
        value="cart",
        reward="payment",
        name="advcampaign_name",
        is_return=is_return,
    )
    return OrderSnapshot(
        external_id=action_id,
        number=action.text_cut("order_id", length_max=base.NUMBER_MAX) or action_id,
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=action.moment("action_date", zone=MOSCOW),
        source_updated_at=read_at,
        fulfilled_at=read_at if status == "fulfilled" else None,
        lines=(line,),
        click_id=click_of(action),
    )


def _round_start(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    since = now - FIRST_DAYS
    if cursor.get("read_until"):
        since = datetime.fromisoformat(cursor["read_until"]) - OVERLAP
    return {"since": since.isoformat(), "round_start": now.isoformat(), "offset": 0}


def _params(place: Mapping[str, Any], rows_most: int, now: datetime) -> dict[str, str]:
    since = datetime.fromisoformat(place["since"]).astimezone(MOSCOW)
    return {
        "date_start": (now - ACTION_DAYS).astimezone(MOSCOW).strftime("%d.%m.%Y"),
        "status_updated_start": since.strftime("%d.%m.%Y %H:%M:%S"),
        "order_by": "datetime",
        "limit": str(rows_most),
        "offset": str(place["offset"]),
    }


def _rows(response: HttpResponse) -> list[Fields]:
    """Raises: SourceRefused for a definite no, UnknownPayload for a strange answer."""
    if response.status != 200:
        raise refusal(response)
    return Fields(json_read(response.body)).items("results", most=PAGE_ROWS_MAX)


def _news(ask: Ask, rows: Sequence[Fields]) -> tuple[PollRecord, ...]:
    """What is not known yet of what was read."""
    found = [(_id_or_none(row), _kept(row)) for row in rows]
    known = ask.connection.orders.last_keys([action_id for action_id, _ in found if action_id])
    records = [
        _record(action_id, kept, known.get(action_id or ""), ask.now) for action_id, kept in found
    ]
    return tuple(record for record in records if record is not None)


def _record(
    action_id: str | None, kept: Mapping[str, Any], last_key: str | None, read_at: datetime
) -> PollRecord | None:
    """The event that this reading is, or None when it says what the last one said.

    An action may come back to a status that it had, and Admitad numbers nothing: the key ends with
    how many states came before. It names our word for the status too, so that the next reading
    knows a decline of what was approved: that is a return and no cancellation.
    """
    was, count = _state_before(last_key)
    status = status_of(str(kept.get("status")))
    if status == "cancelled" and was in ("fulfilled", "returned"):
        status = "returned"
    subject = [kept.get(name) for name in NEWS] if action_id else kept
    digest = hashlib.sha256(json_bytes(subject)).hexdigest()[:DIGEST_CHARS]
    news = f"{KEY_START}:{action_id or '?'}:{status}:{digest}"
    if last_key is not None and last_key.rpartition(":")[0] == news:
        return None
    is_return = status == "returned"
    body = {"read_at": read_at.isoformat(), "action": kept, "is_return": is_return}
    return PollRecord(f"{news}:{count}", json_bytes(body))


def _state_before(last_key: str | None) -> tuple[str, int]:
    """Our word for the last status that was read, and how many came before this one. A postback
    says nothing of either."""
    parts = (last_key or "").split(":")
    if parts[0] != KEY_START:
        return "", 0
    _start, _action_id, status, _digest, number = parts
    return status, int(number) + 1


def _kept(row: Fields) -> dict[str, Any]:
    return {name: row.raw(name) for name in KEPT if name in row}


def _id_or_none(row: Fields) -> str | None:
    """None for an odd one: its record is refused where records are parsed."""
    value = row.raw("action_id")
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    text = str(value).strip() if is_plain else ""
    is_right = 0 < len(text) <= base.EXTERNAL_ID_MAX and text.isprintable() and is_storable(text)
    return text if is_right and ":" not in text else None
