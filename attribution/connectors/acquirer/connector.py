"""Payments by card at a brand's terminals, from the file of its acquirer: see README.md.

There is no public API of an acquirer in Kazakhstan, and no agreed format. A row is an order that
nobody is known to have brought: no order number of the brand, no goods, no link to a refund.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot, OrderStatus, Snapshot
from attribution.connectors.brandfile.connector import LIMITS
from attribution.connectors.files import (
    Choice,
    Errors,
    FileReading,
    FileRecord,
    FileRefused,
    Remark,
    RowError,
    RowFault,
    errors_of,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from core.cells import Row
from core.columns import CodeLengths, Layout, ReadRow, Wanted, row_read
from core.money import MoneyError, minor_of
from core.values import When, text_shown

TENGE = "KZT"
TERMINAL_MAX = 32
CARD_CELLS = 3  # one long number may pass the check by chance, a column does not
WANTED: tuple[Wanted, ...] = (
    Wanted(
        "transaction",
        "code",
        (
            "rrn",
            "id транзакции",
            "transaction id",
            "транзакция нөмірі",
            "номер транзакции",
            "номер операции",
            "код транзакции",
            "референс",
            "reference",
        ),
        is_needed=True,
        length_max=base.NUMBER_MAX,
    ),
    Wanted(
        "at",
        "moment",
        (
            "дата и время",
            "дата операции",
            "дата транзакции",
            "transaction date",
            "операция күні",
            "уақыты",
            "дата",
            "date",
            "time",
        ),
        is_needed=True,
    ),
    Wanted("amount", "amount", ("сумма операции", "сумма", "amount", "сома"), is_needed=True),
    Wanted(
        "mid",
        "code",
        ("mid", "merchant id", "мерчант", "номер торговца"),
        length_max=TERMINAL_MAX,
    ),
    Wanted("terminal", "code", ("tid", "terminal id", "терминал"), length_max=TERMINAL_MAX),
    Wanted("kind", "text", ("тип операции", "операция", "operation", "type", "тип"), length_max=60),
)
_REFUND = re.compile(r"возврат|отмен|refund|reversal|void|chargeback|қайтар", re.IGNORECASE)
_CARD = re.compile(r"[2-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}", re.ASCII)


class AcquirerFile:
    source = "acquirer"
    limits = LIMITS
    wanted = WANTED
    has_statuses = False

    def sample_check(self, top: Sequence[Row], layout: Layout) -> None:
        """A file with whole card numbers is not even kept."""
        width = max((len(row.cells) for row in top), default=0)
        for place in range(width):
            cells = [row.cells[place] for row in top if place < len(row.cells)]
            if sum(_is_card(text_shown(cell)) for cell in cells) >= CARD_CELLS:
                title = layout.titles[place] if place < len(layout.titles) else ""
                raise FileRefused("card_numbers", [title])

    def status_word(self, word: str) -> OrderStatus:
        return "unmapped"

    def table_read(self, rows: Iterable[Row], choice: Choice, *, now: datetime) -> FileReading:
        found = _Payments(choice, now)
        for row in rows:
            if row.number > choice.layout.header_row:
                found.add(row)
        if not found.rows:
            raise FileRefused("no_orders")
        return FileReading(found.records(), found.errors, found.rows, tuple(found.remarks()))

    def record_parse(self, raw: bytes) -> list[Snapshot]:
        return [_order(Fields(json_read(raw)))]


def _is_card(text: str) -> bool:
    if not _CARD.fullmatch(text):
        return False
    digits = [int(char) for char in reversed(text) if char.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


class _Payments:
    def __init__(self, choice: Choice, now: datetime) -> None:
        self.choice, self.now = choice, now
        self.rows = 0
        self.errors = Errors()
        self._bodies: dict[str, tuple[int, bytes]] = {}
        self._lengths = CodeLengths()
        self._twins = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        read = row_read(row, self.choice.layout, WANTED, now=self.now)
        number = read.values["transaction"]
        errors = errors_of(read.faults) or [*self._own_errors(read)]
        if errors:
            self.errors.add(errors)
        elif isinstance(number, str):
            self._lengths.see(number)
            self._keep(read, number)

    def _keep(self, read: ReadRow, number: str) -> None:
        body = json_bytes(_plain(number, read))
        known = self._bodies.setdefault(number, (read.row, body))
        if known == (read.row, body):
            return
        if known[1] == body:
            self._twins += 1
        else:
            self.errors.add([self._error(read, "transaction", "twice")])

    def _own_errors(self, read: ReadRow) -> Iterator[RowError]:
        minor = _minor(read.values["amount"])
        if _REFUND.search(str(read.values["kind"] or "")) or (minor is not None and minor < 0):
            yield self._error(read, "kind" if read.values["kind"] else "amount", "refund")
        elif not minor:
            yield self._error(read, "amount", "not_an_amount")

    def _error(self, read: ReadRow, name: str, code: RowFault) -> RowError:
        column = self.choice.layout.title_of(name)
        return RowError(read.row, column, code, str(read.values[name])[:60])

    def records(self) -> Iterator[FileRecord]:
        for number, (row, body) in self._bodies.items():
            digest = hashlib.sha256(body).hexdigest()[:32]
            yield FileRecord((row,), number, "paid", f"file:{number}:{digest}", body)

    def remarks(self) -> Iterator[Remark]:
        if strange := self._lengths.shorter():
            _usual, count, example = strange
            yield Remark("zeros_lost", self.choice.layout.title_of("transaction"), count, example)
        if self._twins:
            yield Remark("twins", many=self._twins)


def _minor(value: Any) -> int | None:
    try:
        return minor_of(value, TENGE) if isinstance(value, Decimal) else None
    except MoneyError:
        return None


def _plain(number: str, read: ReadRow) -> dict[str, Any]:
    values = read.values
    at = values["at"]
    assert isinstance(at, When), at
    plain = {"transaction": number, "at": at.at.isoformat(), "amount": str(values["amount"])}
    return plain | {name: values[name] for name in ("mid", "terminal", "kind") if values[name]}


def _order(record: Fields) -> OrderSnapshot:
    """A payment is final as far as anybody tells us: its hold runs from it."""
    number = record.text("transaction", length_max=base.NUMBER_MAX)
    at = record.moment("at", zone=UTC)
    amount = record.money_minor("amount", TENGE)
    if amount <= 0:
        raise record.wrong("amount", "not a payment")
    mid = record.text_cut("mid", length_max=TERMINAL_MAX)
    terminal = record.text_cut("terminal", length_max=TERMINAL_MAX)
    return OrderSnapshot(
        external_id=number,
        number=number,
        status="paid",
        raw_status=record.text_cut("kind", length_max=base.RAW_STATUS_MAX),
        currency=TENGE,
        placed_at=at,
        source_updated_at=at,
        lines=(
            OrderLineSnapshot(
                line_id="1",
                sku=mid,
                name=" / ".join(filter(None, (mid, terminal))) or number,
                quantity=1,
                amount_minor=amount,
            ),
        ),
    )
