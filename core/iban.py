"""Account numbers of Kazakhstan: KZ, two check digits, three digits of the bank, 13 characters.

The form and the check digits are schwifty's work; which bank a code means is our own table
(core/kz_banks.toml), because public ones were found to be wrong.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from schwifty import IBAN
from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException

COUNTRY = "KZ"
LENGTH = 20
_GROUP = 4


class IbanRule(StrEnum):
    """Which rule a number breaks, so that a form can say it."""

    LENGTH = "length"
    COUNTRY = "country"
    CHARACTERS = "characters"
    CHECK_DIGITS = "check_digits"
    BANK = "bank"


class IbanError(ValueError):
    """The number breaks `rule`. `found` is what was found instead: a length, a country, a bank
    code, the first wrong character; never the number itself, for errors end up in logs."""

    def __init__(self, rule: IbanRule, found: str = "") -> None:
        super().__init__(f"{rule}: {found}" if found else str(rule))
        self.rule = rule
        self.found = found


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank behind the digits 5 to 7 of an IBAN."""

    code: str
    bic: str
    name: str
    confidence: Literal["confirmed", "unconfirmed"]


def iban_parse(text: str) -> str:
    """The canonical 20 characters of what a person typed, spaces and small letters allowed.

    Raises:
        IbanError: the first rule that the number breaks. The bank is not looked up.
    """
    number = "".join(text.split()).replace("-", "").upper()
    _require_characters(number)
    if not number.startswith(COUNTRY):
        raise IbanError(IbanRule.COUNTRY, number[:2])
    if len(number) != LENGTH:
        raise IbanError(IbanRule.LENGTH, str(len(number)))
    try:
        return str(IBAN(number))
    except InvalidChecksumDigits:
        raise IbanError(IbanRule.CHECK_DIGITS, number[2:4]) from None
    except SchwiftyException:  # a letter where the bank's digits or the check digits are
        raise IbanError(IbanRule.CHARACTERS, number[2:7]) from None


def iban_bank(iban: str) -> Bank:
    """The bank of a canonical IBAN.

    Raises:
        IbanError: we know no bank of this code; `found` is the code.
    """
    code = iban[4:7]
    try:
        return banks()[code]
    except KeyError:
        raise IbanError(IbanRule.BANK, code) from None


def iban_format(iban: str) -> str:
    """KZ41 722C 0000 0000 0001, as banks print it."""
    return " ".join(iban[i : i + _GROUP] for i in range(0, len(iban), _GROUP))


def iban_mask(iban: str) -> str:
    """KZ** **** **** **** 0001: enough to recognise, too little to use."""
    hidden = "*" * (len(iban) - len(COUNTRY) - _GROUP)
    return iban_format(f"{iban[: len(COUNTRY)]}{hidden}{iban[-_GROUP:]}")


@cache
def banks() -> dict[str, Bank]:
    """Every bank we know, by the code inside an IBAN. Read once from core/kz_banks.toml."""
    text = (files("core") / "kz_banks.toml").read_text(encoding="utf-8")
    return {code: Bank(code=code, **row) for code, row in tomllib.loads(text).items()}


def _require_characters(number: str) -> None:
    for char in number:
        if not (char.isascii() and char.isalnum()):
            raise IbanError(IbanRule.CHARACTERS, char)
