"""Totals per tag that a brand brings from a cabinet without an API: read, looked at, stored.

Which column is what the brand says, because no source documents the table. What is stored is the
brand's word about the platform's word; no conversion is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
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
from core.cells import Cell, Limits, Marked, TableError
from core.errors import DomainError, Invalid, NotFound
from core.money import MINOR_DIGITS
from core.sheets import rows_filled, table_open
from core.tenancy.context import acting_as
from core.xlsx import FILE_BYTES_MAX, UNPACKED_BYTES_MAX

SOURCES = frozenset({"wildberries"})  # whose cabinets count tags and have no API for it
LIMITS = Limits(FILE_BYTES_MAX, UNPACKED_BYTES_MAX, rows=20_000, columns=40)
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
    content = _table(raw)
    with acting_as(system="read a table of tags"):
        upload = TagUpload.objects.create(
            connection=connection,
            brand_id=connection.brand_id,
            name=name.replace("\x00", "")[-NAME_CHARS_MAX:],
            content=json.dumps(content).encode(),
            rows_count=len(content["rows"]),
            uploaded_by_id=user_id,
        )
        audit_record(
            "tag_upload.read", upload, after={"rows": upload.rows_count, "name": upload.name}
        )
    return upload


def _table(raw: bytes) -> dict[str, Any]:
    """The titles, and the rows below them with their numbers, all as text."""
    try:
        rows = list(rows_filled(table_open(raw, LIMITS)))
    except TableError as error:
        raise _wrong_file(_table_text(error)) from None
    for place, row in enumerate(rows[:HEADER_ROWS], 1):
        titles = [_cell_text(cell)[:TITLE_CHARS_MAX] for cell in row.cells]
        if len([title for title in titles if title]) >= len(NEEDED) and rows[place:]:
            below = [[each.number, [*map(_cell_text, each.cells)]] for each in rows[place:]]
            return {"titles": titles, "rows": below}
    raise _wrong_file(_("There is no table in this file: a row of titles, and rows below it."))


def _table_text(error: TableError) -> str:
    if error.code == "too_large":
        return _("The file is too large. Export fewer days at once.")
    if error.code == "too_many_rows":
        return _("The file has more than 20,000 rows. Export fewer days at once.")
    return _("This is neither an Excel file (.xlsx) nor a CSV that we can read.")


def _cell_text(cell: Cell) -> str:
    """What has no value that was saved (a formula, #N/A) is empty."""
    if isinstance(cell, Marked):
        cell = cell.value
    if cell is None:
        return ""
    text = cell.date().isoformat() if isinstance(cell, datetime) else str(cell)
    return text.strip()[:CELL_CHARS_MAX]


def _wrong_file(message: str) -> Invalid:
    return Invalid.of("file", message)


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
        last_on=clock.today(),
    )


def _content(upload: TagUpload) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bytes(upload.content))
    return {"titles": [], "rows": []} | content


def _wrong_columns(message: str) -> Invalid:
    return Invalid.of("columns", message)


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
