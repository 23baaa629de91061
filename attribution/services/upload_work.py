"""The long work of an upload: reading it, storing its orders, taking them back.

In parts of PART orders, each in one transaction: a kill at any point loses none and does none
twice, and `uploads_sweep` finds what stands still. A file is read as a whole before anything of it
is kept. Whoever looks at the page sees how far it is.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from attribution.connectors.files import (
    ERRORS_MAX,
    FileReading,
    FileRefused,
    choice_of,
    undone_body,
)
from attribution.connectors.registry import TABLES
from attribution.domain.lifecycle import PROMISED
from attribution.domain.uploads import UNDO_KEY, Applied, Verdict, undo_verdict
from attribution.models import (
    Conversion,
    InboundEvent,
    Order,
    OrderUpload,
    OrderVersion,
    UploadPart,
)
from attribution.services.inbox import FILE, Received, connection_works, events_store
from attribution.services.upload_keys import Kept, records_new
from core import clock
from core.audit.services import audit_record
from core.cells import Row, TableError
from core.crash import crash_point
from core.jobs import enqueue
from core.sheets import rows_filled, table_open
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

PART = 1_000
TASK = "attribution.tasks.upload_work"
WORK_SECONDS = 180.0  # then it stands behind others; below CELERY_TASK_TIME_LIMIT
STILL = timedelta(seconds=60)  # whoever worked on it is gone
TELL_SECONDS = 1.0
READ_PERCENT = 90  # the rest is keeping what was read
ERASE_BATCH = 100
State = OrderUpload.State
WAITING = (State.NEW, State.REFUSED, State.READ)


def upload_work(upload_id: int) -> None:
    """Work on an upload until it is done, or for WORK_SECONDS."""
    begun = time.monotonic()
    while _step(upload_id):
        crash_point("upload.step")
        if time.monotonic() - begun > WORK_SECONDS:
            with acting_as(system="work on an upload"):
                enqueue(TASK, upload_id)
            return


def uploads_sweep() -> int:
    """Uploads that nobody works on. Returns how many."""
    with acting_as(system="work on an upload"):
        still = OrderUpload.objects.filter(
            Q(touched_at__lt=clock.now() - STILL) | Q(touched_at=None),
            state__in=OrderUpload.WORKING,
        )
        ids = list(still.values_list("pk", flat=True))
        for upload_id in ids:
            enqueue(TASK, upload_id)
    return len(ids)


def uploads_erase() -> int:
    """Erase what was uploaded UPLOAD_DAYS ago and never agreed to. Returns how many."""
    with acting_as(system="erase uploads"):
        old = OrderUpload.objects.select_for_update(skip_locked=True).filter(
            state__in=WAITING,
            created_at__lt=clock.now() - timedelta(days=settings.UPLOAD_DAYS),
        )
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:ERASE_BATCH])
        UploadPart.objects.filter(upload__in=ids).delete()
        return OrderUpload.objects.filter(pk__in=ids).update(state=State.ERASED, content=b"")


def _step(upload_id: int) -> bool:
    """One step of the work; False when there is none, or somebody else does it."""
    with acting_as(system="work on an upload"):
        upload = (
            OrderUpload.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("connection")
            .filter(pk=upload_id, state__in=OrderUpload.WORKING)
            .first()
        )
        if upload is None:
            return False
        if upload.state == State.STORING:
            return _part_store(upload)
        if upload.state == State.UNDOING:
            return _part_undo(upload)
        if upload.touched_at is not None and upload.touched_at > clock.now() - STILL:
            return False
        _touch(upload_id, 0)
    _read(upload)
    return False


def _touch(upload_id: int, percent: int) -> None:
    OrderUpload.objects.filter(pk=upload_id).update(percent=percent, touched_at=clock.now())


# --- Reading --------------------------------------------------------------------------------


def _read(upload: OrderUpload) -> None:
    """The whole file, then what it says in one transaction."""
    connector = TABLES[upload.connection.source]
    try:
        table = table_open(bytes(upload.content), connector.limits)
        rows = _told(rows_filled(table), lambda: table.share, upload.pk)
        reading = connector.table_read(rows, choice_of(upload.columns), now=clock.now())
        with acting_as(system="read an upload"):
            taken = OrderUpload.objects.select_for_update(of=("self",)).select_related("connection")
            upload = taken.get(pk=upload.pk)
            if upload.state == State.READING:
                reading_keep(upload, reading)
    except FileRefused as refused:
        _refuse(upload.pk, [refused.code, *refused.columns])
    except TableError as error:
        _refuse(upload.pk, [error.code, *([str(error.row)] if error.row else [])])
    except Exception:  # a bug must end the wait of whoever looks at the page
        logger.exception("upload %s could not be read", upload.pk)
        _refuse(upload.pk, ["error"])


def _told(rows: Iterable[Row], share: Callable[[], float], upload_id: int) -> Iterator[Row]:
    """The same rows; once a second the page is told how far they are."""
    told_at = time.monotonic()
    for row in rows:
        if time.monotonic() - told_at > TELL_SECONDS:
            told_at = time.monotonic()
            with acting_as(system="read an upload"):
                _touch(upload_id, int(share() * READ_PERCENT))
        yield row


def _refuse(upload_id: int, refusal: list[str]) -> None:
    with acting_as(system="read an upload"):
        OrderUpload.objects.filter(pk=upload_id, state=State.READING).update(
            state=State.REFUSED, refusal=refusal, touched_at=clock.now()
        )


def reading_keep(upload: OrderUpload, reading: FileReading) -> None:
    """What a file says, until the brand agrees. Runs as the system, in one transaction."""
    UploadPart.objects.filter(upload=upload).delete()
    counts: Counter[str] = Counter()
    known = 0
    records = iter(reading.records)
    number = 0
    while batch := list(islice(records, PART)):
        counts.update(record.status for record in batch)
        kept = [Kept(each.event_key, each.external_id, each.body.decode()) for each in batch]
        known += len(kept) - len(records_new(upload.connection, upload.pk, kept))
        _part_keep(upload, number, kept)
        number += 1
    upload.counts, upload.orders_count, upload.known_count = counts, counts.total(), known
    upload.rows_count = reading.rows
    upload.errors = [list(error) for error in reading.errors.kept]
    upload.errors_count = reading.errors.count
    upload.remarks = [*upload.remarks, *(list(remark) for remark in reading.remarks)]
    upload.state, upload.percent, upload.touched_at = State.READ, 0, clock.now()
    upload.save()
    audit_record(
        "order_upload.read", upload, after={"orders": upload.orders_count, "name": upload.name}
    )


def _part_keep(upload: OrderUpload, number: int, kept: list[Kept]) -> None:
    UploadPart.objects.create(
        upload=upload,
        brand_id=upload.brand_id,
        number=number,
        content=json.dumps(kept, ensure_ascii=False).encode(),
    )


def part_records(part: UploadPart) -> list[Kept]:
    return [Kept(*each) for each in json.loads(bytes(part.content))]


# --- Storing --------------------------------------------------------------------------------


def _part_store(upload: OrderUpload) -> bool:
    """The next part becomes events; the last one ends it."""
    part = _part_next(upload, UploadPart.State.READ)
    if part is None:
        _stored(upload)
        return False
    new = records_new(upload.connection, upload.pk, part_records(part))
    part.event_ids = events_store(upload.connection, FILE, InboundEvent.Trust.HINT, new)
    part.state, part.content = UploadPart.State.STORED, b""
    part.save(update_fields=["event_ids", "state", "content"])
    upload.stored_count += len(part.event_ids)
    _progress(upload, done=UploadPart.State.STORED)
    upload.save(update_fields=["stored_count", "percent", "touched_at"])
    return True


def _part_next(upload: OrderUpload, state: str) -> UploadPart | None:
    return upload.parts.filter(state=state).order_by("number").first()


def _progress(upload: OrderUpload, *, done: str) -> None:
    parts = upload.parts.count()
    upload.percent = 100 * upload.parts.filter(state=done).count() // parts
    upload.touched_at = clock.now()


def _stored(upload: OrderUpload) -> None:
    upload.state, upload.stored_at, upload.percent = State.STORED, clock.now(), 100
    upload.content = b""
    upload.save(update_fields=["state", "stored_at", "percent", "content"])
    if not upload.connection.token:
        connection_works(upload.connection)
    audit_record("order_upload.store", upload, after={"orders": upload.stored_count})


# --- Undoing --------------------------------------------------------------------------------


def _part_undo(upload: OrderUpload) -> bool:
    """What the next part brought is taken back; the last one ends it."""
    part = _part_next(upload, UploadPart.State.STORED)
    if part is None:
        upload.state, upload.undone_at, upload.percent = State.UNDONE, clock.now(), 100
        upload.save(update_fields=["state", "undone_at", "percent"])
        after = {"orders": upload.undone_count, "kept": upload.kept_count}
        audit_record("order_upload.undo", upload, after=after)
        return False
    withdrawn = _events_withdraw(part)  # first: what is worked on meanwhile is an order after it
    taken, kept = _orders_undo(upload, part)
    upload.undone_count += withdrawn + taken
    upload.kept = [*upload.kept, *kept][:ERRORS_MAX]
    upload.kept_count += len(kept)
    part.state = UploadPart.State.UNDONE
    part.save(update_fields=["state"])
    _progress(upload, done=UploadPart.State.UNDONE)
    upload.save(update_fields=["undone_count", "kept", "kept_count", "percent", "touched_at"])
    return True


def _events_withdraw(part: UploadPart) -> int:
    """Events that nobody has worked on yet become nothing."""
    waiting = InboundEvent.objects.filter(pk__in=part.event_ids, state=InboundEvent.State.RECEIVED)
    return waiting.update(
        state=InboundEvent.State.IGNORED, outcome={"undone": True}, finished_at=clock.now()
    )


def _orders_undo(upload: OrderUpload, part: UploadPart) -> tuple[int, list[tuple[str, Verdict]]]:
    """How many orders are taken back, and [order, why] of those that stay.

    As events of their own: an order is changed by the inbox and by nothing else.
    """
    ours = set(part.event_ids)
    touched = OrderVersion.objects.filter(event__in=ours, is_applied=True)
    orders = Order.objects.in_bulk(touched.values_list("order_id", flat=True))
    history = _histories(orders, ours)
    promised = set(
        Conversion.objects.filter(order__in=orders, status__in=PROMISED).values_list(
            "order_id", flat=True
        )
    )
    taken: list[Received] = []
    kept: list[tuple[str, Verdict]] = []
    for order in orders.values():
        verdict = undo_verdict(
            [applied for applied, _snapshot in history[order.pk]],
            trust=order.trust,
            is_cancelled=order.status == Order.Status.CANCELLED,
            is_promised=order.pk in promised,
        )
        if verdict == "take_back":
            body = undone_body(history[order.pk][-1][1], order.source_updated_at)
            taken.append(Received(f"{UNDO_KEY}{order.external_id}:{upload.pk}", body))
        elif verdict != "gone":
            kept.append((order.number, verdict))
    events_store(upload.connection, FILE, InboundEvent.Trust.HINT, taken)
    return len(taken), kept


def _histories(
    orders: Iterable[int], ours: set[UUID]
) -> dict[int, list[tuple[Applied, dict[str, Any]]]]:
    """{order: its versions that counted, each with its snapshot}. One query."""
    found: dict[int, list[tuple[Applied, dict[str, Any]]]] = {pk: [] for pk in orders}
    versions = OrderVersion.objects.filter(order__in=found, is_applied=True)
    rows = versions.order_by("order_id", "number").values_list(
        "order_id", "event_id", "event__endpoint", "event__event_key", "snapshot"
    )
    for order_id, event_id, endpoint, key, snapshot in rows:
        applied = Applied(event_id in ours, endpoint == FILE, key.startswith(UNDO_KEY))
        found[order_id].append((applied, snapshot))
    return found
