"""Reading a CRM's deals: the list of those that changed, and again those that we know.

A CRM resends nothing that was lost, so that the list is the truth and its calls only ring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from attribution.connectors.asking import Asking, limited_page
from attribution.connectors.base import (
    OrderSnapshot,
    PollPage,
    PollRecord,
    ShownOrder,
    UnknownPayload,
)
from attribution.connectors.crm.deals import Deal, deal_parse, deal_record, removal_record
from attribution.connectors.payload import Fields, json_read

FIRST_DAYS = timedelta(days=30)  # what the first round looks back on
OVERLAP = timedelta(minutes=5)  # what is written with an earlier time meanwhile is met again
REFRESH_DEALS = 25  # known ones, asked for by their ids in one question


class Limited(Exception):
    """The CRM said "too often"; `seconds` is the pause."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"limited for {seconds} s")
        self.seconds = seconds


class Listed(NamedTuple):
    """A page of changed deals, in the order of their change. `newest` is the last one's time."""

    deals: Sequence[Deal]
    newest: datetime | None
    is_last: bool


ListRead = Callable[[datetime, int], Listed]  # (changed since, the number of the page from 0)
IdsRead = Callable[[Sequence[str]], Sequence[Deal]]


def changes_read(
    source: str, ask: Asking, cursor: Mapping[str, Any], list_read: ListRead
) -> PollPage:
    """One page. `cursor` is {}, {"since"} after a round, or where the round stands.

    A deal that changes while we read goes to the end of the list: it is met again, never missed.
    """
    since = datetime.fromisoformat(cursor["since"]) if cursor else ask.now - FIRST_DAYS
    page, newest = int(cursor.get("page", 0)), cursor.get("newest")
    try:
        listed = list_read(since, page)
    except Limited as limited:
        return limited_page(cursor, limited.seconds)
    newest = listed.newest.isoformat() if listed.newest else newest
    following: dict[str, Any] = {"since": since.isoformat(), "page": page + 1, "newest": newest}
    if listed.is_last:
        read_until = datetime.fromisoformat(newest) - OVERLAP if newest else since
        following = {"since": max(since, read_until).isoformat()}
    records = _records(source, ask, listed.deals)
    return PollPage(
        records=records,
        next_cursor=following,
        next_delay_seconds=ask.delay_seconds(listed.is_last),
        is_last=listed.is_last,
        shown=tuple(_shown(records)),
    )


def known_read(source: str, ask: Asking, cursor: Mapping[str, Any], ids_read: IdsRead) -> PollPage:
    """Some of the deals that may still change, by their ids: a deal that was deleted is in no list
    of changes. The cursor walks through all of them and begins anew."""
    after = str(cursor.get("after", ""))
    ids = ask.connection.orders.open_after(after, placed_before=ask.now, most=REFRESH_DEALS)
    try:
        deals = ids_read(ids) if ids else ()
    except Limited as limited:
        return limited_page(cursor, limited.seconds)
    found = {deal.id for deal in deals}
    gone = _removals(source, ask, [deal_id for deal_id in ids if deal_id not in found])
    is_last = len(ids) < REFRESH_DEALS
    return PollPage(
        records=(*_records(source, ask, deals), *gone),
        next_cursor={} if is_last else {"after": ids[-1]},
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _records(source: str, ask: Asking, deals: Sequence[Deal]) -> tuple[PollRecord, ...]:
    """One for each deal that is an order; a deal that was one, and is none any more, is gone."""
    judged = [(deal.id, deal_record(source, deal, ask.connection.settings)) for deal in deals]
    ignored = [deal_id for deal_id, record in judged if record is None]
    orders = [record for _deal_id, record in judged if record is not None]
    return (*orders, *_removals(source, ask, ignored))


def _shown(records: Sequence[PollRecord]) -> Iterator[ShownOrder]:
    """The deals of a page that are orders, to be held against ours; one that cannot be read is in
    the log."""
    for record in records:
        with suppress(UnknownPayload):
            for order in deal_parse(Fields(json_read(record.body))):
                if isinstance(order, OrderSnapshot):
                    yield ShownOrder(
                        external_id=order.external_id,
                        number=order.number,
                        placed_at=order.placed_at,
                        event_key=record.event_key,
                    )


def _removals(source: str, ask: Asking, ids: Sequence[str]) -> tuple[PollRecord, ...]:
    """Of those that we know."""
    known = ask.connection.orders.last_keys(ids) if ids else {}
    records = [removal_record(source, each, known[each]) for each in ids if each in known]
    return tuple(record for record in records if record is not None)
