"""A table to take away, as CSV or XLSX, from one list of rows: numbers stay numbers, moments are
Almaty's, nothing in a cell runs. Written row by row: a long table never lies in memory whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, Literal

from django.http import FileResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core import clock
from core.errors import Invalid
from exchange.web.formatting import number_text
from exchange.web.spreadsheet import csv_answer, tenge_cell

FileKind = Literal["csv", "xlsx"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS_MAX = 50_000  # about ten seconds of writing; a CSV has no such limit
TENGE_FORMAT = "#,##0.00"
ROWS_MEASURED = 100  # as wide as these are the columns
COLUMN_CHARS_MAX, CELL_CHARS_MAX = 60, 32_767
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML cannot say


@dataclass(frozen=True, slots=True)
class Minor:
    """Tiyn in a cell, not negative: what comes in and what goes out have columns of their own."""

    minor: int


Cell = str | int | date | datetime | Minor | None


def table_answer(
    kind: FileKind, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> FileResponse:
    """A download; `name` is without its ending. It is written to a temporary file first, while the
    rows' side is acting.

    Raises:
        Invalid: too many rows for an XLSX.
    """
    if kind == "csv":
        return csv_answer(f"{name}.csv", header, ([_text(cell) for cell in row] for row in rows))
    file = TemporaryFile()  # noqa: SIM115 the answer closes it
    book = Workbook(write_only=True)
    try:
        try:
            _fill(book, header, rows)
        finally:
            book.save(file)  # also ends what a sheet had begun to write elsewhere
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _text(cell: Cell) -> str:
    if isinstance(cell, Minor):
        return tenge_cell(cell.minor)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(clock.ALMATY):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _fill(book: Workbook, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    rest = iter(rows)
    top = list(islice(rest, ROWS_MEASURED))
    for place, word in enumerate(header):
        widest = max([len(word), *(len(_text(row[place])) for row in top)])
        letter = get_column_letter(place + 1)
        sheet.column_dimensions[letter].width = min(widest, COLUMN_CHARS_MAX) + 2
    sheet.append([_bold(sheet, word) for word in header])
    for number, row in enumerate(chain(top, rest), 1):
        if number > XLSX_ROWS_MAX:
            raise _too_long()
        sheet.append([_written(sheet, cell) for cell in row])


def _bold(sheet: Any, word: str) -> Any:
    cell = WriteOnlyCell(sheet, word)
    cell.font = Font(bold=True)
    return cell


def _written(sheet: Any, said: Cell) -> Any:
    """An amount is a number with two digits, a moment Almaty's without its zone, which a
    spreadsheet cannot know; a text is never a formula."""
    if isinstance(said, Minor):
        amount = WriteOnlyCell(sheet, said.minor / 100)
        amount.number_format = TENGE_FORMAT
        return amount
    if isinstance(said, datetime):
        moment = WriteOnlyCell(sheet, said.astimezone(clock.ALMATY).replace(tzinfo=None))
        moment.number_format = "yyyy-mm-dd hh:mm"
        return moment
    if not isinstance(said, str):
        return said
    text = WriteOnlyCell(sheet, _UNWRITABLE.sub(" ", said)[:CELL_CHARS_MAX])
    text.data_type = "s"
    return text


def _too_long() -> Invalid:
    said = _("More than %(max)s lines are too many for one XLSX. Choose fewer days, or take CSV.")
    return Invalid(said % {"max": number_text(XLSX_ROWS_MAX)}, code="too_many_rows")
