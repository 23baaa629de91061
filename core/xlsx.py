"""Reading a spreadsheet that somebody else made, without trusting a byte of it.

An .xlsx is a zip of XML: a file of some kilobytes may unpack to gigabytes, and a cell may say that
it stands in column 16384. So sizes are looked at before anything is unpacked (`zipfile` reads no
more than the size that the directory names), and rows and columns have an end. Entities are
refused by defusedxml, which openpyxl uses where it is installed.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import openpyxl
from openpyxl.xml import DEFUSEDXML

FILE_BYTES_MAX = 5 * 2**20
UNPACKED_BYTES_MAX = 40 * 2**20
PARTS_MAX = 200
TEXT_CHARS_MAX = 2_000

Cell = str | int | float | date | None
Refusal = Literal["not_a_spreadsheet", "too_large", "too_many_rows"]


class SpreadsheetError(ValueError):
    """Not a spreadsheet that we read. `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code: Refusal = code


def sheet_rows(raw: bytes, *, rows_max: int, columns_max: int) -> list[Sequence[Cell]]:
    """The cells of the first sheet, row by row from the top, empty rows included.

    Formulas give the value that was saved with them; longer text than TEXT_CHARS_MAX is cut.

    Raises:
        SpreadsheetError: no .xlsx, too large, or more than `rows_max` rows.
    """
    _require_small(raw)
    try:
        rows = _rows(raw, rows_max=rows_max + 1, columns_max=columns_max)
    except Exception:  # a broken file breaks the library wherever it likes
        raise SpreadsheetError("not_a_spreadsheet") from None
    if len(rows) > rows_max:
        raise SpreadsheetError("too_many_rows")
    return rows


def _require_small(raw: bytes) -> None:
    assert DEFUSEDXML, "defusedxml must be installed"
    if len(raw) > FILE_BYTES_MAX:
        raise SpreadsheetError("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise SpreadsheetError("not_a_spreadsheet") from None
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
        raise SpreadsheetError("too_large")


def _rows(raw: bytes, *, rows_max: int, columns_max: int) -> list[Sequence[Cell]]:
    with warnings.catch_warnings():  # about styles and extensions that we do not read
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size is often wrong
            rows = sheet.iter_rows(max_row=rows_max, max_col=columns_max, values_only=True)
            return [[_cell(value) for value in row] for row in rows]
        finally:
            book.close()


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date | int | float):
        return value
    return str(value)[:TEXT_CHARS_MAX]
