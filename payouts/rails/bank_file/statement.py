"""Reads a bank's statement in 1CClientBankExchange, in whichever way the bank writes it.

Banks differ: UTF-8, UTF-16 or Windows-1251, CRLF and LF mixed, values in quotes, keys of Kazakhstan
(`ПлательщикИИК`) or of Russia (`ПлательщикСчет`), a purpose over several lines. All of that is
taken. What cannot be understood for certain is refused with its line: a guess here would mark
money as paid.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.money import MINOR_MAX, MoneyError, minor_of

BYTES_MAX = 10 * 1024 * 1024
ROWS_MAX = 20_000
YEAR_FIRST = 2000  # no bank tells us of an earlier one
TITLE = "1cclientbankexchange"
_LINE_END = re.compile(r"\r\n|\n|\r")
_AMOUNT = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,2})?")
_GROUPING = str.maketrans("", "", " \u00a0\u202f")
_DATE = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{4})(\s.*)?")
# Control characters have no meaning in a value, and PostgreSQL refuses NUL.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class StatementReason(StrEnum):
    """What is wrong with a statement."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    NOT_A_STATEMENT = "not_a_statement"
    UNKNOWN_LINE = "unknown_line"
    NOT_CLOSED = "not_closed"
    REPEATED_KEY = "repeated_key"
    TOO_MANY_ROWS = "too_many_rows"
    BAD_AMOUNT = "bad_amount"
    NO_AMOUNT = "no_amount"
    BAD_DATE = "bad_date"
    NO_DATE = "no_date"
    NO_DIRECTION = "no_direction"
    SEVERAL_ACCOUNTS = "several_accounts"


class StatementError(ValueError):
    """The statement cannot be read: `line` counts from 1, `found` is what stands there, cut."""

    def __init__(self, line: int, reason: StatementReason, found: str = "") -> None:
        super().__init__(f"line {line}: {reason} {found[:80]}".rstrip())
        self.line = line
        self.reason = reason
        self.found = found[:80]


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement on our account. `line` is where its document begins in the file; `own_*` is our
    side of it, where the bank says it; `currency` is its word ("" where it has none)."""

    line: int
    direction: Direction
    amount_minor: int
    number: str
    booked_on: date
    counterparty_name: str
    counterparty_tax_id: str
    counterparty_iban: str
    purpose: str
    knp: str
    own_iban: str = ""
    own_tax_id: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of one account. Sums are None where the bank does not give them."""

    account_iban: str
    from_on: date | None
    to_on: date | None
    opening_minor: int | None
    closing_minor: int | None
    received_minor: int | None
    spent_minor: int | None
    rows: tuple[StatementRow, ...]
    has_end_mark: bool

    @property
    def is_complete(self) -> bool:
        """The end mark is there, and the rows sum to what the bank says came and went.

        Otherwise rows may be missing: what is there is real, what is not there proves nothing.
        """
        return (
            self.has_end_mark
            and self.received_minor in (None, self._sum(Direction.IN))
            and self.spent_minor in (None, self._sum(Direction.OUT))
        )

    @property
    def balance_gap_minor(self) -> int | None:
        """By how much the closing balance differs from the opening one and the rows; None where
        the bank does not give both."""
        if self.opening_minor is None or self.closing_minor is None:
            return None
        moved = self._sum(Direction.IN) - self._sum(Direction.OUT)
        return self.closing_minor - self.opening_minor - moved

    def _sum(self, direction: Direction) -> int:
        return sum(row.amount_minor for row in self.rows if row.direction is direction)


def statement_parse(body: bytes) -> Statement:
    """Read a statement.

    Raises:
        StatementError: the first line that cannot be understood, and why. Nothing else.
    """
    if len(body) > BYTES_MAX:
        raise StatementError(0, StatementReason.TOO_LARGE, f"{len(body)} bytes")
    file = _sections(_decoded(body))
    account_iban = _account(file)
    rows = tuple(_row(section, account_iban) for section in file.documents)
    accounts = file.accounts or [file.header]
    return Statement(
        account_iban=account_iban,
        from_on=_first_date(accounts[0], file.header, "датаначала"),
        to_on=_first_date(accounts[-1], file.header, "датаконца"),
        opening_minor=_optional_minor(accounts[0], "начальныйостаток"),
        closing_minor=_optional_minor(accounts[-1], "конечныйостаток"),
        received_minor=_total_minor(file.accounts, "всегопоступило"),
        spent_minor=_total_minor(file.accounts, "всегосписано"),
        rows=rows,
        has_end_mark=file.has_end_mark,
    )


# --- from bytes to sections -------------------------------------------------------------------


@dataclass(slots=True)
class _Section:
    """A run of keys. Keys are lower-case; of each value the line it stands on is kept."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    last_key: str = ""

    def put(self, line: int, key: str, value: str) -> None:
        self.values[key] = value
        self.lines[key] = line
        self.last_key = key

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def first(self, *keys: str) -> str:
        """The first of these keys that has a value."""
        return next((self.values[key] for key in keys if self.values.get(key)), "")


@dataclass(slots=True)
class _File:
    header: _Section = field(default_factory=lambda: _Section(1))
    accounts: list[_Section] = field(default_factory=list)
    documents: list[_Section] = field(default_factory=list)
    has_end_mark: bool = False


_OPENS = {"секциярасчсчет": "конецрасчсчет", "секциядокумент": "конецдокумента"}
_CLOSES = frozenset(_OPENS.values())
_END = "конецфайла"


def _decoded(body: bytes) -> str:
    """UTF-16 by its mark or its zero bytes; else UTF-8 if it can be that, else Windows-1251:
    Cyrillic text of the one is never the other."""
    for codec in _codecs(body):
        try:
            return body.decode(codec)
        except UnicodeDecodeError as error:
            failed_at = error.start
    line = body.count(b"\n", 0, failed_at) + 1
    raise StatementError(line, StatementReason.ENCODING, f"byte {body[failed_at]:#04x}")


def _codecs(body: bytes) -> tuple[str, ...]:
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ("utf-16",)
    for wide in ("utf-16-le", "utf-16-be"):
        if body.startswith(TITLE[:2].upper().encode(wide)):
            return (wide,)
    return ("utf-8-sig", "cp1251")


def _sections(text: str) -> _File:
    """Sort the lines of a file into its header, accounts and documents."""
    lines = _numbered(text)
    _require_title(next(lines, (1, "")))
    file = _File()
    current, closing = file.header, ""
    for number, line in lines:
        key, equals, value = line.partition("=")
        key = key.strip().casefold()
        if file.has_end_mark:
            raise StatementError(number, StatementReason.UNKNOWN_LINE, line)
        if key in _OPENS:
            _require_closed(closing, number, line)
            current, closing = _opened(file, key, number), _OPENS[key]
        elif key in _CLOSES:
            if key != closing:
                raise StatementError(number, StatementReason.UNKNOWN_LINE, line)
            current, closing = file.header, ""
        elif key == _END:
            _require_closed(closing, number, line)
            file.has_end_mark = True
        elif equals:
            _put(current, closing, number, key, _unquoted(value.strip()))
        else:
            _continue(current, closing, number, line)
    _require_closed(closing, current.line, "")
    if not (file.has_end_mark or file.accounts or file.documents):
        raise StatementError(1, StatementReason.NOT_A_STATEMENT)
    return file


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers."""
    for number, line in enumerate(_LINE_END.split(text), start=1):
        clean = _CONTROLS.sub("", line).strip()
        if clean:
            yield number, clean


def _require_title(first: tuple[int, str]) -> None:
    number, line = first
    if not line:
        raise StatementError(1, StatementReason.EMPTY)
    if line.casefold() != TITLE:
        raise StatementError(number, StatementReason.NOT_A_STATEMENT, line)


def _require_closed(closing: str, number: int, line: str) -> None:
    if closing:
        raise StatementError(number, StatementReason.NOT_CLOSED, line)


def _opened(file: _File, key: str, number: int) -> _Section:
    section = _Section(number)
    if key == "секциядокумент":
        file.documents.append(section)
    else:
        file.accounts.append(section)
    if len(file.documents) > ROWS_MAX:
        raise StatementError(number, StatementReason.TOO_MANY_ROWS, str(ROWS_MAX))
    return section


def _put(current: _Section, closing: str, number: int, key: str, value: str) -> None:
    """A key twice in one document, with two values: somebody's purpose may have broken the line
    and forged it. (A header may repeat keys.)"""
    if closing and current.values.get(key, value) != value:
        raise StatementError(number, StatementReason.REPEATED_KEY, f"{key}={value}")
    current.put(number, key, value)


def _continue(current: _Section, closing: str, number: int, line: str) -> None:
    """A line without a key goes on with the value above it: banks break long purposes."""
    if closing != _OPENS["секциядокумент"] or not current.last_key:
        raise StatementError(number, StatementReason.UNKNOWN_LINE, line)
    current.values[current.last_key] = f"{current.values[current.last_key]} {line}".strip()


def _unquoted(value: str) -> str:
    """A value without the quotes that some banks put around it, doubled ones made single.

    Quotes at both ends are a wrapping only when none stands alone between them: the name
    «"Алма" ТОО "Бета"» keeps its own.
    """
    for mark in ('""', '"'):
        inner = value[len(mark) : -len(mark)]
        is_wrapped = value.startswith(mark) and value.endswith(mark)
        if len(value) >= 2 * len(mark) and is_wrapped and '"' not in inner.replace('""', ""):
            value = inner
            break
    return value.replace('""', '"').strip()


# --- from sections to rows --------------------------------------------------------------------


def _account(file: _File) -> str:
    """Whose statement it is. Sections of two accounts in one file would mix their money."""
    found = ""
    for section in (*file.accounts, file.header):
        iban = _plain_account(section.first("расчсчет"))
        if found and iban and iban != found:
            line = section.line_of("расчсчет")
            raise StatementError(line, StatementReason.SEVERAL_ACCOUNTS, iban)
        found = found or iban
    return found


def _row(section: _Section, account_iban: str) -> StatementRow:
    direction, amount_minor = _movement(section, account_iban)
    payer, payee = "плательщик", "получатель"
    own, other = (payer, payee) if direction is Direction.OUT else (payee, payer)
    return StatementRow(
        line=section.line,
        direction=direction,
        amount_minor=amount_minor,
        number=section.first("номердокумента", "номер"),
        booked_on=_booked_on(section),
        counterparty_name=section.first(f"{other}наименование", other),
        counterparty_tax_id=_tax_id(section, other),
        counterparty_iban=_side_account(section, other),
        purpose=section.first("назначениеплатежа"),
        knp=section.first("кодназначенияплатежа"),
        own_iban=_side_account(section, own),
        own_tax_id=_tax_id(section, own),
        currency=section.first("валюта", "валютадокумента").upper(),
    )


def _tax_id(section: _Section, side: str) -> str:
    """BIN or IIN: Kazakhstan's key, or Russia's."""
    return section.first(f"{side}бин_иин", f"{side}инн")


def _movement(section: _Section, account_iban: str) -> tuple[Direction, int]:
    """Which way the money went, and how much: the bank says it, or the accounts do."""
    received_minor = _optional_minor(section, "суммаприход") or 0
    spent_minor = _optional_minor(section, "суммарасход") or 0
    if received_minor and spent_minor:
        raise StatementError(section.line_of("суммарасход"), StatementReason.NO_DIRECTION)
    if spent_minor:
        return Direction.OUT, _positive(section, "суммарасход", spent_minor)
    if received_minor:
        return Direction.IN, _positive(section, "суммаприход", received_minor)
    amount_minor = _optional_minor(section, "сумма")
    if not amount_minor:
        raise StatementError(section.line, StatementReason.NO_AMOUNT)
    return _direction(section, account_iban), _positive(section, "сумма", amount_minor)


def _direction(section: _Section, account_iban: str) -> Direction:
    is_payer = bool(account_iban) and _side_account(section, "плательщик") == account_iban
    is_payee = bool(account_iban) and _side_account(section, "получатель") == account_iban
    if is_payer == is_payee:
        raise StatementError(section.line, StatementReason.NO_DIRECTION)
    return Direction.OUT if is_payer else Direction.IN


def _positive(section: _Section, key: str, amount_minor: int) -> int:
    if amount_minor <= 0:
        raise StatementError(section.line_of(key), StatementReason.BAD_AMOUNT, section.values[key])
    return amount_minor


def _side_account(section: _Section, side: str) -> str:
    return _plain_account(section.first(f"{side}иик", f"{side}счет"))


def _plain_account(text: str) -> str:
    return text.translate(_GROUPING).upper()


def _booked_on(section: _Section) -> date:
    for key in ("датаоперации", "датадокумента", "дата"):
        if section.values.get(key):
            return _date(section, key)
    raise StatementError(section.line, StatementReason.NO_DATE)


def _first_date(section: _Section, header: _Section, key: str) -> date | None:
    for each in (section, header):
        if each.values.get(key):
            return _date(each, key)
    return None


def _date(section: _Section, key: str) -> date:
    text = section.values[key]
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        day = datetime.strptime(found[1], "%d.%m.%Y").date()  # noqa: DTZ007 (a day, no moment)
        if day.year < YEAR_FIRST:
            raise ValueError(text)
        return day
    except ValueError:
        raise StatementError(section.line_of(key), StatementReason.BAD_DATE, text) from None


def _total_minor(accounts: list[_Section], key: str) -> int | None:
    """The sum over the account's sections (some banks write one a day); None if one is silent."""
    amounts = [_optional_minor(section, key) for section in accounts]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known and len(known) == len(amounts) else None


def _optional_minor(section: _Section, key: str) -> int | None:
    text = section.values.get(key, "")
    if not text:
        return None
    plain = text.translate(_GROUPING)
    if not _AMOUNT.fullmatch(plain):
        raise StatementError(section.line_of(key), StatementReason.BAD_AMOUNT, text)
    try:
        return minor_of(plain.replace(",", "."))
    except MoneyError:
        found = f"{text}, more than {MINOR_MAX}"
        raise StatementError(section.line_of(key), StatementReason.BAD_AMOUNT, found) from None
