"""The shop's own list of receipts: any table with the register, the fiscal sign and the sum.

No operator publishes the form of its export, so that columns are known by their titles. Nothing
else of the file is read, and nothing of it is stored: it answers what was claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from attribution.domain.receipts import (
    REGISTER_DIGITS,
    ReceiptRefused,
    ShopReceipt,
    register_read,
    sign_read,
)
from core.cells import Limits
from core.columns import Layout, ReadRow, Wanted
from core.money import MoneyError, minor_of
from core.tables import ColumnsMissing, RowFault, rows_read, rows_said, table_layout
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


@dataclass(frozen=True, slots=True)
class ShopFile:
    rows: tuple[ShopReceipt, ...]
    faults: tuple[RowFault, ...]


def shop_file_read(raw: bytes, *, now: datetime) -> ShopFile:
    """Every receipt of the file, and every row that names none. A receipt with two sums is none.

    Raises:
        TableError: no table that we read.
        ColumnsMissing: a table of something else.
    """
    layout = table_layout(raw, LIMITS, WANTED)
    if missing := layout.missing(WANTED):
        raise ColumnsMissing(*(each.name for each in missing))
    found: dict[tuple[tuple[str, str], bool], ShopReceipt] = {}

    def say(read: ReadRow) -> ShopReceipt | RowFault | None:
        """A receipt that stands there twice is said once."""
        receipt = _receipt(read, layout)
        if isinstance(receipt, RowFault):
            return receipt
        known = found.setdefault((receipt.key, receipt.is_return), receipt)
        if known.total_minor != receipt.total_minor:
            return RowFault(read.row, layout.title_of("total"), "said_twice", receipt.sign)
        return receipt if known is receipt else None

    receipts, faults = rows_said(rows_read(raw, LIMITS, WANTED, layout, now=now), say)
    twice = {fault.text for fault in faults if fault.code == "said_twice"}
    return ShopFile(tuple(each for each in receipts if each.sign not in twice), faults)


def _receipt(read: ReadRow, layout: Layout) -> ShopReceipt | RowFault:
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
