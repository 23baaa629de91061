"""One cell of somebody's table as a code, an amount, a count, a moment or text. Pure.

The traps are Excel's: a code that it took for a number (1E10, 20 digits), a formula without its
value, an amount with the separators of another country, a day whose month comes first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from core.cells import Cell, Marked

Kind = Literal["code", "text", "amount", "count", "moment"]
FaultCode = Literal[
    "missing",
    "too_long",
    "exponent",
    "long_number",
    "formula",
    "error_value",
    "not_text",
    "not_a_code",
    "not_an_amount",
    "not_a_count",
    "not_a_date",
    "in_future",
]
Amounts = Literal["", ",", "."]  # what stands before the tiyn; "": only thousands are separated
DateOrder = Literal["dmy", "mdy"]

ALMATY = ZoneInfo("Asia/Almaty")
CODE_DIGITS_MAX = 15  # Excel keeps no more of a number
COUNT_MAX = 1_000_000
YEARS = range(2000, 2100)
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 a cell has no zone
EXCEL_DAYS = (36_526, 73_415)  # 2000 to 2100
TOMORROW = timedelta(days=1)

_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eEеЕ]\+\d{1,3}", re.ASCII)
_MONEY_SIGNS = re.compile(r"[\s'’₸₽$€]|тенге|теңге|тг\.?|kzt|руб\.?|rub", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,10})?", re.ASCII)
_TIME = (
    r"(?:[T ,]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_DAY_FIRST = re.compile(
    r"(?P<a>\d{1,2})([./-])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d{2})" + _TIME, re.ASCII
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([./-])(?P<b>\d{1,2})\2(?P<a>\d{1,2})" + _TIME, re.ASCII)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<b>\d{2})(?P<a>\d{2})(?:T?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})?)?", re.ASCII
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d{1,15})?", re.ASCII)


class When(NamedTuple):
    """A moment, in UTC. A day without an hour is its first moment in Kazakhstan."""

    at: datetime
    has_time: bool


Value = str | int | Decimal | When | None


class Wrong(ValueError):
    def __init__(self, code: FaultCode) -> None:
        super().__init__(code)
        self.code: FaultCode = code


def value_read(
    cell: Cell,
    kind: Kind,
    *,
    length_max: int,
    now: datetime,
    amounts: Amounts = "",
    date_order: DateOrder = "dmy",
) -> Value:
    """A code and a text as str, an amount as Decimal, a count as int, a moment as When; None for
    an empty cell.

    Raises:
        Wrong: why it is none of that kind.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, Marked):
        cell = _unmarked(cell, kind)
    if kind == "code":
        return _code(cell, length_max)
    if kind == "text":
        return _text(text_shown(cell))[:length_max] or None
    if kind == "amount":
        return _amount(cell, amounts)
    if kind == "count":
        return _count(cell)
    return _moment(cell, date_order, now)


def text_shown(cell: Cell) -> str:
    """What a person sees in the cell, near enough."""
    if cell is None:
        return ""
    if isinstance(cell, Marked):
        return cell.text
    return unicodedata.normalize("NFC", str(cell)).strip()


def _unmarked(cell: Marked, kind: Kind) -> int | float:
    """A number that Excel only shows as 1E+10 is exact; as a code it is what Excel made of one."""
    if cell.mark == "scientific" and cell.value is not None and kind not in ("code", "text"):
        return cell.value
    codes: dict[str, FaultCode] = {"scientific": "exponent", "formula": "formula"}
    raise Wrong(codes.get(cell.mark, "error_value"))


def _text(text: str) -> str:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Wrong("not_text")
    return text


def _code(cell: Cell, length_max: int) -> str:
    if isinstance(cell, datetime):
        raise Wrong("not_a_code")  # 1-2 that Excel took for a day
    if isinstance(cell, float):
        raise Wrong("not_a_code" if abs(cell) < 10**CODE_DIGITS_MAX else "long_number")
    if isinstance(cell, int) and abs(cell) >= 10**CODE_DIGITS_MAX:
        raise Wrong("long_number")
    text = _text(text_shown(cell))
    if _EXPONENT.fullmatch(text):
        raise Wrong("exponent")
    if len(text) > length_max:
        raise Wrong("too_long")
    return text[1:] if re.fullmatch(r"'\d+", text) else text


def _amount(cell: Cell, amounts: Amounts) -> Decimal:
    if isinstance(cell, int | float):
        return Decimal(repr(cell))
    text = _MONEY_SIGNS.sub("", text_shown(cell))
    if isinstance(cell, datetime) or not text:
        raise Wrong("not_an_amount")
    if _EXPONENT.fullmatch(text):
        raise Wrong("exponent")
    plain = _point_only(text, amounts)
    if not _PLAIN.fullmatch(plain):
        raise Wrong("not_an_amount")
    return Decimal(plain)


def _point_only(text: str, amounts: Amounts) -> str:
    """Without thousands, and with a point before the tiyn. 1,234 is a thousand and some, unless
    the file's other amounts have a comma before their tiyn."""
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return text
    mark, other = text[last], "." if text[last] == "," else ","
    whole, part = text[:last], text[last + 1 :]
    if other in whole:  # 1.234,50: the last one of two is the decimal one
        return f"{whole.replace(other, '')}.{part}" if _is_grouped(whole) else text
    if _GROUPED.fullmatch(text) and (amounts != mark or mark in whole):
        return text.replace(mark, "")
    return f"{whole}.{part}"


def _is_grouped(whole: str) -> bool:
    return _GROUPED.fullmatch(whole) is not None


def amounts_seen(texts: Iterable[str]) -> Amounts:
    """Which sign stands before the tiyn: the one that one or two digits follow, if any."""
    counts = {",": 0, ".": 0}
    for text in texts:
        ended = re.fullmatch(r".*\d([.,])\d{1,2}", _MONEY_SIGNS.sub("", text))
        if ended:
            counts[ended[1]] += 1
    if not any(counts.values()):
        return ""
    return "," if counts[","] >= counts["."] else "."


def _count(cell: Cell) -> int:
    """A whole number from 1: also 2.0, and the 1,000 of a program that counts in kilograms."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = re.sub(r"[.,]0+$", "", re.sub(r"\s|шт\.?|дана|pcs\.?", "", text_shown(cell)))
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= COUNT_MAX):
        raise Wrong("not_a_count")
    return int(text)


def _moment(cell: Cell, order: DateOrder, now: datetime) -> When:
    when = _when_of_cell(cell, order)
    if when is None or when.at.astimezone(ALMATY).year not in YEARS:
        raise Wrong("not_a_date")
    if when.at > now + TOMORROW:
        raise Wrong("in_future")
    return when


def _when_of_cell(cell: Cell, order: DateOrder) -> When | None:
    if isinstance(cell, datetime):
        return _almaty(cell, has_time=(cell.hour, cell.minute, cell.second) != (0, 0, 0))
    text = " ".join(text_shown(cell).split())
    is_number = isinstance(cell, int | float)
    if is_number or _SERIAL.fullmatch(text):
        days = float(text.replace(",", "."))
        if EXCEL_DAYS[0] <= days < EXCEL_DAYS[1]:
            moment = EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
            return _almaty(moment, has_time=days % 1 != 0)
    for form in (_DAY_FIRST, _YEAR_FIRST, _COMPACT):
        if (found := form.fullmatch(text)) is not None:
            return _when(found.groupdict(), is_month_first=form is _DAY_FIRST and order == "mdy")
    return None


def _when(found: dict[str, str | None], *, is_month_first: bool) -> When | None:
    year = int(found["y"] or 0)
    day, month = int(found["a"] or 0), int(found["b"] or 0)
    if is_month_first:
        day, month = month, day
    hour, minute, second = (int(found.get(name) or 0) for name in ("h", "mi", "s"))
    if half := (found.get("half") or "").lower():
        hour = hour % 12 + 12 * (half == "pm")
    try:
        moment = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second)  # noqa: DTZ001
        has_time = found.get("h") is not None
        return _zoned(moment, found.get("zone")) or _almaty(moment, has_time=has_time)
    except (ValueError, OverflowError):
        return None


def _zoned(moment: datetime, zone: str | None) -> When | None:
    if not zone:
        return None
    text = "+00:00" if zone == "Z" else zone
    return When(datetime.fromisoformat(f"{moment.isoformat()}{text}").astimezone(UTC), True)


def _almaty(moment: datetime, *, has_time: bool) -> When | None:
    if moment.year not in YEARS:
        return None
    return When(moment.replace(tzinfo=ALMATY).astimezone(UTC), has_time)


def date_order_seen(texts: Iterable[str]) -> DateOrder:
    """Month first only when a "month" above 12 proves it, as in 10/25/2026, and no day does."""
    pairs = [found.group("a", "b") for text in texts if (found := _DAY_FIRST.fullmatch(text))]
    is_month_first = any(int(b) > 12 for _a, b in pairs) and all(int(a) <= 12 for a, _b in pairs)
    return "mdy" if is_month_first else "dmy"
