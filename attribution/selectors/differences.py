"""The difference report: what a source's own lists show, held against the orders we have of it.

Only for sources that are asked beside calling us (or that ring, and are then asked): of others
nobody can say what is missing. Runs as the brand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Exists, Min, OuterRef, QuerySet

from attribution.connectors.registry import is_signed
from attribution.models import Connection, InboundEvent, Order, OrderVersion, PollCursor, ShownOrder
from campaigns.domain.daily_totals import PREFIX
from core import clock

DAY = timedelta(days=1)
ROWS_MAX = 500  # on the page; the file to take away has them all
FILE_ROWS_MAX = 100_000
WEBHOOK = "webhook"

Reason = Literal[
    "not_received",  # shown, and nothing has come
    "waiting",  # its event waits for a worker
    "unreadable",  # its event is dead
    "draft",  # the buyer has not ordered yet
    "older",  # placed before the source was connected
    "test",  # with us, and earns nothing
    "gone",  # with us, and the source does not show it any more
    "refused",  # found by asking first; a call with a wrong signature was refused since
    "calls_off",  # found by asking first; the source did not call then
    "call_lost",  # found by asking first
]


@dataclass(frozen=True, slots=True)
class Difference:
    """An order that the two sides do not have alike, or that only asking has brought."""

    number: str
    external_id: str
    placed_at: datetime
    reason: Reason
    detail: str = ""  # of an unreadable event: its error


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """`shown` orders in the source's lists of these days, `both` of them with us. `read_at` is when
    the lists were read to their end last, None when never."""

    shown: int
    both: int
    differences: list[Difference]
    read_at: datetime | None

    @property
    def missing(self) -> int:
        return self.shown - self.both


def is_compared(connection: Connection) -> bool:
    """Whether its lists have ever shown anything, or will: there is something to compare."""
    return ShownOrder.objects.filter(connection=connection).exists()


def difference_report(
    connection: Connection, first_on: date, last_on: date, *, rows: int = ROWS_MAX
) -> DifferenceReport:
    """Both days count, in Kazakhstan. Six queries, whatever the days."""
    ours = Order.objects.filter(connection=connection, external_id=OuterRef("external_id"))
    shown = ShownOrder.objects.filter(connection=connection, placed_on__range=(first_on, last_on))
    known = shown.annotate(is_ours=Exists(ours))
    found = [
        *_missing(connection, known.filter(is_ours=False), rows),
        *_ours(connection, _orders(connection, first_on, last_on), rows),
    ]
    return DifferenceReport(
        shown=shown.count(),
        both=known.filter(is_ours=True).count(),
        differences=sorted(found, key=lambda each: each.placed_at, reverse=True)[:rows],
        read_at=_read_at(connection),
    )


def _orders(connection: Connection, first_on: date, last_on: date) -> QuerySet[Order]:
    buyers = Order.objects.exclude(external_id__startswith=PREFIX)  # no list shows a day's total
    return buyers.filter(
        connection=connection,
        placed_at__gte=clock.day_start(first_on),
        placed_at__lt=clock.day_start(last_on + DAY),
    )


def _read_at(connection: Connection) -> datetime | None:
    """When every list of it was read last; a list never read makes it None."""
    cursors = PollCursor.objects.filter(connection=connection).values_list("polled_at", flat=True)
    times = list(cursors)
    return min((at for at in times if at), default=None) if all(times) else None


# --- Shown, and not with us -----------------------------------------------------------------


def _missing(
    connection: Connection, missing: QuerySet[ShownOrder], rows: int
) -> Iterable[Difference]:
    listed = list(missing.order_by("-placed_at", "-pk")[:rows])
    events = _events(connection, [each.event_key for each in listed if each.event_key])
    for each in listed:
        reason, detail = _why_missing(each, events)
        yield Difference(each.number, each.external_id, each.placed_at, reason, detail)


def _events(connection: Connection, keys: list[str]) -> Mapping[str, tuple[str, str]]:
    """{key: (state, error)}"""
    events = InboundEvent.objects.filter(connection=connection, event_key__in=keys)
    return {key: (state, error) for key, state, error in events.values_list(*_EVENT)}


_EVENT = ("event_key", "state", "error")


def _why_missing(shown: ShownOrder, events: Mapping[str, tuple[str, str]]) -> tuple[Reason, str]:
    state, error = events.get(shown.event_key, ("", ""))
    if state == InboundEvent.State.DEAD:
        return "unreadable", error
    if state == InboundEvent.State.RECEIVED:
        return "waiting", ""
    if shown.note == "draft":
        return "draft", ""
    return ("older", "") if shown.note == "older" else ("not_received", "")


# --- With us --------------------------------------------------------------------------------


def _ours(connection: Connection, orders: QuerySet[Order], rows: int) -> Iterable[Difference]:
    """Tests, what the source shows no more, and what came by asking first."""
    for order in orders.filter(is_test=True).order_by("-placed_at")[:rows]:
        yield _difference(order, "test")
    shown = ShownOrder.objects.filter(connection=connection, external_id=OuterRef("external_id"))
    real = orders.filter(is_test=False).order_by("-placed_at")
    for order in _gone(connection, real, shown)[:rows]:
        yield _difference(order, "gone")
    if is_signed(connection.source):  # others only ring: all of theirs comes by asking
        told = OrderVersion.objects.filter(order=OuterRef("pk"), event__endpoint=WEBHOOK)
        for order in real.filter(~Exists(told), Exists(shown))[:rows]:
            yield _difference(order, _why_by_asking(connection, order))


def _difference(order: Order, reason: Reason) -> Difference:
    return Difference(order.number, order.external_id, order.placed_at, reason)


def _gone(
    connection: Connection, orders: QuerySet[Order], shown: QuerySet[ShownOrder]
) -> QuerySet[Order]:
    """What came since the lists are read, before they were read to their end last, and is in none
    of them."""
    began = ShownOrder.objects.filter(connection=connection).aggregate(at=Min("created_at"))["at"]
    read_at = _read_at(connection)
    if began is None or read_at is None:
        return orders.none()
    return orders.filter(~Exists(shown), created_at__gte=began, created_at__lt=read_at)


def _why_by_asking(connection: Connection, order: Order) -> Reason:
    if connection.refused_at is not None and connection.refused_at >= order.placed_at:
        return "refused"
    healed_at = connection.calls.get("healed_at")
    was_off = healed_at is not None and datetime.fromisoformat(healed_at) >= order.placed_at
    is_off = connection.calls.get("state") in ("off", "missing")
    return "calls_off" if was_off or is_off else "call_lost"
