"""A file of orders: choosing it, its columns, what it says, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.connectors.base import OrderSnapshot
from attribution.connectors.files import choice_of
from attribution.connectors.registry import TABLES
from attribution.models import Connection, OrderUpload
from attribution.selectors.uploads import upload_first_orders, uploads_latest
from attribution.services.order_uploads import COLUMNS, refusal_text
from core import clock
from core.cells import Row
from core.columns import Layout, row_read
from core.values import When
from exchange.web.brand.columns_form import LABELS, STATUSES, ColumnsForm
from exchange.web.brand.desk import Desk
from exchange.web.brand.guides import GUIDES
from exchange.web.formatting import amount_text, day_short, moment_short, number_text
from exchange.web.pages import uploads as pages
from exchange.web.pages.common import Fact
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import Word

State = OrderUpload.State
SHOWN_MAX = 50  # the whole list can be taken away
SAMPLE_SHOWN = 5
UPLOAD_NOTE = gettext_lazy(
    "Nothing proves who made a file. Its orders are credited, but no reward is approved by itself"
    " until the source or you confirm the order."
)
FAULTS: Mapping[str, Word] = {
    "missing": gettext_lazy("is empty"),
    "not_a_date": gettext_lazy("is no date"),
    "not_an_amount": gettext_lazy("is no amount"),
    "not_a_quantity": gettext_lazy("is no whole number of pieces"),
    "not_a_count": gettext_lazy("is no whole number of pieces"),
    "not_an_order": gettext_lazy("is no number of an order"),
    "in_future": gettext_lazy("is in the future"),
    "exponent": gettext_lazy(
        "Excel made a number like 1E+10 of it, and what stood there is lost. Make the column text"
        " in the program that the file comes from, and export again"
    ),
    "long_number": gettext_lazy(
        "has more than 15 digits, and Excel keeps no more of a number. Make the column text in the"
        " program that the file comes from, and export again"
    ),
    "formula": gettext_lazy(
        "is a formula without its value. Open the file in Excel, save it and upload it again"
    ),
    "error_value": gettext_lazy("is an error of a formula"),
    "not_text": gettext_lazy("holds signs that no text has"),
    "not_a_code": gettext_lazy("is no code: Excel made a date or a fraction of it"),
    "too_long": gettext_lazy("is too long"),
    "not_a_currency": gettext_lazy("is a currency that we do not know"),
    "negative": gettext_lazy("is below zero"),
    "more_than_amount": gettext_lazy("is more than the sum"),
    "differs": gettext_lazy("differs from the other rows of this order"),
    "twice": gettext_lazy("stands in the file twice, with different values"),
    "refund": gettext_lazy("is a refund: nothing says which purchase it belongs to"),
}
REMARKS: Mapping[str, Word] = {
    "zeros_lost": gettext_lazy(
        "Codes in «%(column)s» that are shorter than the others: %(many)s, for example %(example)s."
        " Excel may have taken away zeros at their beginning."
    ),
    "hidden_rows": gettext_lazy("Hidden rows of the file are read as well: %(many)s."),
    "hidden_columns": gettext_lazy("The file has columns that Excel hides: %(example)s."),
    "sheets_unread": gettext_lazy("Only the first sheet is read. Left out: %(example)s."),
    "twins": gettext_lazy("Rows that repeat another one: %(many)s. Look whether they are meant."),
    "unknown_words": gettext_lazy(
        "Orders with a status that we do not know: %(many)s, for example «%(example)s». They earn"
        " nothing until you say what it means."
    ),
}
KEPT: Mapping[str, Word] = {
    "promised": gettext_lazy("its reward is approved or paid"),
    "changed": gettext_lazy("another source has told of it since"),
    "known_before": gettext_lazy("was known before this file"),
}
WORK: Mapping[str, Word] = {
    State.READING: gettext_lazy("We read the file"),
    State.STORING: gettext_lazy("We store its orders"),
    State.UNDOING: gettext_lazy("We take its orders back"),
}
TITLES: Mapping[str, Word] = {
    State.READ: gettext_lazy("What we read"),
    State.UNDONE: gettext_lazy("Undone"),
    State.ERASED: gettext_lazy("Erased, never stored"),
}


def upload_form(desk: Desk, found: Connection) -> pages.Upload:
    return pages.Upload(
        source=found.source,
        action_url=desk.url("connection_upload", found.public_id),
        back_url=desk.url("connection", found.public_id),
        steps=[str(step) for step in GUIDES[found.source].upload],
        note=" ".join(filter(None, [str(GUIDES[found.source].note), str(UPLOAD_NOTE)])),
        past=[_upload_row(desk, found, each) for each in uploads_latest(found)],
    )


def _upload_row(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadRow:
    said = {
        State.STORED: _orders_text(upload.stored_count),
        State.READ: _("not stored"),
    }.get(State(upload.state), State(upload.state).label)
    name = "connection_upload_columns" if upload.state == State.NEW else "connection_upload_check"
    url = desk.url(name, found.public_id, upload.public_id)
    return pages.UploadRow(upload.created_at, upload.name, str(said), url)


def _orders_text(count: int) -> str:
    said = ngettext("%(count)s order", "%(count)s orders", count)
    return said % {"count": number_text(count)}


# --- The columns ----------------------------------------------------------------------------


def upload_columns(
    desk: Desk, found: Connection, upload: OrderUpload, form: ColumnsForm
) -> pages.UploadColumns:
    """The first rows as the form understands them."""
    layout = form.changed.layout
    names = [name for name in form.column_names if name in layout.places]
    rows = [row for row in form.look.rows if row.number > layout.header_row][:SAMPLE_SHOWN]
    kept = found.settings.get(COLUMNS, {}).get("titles")
    return pages.UploadColumns(
        name=upload.name,
        back_url=desk.url("connection_upload", found.public_id),
        action_url=desk.url("connection_upload_columns", found.public_id, upload.public_id),
        titles=[str(LABELS[name]) for name in names],
        rows=[_sample_row(row, layout, names, form) for row in rows],
        remarks=_remarks(upload),
        is_remembered=kept is not None and kept == upload.columns["titles"],
    )


def _sample_row(
    row: Row, layout: Layout, names: Sequence[str], form: ColumnsForm
) -> pages.SampleRow:
    read = row_read(row, layout, form.connector.wanted, now=clock.now())
    wrong = {fault.column: fault for fault in read.faults}
    cells = []
    for name in names:
        fault = wrong.get(layout.title_of(name))
        if fault is None:
            cells.append(pages.SampleCell(_value_text(read.values[name])))
        else:
            text = " ".join(filter(None, [fault.text, str(FAULTS[fault.code])]))
            cells.append(pages.SampleCell(text, is_wrong=True))
    return pages.SampleRow(row.number, cells)


def _value_text(value: Any) -> str:
    if value is None:
        return ""
    return _moment_text(value.at) if isinstance(value, When) else str(value)


def _moment_text(at: datetime) -> str:
    """A day without an hour is its first moment."""
    is_day = at == clock.day_start(clock.day_of(at))
    return day_short(at) if is_day else moment_short(at)


# --- What it says ---------------------------------------------------------------------------


def upload_check(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadCheck:
    """What a file says, in counts, and where it is wrong."""
    address = (found.public_id, upload.public_id)
    errors = [_fault(error) for error in upload.errors[:SHOWN_MAX]]
    kept = [_kept(each) for each in upload.kept[:SHOWN_MAX]]
    is_working = upload.state in OrderUpload.WORKING
    return pages.UploadCheck(
        name=upload.name,
        self_url=desk.url("connection_upload_check", *address),
        back_url=desk.url("connection", found.public_id),
        again_url=desk.url("connection_upload", found.public_id),
        title=str(TITLES.get(State(upload.state), _("What the file said"))),
        facts=_upload_facts(upload),
        errors=errors,
        errors_more=upload.errors_count - len(errors),
        errors_url=desk.url("connection_upload_errors", *address) if errors else "",
        note=str(UPLOAD_NOTE),
        work_text=str(WORK[State(upload.state)]) if is_working else "",
        percent=upload.percent,
        refusal=_refusal(found, upload),
        remarks=_remarks(upload),
        orders=[_order_row(each) for each in upload_first_orders(upload)],
        kept=kept,
        kept_more=upload.kept_count - len(kept),
        kept_url=desk.url("connection_upload_kept", *address) if kept else "",
        **_actions(desk, upload, address),
    )


def _actions(desk: Desk, upload: OrderUpload, address: Sequence[Any]) -> dict[str, str]:
    new = upload.orders_count - upload.known_count
    actions = {}
    if upload.state == State.READ and new:
        actions["store_url"] = desk.url("connection_upload_check", *address)
        actions["store_text"] = _("Store %(orders)s") % {"orders": _orders_text(new)}
    if upload.state in (State.READ, State.REFUSED) and upload.columns:
        actions["columns_url"] = desk.url("connection_upload_columns", *address)
    if upload.may_undo:
        actions["undo_url"] = desk.url("connection_upload_undo", *address)
        text = _("Undo %(orders)s of this file?") % {"orders": _orders_text(upload.stored_count)}
        actions["undo_text"] = text
    return actions


def _refusal(found: Connection, upload: OrderUpload) -> str:
    if not upload.refusal:
        return ""
    rows = TABLES[found.source].limits.rows // 1_000 * 1_000
    return refusal_text(rows, upload.refusal)


def _upload_facts(upload: OrderUpload) -> list[Fact]:
    if upload.state in (State.READING, State.REFUSED, State.ERASED, State.NEW):
        return []
    if upload.state in (State.UNDOING, State.UNDONE):
        return [
            Fact(_("Orders in the file"), number_text(upload.orders_count)),
            Fact(_("Taken back"), number_text(upload.undone_count)),
            Fact(_("Left as they are"), number_text(upload.kept_count)),
        ]
    is_waiting = upload.state == State.READ
    new = upload.orders_count - upload.known_count if is_waiting else upload.stored_count
    statuses = [
        Fact(str(label).capitalize(), number_text(upload.counts[status]))
        for status, label in STATUSES
        if upload.counts.get(status)
    ]
    return [
        Fact(_("Orders in the file"), number_text(upload.orders_count)),
        *statuses,
        Fact(_("Known from an earlier file"), number_text(upload.known_count)),
        Fact(_("New"), number_text(new)),
        Fact(_("Faults"), number_text(upload.errors_count)),
    ]


def _fault(error: Sequence[Any]) -> pages.UploadFault:
    row, column, code, found = error
    return pages.UploadFault(row, column, str(FAULTS[code]), found)


def _kept(each: Sequence[str]) -> pages.KeptOrder:
    number, code = each
    return pages.KeptOrder(number, str(KEPT[code]))


def _remarks(upload: OrderUpload) -> list[str]:
    return [
        str(REMARKS[code]) % {"column": column, "many": number_text(many), "example": example}
        for code, column, many, example in upload.remarks
    ]


def _order_row(order: OrderSnapshot) -> pages.UploadOrder:
    return pages.UploadOrder(
        number=order.number,
        at=_moment_text(order.placed_at),
        status=str(dict(STATUSES)[order.status]),
        amount=amount_text(sum(line.amount_minor for line in order.lines), order.currency),
        codes=", ".join(order.promo_codes),
    )


# --- To take away ---------------------------------------------------------------------------


def upload_errors_csv(upload: OrderUpload) -> FileResponse:
    """Every fault that was kept, to correct the file by."""
    header = [_("Row"), _("Column"), _("What stands there"), _("What is wrong")]
    rows = map(_fault, upload.errors)
    lines = ([str(each.row), each.column, each.found, each.text] for each in rows)
    return csv_answer("birge-faults.csv", header, lines)


def upload_kept_csv(upload: OrderUpload) -> FileResponse:
    return csv_answer("birge-left.csv", [_("Order"), _("Why it stays")], _kept_lines(upload))


def _kept_lines(upload: OrderUpload) -> Iterator[list[str]]:
    for each in upload.kept:
        kept = _kept(each)
        yield [kept.number, kept.text]


def columns_form(upload: OrderUpload, look: Any, data: Mapping[str, str] | None) -> ColumnsForm:
    return ColumnsForm(
        data,
        connector=TABLES[upload.connection.source],
        look=look,
        choice=choice_of(upload.columns),
    )
