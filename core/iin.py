"""IIN and BIN: the 12 digits of a person and of a company.

Structure and check digit: facts/kazakhstan.md section 3. The number alone never proves that a
person is an entrepreneur (an entrepreneur uses the owner's IIN): ask a register.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

_FIRST = range(1, 12)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_CENTURY = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


class IdRule(StrEnum):
    """Which rule a number breaks, so that a form can say it."""

    LENGTH = "length"
    DIGITS = "digits"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    CENTURY = "century"
    KIND = "kind"


class IdNumberError(ValueError):
    """The number breaks `rule`. `digits` is how many digits were given."""

    def __init__(self, rule: IdRule, digits: int) -> None:
        super().__init__(f"{rule}: {digits} digits")
        self.rule = rule
        self.digits = digits


def iin_parse(text: str, *, today: date) -> str:
    """The canonical 12 digits of a person's number.

    Raises:
        IdNumberError: the first rule that the number breaks.
    """
    number = _twelve_digits(text)
    if number[4] not in "0123":
        raise IdNumberError(IdRule.KIND, 12)  # 4-6 says company, 7-9 is never issued
    if number[6] != "0":  # 0 is seen on some foreigners' numbers, and says no century
        _require_born(number, today)
    _require_check_digit(number)
    return number


def bin_parse(text: str) -> str:
    """The canonical 12 digits of a company's number (also branches and joint entrepreneurs).

    Raises:
        IdNumberError: the first rule that the number breaks.
    """
    number = _twelve_digits(text)
    if number[4] not in "456" or number[5] not in "0123":
        raise IdNumberError(IdRule.KIND, 12)
    if not 1 <= int(number[2:4]) <= 12:
        raise IdNumberError(IdRule.DATE, 12)
    _require_check_digit(number)
    return number


def iin_birth_date(number: str) -> date:
    """The birth date inside a canonical IIN.

    Raises:
        ValueError: no such day.
        KeyError: the century digit says nothing.
    """
    century = _CENTURY[number[6]]
    return date(century + int(number[:2]), int(number[2:4]), int(number[4:6]))


def check_digit(eleven: str) -> int | None:
    """The twelfth digit for eleven digits; None where none exists (never issued)."""
    digits = [int(digit) for digit in eleven]
    for weights in (_FIRST, _SECOND):
        remainder = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if remainder != 10:
            return remainder
    return None


def _require_born(number: str, today: date) -> None:
    if number[6] not in _CENTURY:
        raise IdNumberError(IdRule.CENTURY, 12)
    try:
        born = iin_birth_date(number)
    except ValueError:
        raise IdNumberError(IdRule.DATE, 12) from None
    if born > today:
        raise IdNumberError(IdRule.DATE, 12)


def _twelve_digits(text: str) -> str:
    number = "".join(text.split()).replace("-", "")
    if not (number.isascii() and number.isdigit()):
        raise IdNumberError(IdRule.DIGITS, sum(char.isdigit() for char in number))
    if len(number) != 12:
        raise IdNumberError(IdRule.LENGTH, len(number))
    return number


def _require_check_digit(number: str) -> None:
    if check_digit(number[:11]) != int(number[11]):
        raise IdNumberError(IdRule.CHECK_DIGIT, 12)
