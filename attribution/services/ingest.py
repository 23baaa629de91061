"""Waiting events become orders, decisions and money: a batch at a time, each event exactly once.

    take and read -> load -> apply and decide, in memory -> write -> settle and post

The transaction that has the effect also finishes the events, so that a kill at any point does a
thing once. One event is a batch of one. See docs/adr/0009-set-based-ingest.md.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from attribution.connectors.base import (
    ConnectorError,
    Doorbell,
    EvidenceSnapshot,
    OrderRemoval,
    OrderSnapshot,
    Snapshot,
    SourceNotice,
    TrafficSnapshot,
    UnknownPayload,
)
from attribution.connectors.daily_total import DAILY, total_read
from attribution.connectors.phone_claim import PHONE_CLAIM, match_read
from attribution.connectors.receipt.connector import CLAIM, claim_snapshots
from attribution.connectors.receipt_match import RECEIPT_MATCH, receipt_match_read
from attribution.connectors.registry import file_record_parse, poll_connector, translator
from attribution.connectors.same_sale import SAME_SALE, told_read
from attribution.domain.page_events import PAGE, PageEvent, page_event_read
from attribution.models import Connection, InboundEvent, Order
from attribution.selectors.news import News
from attribution.services.conversions import conversions_settle
from attribution.services.doorbell import doorbells_ring
from attribution.services.inbox import FILE, WEBHOOK
from attribution.services.orders import (
    evidence_apply,
    line_move_apply,
    order_apply,
    page_event_apply,
    removal_apply,
)
from attribution.services.phone_match import phone_marks_keep
from attribution.services.same_sale import same_sales_queue
from attribution.services.source_notices import source_notice_apply
from attribution.services.traffic import traffic_apply
from attribution.services.work import Work, work_load
from core import clock
from core.bulk import rows_read
from core.crash import crash_point
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
ERROR_CHARS_MAX = 300


def inbound_events_process(event_ids: Sequence[UUID]) -> None:
    """Work on these of the waiting events that nobody else works on.

    An event whose shape is unknown is dead at once: time does not heal it. When anything else
    fails, nothing of the batch has happened; its halves are tried by themselves, down to the one
    event that fails alone: it is tried again with growing pauses, dead after ATTEMPTS_MAX.
    """
    if not event_ids:
        return
    try:
        with acting_as(system="inbound event"):
            if events := _events_take(event_ids):
                _events_work(events)
                crash_point("inbox.worked")
        crash_point("inbox.finished")
    except Exception as error:  # any bug must land in a row, not in a lost traceback
        if len(event_ids) == 1:
            logger.exception("inbound event %s failed", event_ids[0])
            _event_failed(event_ids[0], error)
            return
        logger.warning("a batch of %s events failed: %s", len(event_ids), _words(error))
        middle = len(event_ids) // 2
        inbound_events_process(event_ids[:middle])
        inbound_events_process(event_ids[middle:])


def _events_take(event_ids: Sequence[UUID]) -> list[InboundEvent]:
    """The events that still wait, locked, in the order of their coming; without those that another
    worker has."""
    waiting = InboundEvent.objects.select_for_update(skip_locked=True).filter(
        pk__in=event_ids, state=InboundEvent.State.RECEIVED
    )
    events = rows_read(waiting.order_by("pk"), without=("headers", "body_sha256"))
    connections = Connection.objects.defer("secrets")  # sealed: each would have to be opened
    by_id = connections.in_bulk({event.connection_id for event in events})
    for event in events:
        event.connection = by_id[event.connection_id]
    return events


# --- What they say --------------------------------------------------------------------------


@dataclass(slots=True)
class Reading:
    """An event, what it says, and what has become of that."""

    event: InboundEvent
    snapshots: list[Snapshot] = field(default_factory=list)
    said: PageEvent | None = None  # by a page
    error: ConnectorError | None = None
    orders: list[Order] = field(default_factory=list)  # that it changed

    @property
    def bells(self) -> list[Doorbell]:
        return [each for each in self.snapshots if isinstance(each, Doorbell)]

    @property
    def traffic(self) -> list[TrafficSnapshot]:
        """Totals of a platform, which are of no order."""
        return [each for each in self.snapshots if isinstance(each, TrafficSnapshot)]

    @property
    def notices(self) -> list[SourceNotice]:
        return [each for each in self.snapshots if isinstance(each, SourceNotice)]

    @property
    def is_news(self) -> bool:
        """Whether it said anything new. A bell that rang, totals and a notice have done all that
        they are for; a click is news even before its order comes."""
        is_click = self.said is not None and self.said.click_id is not None
        return bool(self.orders or self.bells or self.traffic or self.notices) or is_click


def event_read(event: InboundEvent) -> Reading:
    """What the body of an event says, or why it cannot be read."""
    reading = Reading(event)
    try:
        if event.endpoint == PAGE:
            reading.said = page_event_read(bytes(event.body))
            if reading.said is None:
                raise UnknownPayload("not an event of a page")
        else:
            reading.snapshots = event_snapshots(event)
    except ConnectorError as error:
        reading.error = error
    return reading


def event_snapshots(event: InboundEvent) -> list[Snapshot]:
    """What the body of an event says, in our words.

    Raises:
        ConnectorError: it cannot be read.
    """
    body = bytes(event.body)
    if event.endpoint == CLAIM:
        return claim_snapshots(body)
    if event.endpoint == WEBHOOK:
        # When it came is for the sources that name no moment of their own
        own = event.connection.settings | {"received_at": event.received_at.isoformat()}
        return translator(event.source).parse(body, own)
    if event.endpoint == SAME_SALE:
        return told_read(body)
    if event.endpoint == DAILY:
        return total_read(body)
    if event.endpoint == PHONE_CLAIM:
        return match_read(body)
    if event.endpoint == RECEIPT_MATCH:
        return receipt_match_read(body)
    if event.endpoint == FILE:
        return file_record_parse(event.source, body)
    return poll_connector(event.source).parse(event.endpoint, body)


def _news(readings: Sequence[Reading]) -> News:
    news = News()
    for reading in readings:
        connection_id = reading.event.connection_id
        if reading.said is not None:
            news.page_add(connection_id, reading.said)
        for snapshot in reading.snapshots:
            if not isinstance(snapshot, TrafficSnapshot):
                news.snapshot_add(connection_id, snapshot)
    return news


# --- What becomes of it ---------------------------------------------------------------------


def _events_work(events: Sequence[InboundEvent]) -> None:
    readings = [event_read(event) for event in events]
    work = work_load(_news(readings))
    for reading in readings:
        _reading_apply(work, reading)
    work.changes.write()
    for reading in readings:
        _event_finish(reading)
        work.changes.change(reading.event)
    work.changes.write()
    for reading in readings:
        for totals in reading.traffic:
            traffic_apply(reading.event.connection, totals)
    bells = [(each.event.connection_id, bell) for each in readings for bell in each.bells]
    doorbells_ring(bells)
    for reading in readings:
        for notice in reading.notices:
            source_notice_apply(reading.event, notice)
    conversions_settle(work)
    same_sales_queue(work, (order for each in readings for order in each.orders))
    if work.dossiers.peppered:
        phone_marks_keep(work.dossiers, [(each.event, each.snapshots) for each in readings])


def _reading_apply(work: Work, reading: Reading) -> None:
    if reading.said is not None:
        reading.orders += page_event_apply(work, reading.event, reading.said)
    for snapshot in reading.snapshots:
        reading.orders += _snapshot_apply(work, reading.event, snapshot)


def _snapshot_apply(work: Work, event: InboundEvent, snapshot: Snapshot) -> list[Order]:
    """The orders that it changed."""
    if isinstance(snapshot, OrderSnapshot):
        return order_apply(work, event, snapshot)
    if isinstance(snapshot, OrderRemoval):
        return removal_apply(work, event, snapshot)
    if isinstance(snapshot, EvidenceSnapshot):
        return evidence_apply(work, event, snapshot)
    if isinstance(snapshot, Doorbell | TrafficSnapshot | SourceNotice):
        return []
    return line_move_apply(work, event, snapshot)


def _event_finish(reading: Reading) -> None:
    """The orders have their ids by now."""
    event = reading.event
    event.attempts += 1
    event.finished_at = clock.now()
    if reading.error is not None:
        _event_die(event, reading.error)
        return
    event.state = InboundEvent.State.DONE if reading.is_news else InboundEvent.State.IGNORED
    event.outcome = {"orders": sorted({order.pk for order in reading.orders})}
    event.error = ""


def _event_die(event: InboundEvent, error: Exception) -> None:
    event.state, event.error = InboundEvent.State.DEAD, _words(error)
    event.finished_at = clock.now()
    logger.error("inbound event %s is dead: %s", event.pk, event.error)


def _event_failed(event_id: UUID, error: Exception) -> None:
    with acting_as(system="inbound event"):
        event = InboundEvent.objects.select_for_update().get(pk=event_id)
        if event.state != InboundEvent.State.RECEIVED:
            return
        event.attempts += 1
        if event.attempts >= ATTEMPTS_MAX:
            _event_die(event, error)
        else:
            event.error = _words(error)
            event.next_at = clock.now() + timedelta(seconds=5 * 4**event.attempts)
        event.save(update_fields=["attempts", "error", "state", "next_at", "finished_at"])


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_CHARS_MAX].replace("\x00", "")
