"""A file of rows, .xlsx or text, opened by what is in it and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from core.cells import Limits, Row, TableError
from core.csvfile import TextTable
from core.xlsx import Workbook

ZIP = b"PK\x03\x04"


class Table(Protocol):
    """Rows from the top; `share` is how much of the file was read so far, 0 to 1."""

    share: float

    def rows(self) -> Iterator[Row]:
        """Once. Raises: TableError."""


def table_open(raw: bytes, limits: Limits) -> Workbook | TextTable:
    """Raises: TableError."""
    if not raw.strip(b"\0 \r\n\t"):
        raise TableError("not_a_table")
    return Workbook(raw, limits) if raw.startswith(ZIP) else TextTable(raw, limits)


def rows_filled(table: Table) -> Iterator[Row]:
    """The rows in which anything stands."""
    return (row for row in table.rows() if any(cell is not None for cell in row.cells))


def table_top(raw: bytes, limits: Limits, *, most: int) -> list[Row]:
    """The first rows in which anything stands. Raises: TableError."""
    found = rows_filled(table_open(raw, limits))
    return [row for row, _ in zip(found, range(most), strict=False)]
