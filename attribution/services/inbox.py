"""The inbox: what comes is stored before it is answered, and worked on at our own pace.

A row is the promise. Redis carries ids only: the relay hands waiting rows to workers, and a
worker commits effect and state together, so that a kill at any point does a thing once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy

from attribution.connectors.base import (
    BadSignature,
    ConnectorError,
    Doorbell,
    EvidenceSnapshot,
    OrderRemoval,
    OrderSnapshot,
    Snapshot,
    UnknownPayload,
    WebhookConnector,
)
from attribution.connectors.registry import file_connector, poll_connector, webhook_connector
from attribution.domain.page_events import PAGE, page_event_read
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import connection_secrets
from attribution.services.doorbell import doorbell_ring
from attribution.services.orders import (
    evidence_apply,
    line_move_apply,
    order_apply,
    page_event_apply,
    removal_apply,
)
from core import clock
from core.audit.services import audit_record
from core.crash import crash_point
from core.errors import DomainError, NotFound
from core.jobs import enqueue
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

WEBHOOK = "webhook"  # the endpoint of an event that its source sent by itself
FILE = "file"  # the endpoint of an event that the brand brought in an export of the cabinet
PURGED_TEXT = gettext_lazy(
    "What came was erased after %(days)s days, as the rules for buyers' data ask: it cannot be read"
    " again."
)
ATTEMPTS_MAX = 5
LEASE_SECONDS = 60
RELAY_BATCH = 500
HEARTBEAT_KEY = "birge:relay:beat"  # of the relay, in Redis; gone when it is
HEADERS_KEPT_MAX = 40
HEADER_CHARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came: `key` is equal for equal news."""

    key: str
    body: bytes


def webhook_receive(
    connector: WebhookConnector,
    connection: Connection,
    headers: Mapping[str, str],
    body: bytes,
) -> bool:
    """Verify a call and store it; False when it was stored before. Runs as the system.

    Raises:
        BadSignature: none of the connection's secrets signed these bytes. Nothing is stored.
    """
    connector.verify(headers, body, connection_secrets(connection))
    received = Received(connector.event_key(headers, body), body)
    trust = InboundEvent.Trust(connector.trust)
    is_new = bool(events_store(connection, WEBHOOK, trust, [received], headers))
    if trust != InboundEvent.Trust.HINT:  # an unsigned call proves nothing, least of all health
        connection_works(connection)
    return is_new


def connection_works(connection: Connection) -> None:
    """A source that was new or failing has answered as it should. Runs as the system."""
    Connection.objects.filter(pk=connection.pk).exclude(
        state__in=(Connection.State.OK, Connection.State.OFF)
    ).update(state=Connection.State.OK, error="")


def bad_signature_count(connection_id: int) -> None:
    """Remember that somebody called with a wrong signature. In its own transaction: the caller's
    is rolled back by the refusal."""
    Connection.objects.filter(pk=connection_id).update(
        bad_signature_count=F("bad_signature_count") + 1
    )


def events_store(
    connection: Connection,
    endpoint: str,
    trust: InboundEvent.Trust,
    received: Sequence[Received],
    headers: Mapping[str, str] | None = None,
) -> list[UUID]:
    """Store what came; what is known already is left out. Returns the ids of the new rows."""
    now = clock.now()
    rows = [
        InboundEvent(
            connection=connection,
            brand_id=connection.brand_id,
            source=connection.source,
            endpoint=endpoint,
            event_key=each.key,
            trust=trust,
            headers=_kept_headers(headers or {}),
            body=each.body,
            body_sha256=hashlib.sha256(each.body).hexdigest(),
            received_at=now,
            next_at=now,
        )
        for each in received
    ]
    InboundEvent.objects.bulk_create(rows, ignore_conflicts=True)
    new = InboundEvent.objects.filter(pk__in=[row.pk for row in rows])
    new_ids = list(new.values_list("pk", flat=True))
    if new_ids and endpoint != PAGE:  # anybody can send those: they prove no working source
        Connection.objects.filter(pk=connection.pk).update(last_event_at=now, silent_since=None)
    return new_ids


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What helps to understand a call later; never a credential."""
    secret = ("authorization", "cookie", "x-portal-token")
    kept = [(name, value) for name, value in headers.items() if name.lower() not in secret]
    return {
        name[:HEADER_CHARS_MAX]: value.replace("\x00", "")[:HEADER_CHARS_MAX]
        for name, value in kept[:HEADERS_KEPT_MAX]
    }


def events_relay() -> int:
    """Hand waiting events to the workers, each for LEASE_SECONDS. Returns how many.

    The lease is the row's own `next_at`: a worker that dies gives the event back by time.
    """
    with acting_as(system="relay"):
        now = clock.now()
        waiting = (
            InboundEvent.objects.select_for_update(skip_locked=True)
            .filter(state=InboundEvent.State.RECEIVED, next_at__lte=now)
            .order_by("next_at")
            .values_list("pk", flat=True)[:RELAY_BATCH]
        )
        ids = list(waiting)
        InboundEvent.objects.filter(pk__in=ids).update(
            next_at=now + timedelta(seconds=LEASE_SECONDS)
        )
        for event_id in ids:
            enqueue("attribution.tasks.inbound_event_process", str(event_id))
    return len(ids)


def inbound_event_process(event_id: UUID) -> None:
    """Turn one event into orders, decisions and money, exactly once.

    Whatever fails is written into the row: tried again with growing pauses, dead after
    ATTEMPTS_MAX. An event whose shape is unknown is dead at once: time does not heal it.
    """
    try:
        with acting_as(system="inbound event"):
            event = _event_take(event_id)
            if event is not None:
                _event_work(event)
                crash_point("inbox.worked")
        crash_point("inbox.finished")
    except ConnectorError as error:
        _event_failed(event_id, error, is_final=True)
    except Exception as error:  # any bug must land in the row, not in a lost traceback
        logger.exception("inbound event %s failed", event_id)
        _event_failed(event_id, error, is_final=False)


def _event_take(event_id: UUID) -> InboundEvent | None:
    """The event, locked; None when another worker has it or it is finished."""
    return (
        InboundEvent.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("connection")
        .filter(pk=event_id, state=InboundEvent.State.RECEIVED)
        .first()
    )


def _event_work(event: InboundEvent) -> None:
    orders, is_news = _page_work(event) if event.endpoint == PAGE else _source_work(event)
    event.state = InboundEvent.State.DONE if is_news else InboundEvent.State.IGNORED
    event.outcome = {"orders": sorted(orders)}
    event.attempts += 1
    event.error = ""
    event.finished_at = clock.now()
    event.save(update_fields=["state", "outcome", "attempts", "error", "finished_at"])


def _source_work(event: InboundEvent) -> tuple[set[int], bool]:
    """The orders that it changed, and whether it said anything new. A bell that rang has done all
    that it is for."""
    snapshots = event_snapshots(event)
    outcome = [_snapshot_apply(event, snapshot) for snapshot in snapshots]
    orders = {order_id for order_id in outcome if order_id}
    return orders, bool(orders) or any(isinstance(each, Doorbell) for each in snapshots)


def _page_work(event: InboundEvent) -> tuple[set[int], bool]:
    """As above. A click is news even before its order comes."""
    said = page_event_read(bytes(event.body))
    if said is None:
        raise UnknownPayload("not an event of a page")
    return set(page_event_apply(event, said)), said.click_id is not None


def event_snapshots(event: InboundEvent) -> list[Snapshot]:
    """What the body of an event says, in our words."""
    body = bytes(event.body)
    if event.endpoint == WEBHOOK:
        return webhook_connector(event.source).parse(body, event.connection.settings)
    if event.endpoint == FILE:
        return file_connector(event.source).record_parse(body)
    return poll_connector(event.source).parse(event.endpoint, body)


def _snapshot_apply(event: InboundEvent, snapshot: Snapshot) -> int | None:
    """The id of the order that it changed, if it did."""
    if isinstance(snapshot, OrderSnapshot):
        return order_apply(event, snapshot)
    if isinstance(snapshot, OrderRemoval):
        return removal_apply(event, snapshot)
    if isinstance(snapshot, EvidenceSnapshot):
        return evidence_apply(event, snapshot)
    if isinstance(snapshot, Doorbell):
        doorbell_ring(event.connection, snapshot)
        return None
    return line_move_apply(event, snapshot)


def _event_failed(event_id: UUID, error: Exception, *, is_final: bool) -> None:
    with acting_as(system="inbound event"):
        event = InboundEvent.objects.select_for_update().get(pk=event_id)
        if event.state != InboundEvent.State.RECEIVED:
            return
        event.attempts += 1
        event.error = f"{type(error).__name__}: {error}"[:300].replace("\x00", "")
        if is_final or event.attempts >= ATTEMPTS_MAX:
            event.state, event.finished_at = InboundEvent.State.DEAD, clock.now()
            logger.error("inbound event %s is dead: %s", event_id, event.error)
        else:
            event.next_at = clock.now() + timedelta(seconds=5 * 4**event.attempts)
        event.save(update_fields=["attempts", "error", "state", "next_at", "finished_at"])


class EventNotFinished(DomainError):
    """Only a dead or finished event can be worked on again."""

    code = "event_not_finished"


class EventPurged(DomainError):
    """Nothing is left to read again."""

    code = "event_purged"


def event_replay(*, event_id: UUID) -> InboundEvent:
    """Work on a finished or dead event once more, as if it had just come.

    Raises:
        NotFound: no such event.
        EventNotFinished: it waits already.
        EventPurged: its body was erased.
    """
    with acting_as(system="replay an event"):
        event = InboundEvent.objects.select_for_update().filter(pk=event_id).first()
        if event is None:
            raise NotFound("No such event.")
        if event.state == InboundEvent.State.RECEIVED:
            raise EventNotFinished("This event is waiting already.")
        if event.body_purged_at is not None:
            raise EventPurged(PURGED_TEXT % {"days": settings.EVENT_BODY_DAYS})
        before = {"state": event.state, "attempts": event.attempts}
        event.state, event.attempts = InboundEvent.State.RECEIVED, 0
        event.next_at, event.finished_at = clock.now(), None
        event.save(update_fields=["state", "attempts", "next_at", "finished_at"])
        audit_record("event replayed", event, before=before)
    return event


__all__ = [
    "BadSignature",
    "EventNotFinished",
    "EventPurged",
    "Received",
    "bad_signature_count",
    "event_replay",
    "events_relay",
    "events_store",
    "inbound_event_process",
    "webhook_receive",
]
