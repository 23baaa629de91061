"""The reference that a brand writes into the purpose of its transfer: BRG-000017-07.

It is the brand's for good and carries two check digits (ISO 7064, mod 97-10, those of an IBAN), so
that a mistyped one is nobody's rather than another brand's. Banks print it with other dashes,
without any, or in Cyrillic look-alikes; all of that is read.
"""

from __future__ import annotations

import re

PREFIX = "BRG"
DIGITS_LEAST = 6
_MODULUS = 97
# How the prefix looks when a keyboard was Cyrillic, or a bank wrote it in its own letters.
_PREFIXES = "(?:[BВ]RG|БРГ|БРЖ)"
_GAP = r"[\s\-\u2010-\u2015\u2212_.]{0,3}"
_REFERENCE = re.compile(
    rf"(?<!\w){_PREFIXES}{_GAP}([0-9]{{{DIGITS_LEAST},12}}){_GAP}([0-9]{{2}})(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_UNBROKEN = re.compile(
    rf"(?<!\w){_PREFIXES}{_GAP}([0-9]{{{DIGITS_LEAST + 2},14}})(?![0-9A-Za-z])",
    re.IGNORECASE | re.ASCII,
)


def payment_reference(brand_id: int) -> str:
    """The reference of a brand, as it is shown and printed."""
    number = f"{brand_id:0{DIGITS_LEAST}}"
    return f"{PREFIX}-{number}-{_check_digits(number)}"


def brands_named(text: str) -> tuple[int, ...]:
    """The brands whose references stand in a purpose, each once, in their order. What misses its
    check digits names nobody."""
    found: dict[int, None] = {}
    for match in _REFERENCE.finditer(text):
        _take(found, match[1], match[2])
    for match in _UNBROKEN.finditer(text):
        _take(found, match[1][:-2], match[1][-2:])
    return tuple(found)


def _take(found: dict[int, None], number: str, digits: str) -> None:
    if _check_digits(number) == digits and int(number) > 0:
        found[int(number)] = None


def _check_digits(number: str) -> str:
    """So that number and digits together, as one integer, leave 1 when divided by 97."""
    return f"{98 - int(number) * 100 % _MODULUS:02}"
