"""Reads a bank's statement that is a table: CSV or XLSX, by columns that a person has confirmed.

A table says neither whose account it is nor what its balances were, so that it proves less than
1C's form: rows that are not there may have been left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.cells import Limits, Row, TableError
from core.columns import (
    SAMPLE_ROWS,
    Layout,
    ReadRow,
    Wanted,
    layout_guess,
    layout_settle,
    row_read,
)
from core.money import MoneyError, minor_of
from core.sheets import rows_filled, table_look, table_open
from core.values import ALMATY, Value, When, text_shown
from payouts.rails.bank_file.statement import (
    BYTES_MAX,
    ROWS_MAX,
    TITLE,
    Direction,
    Statement,
    StatementError,
    StatementReason,
    StatementRow,
)

LIMITS = Limits(file_bytes=BYTES_MAX, unpacked_bytes=8 * BYTES_MAX, rows=ROWS_MAX + 100, columns=60)
# Words of a line below the table, which is no movement.
_SUMS = ("итого", "всего", "жиыны", "барлығы", "total", "сальдо", "остаток", "қалдық", "оборот")

WANTED = (
    Wanted("day", "moment", (
        "дата операции", "дата проводки", "операция күні", "күні", "дата", "date", "booking date",
    ), is_needed=True),
    Wanted("number", "code", (
        "номер документа", "номер док", "құжат нөмірі", "номер", "document number", "document",
    ), length_max=40),
    Wanted("credit", "amount", (
        "кредит", "поступление", "приход", "зачислено", "түсім", "кіріс", "credit", "received",
    )),
    Wanted("debit", "amount", (
        "дебет", "списание", "расход", "списано", "шығыс", "debit", "spent",
    )),
    Wanted("amount", "amount", ("сумма", "сомасы", "сома", "amount", "sum")),
    Wanted("party", "text", (
        "плательщик получатель", "контрагент", "корреспондент", "наименование", "плательщик",
        "төлеуші", "counterparty", "payer", "name",
    ), length_max=200),
    Wanted("tax_id", "code", ("бин иин", "иин бин", "бин", "бсн", "иин", "жсн", "bin", "tax id"),
           length_max=20),
    Wanted("iban", "code", (
        "иик", "жск", "счет контрагента", "счет плательщика", "счет", "шот", "iban", "account",
    ), length_max=40),
    Wanted("purpose", "text", (
        "назначение платежа", "назначение", "төлем мақсаты", "мақсаты", "purpose", "details",
        "описание",
    ), length_max=1_000),
    Wanted("currency", "code", ("валюта", "currency"), length_max=10),
    Wanted("knp", "code", ("кнп", "тмк", "код назначения", "knp"), length_max=10),
)  # fmt: skip


def is_table(body: bytes) -> bool:
    """Whether a file is to be read here: it does not begin as 1C's form does."""
    head = body[:200].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \r\n\t")
    return not head.lower().startswith(TITLE.encode())


def layout_of(body: bytes, remembered: Sequence[Mapping[str, str]] = ()) -> Layout:
    """Which column is which: as somebody said of such a file before, else by the titles.

    Raises:
        StatementError: no table.
    """
    try:
        look = table_look(body, LIMITS, most=SAMPLE_ROWS)
    except TableError as error:
        raise _unreadable(error) from None
    for names in remembered:
        layout = layout_guess(look.rows, WANTED, hidden=look.hidden, remembered=names)
        if all(name in layout.places for name in names):
            return layout
    return layout_guess(look.rows, WANTED, hidden=look.hidden)


def layout_named(body: bytes, names: Mapping[str, str]) -> Layout:
    """The columns that a person has chosen, {wanted: title}.

    Raises:
        StatementError: no table, or a title that it does not have.
    """
    guessed = layout_of(body, [names])
    places = {name: guessed.titles.index(title) for name, title in names.items()}
    try:
        top = table_look(body, LIMITS, most=SAMPLE_ROWS).rows
    except TableError as error:
        raise _unreadable(error) from None
    settled = Layout(guessed.header_row, guessed.titles, places)
    return layout_settle(settled, top, WANTED)


def columns_missing(names: Collection[str]) -> bool:
    """Whether these columns do not make a statement: a day, and a sum of some kind."""
    return "day" not in names or not {"credit", "debit", "amount"} & set(names)


def table_parse(body: bytes, layout: Layout, *, now: datetime) -> Statement:
    """The rows of a table below its header.

    Raises:
        StatementError: the first row that cannot be understood for certain.
    """
    try:
        filled = list(rows_filled(table_open(body, LIMITS)))
    except TableError as error:
        raise _unreadable(error) from None
    below = [row for row in filled if row.number > layout.header_row and not _is_sum(row)]
    return Statement(
        account_iban="",
        from_on=None,
        to_on=None,
        opening_minor=None,
        closing_minor=None,
        received_minor=None,
        spent_minor=None,
        rows=tuple(_row(row_read(row, layout, WANTED, now=now)) for row in below),
        has_end_mark=True,
    )


def _is_sum(row: Row) -> bool:
    first = next((text_shown(cell) for cell in row.cells if cell is not None), "")
    return first.casefold().startswith(_SUMS)


def _row(read: ReadRow) -> StatementRow:
    if read.faults:
        fault = read.faults[0]
        is_day = fault.code in ("not_a_date", "in_future", "missing")
        reason = StatementReason.BAD_DATE if is_day else StatementReason.BAD_AMOUNT
        raise StatementError(fault.row, reason, f"{fault.column}: {fault.text}")
    direction, amount_minor = _movement(read)
    return StatementRow(
        line=read.row,
        direction=direction,
        amount_minor=amount_minor,
        number=_text(read, "number"),
        booked_on=_day(read.values["day"]),
        counterparty_name=_text(read, "party"),
        counterparty_tax_id=_text(read, "tax_id"),
        counterparty_iban=_text(read, "iban").replace(" ", "").upper(),
        purpose=_text(read, "purpose"),
        knp=_text(read, "knp"),
        currency=_text(read, "currency").upper(),
    )


def _movement(read: ReadRow) -> tuple[Direction, int]:
    """In or out by the column, or by the sign of the only one."""
    credit, debit = _minor(read, "credit"), _minor(read, "debit")
    if credit and debit:
        raise StatementError(read.row, StatementReason.NO_DIRECTION)
    if min(credit, debit) < 0:
        raise StatementError(read.row, StatementReason.BAD_AMOUNT, str(min(credit, debit)))
    if credit or debit:
        return (Direction.IN, credit) if credit else (Direction.OUT, debit)
    amount = _minor(read, "amount")
    if not amount:
        raise StatementError(read.row, StatementReason.NO_AMOUNT)
    return (Direction.IN, amount) if amount > 0 else (Direction.OUT, -amount)


def _minor(read: ReadRow, name: str) -> int:
    value = read.values[name]
    if value is None:
        return 0
    assert isinstance(value, Decimal), value
    try:
        minor = minor_of(value)
    except MoneyError:
        raise StatementError(read.row, StatementReason.BAD_AMOUNT, str(value)) from None
    if Decimal(minor) != value * 100:  # half a tiyn is no money
        raise StatementError(read.row, StatementReason.BAD_AMOUNT, str(value))
    return minor


def _day(value: Value) -> date:
    assert isinstance(value, When), value
    return value.at.astimezone(ALMATY).date()


def _text(read: ReadRow, name: str) -> str:
    value = read.values[name]
    return "" if value is None else str(value)


def _unreadable(error: TableError) -> StatementError:
    reasons = {
        "too_large": StatementReason.TOO_LARGE,
        "too_many_rows": StatementReason.TOO_MANY_ROWS,
        "unknown_encoding": StatementReason.ENCODING,
    }
    reason = reasons.get(error.code, StatementReason.NOT_A_STATEMENT)
    return StatementError(max(1, error.row), reason, error.code)
