"""Reading foreign JSON: exact numbers, named fields, and one error for every surprise.

`Fields` walks an object and knows where it is, so that a wrong shape is reported as
"line_items[0].total: not an amount" and never as a KeyError from deep inside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from attribution.connectors.base import UnknownPayload
from core.money import MINOR_DIGITS, minor_of

NESTING_MAX = 32
INTEGER_DIGITS_MAX = 30
YEAR_MIN, YEAR_MAX = 2000, 2199
# Decimal() alone also takes "1_000", "1e3", "NaN" and the digits of every script.
# What PostgreSQL refuses: NUL, and halves of surrogate pairs.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
PLAIN_AMOUNT = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)


def json_read(raw: bytes) -> Any:
    """The value in `raw`; numbers with a fraction become Decimal, NaN and Infinity are refused.

    Raises:
        UnknownPayload: not UTF-8 JSON, or nested deeper than any order is.
    """
    try:
        value = json.loads(
            raw.decode(), parse_float=Decimal, parse_int=_integer, parse_constant=_no_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnknownPayload(f"body: not JSON ({type(error).__name__})") from None
    if _depth(value) > NESTING_MAX:
        raise UnknownPayload("body: nested too deep")
    return value


def json_bytes(value: Any) -> bytes:
    """Stored JSON of a part of a page; a fraction becomes text, so that it stays exact."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise ValueError("number too long")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _depth(value: Any) -> int:
    """How deep lists and objects are nested; levels are walked, so that depth costs no stack."""
    depth, level = 0, [value]
    while level := [child for parent in level for child in _children(parent)]:
        depth += 1
        if depth > NESTING_MAX:
            break
        level = [each for each in level if isinstance(each, dict | list)]
    return depth


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


class Fields:
    """A JSON object and the path that led to it."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise UnknownPayload(f"{path or 'body'}: not an object")
        self._value: Mapping[str, Any] = value
        self._path = path

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def keys(self) -> set[str]:
        return set(self._value)

    def plain(self) -> Mapping[str, Any]:
        """The object itself, to store it."""
        return self._value

    def raw(self, key: str) -> Any:
        """The value as it came, or None; the caller judges it."""
        return self._value.get(key)

    def path(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def wrong(self, key: str, why: str) -> UnknownPayload:
        return UnknownPayload(f"{self.path(key)}: {why}")

    def text(self, key: str, *, length_max: int) -> str:
        """Text that must be there, and must not be longer."""
        text = self.text_or_none(key)
        if text is None:
            raise self.wrong(key, "missing or empty")
        if len(text) > length_max:
            raise self.wrong(key, f"longer than {length_max} characters")
        return text

    def text_cut(self, key: str, *, length_max: int) -> str:
        """Words for a person: empty when absent, cut when too long."""
        return (self.text_or_none(key) or "")[:length_max]

    def text_or_none(self, key: str) -> str | None:
        """Text or a whole number as text; None when absent, null or blank."""
        value = self._value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.wrong(key, "not text")
        text = str(value).strip()
        if not is_storable(text):
            raise self.wrong(key, "NUL or broken Unicode")
        return text or None

    def integer(self, key: str, *, least: int = 0, most: int) -> int:
        value = self._value.get(key)
        if isinstance(value, Decimal) and -most <= value <= most and value == int(value):
            value = int(value)  # 1.0: some PHP builds print whole numbers so
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(key, "not a whole number")
        if not least <= value <= most:
            raise self.wrong(key, f"not within {least}..{most}")
        return value

    def flag(self, key: str) -> bool:
        """True only for true: an absent or strange flag is not set."""
        return self._value.get(key) is True

    def money_minor(self, key: str, currency: str, *, default: str | None = None) -> int:
        """Minor units of an amount in major units, given as text or as an exact number."""
        value = self._value.get(key)
        if value is None or value == "":
            value = default
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.wrong(key, "not an amount")
        if isinstance(value, str) and not PLAIN_AMOUNT.fullmatch(value):
            raise self.wrong(key, "not an amount")
        try:
            return minor_of(value, currency)
        except (ValueError, ArithmeticError):
            raise self.wrong(key, "not an amount") from None

    def is_positive(self, key: str) -> bool:
        """Whether it is an amount above zero. What is no amount is none."""
        try:
            amount = Decimal(str(self.raw(key)))
        except ArithmeticError:
            return False
        return amount.is_finite() and amount > 0

    def currency(self, key: str) -> str:
        code = self.text(key, length_max=3).upper()
        if code not in MINOR_DIGITS:
            raise self.wrong(key, f"unknown currency {code!r}")
        return code

    def moment(self, key: str, *, zone: tzinfo) -> datetime:
        """An aware UTC moment; `zone` is what the source means when it names none."""
        moment = self.moment_or_none(key, zone=zone)
        if moment is None:
            raise self.wrong(key, "missing or empty")
        return moment

    def moment_or_none(self, key: str, *, zone: tzinfo) -> datetime | None:
        text = self.text_or_none(key)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.wrong(key, "not a time") from None
        if not YEAR_MIN <= moment.year <= YEAR_MAX:
            raise self.wrong(key, "year out of range")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)

    def child(self, key: str) -> Fields:
        return Fields(self._value.get(key), self.path(key))

    def child_or_empty(self, key: str) -> Fields:
        """An object, or an empty one when it is absent, null or PHP's empty list."""
        value = self._value.get(key)
        return Fields({} if value in (None, []) else value, self.path(key))

    def items(self, key: str, *, most: int) -> list[Fields]:
        """The objects of a list that must be there."""
        value = self._value.get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "not a list")
        if len(value) > most:
            raise self.wrong(key, f"more than {most} entries")
        return [Fields(item, f"{self.path(key)}[{n}]") for n, item in enumerate(value)]

    def items_or_empty(self, key: str, *, most: int) -> list[Fields]:
        return [] if self._value.get(key) is None else self.items(key, most=most)


def is_storable(text: str) -> bool:
    """False for what PostgreSQL refuses: NUL, and halves of surrogate pairs."""
    return UNSTORABLE.search(text) is None
