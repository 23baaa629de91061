"""What a source shows beside calling us, kept to be compared: its orders, and whether it still
calls. The report itself is read by attribution/selectors/differences.py. Runs as the system.

A connector takes part by one line: it gives its pages `shown` (and `calls`, if it can say that).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from attribution.connectors.base import (
    EXTERNAL_ID_MAX,
    NUMBER_MAX,
    CallsReport,
    PollPage,
)
from attribution.connectors.base import ShownOrder as Shown
from attribution.models import Connection, ShownOrder
from core import clock
from core.audit.services import audit_record
from core.tenancy.context import acting_as

SHOWN_DAYS = 92  # a quarter: what a brand may still want to look into
KEY_MAX = 200
DETAIL_MAX = 120
FORGET_BATCH, FORGET_BATCHES_MAX = 5_000, 20


def page_compare(connection: Connection, page: PollPage) -> None:
    """Keep what a page showed. In the transaction that stores what it brought."""
    _shown_keep(connection, page.shown)
    if page.calls is not None:
        calls_report(connection, page.calls)


def _shown_keep(connection: Connection, shown: Iterable[Shown]) -> None:
    """The latest showing of each order. One whose record was brought before keeps its key."""
    now = clock.now()
    first_on = clock.day_of(now - timedelta(days=SHOWN_DAYS))
    rows = {
        each.external_id: ShownOrder(
            connection=connection,
            brand_id=connection.brand_id,
            external_id=each.external_id,
            number=each.number[:NUMBER_MAX],
            placed_on=clock.day_of(each.placed_at),
            placed_at=each.placed_at,
            event_key=each.event_key[:KEY_MAX],
            note=each.note,
            seen_at=now,
            created_at=now,
        )
        for each in shown
        if 0 < len(each.external_id) <= EXTERNAL_ID_MAX and clock.day_of(each.placed_at) >= first_on
    }
    for has_key in (True, False):
        columns = ["number", "placed_on", "placed_at", "note", "seen_at"]
        ShownOrder.objects.bulk_create(
            [row for row in rows.values() if bool(row.event_key) is has_key],
            update_conflicts=True,
            unique_fields=["connection", "external_id"],
            update_fields=[*columns, "event_key"] if has_key else columns,
        )


def calls_report(connection: Connection, report: CallsReport) -> None:
    """Remember what the source says of its calls; that we made it call again is audited."""
    now = clock.now().isoformat()
    known = Connection.objects.select_for_update().get(pk=connection.pk)
    healed_at = now if report.state == "healed" else known.calls.get("healed_at")
    detail = report.detail[:DETAIL_MAX]
    known.calls = {
        "state": "on" if report.state == "healed" else report.state,
        "detail": detail,
        "at": now,
    } | ({"healed_at": healed_at} if healed_at else {})
    known.save(update_fields=["calls"])
    if report.state == "healed":
        audit_record("connection.calls_healed", known, after={"detail": detail})


def shown_forget() -> int:
    """Delete what is older than SHOWN_DAYS. Returns how many. A run is bounded; the next one goes
    on."""
    forgotten = 0
    for _number in range(FORGET_BATCHES_MAX):
        count = _batch_forget()
        forgotten += count
        if count < FORGET_BATCH:
            break
    return forgotten


def _batch_forget() -> int:
    with acting_as(system="forget what sources showed"):
        first_on = clock.day_of(clock.now() - timedelta(days=SHOWN_DAYS))
        old = ShownOrder.objects.filter(placed_on__lt=first_on).order_by("placed_on")
        ids = list(old.values_list("pk", flat=True)[:FORGET_BATCH])
        count, _by_model = ShownOrder.objects.filter(pk__in=ids).delete()
    return count
