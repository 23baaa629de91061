"""The shop's own list of receipts: any table with the register, the fiscal sign and the sum.

No operator publishes the form of its export, so that columns are known by their titles. Nothing
else of the file is read, and nothing of it is stored: it answers what was claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from attribution.domain.receipts import (
    REGISTER_DIGITS,
    ReceiptRefused,
    ShopReceipt,
    register_read,
    sign_read,
)
from core.cells import Limits
from core.columns import SAMPLE_ROWS, Layout, ReadRow, Wanted, layout_guess, row_read
from core.money import MoneyError, minor_of
from core.sheets import rows_filled, table_open, table_top
from core.values import Value

LIMITS = Limits(file_bytes=5 * 2**20, unpacked_bytes=200 * 2**20, rows=50_000, columns=60)
SIGN_DIGITS_LEAST = 10

WANTED = (
    Wanted(
        "register",
        "code",
        (
            "рнм",
            "ктн",
            "рнм ккм",
            "регистрационный номер",
            "кгд",
            "registration number",
            "register",
        ),
        is_needed=True,
    ),
    Wanted(
        "sign",
        "code",
        ("фп", "фискальный признак", "фискалдық белгі", "фб", "fiscal sign", "номер чека"),
        is_needed=True,
    ),
    Wanted("total", "amount", ("сумма", "сомасы", "итого", "total", "sum"), is_needed=True),
    Wanted("operation", "text", ("операция", "тип операции", "возврат", "operation", "қайтару")),
)
# Of a column of operations, or of one that only says whether it is a return
SALES = frozenset({"", "продажа", "сату", "sale", "нет", "жоқ", "no"})
YES = frozenset({"да", "иә", "yes"})
RETURNS = ("возврат", "қайтару", "return", "refund")

FileFault = Literal["not_a_register", "not_a_sign", "unknown_operation", "said_twice"]


class RowFault(NamedTuple):
    """What is wrong in a row: `code` is of `core.values` or a FileFault."""

    row: int
    column: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ShopFile:
    rows: tuple[ShopReceipt, ...]
    faults: tuple[RowFault, ...]


class ColumnsMissing(ValueError):
    """Columns without which nothing can be said, by the names of `WANTED`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def shop_file_read(raw: bytes, *, now: datetime) -> ShopFile:
    """Every receipt of the file, and every row that names none. A receipt with two sums is none.

    Raises:
        TableError: no table that we read.
        ColumnsMissing: a table of something else.
    """
    layout = layout_guess(table_top(raw, LIMITS, most=SAMPLE_ROWS), WANTED)
    if missing := layout.missing(WANTED):
        raise ColumnsMissing(tuple(each.name for each in missing))
    found: dict[tuple[tuple[str, str], bool], ShopReceipt] = {}
    faults: list[RowFault] = []
    for row, read in _rows(raw, layout, now):
        receipt = _receipt(read, layout)
        if isinstance(receipt, RowFault):
            faults.append(receipt)
            continue
        known = found.setdefault((receipt.key, receipt.is_return), receipt)
        if known.total_minor != receipt.total_minor:
            faults.append(RowFault(row, layout.title_of("total"), "said_twice", receipt.sign))
    twice = {fault.text for fault in faults if fault.code == "said_twice"}
    kept = tuple(each for each in found.values() if each.sign not in twice)
    return ShopFile(kept, tuple(faults))


def _rows(raw: bytes, layout: Layout, now: datetime) -> Iterator[tuple[int, ReadRow]]:
    for row in rows_filled(table_open(raw, LIMITS)):
        if row.number > layout.header_row:
            yield row.number, row_read(row, layout, WANTED, now=now)


def _receipt(read: ReadRow, layout: Layout) -> ShopReceipt | RowFault:
    if read.faults:
        return RowFault(*read.faults[0])
    values = read.values
    register = _padded(values["register"], REGISTER_DIGITS)
    sign = _padded(values["sign"], SIGN_DIGITS_LEAST)
    minor, is_return = _minor(values["total"]), _is_return(values["operation"])
    tests: tuple[tuple[str, str, bool], ...] = (
        ("register", "not_a_register", _is_refused(register_read, register)),
        ("sign", "not_a_sign", _is_refused(sign_read, sign)),
        ("operation", "unknown_operation", is_return is None),
        ("total", "not_an_amount", not minor),
    )
    for name, code, is_wrong in tests:
        if is_wrong:
            return RowFault(read.row, layout.title_of(name), code, str(values[name])[:60])
    return ShopReceipt(register, sign, abs(minor), bool(is_return) or minor < 0)


def _padded(value: Value, digits: int) -> str:
    """As it was printed: a spreadsheet loses zeros in front."""
    return str(value or "").zfill(digits)


def _is_refused(read: Callable[[str], str], text: str) -> bool:
    try:
        read(text)
    except ReceiptRefused:
        return True
    return False


def _minor(total: Value) -> int:
    """0 for what is no sum."""
    try:
        return minor_of(total) if isinstance(total, Decimal) else 0
    except MoneyError:
        return 0


def _is_return(operation: Value) -> bool | None:
    """None for a word that is neither."""
    word = " ".join(str(operation or "").casefold().split())
    if word in SALES:
        return False
    is_return = word in YES or any(each in word for each in RETURNS)
    return True if is_return else None
