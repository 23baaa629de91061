"""The inbox: what comes is stored before it is answered, and worked on at our own pace.

A row is the promise. Redis carries ids only: the relay hands waiting rows to workers
(attribution.services.ingest).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F
from django.utils.translation import gettext_lazy

from attribution.connectors.base import BadSignature, WebhookConnector
from attribution.connectors.daily_total import DAILY
from attribution.connectors.phone_claim import PHONE_CLAIM
from attribution.connectors.receipt_match import RECEIPT_MATCH
from attribution.connectors.registry import POLLS
from attribution.connectors.same_sale import SAME_SALE
from attribution.domain.page_events import PAGE
from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.connections import connection_secrets
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.jobs import enqueue
from core.tenancy.context import acting_as

WEBHOOK = "webhook"  # the endpoint of an event that its source sent by itself
FILE = "file"  # the endpoint of an event that the brand brought in an export of the cabinet
PURGED_TEXT = gettext_lazy(
    "What came was erased after %(days)s days, as the rules for buyers' data ask: it cannot be read"
    " again."
)
LEASE_SECONDS = 60
RELAY_BATCH = 2_000
EVENTS_PER_TASK = 500  # what a batch costs whatever its size is a small part of it by then
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
    # An unsigned call proves nothing, least of all health; where it is all that there is, it does
    if trust != InboundEvent.Trust.HINT or connection.source not in POLLS:
        connection_works(connection)
    return is_new


def connection_works(connection: Connection) -> None:
    """A source that was new or failing has answered as it should, unless another way to it fails
    (a shop may call us and refuse our questions). Runs as the system."""
    failing = PollCursor.objects.filter(connection=connection, failures__gt=0)
    Connection.objects.filter(~Exists(failing), pk=connection.pk).exclude(
        state__in=(Connection.State.OK, Connection.State.OFF)
    ).update(state=Connection.State.OK, error="")


def bad_signature_count(connection_id: int) -> None:
    """Remember that somebody called with a wrong signature. In its own transaction: the caller's
    is rolled back by the refusal."""
    Connection.objects.filter(pk=connection_id).update(
        bad_signature_count=F("bad_signature_count") + 1, refused_at=clock.now()
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
            headers=kept_headers(headers or {}),
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
    # A page's anybody can send, and what we tell ourselves we know: they prove no working source
    if new_ids and endpoint not in (PAGE, SAME_SALE, DAILY, PHONE_CLAIM, RECEIPT_MATCH):
        Connection.objects.filter(pk=connection.pk).update(last_event_at=now, silent_since=None)
    return new_ids


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What helps to understand a call later; never a credential."""
    secret = ("authorization", "cookie", "x-portal-token", "api-key", "apikey", "x-api-key")
    kept = [(name, value) for name, value in headers.items() if name.lower() not in secret]
    return {
        name[:HEADER_CHARS_MAX]: value.replace("\x00", "")[:HEADER_CHARS_MAX]
        for name, value in kept[:HEADERS_KEPT_MAX]
    }


def events_relay() -> int:
    """Hand waiting events to the workers in batches, for LEASE_SECONDS. Returns how many.

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
        for start in range(0, len(ids), EVENTS_PER_TASK):
            batch = [str(event_id) for event_id in ids[start : start + EVENTS_PER_TASK]]
            enqueue("attribution.tasks.inbound_events_process", *batch)
    return len(ids)


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
    "webhook_receive",
]
