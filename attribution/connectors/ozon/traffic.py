"""Ozon's report on external traffic: sessions and orders per utm_campaign and day, none by name.

A report is asked for, made by Ozon in its own time, and fetched as .xlsx. What it counts for a day
may change for as long as its window lasts, so the last weeks are read again and again; a day that
says what it said before is no event. facts/marketplaces.md 2.6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from attribution.connectors.base import (
    TAG_MAX,
    Endpoint,
    PollPage,
    PollRecord,
    Snapshot,
    SourceRefused,
    TagCount,
    TrafficSnapshot,
)
from attribution.connectors.doors import Lists
from attribution.connectors.ozon.performance import Ask, Limited
from attribution.connectors.ozon.traffic_report import CURRENCY, report_read
from attribution.connectors.payload import Fields, json_bytes, json_read
from core.money import MINOR_MAX

SOURCE = "ozon_traffic"
TAGS = "tags"
KEY = "key"
MOSCOW = timezone(timedelta(hours=3))  # the day of the report; the facts name none
DAYS = 35  # read in every round: Ozon allows three months
GIVEN_UP_AFTER = timedelta(hours=1)  # a report that is not there by then is asked for anew
MINUTE, HOUR = 60, 3_600
ENDPOINTS: Mapping[str, Endpoint] = {
    # One report at a time, and 100,000 questions a day: both far from what this asks.
    TAGS: Endpoint(TAGS, {KEY: MINUTE}, round_seconds=6 * HOUR),
}
TAGS_OF_A_DAY_MAX = 5_000
COUNT_MAX = 10**12


class OzonTraffic(Lists[Ask]):
    """A source of its own: its credentials, limits and failures are not those of the Seller API."""

    source = SOURCE
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = KEY

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return page_read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return [day_parse(Fields(json_read(raw)))]


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One step of a round: ask for the report, or look whether it is there and read it.

    `cursor` is {}, {"seen"} between rounds, or {"seen", "uuid", "asked_at"} while Ozon works.
    """
    try:
        bearer = ask.bearer()
        if "uuid" not in cursor or _is_given_up(cursor, ask.now):
            return _asked_for(ask, bearer, cursor)
        report = ask.report_state(bearer, cursor["uuid"])
        if report.state == "OK":
            return _read(ask, ask.report_get(bearer, report.link), cursor)
    except Limited as limited:
        return limited.page(cursor)
    if report.state == "ERROR":
        raise SourceRefused(200, report.error or "the report was not made")
    return PollPage((), dict(cursor), ask.delay_seconds(False), is_last=False)


def day_parse(record: Fields) -> TrafficSnapshot:
    day_on = record.moment("day", zone=UTC).date()
    tags = record.items("tags", most=TAGS_OF_A_DAY_MAX)
    return TrafficSnapshot(
        source_updated_at=record.moment("read_at", zone=UTC),
        currency=record.currency("currency"),
        counts=tuple(
            TagCount(
                day_on,
                tag.text("tag", length_max=TAG_MAX),
                _count(tag, "visits"),
                _count(tag, "ordered"),
                _count(tag, "amount_minor", most=MINOR_MAX),
            )
            for tag in tags
        ),
    )


def _count(tag: Fields, name: str, *, most: int = COUNT_MAX) -> int | None:
    return None if tag.raw(name) is None else tag.integer(name, most=most)


def _is_given_up(cursor: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(cursor["asked_at"]) > GIVEN_UP_AFTER


def _asked_for(ask: Ask, bearer: Mapping[str, str], cursor: Mapping[str, Any]) -> PollPage:
    today = ask.now.astimezone(MOSCOW).date()
    uuid = ask.report_order(bearer, today - timedelta(days=DAYS), today)
    following = {
        "seen": dict(cursor.get("seen") or {}),
        "uuid": uuid,
        "asked_at": ask.now.isoformat(),
    }
    return PollPage((), following, ask.delay_seconds(False), is_last=False)


def _read(ask: Ask, raw: bytes, cursor: Mapping[str, Any]) -> PollPage:
    days = report_read(raw)
    seen: Mapping[str, str] = cursor.get("seen") or {}
    digests = {day: _digest(tags) for day, tags in days.items()}
    first_on = (ask.now.astimezone(MOSCOW) - timedelta(days=DAYS)).date()
    kept = {day: digest for day, digest in seen.items() if date.fromisoformat(day) >= first_on}
    return PollPage(
        records=tuple(
            _record(ask, cursor["uuid"], day, tags)
            for day, tags in sorted(days.items())
            if seen.get(day.isoformat()) != digests[day]
        ),
        next_cursor={"seen": kept | {day.isoformat(): digest for day, digest in digests.items()}},
        next_delay_seconds=ask.delay_seconds(True),
        is_last=True,
    )


def _record(ask: Ask, uuid: str, day: date, tags: list[dict[str, Any]]) -> PollRecord:
    body = {
        "day": day.isoformat(),
        "read_at": ask.now.isoformat(),
        "currency": CURRENCY,
        "tags": tags,
    }
    return PollRecord(f"ozon:tags:{uuid}:{day.isoformat()}", json_bytes(body))


def _digest(tags: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json_bytes(tags)).hexdigest()[:16]
