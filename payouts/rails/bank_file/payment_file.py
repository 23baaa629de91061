"""The payment file for a bank: 1CClientBankExchange 2.00 with the keys of Kazakhstan.

Every client bank of the country reads it (1C: Accounting for Kazakhstan writes the same). The
bytes are a contract: tests/payouts/rails/golden. What we decided where no source decides is in
payouts/rails/bank_file/README.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.iban import IbanError, iban_bank, iban_parse

VERSION = "2.00"
CURRENCY = "KZT"
SENDER = "Birge"
ALMATY = ZoneInfo("Asia/Almaty")
# Ours, until a bank's own manual says otherwise: no public source gives them.
NUMBER_CHARS_MAX = 20
NAME_CHARS_MAX = 160
PURPOSE_CHARS_MAX = 420
_TAX_ID = re.compile(r"[0-9]{12}")
_KBE = re.compile(r"[0-9]{2}")
_KNP = re.compile(r"[0-9]{3}")
_NUMBER = re.compile(r"[0-9A-Za-z-]+")
_BIC = re.compile(r"[A-Z]{6}[0-9A-Z]{2}([0-9A-Z]{3})?")
_BLANKS = re.compile(r"\s+")
# Windows-1251 lacks eight Kazakh letters; banks print the nearest Russian one instead.
_RUSSIAN = str.maketrans("ӘәҒғҚқҢңӨөҰұҮүҺһ", "АаГгКкНнОоУуУуХх")


class FileEncoding(StrEnum):
    """The value of the key `Кодировка`, one profile per bank."""

    UTF8 = "UTF8"
    WINDOWS = "Windows"


_CODECS = {FileEncoding.UTF8: "utf-8", FileEncoding.WINDOWS: "cp1251"}


class FieldRule(StrEnum):
    """Which rule a field of a payment breaks."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORM = "form"
    CHARACTERS = "characters"
    IBAN = "iban"
    BANK_DIFFERS = "bank_differs"
    NOT_POSITIVE = "not_positive"
    REPEATED = "repeated"


class PaymentFileError(ValueError):
    """A payment that no bank would take: which document, which key of the file, which rule."""

    def __init__(self, number: str, key: str, rule: FieldRule, found: str = "") -> None:
        super().__init__(f"document {number}: {key}: {rule} {found}".rstrip())
        self.number = number
        self.key = key
        self.rule = rule
        self.found = found


@dataclass(frozen=True, slots=True)
class Party:
    """A side of a payment. `tax_id` is an IIN or BIN, `kbe` the two digits of its sector."""

    name: str
    tax_id: str
    kbe: str
    iban: str
    bank_name: str
    bank_bic: str


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One transfer. `number` is ours and never used again; `amount_minor` is tiyn."""

    number: str
    day: date
    amount_minor: int
    payee: Party
    purpose: str
    knp: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The transfers of one batch from one account of ours. `created_at` is aware."""

    created_at: datetime
    payer: Party
    orders: tuple[PaymentOrder, ...]
    sender: str = SENDER


def payment_file_build(
    payments: PaymentFile, *, encoding: FileEncoding = FileEncoding.UTF8
) -> bytes:
    """The bytes to hand to the bank: CRLF lines, no byte order mark.

    Line breaks inside a value become spaces and "=" becomes "-", so that no value can begin a key
    of its own. In the Windows profile Kazakh letters become their Russian neighbours; any other
    character it lacks is an error. Nothing is ever cut.

    Raises:
        PaymentFileError: the first document and key that a bank would refuse.
    """
    if not payments.orders:
        raise PaymentFileError("", "СекцияДокумент", FieldRule.EMPTY)
    _require_new_numbers(payments.orders)
    lines = [*_header(payments, encoding)]
    for order in payments.orders:
        lines += _document(order, payments.payer)
    lines.append("КонецФайла")
    return "".join(f"{line}\r\n" for line in _encodable(lines, encoding)).encode(_CODECS[encoding])


def _header(payments: PaymentFile, encoding: FileEncoding) -> Iterator[str]:
    created_at = payments.created_at.astimezone(ALMATY)
    days = [order.day for order in payments.orders]
    yield "1CClientBankExchange"
    yield f"ВерсияФормата={VERSION}"
    yield f"Кодировка={encoding}"
    yield f"Отправитель={_text('', 'Отправитель', payments.sender, NAME_CHARS_MAX)}"
    yield "Получатель="
    yield f"ДатаСоздания={_day(created_at.date())}"
    yield f"ВремяСоздания={created_at:%H:%M:%S}"
    yield f"ДатаНачала={_day(min(days))}"
    yield f"ДатаКонца={_day(max(days))}"
    yield f"РасчСчет={_iban('', 'РасчСчет', payments.payer.iban)}"
    yield "Документ=ПлатежноеПоручение"


def _document(order: PaymentOrder, payer: Party) -> Iterator[str]:
    number = order.number
    if order.amount_minor <= 0:
        raise PaymentFileError(number, "Сумма", FieldRule.NOT_POSITIVE, str(order.amount_minor))
    yield "СекцияДокумент=ПлатежноеПоручение"
    yield f"НомерДокумента={number}"
    yield f"ДатаДокумента={_day(order.day)}"
    yield f"Сумма={_amount(order.amount_minor)}"
    yield f"Валюта={CURRENCY}"
    yield f"ДатаВалютирования={_day(order.day)}"
    yield from _party(number, "Плательщик", payer)
    yield from _party(number, "Получатель", order.payee)
    purpose = _text(number, "НазначениеПлатежа", order.purpose, PURPOSE_CHARS_MAX)
    yield f"НазначениеПлатежа={purpose}"
    yield f"КодНазначенияПлатежа={_formed(number, 'КодНазначенияПлатежа', order.knp, _KNP)}"
    yield "КонецДокумента"


def _party(number: str, side: str, party: Party) -> Iterator[str]:
    yield f"{side}Наименование={_text(number, f'{side}Наименование', party.name, NAME_CHARS_MAX)}"
    yield f"{side}БИН_ИИН={_formed(number, f'{side}БИН_ИИН', party.tax_id, _TAX_ID)}"
    yield f"{side}КБЕ={_formed(number, f'{side}КБЕ', party.kbe, _KBE)}"
    iban = _iban(number, f"{side}ИИК", party.iban)
    yield f"{side}ИИК={iban}"
    bank_name = _text(number, f"{side}БанкНаименование", party.bank_name, NAME_CHARS_MAX)
    yield f"{side}БанкНаименование={bank_name}"
    yield f"{side}БанкБИК={_bic(number, f'{side}БанкБИК', party.bank_bic, iban)}"


def _require_new_numbers(orders: Iterable[PaymentOrder]) -> None:
    """A number names one document for ever: the statement is matched by it."""
    seen: set[str] = set()
    for order in orders:
        number = order.number
        if len(number) > NUMBER_CHARS_MAX:
            raise PaymentFileError(number, "НомерДокумента", FieldRule.TOO_LONG)
        _formed(number, "НомерДокумента", number, _NUMBER)
        if number in seen:
            raise PaymentFileError(number, "НомерДокумента", FieldRule.REPEATED)
        seen.add(number)


def _text(number: str, key: str, value: str, chars_max: int) -> str:
    """A free text on one line, without what would end the value."""
    composed = unicodedata.normalize("NFC", value)
    visible = "".join(char for char in composed if char.isspace() or _is_printed(char))
    line = _BLANKS.sub(" ", visible).strip().replace("=", "-")
    if not line:
        raise PaymentFileError(number, key, FieldRule.EMPTY)
    if len(line) > chars_max:
        raise PaymentFileError(number, key, FieldRule.TOO_LONG, str(len(line)))
    return line


def _is_printed(char: str) -> bool:
    """Not a control or format character, a private one, or half of a pair."""
    return not unicodedata.category(char).startswith("C")


def _formed(number: str, key: str, value: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(value):
        raise PaymentFileError(number, key, FieldRule.FORM)
    return value


def _iban(number: str, key: str, value: str) -> str:
    try:
        return iban_parse(value)
    except IbanError as error:
        raise PaymentFileError(number, key, FieldRule.IBAN, str(error)) from None


def _bic(number: str, key: str, bic: str, iban: str) -> str:
    """The BIC, if it is the bank's whose code stands in the IBAN: a payment to another one comes
    back days later."""
    _formed(number, key, bic, _BIC)
    try:
        bank = iban_bank(iban)
    except IbanError as error:
        raise PaymentFileError(number, key, FieldRule.IBAN, str(error)) from None
    if bank.bic != bic[:8]:
        raise PaymentFileError(number, key, FieldRule.BANK_DIFFERS, f"{bic}, not {bank.bic}")
    return bic


def _encodable(lines: list[str], encoding: FileEncoding) -> Iterator[str]:
    number = ""
    for line in lines:
        if line.startswith("НомерДокумента="):
            number = line.partition("=")[2]
        written = line.translate(_RUSSIAN) if encoding is FileEncoding.WINDOWS else line
        try:
            written.encode(_CODECS[encoding])
        except UnicodeEncodeError as error:
            found = written[error.start]
            key = line.partition("=")[0]
            raise PaymentFileError(number, key, FieldRule.CHARACTERS, found) from None
        yield written


def _amount(amount_minor: int) -> str:
    tenge, tiyn = divmod(amount_minor, 100)
    return f"{tenge}.{tiyn:02}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
