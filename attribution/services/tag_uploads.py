"""Totals per tag that a brand brings from a cabinet without an API: read, looked at, stored.

Which column is what the brand says, because no source documents the table. What is stored is the
brand's word about the platform's word; no conversion is made of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from attribution.connectors.base import TagCount, TrafficSnapshot
from attribution.domain.tag_table import (
    FIGURES,
    NEEDED,
    Columns,
    TagTable,
    columns_guess,
    table_read,
)
from attribution.models import Connection, TagUpload
from attribution.services.traffic import traffic_apply
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.money import MINOR_DIGITS
from core.tenancy.context import acting_as
from core.xlsx import FILE_BYTES_MAX, SpreadsheetError, sheet_rows

SOURCES = frozenset({"wildberries"})  # whose cabinets count tags and have no API for it
ROWS_MAX = 20_000
COLUMNS_MAX = 40
TITLE_CHARS_MAX, CELL_CHARS_MAX, NAME_CHARS_MAX = 120, 300, 120
HEADER_ROWS = 10
SETTING = "tag_table"  # of the connection: how its last table was read


class TagUploadConflict(DomainError):
    """The upload's state, or the connection's, does not allow it."""

    code = "upload_state"


# --- Reading --------------------------------------------------------------------------------


def tag_upload_read(*, connection_id: int, name: str, raw: bytes, user_id: int) -> TagUpload:
    """Keep a table until the brand says what its columns are. Stores no day yet.

    Raises:
        NotFound: no such connection.
        TagUploadConflict: its source counts no tags in a cabinet, or it is switched off.
        Invalid: nothing in the file can be read as a table.
    """
    with acting_as(system="read a table of tags"):
        connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None:
        raise NotFound(_("There is no such connection."))
    if connection.source not in SOURCES or connection.state == Connection.State.OFF:
        raise TagUploadConflict(_("This source takes no files now."))
    first_row, titles, rows = _table(raw)
    content = {"first_row": first_row, "titles": titles, "rows": rows}
    with acting_as(system="read a table of tags"):
        upload = TagUpload.objects.create(
            connection=connection,
            brand_id=connection.brand_id,
            name=name.replace("\x00", "")[-NAME_CHARS_MAX:],
            content=json.dumps(content).encode(),
            rows_count=len(rows),
            uploaded_by_id=user_id,
        )
        audit_record("tag_upload.read", upload, after={"rows": len(rows), "name": upload.name})
    return upload


def _table(raw: bytes) -> tuple[int, list[str], list[list[str]]]:
    """The number of the first row below the titles, the titles, and the rows, as text."""
    cells = _cells(raw)
    for number, row in enumerate(cells[:HEADER_ROWS], 1):
        titles = [cell[:TITLE_CHARS_MAX] for cell in row]
        if len([title for title in titles if title]) >= len(NEEDED):
            rows = [list(below) for below in cells[number:]]
            if not any(any(below) for below in rows):
                break
            return number + 1, titles, rows
    raise _wrong_file(_("There is no table in this file: a row of titles, and rows below it."))


def _cells(raw: bytes) -> list[list[str]]:
    if len(raw) > FILE_BYTES_MAX:
        raise _wrong_file(_("The file is too large. Export fewer days at once."))
    rows: Sequence[Sequence[Any]]
    if raw.startswith(b"PK"):
        try:
            rows = sheet_rows(raw, rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
        except SpreadsheetError as error:
            raise _wrong_file(_sheet_text(error)) from None
    else:
        rows = _csv_rows(raw)
    return [[_cell_text(cell) for cell in row[:COLUMNS_MAX]] for row in rows]


def _sheet_text(error: SpreadsheetError) -> str:
    return {
        "not_a_spreadsheet": _("This is neither an Excel file (.xlsx) nor a CSV that we can read."),
        "too_large": _("The file is too large. Export fewer days at once."),
        "too_many_rows": _("The file has more than 20,000 rows. Export fewer days at once."),
    }[error.code]


def _csv_rows(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1251", errors="replace")
    if "\0" in text:
        raise _wrong_file(_("This is neither an Excel file (.xlsx) nor a CSV that we can read."))
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise _wrong_file(
            _("This is neither an Excel file (.xlsx) nor a CSV that we can read.")
        ) from None
    if len(rows) > ROWS_MAX:
        raise _wrong_file(_("The file has more than 20,000 rows. Export fewer days at once."))
    return rows


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()[:CELL_CHARS_MAX]


def _wrong_file(message: str) -> Invalid:
    return Invalid(message, fields={"file": [message]})


# --- What its columns are -------------------------------------------------------------------


def tag_upload_titles(upload: TagUpload) -> list[str]:
    titles: list[str] = _content(upload)["titles"]
    return titles


def tag_upload_columns(upload: TagUpload) -> dict[str, int]:
    """Which column is what, as the brand said the last time for these titles; else as we guess."""
    titles = tag_upload_titles(upload)
    known: Mapping[str, str] = upload.connection.settings.get(SETTING, {}).get("titles", {})
    if known and all(title in titles for title in known.values()):
        return {figure: titles.index(title) for figure, title in known.items()}
    return {str(figure): place for figure, place in columns_guess(titles).items()}


def tag_upload_table(upload: TagUpload, columns: Columns, currency: str) -> TagTable:
    """What the table says when its columns are these.

    Raises:
        Invalid: no column of days or of tags, one column for two figures, or another currency.
    """
    content = _content(upload)
    if any(columns.get(figure) is None for figure in NEEDED):
        raise _wrong_columns(_("Say in which columns the day and the tag stand."))
    if len(set(columns.values())) < len(columns):
        raise _wrong_columns(_("One column cannot be two things."))
    if not all(0 <= place < len(content["titles"]) for place in columns.values()):
        raise _wrong_columns(_("There is no such column in this file."))
    if currency not in MINOR_DIGITS:
        raise _wrong_columns(_("We do not know this currency."))
    return table_read(
        content["rows"],
        columns,
        currency=currency,
        first_row=content["first_row"],
        last_on=clock.today(),
    )


def _content(upload: TagUpload) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bytes(upload.content))
    return {"first_row": 2, "titles": [], "rows": []} | content


def _wrong_columns(message: str) -> Invalid:
    return Invalid(message, fields={"columns": [message]})


# --- Storing --------------------------------------------------------------------------------


def tag_upload_store(*, upload_id: int, columns: Columns, currency: str) -> TagUpload:
    """The brand agrees: the days of the table become rows; what is newer than the file stays.

    Raises:
        NotFound: no such upload.
        TagUploadConflict: it is stored already, its source is off, or nothing in it can be read.
        Invalid: as `tag_upload_table`.
    """
    with acting_as(system="store a table of tags"):
        upload = (
            TagUpload.objects.select_for_update(of=("self",))
            .select_related("connection")
            .filter(pk=upload_id)
            .first()
        )
        if upload is None:
            raise NotFound(_("There is no such file."))
        if upload.connection.state == Connection.State.OFF:
            raise TagUploadConflict(_("This source takes no files now."))
        if upload.state != TagUpload.State.READ:
            raise TagUploadConflict(_("There is nothing to store in this file."))
        table = tag_upload_table(upload, columns, currency)
        if not table.rows:
            raise TagUploadConflict(_("There is nothing to store in this file."))
        _columns_remember(upload, columns, currency)
        counts = tuple(TagCount(*row) for row in table.rows)
        snapshot = TrafficSnapshot(
            source_updated_at=upload.created_at, currency=currency, counts=counts
        )
        upload.stored_count = traffic_apply(upload.connection, snapshot)
        upload.state, upload.stored_at = TagUpload.State.STORED, clock.now()
        upload.content = b"{}"
        upload.save(update_fields=["stored_count", "state", "stored_at", "content"])
        audit_record("tag_upload.store", upload, after={"days": upload.stored_count})
    return upload


def _columns_remember(upload: TagUpload, columns: Columns, currency: str) -> None:
    titles = tag_upload_titles(upload)
    kept = {figure: titles[columns[figure]] for figure in FIGURES if figure in columns}
    connection = Connection.objects.select_for_update().get(pk=upload.connection_id)
    connection.settings[SETTING] = {"titles": kept, "currency": currency}
    connection.save(update_fields=["settings"])
