"""The two ways to read Kaspi's orders: lists of the last days by state, and single ones by code.

GET /orders, facts/marketplaces.md section 3. There is no "changed since": everything young is
read again in every round, and what is older is asked for by its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attribution.connectors.asking import limited_page, limited_seconds
from attribution.connectors.base import HttpResponse, PollPage, PollRecord
from attribution.connectors.kaspi.client import Ask, refusal
from attribution.connectors.kaspi.records import Kept, kept_of
from attribution.connectors.payload import Fields, json_read

PATH = "/orders"
# In the order of an order's life: one that moves on while we read is met again, never missed.
STATES = ("NEW", "SIGN_REQUIRED", "PICKUP", "DELIVERY", "KASPI_DELIVERY", "ARCHIVE")
WINDOW = timedelta(days=14)  # the longest that Kaspi takes
BACK_MAX = timedelta(days=90)  # after a long downtime
PAGE_ROWS = 100
PAGE_ROWS_MAX = 1_000
PAGES_MAX = 10_000
INCLUDED_MAX = 10_000
CODES_PER_PAGE = 5  # each is a question of its own, and a poll has a lease of two minutes


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page of one state in one window. A round goes through all windows and states.

    `cursor` is {}, {"read_until": …} after a round, or where the round stands.
    """
    place = dict(cursor) if "state" in cursor else _round_start(cursor, ask.now)
    response = ask.get(PATH, _list_params(place, ask.page_rows(PAGE_ROWS)))
    if response.status == 429:
        return limited_page(cursor, limited_seconds(response))
    kept, pages = _answer_read(response)
    next_cursor = _place_next(place, pages=pages)
    is_last = "state" not in next_cursor
    return PollPage(
        records=_news(ask, kept),
        next_cursor=next_cursor,
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def refresh_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """A few orders that the lists no longer show, one by one. The cursor walks through all of them
    and begins anew: the one that was read longest ago is the next."""
    after = str(cursor.get("after", ""))
    codes = ask.connection.orders.open_after(
        after, placed_before=ask.now - WINDOW, most=CODES_PER_PAGE
    )
    found: list[Kept] = []
    for code in codes:
        response = ask.get(PATH, {"filter[orders][code]": code, "include[orders]": "entries"})
        if response.status == 429:
            pause = limited_seconds(response)
            return PollPage(
                _news(ask, found), {"after": after}, pause, is_last=False, is_limited=True
            )
        found += _answer_read(response)[0]
        after = code
    is_last = len(codes) < CODES_PER_PAGE
    return PollPage(
        records=_news(ask, found),
        next_cursor={} if is_last else {"after": after},
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def token_probe(ask: Ask) -> None:
    """The cheapest question there is: it proves that the token is taken.

    Raises:
        SourceRefused: it is not.
        UnknownPayload: something that is not Kaspi answered.
    """
    day = timedelta(days=1)
    place = {"since": ask.now - day, "until": ask.now, "state": STATES[0], "page": 0}
    response = ask.get(PATH, _list_params(_plain(place), 1))
    if response.status != 429:  # too often is an answer to a token that is right
        _answer_read(response)


def order_is_seen(ask: Ask, code: str) -> bool:
    """Whether this token's shop has the order: another shop's is not shown to it.

    Raises:
        SourceRefused, UnknownPayload: as above.
    """
    response = ask.get(PATH, {"filter[orders][code]": code})
    return any(kept.code == code for kept in _answer_read(response)[0])


def _round_start(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """From two weeks ago, or from where the last round ended if that is longer ago."""
    since = now - WINDOW
    if cursor.get("read_until"):
        since = max(min(since, datetime.fromisoformat(cursor["read_until"])), now - BACK_MAX)
    return _window(since, now) | {"state": STATES[0], "page": 0}


def _window(since: datetime, round_end: datetime) -> dict[str, Any]:
    until = min(since + WINDOW, round_end)
    return _plain({"since": since, "until": until, "round_end": round_end})


def _plain(place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in place.items()
    }


def _place_next(place: Mapping[str, Any], *, pages: int) -> dict[str, Any]:
    """The next page, state or window; {"read_until": …} when the round is over."""
    if place["page"] + 1 < pages:
        return {**place, "page": place["page"] + 1}
    following = STATES.index(place["state"]) + 1
    if following < len(STATES):
        return {**place, "state": STATES[following], "page": 0}
    if place["until"] == place["round_end"]:
        return {"read_until": place["round_end"]}
    moments = (datetime.fromisoformat(place[name]) for name in ("until", "round_end"))
    return _window(*moments) | {"state": STATES[0], "page": 0}


def _list_params(place: Mapping[str, Any], rows: int) -> dict[str, str]:
    return {
        "page[number]": str(place["page"]),
        "page[size]": str(rows),
        "filter[orders][state]": place["state"],
        "filter[orders][creationDate][$ge]": _milliseconds(place["since"]),
        "filter[orders][creationDate][$le]": _milliseconds(place["until"]),
        "include[orders]": "entries",
    }


def _milliseconds(moment: str) -> str:
    """The moment in ms since 1970."""
    return str(int(datetime.fromisoformat(moment).timestamp() * 1000))


def _answer_read(response: HttpResponse) -> tuple[list[Kept], int]:
    """The orders of an answer with their lines, and how many pages there are.

    Raises:
        SourceRefused: a definite no.
        UnknownPayload: not the documented answer.
    """
    if response.status != 200:
        raise refusal(response)
    answer = Fields(json_read(response.body))
    orders = answer.items("data", most=PAGE_ROWS_MAX)
    entries = {
        str(each.raw("id")): each
        for each in answer.items_or_empty("included", most=INCLUDED_MAX)
        if each.raw("type") == "orderentries"
    }
    pages = answer.child("meta").integer("pageCount", most=PAGES_MAX) if "meta" in answer else 1
    return [kept_of(order, entries) for order in orders], pages


def _news(ask: Ask, found: Sequence[Kept]) -> tuple[PollRecord, ...]:
    """What is not known yet of what was read."""
    known = ask.connection.orders.last_keys([kept.code for kept in found if kept.code])
    records = [kept.record(known.get(kept.code or ""), ask.now) for kept in found]
    return tuple(record for record in records if record is not None)
