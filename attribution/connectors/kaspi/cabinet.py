"""The export of orders from Kaspi's cabinet (.xlsx), as the brand brings it.

One row is one line of an order. Addresses, the courier, the staff's names and the buyer's review
are not even looked at: a list of columns is read, and no other. Facts: section 3, last but one
point.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attribution.connectors import base
from attribution.connectors.base import (
    FileReading,
    FileRecord,
    FileRefused,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    RowError,
    RowFault,
    Snapshot,
)
from attribution.connectors.kaspi.records import json_bytes
from attribution.connectors.payload import Fields, is_storable, json_read
from core.cells import TableError
from core.money import MoneyError, minor_of
from core.xlsx import PlainCell as Cell
from core.xlsx import sheet_rows

ROWS_MAX = 20_000
COLUMNS_MAX = 64
HEADER_ROWS = 10  # above the header there may be a title
CURRENCY = "KZT"
ALMATY = ZoneInfo("Asia/Almaty")
NUMBER, PLACED, STATUS_COLUMN, CHANGED = (
    "№ заказа",
    "Дата поступления заказа",
    "Статус",
    "Дата изменения статуса",
)
NAME, ARTICLE, AMOUNT, QUANTITY, REASON = (
    "Название товара в Kaspi Магазине",
    "Артикул",
    "Сумма",
    "Количество",
    "Причина отмены",
)
NEEDED = (NUMBER, PLACED, NAME, ARTICLE, AMOUNT, CHANGED, STATUS_COLUMN, QUANTITY)
STATUS: Mapping[str, OrderStatus] = {
    "выдан": "fulfilled",
    "отменен": "cancelled",
    "возврат": "returned",
    "передан курьеру": "created",
    "ожидает передачи курьеру": "created",
    "ожидает отмены": "created",
}
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(36_526, 73_415)  # 2000 to 2100
_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?: .*)?", re.ASCII)
_NOT_AMOUNT = re.compile(r"[\s\u00a0\u202f₸]|тг\.?|KZT", re.IGNORECASE)


class KaspiCabinet:
    source = "kaspi"
    file_suffix = ".xlsx"

    def file_read(self, raw: bytes, *, now: datetime) -> FileReading:
        try:
            rows = sheet_rows(raw, rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
        except TableError as error:
            raise FileRefused(error.code) from None
        header_row, columns = _header(rows)
        last_on = (now + timedelta(days=1)).astimezone(ALMATY).date()
        lines = [
            _Row(number, _values(row, columns), last_on).read()
            for number, row in enumerate(rows[header_row:], header_row + 1)
            if any(cell not in (None, "") for cell in row)
        ]
        if not lines:
            raise FileRefused("no_orders")
        return _reading(lines)

    def record_parse(self, raw: bytes) -> list[Snapshot]:
        return [_order(Fields(json_read(raw)))]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row in our words, and what is wrong with it. `number` is None when it has none."""

    row: int
    number: str | None
    kept: Mapping[str, Any]
    errors: tuple[RowError, ...]


class _Row:
    """Reads the cells of one row and collects what is wrong."""

    def __init__(self, row: int, cells: Mapping[str, Cell], last_on: date) -> None:
        self.row, self.cells, self.last_on = row, cells, last_on
        self.errors: list[RowError] = []

    def read(self) -> _Line:
        number = self._number()
        kept = {
            "placed_on": self._day(PLACED),
            "changed_on": self._day(CHANGED),
            "status": self._text(STATUS_COLUMN, base.RAW_STATUS_MAX, is_needed=True),
            "reason": self._text(REASON, base.RAW_STATUS_MAX),
            "sku": self._text(ARTICLE, base.SKU_MAX),
            "name": self._text(NAME, base.NAME_MAX),
            "quantity": self._quantity(),
            "amount": self._amount(),
        }
        return _Line(self.row, number, kept, tuple(self.errors))

    def _wrong(self, column: str, code: RowFault) -> None:
        self.errors.append(RowError(self.row, column, code))

    def _text(self, column: str, length_max: int, *, is_needed: bool = False) -> str:
        text = _text_of(self.cells.get(column))
        if not text and is_needed:
            self._wrong(column, "missing")
        return text[:length_max]

    def _number(self) -> str | None:
        text = _whole(_text_of(self.cells.get(NUMBER)))
        if not text:
            self._wrong(NUMBER, "missing")
        elif not _NUMBER.fullmatch(text):
            self._wrong(NUMBER, "not_an_order")
        else:
            return text
        return None

    def _day(self, column: str) -> str:
        day = _day_of(self.cells.get(column))
        if day is None:
            is_empty = not _text_of(self.cells.get(column))
            self._wrong(column, "missing" if is_empty else "not_a_date")
        elif day > self.last_on:
            self._wrong(column, "in_future")
        return day.isoformat() if day else ""

    def _quantity(self) -> int:
        text = _whole(_text_of(self.cells.get(QUANTITY)))
        is_count = text.isascii() and text.isdecimal() and len(text) < 8
        if is_count and 1 <= int(text) <= base.QUANTITY_MAX:
            return int(text)
        self._wrong(QUANTITY, "not_a_quantity" if text else "missing")
        return 0

    def _amount(self) -> str:
        text = _NOT_AMOUNT.sub("", _text_of(self.cells.get(AMOUNT))).replace(",", ".")
        try:
            if minor_of(text, CURRENCY) >= 0:
                return text
        except MoneyError:
            pass
        self._wrong(AMOUNT, "not_an_amount" if text else "missing")
        return ""


def line_id(code: str, position: int) -> str:
    """The id that Kaspi's API gives to this line, so that the order is the same one by both ways:
    base64 of the order's code, "##" and the line's place in it."""
    return base64.b64encode(f"{code}##{position}".encode()).decode()


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, Mapping[str, int]]:
    """The number of the header's row, from 1, and the place of each column that is read."""
    for number, row in enumerate(rows[:HEADER_ROWS], 1):
        titles = [_title(_text_of(cell)) for cell in row]
        if _title(NUMBER) not in titles:
            continue
        missing = [column for column in NEEDED if _title(column) not in titles]
        if missing:
            raise FileRefused("missing_columns", missing)
        wanted = [column for column in (*NEEDED, REASON) if _title(column) in titles]
        return number, {column: titles.index(_title(column)) for column in wanted}
    raise FileRefused("no_header")


def _title(text: str) -> str:
    """As titles are compared: the case, blanks and a remark in brackets do not count."""
    return " ".join(text.partition("(")[0].casefold().split())


def _values(row: Sequence[Cell], columns: Mapping[str, int]) -> dict[str, Cell]:
    return {name: row[place] for name, place in columns.items() if place < len(row)}


def _reading(lines: Sequence[_Line]) -> FileReading:
    errors = [error for line in lines for error in line.errors]
    orders: dict[str, list[_Line]] = {}
    for line in lines:
        if line.number is not None:
            orders.setdefault(line.number, []).append(line)
    records = []
    for code, own in orders.items():
        if any(line.errors for line in own):
            continue
        if len(own) > base.LINES_MAX:
            errors.append(RowError(own[base.LINES_MAX].row, NUMBER, "not_an_order"))
            continue
        records.append(_record(code, own))
    return FileReading(tuple(records), tuple(errors))


def _record(code: str, lines: Sequence[_Line]) -> FileRecord:
    body = json_bytes({"code": code, "entries": [line.kept for line in lines]})
    return FileRecord(
        rows=tuple(line.row for line in lines),
        external_id=code,
        status=_status([str(line.kept["status"]) for line in lines])[0],
        event_key=f"file:{code}:{hashlib.sha256(body).hexdigest()[:32]}",
        body=body,
    )


def _order(record: Fields) -> OrderSnapshot:
    """A status is of a day: it counts from the day's end, so that no hold ends too early."""
    code = record.text("code", length_max=base.NUMBER_MAX)
    entries = record.items("entries", most=base.LINES_MAX)
    if not entries:
        raise record.wrong("entries", "none")
    words = [entry.text("status", length_max=base.RAW_STATUS_MAX) for entry in entries]
    status, kept_words = _status(words)
    changed_at = max(_day_start(entry, "changed_on") for entry in entries) + timedelta(days=1)
    return OrderSnapshot(
        external_id=code,
        number=code,
        status=status,
        raw_status=kept_words,
        currency=CURRENCY,
        placed_at=min(_day_start(entry, "placed_on") for entry in entries),
        source_updated_at=changed_at,
        fulfilled_at=changed_at if status == "fulfilled" else None,
        lines=tuple(
            _line(code, position, entry)
            for position, entry in enumerate(entries)
            if status == "cancelled" or _status_of(words[position]) != "cancelled"
        ),
    )


def _line(code: str, position: int, entry: Fields) -> OrderLineSnapshot:
    quantity = entry.integer("quantity", least=1, most=base.QUANTITY_MAX)
    amount_minor = entry.money_minor("amount", CURRENCY)
    if amount_minor < 0:
        raise entry.wrong("amount", "negative")
    is_returned = _status_of(entry.text_or_none("status") or "") == "returned"
    return OrderLineSnapshot(
        line_id=line_id(code, position),
        sku=entry.text_cut("sku", length_max=base.SKU_MAX),
        name=entry.text_cut("name", length_max=base.NAME_MAX),
        quantity=quantity,
        amount_minor=amount_minor,
        returned_quantity=quantity if is_returned else 0,
        returned_minor=amount_minor if is_returned else 0,
    )


def _status(words: Sequence[str]) -> tuple[OrderStatus, str]:
    """Of an order whose lines may stand differently: what is cancelled or came back says nothing
    of the rest, and the rest is received when all of it is."""
    said = " / ".join(dict.fromkeys(words))[: base.RAW_STATUS_MAX]
    each = {_status_of(word) for word in words}
    living: set[OrderStatus] = each - {"cancelled"} or {"cancelled"}
    living = living - {"returned"} or {"returned"}
    if len(living) == 1:
        return living.pop(), said
    return ("unmapped" if "unmapped" in living else "created"), said


def _status_of(word: str) -> OrderStatus:
    return STATUS.get(" ".join(word.casefold().replace("ё", "е").split()), "unmapped")


def _text_of(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return ""
    text = unicodedata.normalize("NFC", str(cell)).strip()
    return text if is_storable(text) else ""


def _whole(text: str) -> str:
    """A number that a spreadsheet keeps as 701234567.0."""
    return text.removesuffix(".0")


def _day_of(cell: Cell) -> date | None:
    """A day that is a date, a text of dd.mm.yyyy, or Excel's count of days."""
    if isinstance(cell, date):
        return cell if 2000 <= cell.year < 2100 else None
    if isinstance(cell, int | float):
        days = int(cell) if -1e6 < cell < 1e6 else 0
        return EXCEL_EPOCH + timedelta(days=days) if days in EXCEL_DAYS else None
    found = _DAY.fullmatch(_text_of(cell))
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2100 else None


def _day_start(entry: Fields, name: str) -> datetime:
    """When that day begins in Kazakhstan."""
    text = entry.text(name, length_max=10)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise entry.wrong(name, "not a day") from None
    if not 2000 <= day.year < 2100:
        raise entry.wrong(name, "year out of range")
    return datetime(day.year, day.month, day.day, tzinfo=ALMATY).astimezone(UTC)
