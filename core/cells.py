"""What stands in a cell of a table that somebody else made, whatever the format of the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

TEXT_CHARS_MAX = 2_000

Mark = Literal["scientific", "formula", "error"]
Refusal = Literal[
    "not_a_table",
    "not_a_spreadsheet",
    "old_excel",
    "unknown_encoding",
    "broken_quotes",
    "too_large",
    "too_many_rows",
]


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell whose value may not be what its author typed.

    "scientific": Excel shows the number as 1E+10, so whatever was typed there (a code 1E10, 20
    digits) has become that number. "formula": one whose value was not saved with it. "error":
    #N/A and its like.
    """

    mark: Mark
    text: str
    value: int | float | None = None


# A moment in a spreadsheet knows no time zone: `datetime` here is always naive.
Cell = str | int | float | datetime | Marked | None


class Row(NamedTuple):
    """`number` as a spreadsheet shows it, from 1. Nobody sees the cells of a hidden row."""

    number: int
    cells: list[Cell]
    is_hidden: bool = False


class TableError(ValueError):
    """No table that we read. `code` says why, `row` where, if it is of one place."""

    def __init__(self, code: Refusal, row: int = 0) -> None:
        super().__init__(code)
        self.code: Refusal = code
        self.row = row


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read. Beyond, it is refused as a whole; columns are left out."""

    file_bytes: int
    unpacked_bytes: int
    rows: int
    columns: int
