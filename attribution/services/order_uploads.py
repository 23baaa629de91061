"""Files of orders that a brand brings: taken, looked at, stored, undone.

What is stored goes the way of every event, as a hint: nothing proves who made the file, so such an
order waits for a second source before anything is approved by silence, and it never changes an
order that the source itself has shown us. The long work is in `upload_work`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.base import ORDER_STATUSES, ConnectorError, PollConnection
from attribution.connectors.files import (
    Choice,
    FileReading,
    FileRecord,
    FileRefused,
    Remark,
    TableConnector,
    choice_of,
)
from attribution.connectors.registry import EXPORTS, FILES, TABLES
from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.models import Connection, Order, OrderUpload
from attribution.services import upload_work
from attribution.services.kaspi import shop_shows_order
from core import clock
from core.audit.services import audit_record
from core.cells import TableError
from core.columns import SAMPLE_ROWS, Layout, layout_guess, layout_settle
from core.errors import DomainError, Invalid, NotFound
from core.http import OutgoingError
from core.jobs import enqueue
from core.sheets import Look, table_look
from core.tenancy.context import acting_as

NAME_CHARS_MAX = 120
TRIED_MAX = 3  # orders of a file that its shop is asked for
SMALL_BYTES = 200_000  # read while the brand waits
COLUMNS = "columns"  # the setting of a connection that remembers the last choice
State = OrderUpload.State

REFUSALS: Mapping[str, Any] = {
    "not_a_spreadsheet": gettext_lazy("This is not an Excel file (.xlsx) that we can read."),
    "not_a_table": gettext_lazy("This is no table. Save it as .xlsx or .csv and upload that."),
    "old_excel": gettext_lazy(
        "This is a file of an old Excel (.xls). Open it, choose “Save as”, .xlsx, and upload that."
    ),
    "unknown_encoding": gettext_lazy(
        "We cannot tell how the letters of this file are written. Save it as .xlsx."
    ),
    "too_large": gettext_lazy("The file is too large. Export fewer days at once."),
    "no_header": gettext_lazy("There is no column «№ заказа»: this is not the export of orders."),
    "no_orders": gettext_lazy("There are no orders in this file."),
    "error": gettext_lazy("An error of ours. We look into it; your file was not stored."),
}


class UploadConflict(DomainError):
    """The upload's state, or the connection's, does not allow it."""

    code = "upload_state"


def refusal_text(connector_rows: int, refusal: Sequence[str]) -> str:
    """Why nothing of a file can be read, and what to do. `refusal` is [code, what it names, …]."""
    code, *names = refusal
    quoted = ", ".join(f"«{name}»" for name in names)
    if code == "missing_columns":
        said = _("These columns are missing: %(columns)s. Export the orders once more.")
        return said % {"columns": quoted}
    if code == "too_many_rows":
        said = _("The file has more than %(rows)s rows. Export fewer days at once.")
        return said % {"rows": f"{connector_rows:,}".replace(",", "\u00a0")}
    if code == "broken_quotes":
        said = _("From row %(row)s on a quotation mark is never closed. Save the file as .xlsx.")
        return said % {"row": names[0] if names else "?"}
    if code == "card_numbers":
        said = _(
            "The column %(column)s holds whole card numbers. We must not have them, and nothing was"
            " kept: take the column out of the file."
        )
        return said % {"column": quoted}
    return str(REFUSALS[code])


def _wrong_file(connection: Connection, error: FileRefused | TableError) -> Invalid:
    names = error.columns if isinstance(error, FileRefused) else [str(error.row)] * bool(error.row)
    return _invalid(refusal_text(_rows_max(connection.source), [error.code, *names]))


def _rows_max(source: str) -> int:
    connector = TABLES[source] if source in TABLES else EXPORTS[source]
    return connector.limits.rows // 1_000 * 1_000


def _invalid(message: str) -> Invalid:
    return Invalid.of("file", message)


# --- Bringing a file ------------------------------------------------------------------------


def upload_receive(*, connection_id: int, name: str, raw: bytes, user_id: int) -> OrderUpload:
    """Take a file. An export whose columns we know is read at once; of a table the columns are
    guessed, and the brand says whether they are right. Stores no order yet.

    Raises:
        NotFound: no such connection.
        UploadConflict: its source has no such file, or it is switched off.
        Invalid: a file of which nothing can be read, or another shop's.
    """
    with acting_as(system="take a file"):
        connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        raise NotFound(_("There is no such connection."))
    if connection.source not in FILES or connection.state == Connection.State.OFF:
        raise UploadConflict(_("This source takes no files now."))
    upload = OrderUpload(
        connection=connection,
        brand_id=connection.brand_id,
        name=name.replace("\x00", "")[-NAME_CHARS_MAX:],
        content=b"",
        uploaded_by_id=user_id,
    )
    try:
        if connection.source in EXPORTS:
            return _export_read(connection, upload, raw)
        return _table_keep(connection, upload, raw)
    except (FileRefused, TableError) as error:
        raise _wrong_file(connection, error) from None


def _export_read(connection: Connection, upload: OrderUpload, raw: bytes) -> OrderUpload:
    reading = EXPORTS[connection.source].file_read(raw, now=clock.now())
    records = list(reading.records)
    _own_shop_require(connection, records)
    with acting_as(system="read an export"):
        upload.save()
        again = FileReading(records, reading.errors, reading.rows, reading.remarks)
        upload_work.reading_keep(upload, again)
    return upload


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
        raise _invalid(_("These are orders of another shop: upload them to its connection."))


def _is_shown(connection: Connection, numbers: Sequence[str]) -> bool:
    """False only when the source itself says that none of the newest is this shop's."""
    if not connection.token or not numbers:
        return True
    asked = PollConnection(connection.token, connection.settings)
    try:
        return any(shop_shows_order(asked, number) for number in sorted(numbers)[-TRIED_MAX:])
    except (ConnectorError, OutgoingError):
        return True


def _table_keep(connection: Connection, upload: OrderUpload, raw: bytes) -> OrderUpload:
    connector = TABLES[connection.source]
    look = table_look(raw, connector.limits, most=SAMPLE_ROWS)
    if not look.rows:
        raise FileRefused("no_orders")
    choice = _choice_guess(connection, connector, look)
    connector.sample_check(look.rows, choice.layout)
    upload.state, upload.content, upload.columns = State.NEW, raw, choice.plain()
    upload.remarks = [list(remark) for remark in _look_remarks(look, choice.layout)]
    with acting_as(system="take a file"):
        upload.save()
        audit_record("order_upload.take", upload, after={"name": upload.name})
    return upload


def _choice_guess(connection: Connection, connector: TableConnector, look: Look) -> Choice:
    """What was chosen for the last file, as far as this one has the same columns."""
    kept = connection.settings.get(COLUMNS)
    last = choice_of(kept) if kept else None
    layout = layout_guess(
        look.rows,
        connector.wanted,
        hidden=look.hidden,
        remembered=kept["titles"] if kept else None,
    )
    if last is None:
        return Choice(layout)
    return last.with_layout(layout)


def _look_remarks(look: Look, layout: Layout) -> list[Remark]:
    """What of the file nobody sees."""
    titles = [layout.titles[place] for place in sorted(look.hidden) if place < len(layout.titles)]
    remarks = []
    if titles:
        remarks.append(Remark("hidden_columns", many=len(titles), example=", ".join(titles)[:200]))
    if look.unread:
        many = len(look.unread)
        remarks.append(Remark("sheets_unread", many=many, example=", ".join(look.unread)[:200]))
    return remarks


# --- The columns of a table -----------------------------------------------------------------


def upload_look(upload: OrderUpload) -> Look:
    """The top of the file that waits. Raises: UploadConflict: it is not there any more."""
    if not upload.content or upload.connection.source not in TABLES:
        raise UploadConflict(_("This file is not kept any more: upload it again."))
    connector = TABLES[upload.connection.source]
    return table_look(bytes(upload.content), connector.limits, most=SAMPLE_ROWS)


def upload_columns_choose(*, upload_id: int, choice: Choice) -> OrderUpload:
    """Read a table by the columns that the brand has chosen, and remember them for its next one.

    The way its amounts and days are written is told by the rows themselves.

    Raises:
        NotFound: no such upload.
        UploadConflict: it is stored already, or its file is not kept any more.
        Invalid: a column that is needed was not chosen, or one was chosen twice.
    """
    with acting_as(system="read an upload"):
        upload = _locked(upload_id)
        if upload.state not in (State.NEW, State.READ, State.REFUSED):
            raise UploadConflict(_("The columns of this file cannot be chosen any more."))
        look = upload_look(upload)
        connector = TABLES[upload.connection.source]
        _choice_require(connector, choice)
        settled = layout_settle(choice.layout, look.rows, connector.wanted)
        choice = choice.with_layout(settled)
        upload.columns, upload.refusal = choice.plain(), []
        upload.remarks = [list(remark) for remark in _look_remarks(look, choice.layout)]
        _begin(upload, State.READING)
        connection = Connection.objects.select_for_update().get(pk=upload.connection_id)
        connection.settings[COLUMNS] = choice.plain()
        connection.save(update_fields=["settings"])
        audit_record("order_upload.columns", upload, after={"titles": upload.columns["titles"]})
    _work(upload, is_small=len(upload.content) <= SMALL_BYTES)
    return upload


def _choice_require(connector: TableConnector, choice: Choice) -> None:
    faults: dict[str, list[str]] = {
        each.name: [_("Choose the column.")] for each in choice.layout.missing(connector.wanted)
    }
    places = list(choice.layout.places.values())
    for name, place in choice.layout.places.items():
        if places.count(place) > 1:
            faults.setdefault(name, []).append(_("This column is chosen twice."))
    if choice.status not in ORDER_STATUSES or set(choice.words.values()) - {*ORDER_STATUSES}:
        faults["status"] = [_("Choose one of the statuses.")]
    if faults:
        raise Invalid(_("Some columns are not chosen as they must be."), fields=faults)


# --- The brand's word -----------------------------------------------------------------------


def upload_store(*, upload_id: int) -> OrderUpload:
    """The brand agrees: every order of the file becomes an event, those that are known do not.

    Raises:
        NotFound: no such upload.
        UploadConflict: it is stored already, nothing in it could be read, or its source is off.
    """
    with acting_as(system="store an upload"):
        upload = _locked(upload_id)
        if upload.state != State.READ or not upload.orders_count:
            raise UploadConflict(_("There is nothing to store in this file."))
        if upload.connection.state == Connection.State.OFF:
            raise UploadConflict(_("This source takes no files now."))
        _begin(upload, State.STORING)
    return _work(upload, is_small=upload.orders_count <= upload_work.PART)


def upload_undo(*, upload_id: int) -> OrderUpload:
    """The brand regrets: orders that this file brought are cancelled, each as a new version of it.

    What is approved or paid stays, and so does what another source has spoken of, or what was
    there before the file: `kept` names them.

    Raises:
        NotFound: no such upload.
        UploadConflict: it is not stored.
    """
    with acting_as(system="undo an upload"):
        upload = _locked(upload_id)
        if not upload.may_undo:
            raise UploadConflict(_("There is nothing to undo in this file."))
        _begin(upload, State.UNDOING)
        audit_record("order_upload.undo_begin", upload)
    return _work(upload, is_small=upload.orders_count <= upload_work.PART)


def _begin(upload: OrderUpload, state: str) -> None:
    upload.state, upload.percent, upload.touched_at = state, 0, None
    upload.save()


def _work(upload: OrderUpload, *, is_small: bool) -> OrderUpload:
    """At once when that takes an instant; the page shows how far it is otherwise."""
    if is_small:
        upload_work.upload_work(upload.pk)
    else:
        with acting_as(system="work on an upload"):
            enqueue(upload_work.TASK, upload.pk)
    with acting_as(system="work on an upload"):
        upload.refresh_from_db()
    return upload


def _locked(upload_id: int) -> OrderUpload:
    found = (
        OrderUpload.objects.select_for_update(of=("self",))
        .select_related("connection")
        .filter(pk=upload_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such file."))
    return found
