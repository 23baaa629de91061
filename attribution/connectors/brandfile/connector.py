"""Orders of a brand from any table of its own: README.md says what is read and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot, OrderStatus, Snapshot
from attribution.connectors.brandfile.words import CURRENCIES, STATUS, WANTED, word_plain
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
    status_of_lines,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from core.cells import Limits, Row
from core.columns import CodeLengths, Layout, ReadRow, row_read
from core.money import MINOR_DIGITS, MoneyError, minor_of
from core.values import When

LIMITS = Limits(
    file_bytes=20 * 2**20, unpacked_bytes=400 * 2**20, rows=100_100, columns=100
)  # 100,000 orders, and what stands above them
TENGE = "KZT"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
_FOOTER = re.compile(
    r"(?:итого|всего|барлығы|жиыны|қорытынды|total|grand total)\b.*", re.IGNORECASE
)


class BrandFile:
    source = "file"
    limits = LIMITS
    wanted = WANTED
    has_statuses = True

    def sample_check(self, top: Sequence[Row], layout: Layout) -> None:
        return None

    def status_word(self, word: str) -> OrderStatus:
        return STATUS.get(word_plain(word), "unmapped")

    def table_read(self, rows: Iterable[Row], choice: Choice, *, now: datetime) -> FileReading:
        orders = _Orders(choice, now)
        for row in rows:
            if row.number > choice.layout.header_row and not _is_footer(row):
                orders.add(row)
        if not orders.rows:
            raise FileRefused("no_orders")
        return orders.reading()

    def record_parse(self, raw: bytes) -> list[Snapshot]:
        return [_order(Fields(json_read(raw)))]


def _is_footer(row: Row) -> bool:
    """A row of totals below the table."""
    first = next((cell for cell in row.cells if cell is not None), None)
    return isinstance(first, str) and _FOOTER.fullmatch(first) is not None


class _Orders:
    """The rows by their order, each as the few bytes that are kept of it."""

    def __init__(self, choice: Choice, now: datetime) -> None:
        self.choice, self.now = choice, now
        self.rows = 0
        self.errors = Errors()
        self._lines: dict[str, list[tuple[int, bytes]]] = {}
        self._wrong: set[str] = set()
        self._words = {word_plain(word): status for word, status in choice.words.items()}
        self._lengths = CodeLengths()
        self._unknown: Counter[str] = Counter()
        self._hidden = self._twins = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        self._hidden += row.is_hidden
        read = row_read(row, self.choice.layout, WANTED, now=self.now)
        order = read.values["order"]
        errors = self._errors(read)
        if errors:
            self.errors.add(errors)
            if isinstance(order, str):
                self._wrong.add(order)
        if not isinstance(order, str):
            return
        self._lengths.see(order)
        line = b"" if errors else json_bytes(self._entry(read))
        own = self._lines.setdefault(order, [])
        self._twins += any(line == other for _row, other in own)
        own.append((row.number, line))

    def _errors(self, read: ReadRow) -> list[RowError]:
        missing_sum = self.choice.layout.title_of("amount") if self.choice.is_total else None
        errors = [
            error
            for error in errors_of(read.faults)
            if (error.code, error.column) != ("missing", missing_sum)
        ]
        return errors or [*self._own_errors(read)]

    def _own_errors(self, read: ReadRow) -> Iterator[RowError]:
        """What only orders can have wrong."""
        values = read.values
        currency = _currency(values["currency"])
        if currency not in MINOR_DIGITS:
            yield self._error(read, "currency", "not_a_currency")
            return
        amounts = {name: _minor(values[name], currency) for name in ("amount", "returned")}
        for name, minor in amounts.items():
            if minor is None:
                yield self._error(read, name, "not_an_amount")
            elif minor < 0:
                yield self._error(read, name, "negative")
        amount, returned = amounts["amount"], amounts["returned"]
        if amount is not None and returned is not None and returned > amount >= 0:
            yield self._error(read, "returned", "more_than_amount")

    def _error(self, read: ReadRow, name: str, code: RowFault) -> RowError:
        column = self.choice.layout.title_of(name)
        return RowError(read.row, column, code, str(read.values[name])[:60])

    def _entry(self, read: ReadRow) -> dict[str, Any]:
        """A row as it is stored: what is empty is left out."""
        values = read.values
        word = str(values["status"] or "")
        entry = {
            "placed": _moment_plain(values["placed"]),
            "received": _moment_plain(values["received"]),
            "amount": str(values["amount"]) if values["amount"] is not None else None,
            "returned": str(values["returned"]) if values["returned"] else None,
            "currency": _currency(values["currency"]),
            "status": self._status(word),
            "word": word,
            **{name: values[name] for name in ("name", "sku", "quantity", "promo", "click")},
        }
        return {name: value for name, value in entry.items() if value not in (None, "")}

    def _status(self, word: str) -> OrderStatus:
        if not word:
            return self.choice.status
        plain = word_plain(word)
        status = self._words.get(plain) or STATUS.get(plain, "unmapped")
        if status == "unmapped":
            self._unknown[word] += 1
        return status

    def reading(self) -> FileReading:
        self._whole_check()
        return FileReading(self._records(), self.errors, self.rows, tuple(self._remarks()))

    def _whole_check(self) -> None:
        """What is wrong only between the rows of one order."""
        for order, own in self._lines.items():
            if order in self._wrong:
                continue
            if len(own) > base.LINES_MAX:
                self._refuse(order, own[base.LINES_MAX][0], "order", "not_an_order")
            elif self.choice.is_total or len(own) > 1:
                self._rows_check(order, own)

    def _rows_check(self, order: str, own: Sequence[tuple[int, bytes]]) -> None:
        entries = [(row, json.loads(line)) for row, line in own]
        first = entries[0][1]
        for row, entry in entries[1:]:
            if entry["currency"] != first["currency"]:
                return self._refuse(order, row, "currency", "differs")
        if not self.choice.is_total:
            return None
        sums = {entry["amount"] for _row, entry in entries if "amount" in entry}
        if len(sums) != 1:
            fault: RowFault = "differs" if sums else "missing"
            return self._refuse(order, entries[-1][0], "amount", fault)
        return None

    def _refuse(self, order: str, row: int, name: str, code: RowFault) -> None:
        self._wrong.add(order)
        self.errors.add([RowError(row, self.choice.layout.title_of(name), code, order[:60])])

    def _records(self) -> Iterator[FileRecord]:
        for order, own in self._lines.items():
            if order not in self._wrong:
                yield self._record(order, own)

    def _record(self, order: str, own: Sequence[tuple[int, bytes]]) -> FileRecord:
        entries = b",".join(line for _row, line in own)
        digest = hashlib.sha256(b"%d" % self.choice.is_total + entries).hexdigest()[:32]
        head = json_bytes(
            {"order": order, "read_at": self.now.isoformat(), "is_total": self.choice.is_total}
        )
        return FileRecord(
            rows=tuple(row for row, _line in own),
            external_id=order,
            status=status_of_lines(json.loads(line)["status"] for _row, line in own),
            event_key=f"file:{order}:{digest}",
            body=head[:-1] + b',"entries":[' + entries + b"]}",
        )

    def _remarks(self) -> Iterator[Remark]:
        title = self.choice.layout.title_of
        if strange := self._lengths.shorter():
            _usual, count, example = strange
            yield Remark("zeros_lost", title("order"), count, example)
        if self._hidden:
            yield Remark("hidden_rows", many=self._hidden)
        if self._twins:
            yield Remark("twins", many=self._twins)
        if self._unknown:
            word, _count = self._unknown.most_common(1)[0]
            yield Remark("unknown_words", title("status"), self._unknown.total(), word)


def _currency(value: Any) -> str:
    text = str(value or "").strip().rstrip(".").casefold()
    return CURRENCIES.get(text, text.upper()) if text else TENGE


def _minor(value: Any, currency: str) -> int | None:
    try:
        return minor_of(value, currency) if isinstance(value, Decimal) else 0
    except MoneyError:
        return None


def _moment_plain(value: Any) -> str | None:
    """A day as a day, a moment as a moment."""
    if not isinstance(value, When):
        return None
    return value.at.isoformat() if value.has_time else f"{value.at.isoformat()}/day"


# --- A record as an order -------------------------------------------------------------------


def _order(record: Fields) -> OrderSnapshot:
    """The version time is that of the reading: a file that is uploaded later knows better."""
    order = record.text("order", length_max=base.EXTERNAL_ID_MAX)
    read_at = record.moment("read_at", zone=UTC)
    entries = record.items("entries", most=base.LINES_MAX)
    if not entries:
        raise record.wrong("entries", "none")
    status = status_of_lines(_status(entry) for entry in entries)
    words = dict.fromkeys(entry.text_or_none("word") or status for entry in entries)
    click = next(filter(None, (entry.text_or_none("click") for entry in entries)), None)
    codes = dict.fromkeys(filter(None, (entry.text_or_none("promo") for entry in entries)))
    return OrderSnapshot(
        external_id=order,
        number=order[: base.NUMBER_MAX],
        status=status,
        raw_status=" / ".join(words)[: base.RAW_STATUS_MAX],
        currency=entries[0].currency("currency"),
        placed_at=_placed_at(entries, read_at, has_click=click is not None),
        source_updated_at=read_at,
        fulfilled_at=_fulfilled_at(entries, read_at) if status == "fulfilled" else None,
        click_id=click,
        promo_codes=tuple(codes)[: base.PROMO_CODES_MAX],
        lines=_lines(entries, status, is_total=record.flag("is_total")),
    )


def _status(entry: Fields) -> OrderStatus:
    word = entry.text("status", length_max=20)
    for status in base.ORDER_STATUSES:
        if status == word:
            return status
    raise entry.wrong("status", "not ours")


def _moment(entry: Fields, name: str) -> tuple[datetime, bool] | None:
    text = entry.text_or_none(name)
    if text is None:
        return None
    plain, _mark, day = text.partition("/")
    at = Fields({name: plain}, entry.path("")).moment(name, zone=UTC)
    return at, day == "day"


def _placed_at(entries: Sequence[Fields], read_at: datetime, *, has_click: bool) -> datetime:
    """Of a day without an hour its beginning; its end when a click of that day led to the order,
    which came after the click."""
    found = [moment for entry in entries if (moment := _moment(entry, "placed"))]
    if not found:
        raise entries[0].wrong("placed", "missing or empty")
    at, is_day = min(found)
    return min(at + DAY - SECOND, max(at, read_at)) if is_day and has_click else at


def _fulfilled_at(entries: Sequence[Fields], read_at: datetime) -> datetime:
    """The last day of them, at its end; the reading where the file says none. So no hold ends too
    early."""
    found = [moment for entry in entries if (moment := _moment(entry, "received"))]
    if not found:
        return read_at
    return max(at + DAY if is_day else at for at, is_day in found)


def _lines(
    entries: Sequence[Fields], status: OrderStatus, *, is_total: bool
) -> tuple[OrderLineSnapshot, ...]:
    if is_total:
        known = [entry for entry in entries if "amount" in entry] or list(entries)
        return (_line(known[0], "1", status),)
    seen: Counter[str] = Counter()
    lines = []
    for entry in entries:
        own = _status(entry)
        name = _line_name(entry)
        seen[name] += 1  # counted before a cancelled one is left out: ids must not move
        if status == "cancelled" or own != "cancelled":
            line_id = name if seen[name] == 1 else f"{name}#{seen[name]}"
            lines.append(_line(entry, line_id, own))
    return tuple(lines)


def _line_name(entry: Fields) -> str:
    """By its goods and not by its place: rows of an order may come in another order."""
    sku = entry.text_or_none("sku")
    if sku is not None and len(sku) <= base.SKU_MAX - 8:
        return sku
    goods = sku or entry.text_or_none("name")
    return hashlib.sha256(goods.encode()).hexdigest()[:16] if goods else "1"


def _line(entry: Fields, line_id: str, status: OrderStatus) -> OrderLineSnapshot:
    quantity = 1 if "quantity" not in entry else _quantity(entry)
    currency = entry.currency("currency")
    amount = _amount(entry, "amount", currency)
    returned = amount if status == "returned" else _amount(entry, "returned", currency)
    if returned > amount:
        raise entry.wrong("returned", "more than the amount")
    return OrderLineSnapshot(
        line_id=line_id,
        sku=entry.text_cut("sku", length_max=base.SKU_MAX),
        name=entry.text_cut("name", length_max=base.NAME_MAX),
        quantity=quantity,
        amount_minor=amount,
        returned_quantity=quantity if returned and returned == amount else 0,
        returned_minor=returned,
    )


def _quantity(entry: Fields) -> int:
    return entry.integer("quantity", least=1, most=base.QUANTITY_MAX)


def _amount(entry: Fields, name: str, currency: str) -> int:
    minor = entry.money_minor(name, currency, default="0")
    if minor < 0:
        raise entry.wrong(name, "negative")
    return minor
