"""1CClientBankExchange, Kazakhstan's dialect: reading a payment file, writing a statement.

Plain text of `key=value` lines with sections. Values may be in doubled quotes, line ends CRLF or
LF, the text UTF-8 or cp1251: the header's own `Кодировка` says which, or the bytes do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

FIRST_LINE = "1CClientBankExchange"
DOCUMENT_START, DOCUMENT_END = "СекцияДокумент", "КонецДокумента"
ACCOUNT_START, ACCOUNT_END = "СекцияРасчСчет", "КонецРасчСчет"
FILE_END = "КонецФайла"
DAY = "%d.%m.%Y"
NEEDED = ("НомерДокумента", "Сумма", "ПлательщикИИК", "ПолучательИИК")
SENT, RETURNED, REJECTED = "executed", "returned", "rejected"
OUTCOMES = (SENT, RETURNED, REJECTED)


class NotAPaymentFile(Exception):
    """The bank does not take this file; the message says why."""


@dataclass
class PaymentFile:
    encoding: str
    documents: list[dict[str, str]] = field(default_factory=list)


def payment_file_read(raw: bytes) -> PaymentFile:
    text, encoding = _decoded(raw)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != FIRST_LINE:
        raise NotAPaymentFile(f"the first line is not {FIRST_LINE}")
    if lines[-1] != FILE_END:
        raise NotAPaymentFile(f"the last line is not {FILE_END}: the file was cut")
    payments = PaymentFile(encoding)
    current: dict[str, str] | None = None
    for line in lines[1:-1]:
        key, _, value = line.partition("=")
        if key == DOCUMENT_START:
            current = {DOCUMENT_START: _bare(value)}
        elif key == DOCUMENT_END and current is not None:
            _require_whole(current)
            payments.documents.append(current)
            current = None
        elif current is not None:
            current[key] = _bare(value)
    if current is not None:
        raise NotAPaymentFile(f"a document without {DOCUMENT_END}")
    if not payments.documents:
        raise NotAPaymentFile("no document in the file")
    return payments


def statement_write(
    documents: Iterable[dict[str, str]],
    *,
    outcomes: dict[str, str],
    encoding: str,
    opening: Decimal,
    now: datetime,
) -> bytes:
    """The statement of the payer's account: what left it, and what came back the same day.

    A rejected document never moved money, so a statement has no word of it; a returned one is
    there twice, going out and, under the same number, coming in.
    """
    known = list(documents)
    moved = [one for one in known if outcomes.get(one["НомерДокумента"], SENT) != REJECTED]
    back = [one for one in moved if outcomes.get(one["НомерДокумента"]) == RETURNED]
    out_sum, in_sum = _sum(moved), _sum(back)
    day = now.date()
    lines = [
        FIRST_LINE,
        "ВерсияФормата=2.00",
        f"Кодировка={'UTF8' if encoding == 'utf-8' else 'Windows'}",
        "Отправитель=Sandbox Bank",
        "Получатель=",
        f"ДатаСоздания={day.strftime(DAY)}",
        f"ВремяСоздания={now.strftime('%H:%M:%S')}",
        f"ДатаНачала={day.strftime(DAY)}",
        f"ДатаКонца={day.strftime(DAY)}",
        f"РасчСчет={known[0]['ПлательщикИИК']}",
        ACCOUNT_START,
        f"ДатаНачала={day.strftime(DAY)}",
        f"ДатаКонца={day.strftime(DAY)}",
        f"РасчСчет={known[0]['ПлательщикИИК']}",
        f"НачальныйОстаток={opening:.2f}",
        f"ВсегоПоступило={in_sum:.2f}",
        f"ВсегоСписано={out_sum:.2f}",
        f"КонечныйОстаток={opening + in_sum - out_sum:.2f}",
        ACCOUNT_END,
    ]
    for document in moved:
        lines += _entry(document, "СуммаРасход", day)
    for document in back:
        lines += _entry(_turned(document), "СуммаПриход", day)
    text = "\r\n".join([*lines, FILE_END, ""])
    return text.encode(encoding, errors="replace")


def _entry(document: dict[str, str], amount_key: str, day: date) -> list[str]:
    kind = document.get(DOCUMENT_START, "ПлатежноеПоручение")
    values = {
        key: value for key, value in document.items() if key not in (DOCUMENT_START, "Документ")
    }
    values |= {
        "ВидДокумента": kind,
        "ДатаОперации": day.strftime(DAY),
        amount_key: f"{_amount(document):.2f}",
    }
    body = [f"{key}={value}" for key, value in values.items()]
    return [f"{DOCUMENT_START}={kind}", *body, DOCUMENT_END]


def _turned(document: dict[str, str]) -> dict[str, str]:
    """The same payment on its way back: the receiver sends it."""
    swapped = {}
    for key, value in document.items():
        if key.startswith("Плательщик"):
            key = key.replace("Плательщик", "Получатель", 1)
        elif key.startswith("Получатель"):
            key = key.replace("Получатель", "Плательщик", 1)
        swapped[key] = value
    purpose = document.get("НазначениеПлатежа", "")
    swapped["НазначениеПлатежа"] = f"Возврат платежа: {purpose}"
    return swapped


def _sum(documents: Iterable[dict[str, str]]) -> Decimal:
    return sum((_amount(document) for document in documents), Decimal())


def _amount(document: dict[str, str]) -> Decimal:
    return Decimal(document["Сумма"])


def _require_whole(document: dict[str, str]) -> None:
    for key in NEEDED:
        if not document.get(key):
            raise NotAPaymentFile(f"a document without {key}")
    number = document["НомерДокумента"]
    try:
        amount = Decimal(document["Сумма"])
    except InvalidOperation:
        raise NotAPaymentFile(f"document {number}: Сумма is not an amount") from None
    if not amount.is_finite() or amount <= 0:
        raise NotAPaymentFile(f"document {number}: Сумма must be positive")


def _bare(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('""', '"')
    return value


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace"), "cp1251"
