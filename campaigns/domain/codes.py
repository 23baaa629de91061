"""Promo codes: their one written form, their look-alikes, and new ones.

Source: facts/merchants.md section 5. A code is typed by hand from a video, so Cyrillic twins of
Latin letters and 0 for O must find it, and no twin of an issued code may ever be issued.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from enum import StrEnum
from functools import lru_cache

from core.ids import CODE_ALPHABET

CODE_CHARS_MIN = 3
CODE_CHARS_MAX = 40
SUFFIX_CHARS = 3
NAME_CHARS_MAX = 10
ONE_TIME_CHARS = 9  # 31**9 = 2.6e13: nobody guesses one of a hundred thousand
REMEMBERED = 10_000  # a batch of orders names the same few codes again and again
_DROPPED_CATEGORIES = frozenset({"Cf", "Zs", "Zl", "Zp", "Pd", "Pc", "Cc"})
_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЅЈҺҮҒЗЬЁΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "ABEKMHOPCTYXISJHYF3BEABEZHIKMNOPTYX",
)
_SAME = str.maketrans({"0": "O", "1": "I", "L": "I"})
_LOOKS_LIKE_NUMBER = re.compile(r"^\d+E\d+$")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
LATIN_OF = {
    "А": "A", "Ә": "A", "Б": "B", "В": "V", "Г": "G", "Ғ": "G", "Д": "D", "Е": "E", "Ё": "E",
    "Ж": "J", "З": "Z", "И": "I", "Й": "Y", "К": "K", "Қ": "Q", "Л": "L", "М": "M", "Н": "N",
    "Ң": "N", "О": "O", "Ө": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ұ": "U",
    "Ү": "U", "Ф": "F", "Х": "H", "Һ": "H", "Ц": "C", "Ч": "CH", "Ш": "SH", "Щ": "SH", "Ы": "Y",
    "І": "I", "Э": "E", "Ю": "YU", "Я": "YA",
}  # fmt: skip


@lru_cache(REMEMBERED)
def canonical(text: str) -> str:
    """A code's one written form: what people add by accident is gone, letters are capitals."""
    folded = unicodedata.normalize("NFKC", text)
    kept = [char for char in folded if unicodedata.category(char) not in _DROPPED_CATEGORIES]
    # Once more: what stood around a dropped character may now compose, and so may capitals.
    return unicodedata.normalize("NFKC", "".join(kept).upper())


@lru_cache(REMEMBERED)
def skeleton(text: str) -> str:
    """What a code looks like: twins in other alphabets and 0/O, 1/I/L are one."""
    return canonical(text).translate(_TWINS).translate(_SAME)


def is_issuable(code: str) -> bool:
    """Whether a code may be given out: safe letters, begins with one, no number of a table."""
    return (
        CODE_CHARS_MIN <= len(code) <= CODE_CHARS_MAX
        and all(char in CODE_ALPHABET for char in code)
        and not code[0].isdigit()
        and not _LOOKS_LIKE_NUMBER.match(code)
    )


def code_generate(name: str) -> str:
    """A new personal code: the person's name in safe Latin letters, and a random end.

    Whether it is free in the shop, the database says.
    """
    latin = "".join(LATIN_OF.get(char, char) for char in canonical(name))
    letters = [char for char in latin if char in CODE_ALPHABET and not char.isdigit()]
    stem = "".join(letters[:NAME_CHARS_MAX]) or "BIRGE".replace("I", "")
    return stem + "".join(secrets.choice(CODE_ALPHABET) for _ in range(SUFFIX_CHARS))


def one_time_code_generate() -> str:
    """A code of a pool: begins with a letter, and never looks like a number of a table."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(ONE_TIME_CHARS))
        if is_issuable(code):
            return code


class CodeFault(StrEnum):
    """Why a code may not be taken. Pages have the words."""

    EMPTY = "empty"
    SHORT = "short"
    LONG = "long"
    SIGNS = "signs"  # something else than letters and digits
    MIXED = "mixed"  # letters of two alphabets
    NUMBER = "number"  # a spreadsheet takes it for a number, and changes it
    DIGIT_FIRST = "digit_first"
    UNSAFE = "unsafe"  # 0, O, 1, I, L, or letters that are not Latin: read and typed wrongly
    TWICE = "twice"  # in one file
    LOOKS_LIKE_ROW = "looks_like_row"  # of the same file
    TAKEN = "taken"  # this code, or one that looks the same, is in the shop already
    KNOWN = "known"  # buyers type it for another code, or it is the shop's own


def code_fault(text: str) -> CodeFault | None:
    """What is wrong with a code that a shop made, by itself; None when it can be taken in."""
    code = canonical(text)
    if not code:
        return CodeFault.EMPTY
    if len(code) > CODE_CHARS_MAX or len(text) > CODE_CHARS_MAX:
        return CodeFault.LONG
    if len(code) < CODE_CHARS_MIN:
        return CodeFault.SHORT
    letters = [char for char in code if not ("0" <= char <= "9")]
    scripts = {_script(char) for char in letters}
    if "" in scripts:
        return CodeFault.SIGNS
    if len(scripts) > 1:
        return CodeFault.MIXED
    if not letters or _LOOKS_LIKE_NUMBER.match(code):
        return CodeFault.NUMBER
    return None


def wish_fault(text: str) -> CodeFault | None:
    """The same of a code that we are to give out: it is read aloud, and typed by hand."""
    code = canonical(text)
    fault = code_fault(text)
    if fault is not None:
        return fault
    if code[0].isdigit():
        return CodeFault.DIGIT_FIRST
    return None if is_issuable(code) else CodeFault.UNSAFE


def _script(char: str) -> str:
    """The alphabet of a letter; "" for what is no letter, and for other alphabets."""
    if not char.isalpha():
        return ""
    first = unicodedata.name(char, "").partition(" ")[0]
    return first if first in _SCRIPTS else ""
