"""The file of the report: one row per day, source, campaign, content, term and kind of page.

Columns are found by their Russian titles (facts/marketplaces.md 2.6, where two are not given in
full). Of the figures that can be added up we keep sessions, and what was ordered within Ozon's
window: pieces and their "total value" in roubles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attribution.connectors.base import TAG_MAX, UnknownPayload
from attribution.connectors.payload import PLAIN_AMOUNT, is_storable
from core.cells import Limits, TableError
from core.money import MoneyError, minor_of
from core.xlsx import FILE_BYTES_MAX, UNPACKED_BYTES_MAX, sheet_rows
from core.xlsx import PlainCell as Cell

LIMITS = Limits(FILE_BYTES_MAX, UNPACKED_BYTES_MAX, rows=100_000, columns=40)
HEADER_ROWS = 10  # above the header there may be a title
CURRENCY = "RUB"  # the titles say so: "(руб.)"
DAY, TAG, VISITS, ORDERED, AMOUNT = "day", "tag", "visits", "ordered", "amount_minor"
_TITLES: Mapping[str, re.Pattern[str]] = {
    DAY: re.compile(r"дата"),
    TAG: re.compile(r"campaign"),
    VISITS: re.compile(r"сессии"),
    ORDERED: re.compile(r"заказано товаров\b.*\bв рамках окна атрибуции\b.*"),
    AMOUNT: re.compile(r"суммарная стоимость\b.*\bв рамках окна атрибуции\b.*\(руб\.?\)"),
}
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f]")

Tags = dict[str, dict[str, Any]]


def report_read(raw: bytes) -> dict[date, list[dict[str, Any]]]:
    """{day: its tags with their figures, sorted}. Rows of one tag and day are added up.

    Raises:
        UnknownPayload: not the file that this report is.
    """
    try:
        rows = sheet_rows(raw, LIMITS)
    except TableError as error:
        raise UnknownPayload(f"report: {error.code}") from None
    header_row, columns = _header(rows)
    days: dict[date, Tags] = {}
    for number, row in enumerate(rows[header_row:], header_row + 1):
        _row_add(days, columns, row, number)
    return {day: [tags[tag] for tag in sorted(tags)] for day, tags in days.items()}


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, Mapping[str, int]]:
    """The number of the header's row, from 1, and where each column that is read stands."""
    for number, row in enumerate(rows[:HEADER_ROWS], 1):
        titles = [" ".join(str(cell or "").casefold().split()) for cell in row]
        columns = {
            name: place
            for name, pattern in _TITLES.items()
            for place, title in reversed(list(enumerate(titles)))  # of two the first
            if pattern.fullmatch(title)
        }
        if DAY in columns and TAG in columns:
            if not columns.keys() & {VISITS, ORDERED, AMOUNT}:
                raise UnknownPayload("report: no column that counts anything")
            return number, columns
    raise UnknownPayload("report: no columns «Дата» and «Campaign»")


def _row_add(
    days: dict[date, Tags], columns: Mapping[str, int], row: Sequence[Cell], number: int
) -> None:
    """Rows without a tag are visits that no tag brought, or the line of totals."""
    cells = {name: row[place] for name, place in columns.items() if place < len(row)}
    tag = str(cells.get(TAG) or "").strip()
    if not tag or not is_storable(tag):
        return
    day = _day(cells.get(DAY))
    if day is None:
        raise UnknownPayload(f"report row {number}: no day")
    own = days.setdefault(day, {}).setdefault(
        tag[:TAG_MAX], {"tag": tag[:TAG_MAX], VISITS: None, ORDERED: None, AMOUNT: None}
    )
    for name in (VISITS, ORDERED, AMOUNT):
        value = _figure(cells.get(name), number, is_money=name == AMOUNT)
        if value is not None:
            own[name] = (own[name] or 0) + value


def _figure(cell: Cell, number: int, *, is_money: bool) -> int | None:
    """Whole pieces, or kopecks; None for an empty cell."""
    text = _BLANKS.sub("", str(cell if cell is not None else "")).replace(",", ".")
    if not text or text == "-":
        return None
    if not PLAIN_AMOUNT.fullmatch(text) or text[0] in "+-":
        raise UnknownPayload(f"report row {number}: not a number")
    if is_money:
        try:
            return minor_of(text, CURRENCY)
        except MoneyError:
            raise UnknownPayload(f"report row {number}: not an amount") from None
    count = Decimal(text)
    if count != int(count):
        raise UnknownPayload(f"report row {number}: not a whole number")
    return int(count)


def _day(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return cell
    text = str(cell or "").strip()
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None
