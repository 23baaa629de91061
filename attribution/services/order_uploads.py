"""Orders that a brand brings as an export of its cabinet: read, looked at, stored.

What is stored goes the way of every event, as a hint: nothing proves that the source made the
file, so such an order waits for a second source before anything is approved by silence, and it
never changes an order that the source itself has shown us.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from attribution.connectors.base import (
    ConnectorError,
    FileReading,
    FileRecord,
    FileRefused,
    PollConnection,
)
from attribution.connectors.registry import FILES, file_connector
from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.models import Connection, InboundEvent, Order, OrderUpload
from attribution.services.inbox import FILE, Received, connection_works, events_store
from attribution.services.kaspi import shop_shows_order
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.http import OutgoingError
from core.tenancy.context import acting_as

NAME_CHARS_MAX = 120
TRIED_MAX = 3  # orders of a file that its shop is asked for
ERRORS_KEPT_MAX = 200  # more than anybody reads: the rest is counted
BATCH = 1_000


class UploadConflict(DomainError):
    """The upload's state, or the connection's, does not allow it."""

    code = "upload_state"


def upload_read(*, connection_id: int, name: str, raw: bytes, user_id: int) -> OrderUpload:
    """Read an export and keep what it says until the brand agrees. Stores no order yet.

    Raises:
        NotFound: no such connection.
        UploadConflict: its source has no such file, or it is switched off.
        Invalid: a file of which nothing can be read, or another shop's.
    """
    with acting_as(system="read an export"):
        connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        raise NotFound(_("There is no such connection."))
    if connection.source not in FILES or connection.state == Connection.State.OFF:
        raise UploadConflict(_("This source takes no files now."))
    try:
        reading = file_connector(connection.source).file_read(raw, now=clock.now())
    except FileRefused as refused:
        raise _wrong_file(_refusal_text(refused)) from None
    _own_shop_require(connection, reading.records)
    return _upload_keep(connection, name, reading, user_id)


def _refusal_text(refused: FileRefused) -> str:
    if refused.code == "missing_columns":
        columns = ", ".join(f"«{column}»" for column in refused.columns)
        return _("These columns are missing: %(columns)s. Export the orders once more.") % {
            "columns": columns
        }
    return {
        "not_a_spreadsheet": _("This is not an Excel file (.xlsx) that we can read."),
        "too_large": _("The file is too large. Export fewer days at once."),
        "too_many_rows": _("The file has more than 20,000 rows. Export fewer days at once."),
        "no_header": _("There is no column «№ заказа»: this is not the export of orders."),
        "no_orders": _("There are no orders in this file."),
    }[refused.code]


def _wrong_file(message: str) -> Invalid:
    return Invalid(message, fields={"file": [message]})


def _own_shop_require(connection: Connection, records: Sequence[FileRecord]) -> None:
    """Whose file it is can be known in two ways: an order of it was read from another shop, or
    the shop's own token shows none of its newest orders."""
    numbers = [record.external_id for record in records]
    with acting_as(system="read an export"):
        others = Order.objects.filter(
            source=connection.source, external_id__in=numbers, trust__in=CONFIRMED_TRUST
        ).exclude(connection=connection)
        is_foreign = others.exists()
    if is_foreign or not _is_shown(connection, numbers):
        raise _wrong_file(_("These are orders of another shop: upload them to its connection."))


def _is_shown(connection: Connection, numbers: Sequence[str]) -> bool:
    """False only when the source itself says that none of the newest is this shop's."""
    if not connection.token or not numbers:
        return True
    asked = PollConnection(connection.token, connection.settings)
    try:
        return any(shop_shows_order(asked, number) for number in sorted(numbers)[-TRIED_MAX:])
    except (ConnectorError, OutgoingError):
        return True


def _upload_keep(
    connection: Connection, name: str, reading: FileReading, user_id: int
) -> OrderUpload:
    records, errors = reading.records, reading.errors
    with acting_as(system="read an export"):
        upload = OrderUpload.objects.create(
            connection=connection,
            brand_id=connection.brand_id,
            name=name.replace("\x00", "")[-NAME_CHARS_MAX:],
            content=json.dumps([[one.event_key, one.body.decode()] for one in records]).encode(),
            counts=Counter(record.status for record in records),
            orders_count=len(records),
            known_count=_known_count(connection, records),
            errors=[list(error) for error in errors[:ERRORS_KEPT_MAX]],
            errors_count=len(errors),
            uploaded_by_id=user_id,
        )
        audit_record("order_upload.read", upload, after={"orders": len(records), "name": name})
    return upload


def _known_count(connection: Connection, records: Sequence[FileRecord]) -> int:
    """Orders of which an earlier file said the same."""
    keys = [record.event_key for record in records]
    return InboundEvent.objects.filter(connection=connection, event_key__in=keys).count()


def upload_store(*, upload_id: int) -> OrderUpload:
    """The brand agrees: every order of the file becomes an event, those that are known do not.

    Raises:
        NotFound: no such upload.
        UploadConflict: it is stored already, nothing in it could be read, or its source is off.
    """
    with acting_as(system="store an export"):
        upload = (
            OrderUpload.objects.select_for_update(of=("self",))
            .select_related("connection")
            .filter(pk=upload_id)
            .first()
        )
        if upload is None:
            raise NotFound(_("There is no such file."))
        if upload.state != OrderUpload.State.READ or not upload.orders_count:
            raise UploadConflict(_("There is nothing to store in this file."))
        if upload.connection.state == Connection.State.OFF:
            raise UploadConflict(_("This source takes no files now."))
        upload.stored_count = _events_make(upload)
        upload.state, upload.stored_at = OrderUpload.State.STORED, clock.now()
        upload.content = b"[]"
        upload.save(update_fields=["stored_count", "state", "stored_at", "content"])
        if not upload.connection.token:
            connection_works(upload.connection)
        audit_record("order_upload.store", upload, after={"orders": upload.stored_count})
    return upload


def _events_make(upload: OrderUpload) -> int:
    records = [Received(key, body.encode()) for key, body in json.loads(bytes(upload.content))]
    new = 0
    for begin in range(0, len(records), BATCH):
        batch = records[begin : begin + BATCH]
        new += len(events_store(upload.connection, FILE, InboundEvent.Trust.HINT, batch))
    return new
