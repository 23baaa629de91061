"""A file of one-time codes: which rows are codes, and what is wrong with the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from campaigns.domain.codes import CodeFault, canonical, code_fault, skeleton
from core.cells import Cell, Limits, Marked, Row
from core.sheets import rows_filled, table_open

CODES_MAX = 100_000
LIMITS = Limits(file_bytes=8 * 2**20, unpacked_bytes=200 * 2**20, rows=CODES_MAX + 1, columns=20)
TEXT_SHOWN_MAX = 60
TITLES = frozenset(
    {"code", "codes", "coupon", "promo code", "promocode", "код", "коды", "промокод", "промокоды"}
    | {"купон", "купоны", "промокодтар", "кодтар"}
)


class FileCode(NamedTuple):
    row: int
    code: str  # as written, without blanks around it
    canonical: str
    skeleton: str


class RowFault(NamedTuple):
    """`other` is the row that it collides with, or the code of the shop."""

    row: int
    text: str
    fault: CodeFault
    other: str = ""


@dataclass(frozen=True, slots=True)
class CodeFile:
    codes: tuple[FileCode, ...]
    faults: tuple[RowFault, ...]


def code_file_read(raw: bytes) -> CodeFile:
    """One code in a row, in the column with a title of TITLES, else in the first one.

    Raises:
        TableError: no table, or one too large.
    """
    rows = rows_filled(table_open(raw, LIMITS))
    seen: dict[str, FileCode] = {}
    faults: list[RowFault] = []
    place = 0
    for index, row in enumerate(rows):
        if index == 0 and (title := _title_place(row)) is not None:
            place = title
            continue
        cell = row.cells[place] if place < len(row.cells) else None
        fault = _row_take(row.number, cell, seen)
        if fault is not None:
            faults.append(fault)
    return CodeFile(tuple(seen.values()), tuple(faults))


def _title_place(row: Row) -> int | None:
    for place, cell in enumerate(row.cells):
        if isinstance(cell, str) and cell.strip().casefold() in TITLES:
            return place
    return None


def _row_take(number: int, cell: Cell, seen: dict[str, FileCode]) -> RowFault | None:
    """Into `seen`, by its look; or what is wrong."""
    text = _text(cell)
    fault = code_fault(text) if isinstance(cell, str) or not text else _unread(cell)
    if fault is not None:
        return RowFault(number, text[:TEXT_SHOWN_MAX], fault)
    found = FileCode(number, text, canonical(text), skeleton(text))
    known = seen.setdefault(found.skeleton, found)
    if known is found:
        return None
    is_same = known.canonical == found.canonical
    fault = CodeFault.TWICE if is_same else CodeFault.LOOKS_LIKE_ROW
    return RowFault(number, text, fault, str(known.row))


def _unread(cell: Cell) -> CodeFault:
    """Of a cell that holds no text: a number, or what a spreadsheet computes."""
    is_formula = isinstance(cell, Marked) and cell.mark != "scientific"
    return CodeFault.SIGNS if is_formula else CodeFault.NUMBER


def _text(cell: Cell) -> str:
    if isinstance(cell, Marked):
        return cell.text.strip()
    return "" if cell is None else str(cell).strip()
