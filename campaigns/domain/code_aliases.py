"""What buyers type when they mean a code: in the other alphabet, or with the keyboard left in it.

Source: facts/merchants.md section 5. Tables and nothing else, so that a code has the same aliases
every time. Look-alike letters are no matter of this: the skeleton folds them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from campaigns.domain.codes import (
    CODE_CHARS_MAX,
    CODE_CHARS_MIN,
    LATIN_OF,
    canonical,
    skeleton,
)


class AliasKind(StrEnum):
    TRANSLITERATION = "translit"
    LAYOUT = "layout"
    BY_HAND = "by_hand"  # a person said whose it is
    NOBODYS = "nobodys"  # a person said that it is no influencer's


class Alias(NamedTuple):
    """`text` is canonical."""

    kind: AliasKind
    text: str


_QWERTY = "QWERTYUIOPASDFGHJKLZXCVBNM"
_KEYS = "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"  # the same keys of the Russian and the Kazakh layout
_TO_CYRILLIC_KEYS = dict(zip(_QWERTY, _KEYS, strict=True))
_TO_LATIN_KEYS = dict(zip(_KEYS, _QWERTY, strict=True))
_PAIRS = {
    "SH": "Ш", "CH": "Ч", "ZH": "Ж", "KH": "Х", "TS": "Ц", "YA": "Я", "YU": "Ю", "YO": "Ё",
}  # fmt: skip
_RUSSIAN = {
    "A": "А", "B": "Б", "C": "Ц", "D": "Д", "E": "Е", "F": "Ф", "G": "Г", "H": "Х", "I": "И",
    "J": "Ж", "K": "К", "L": "Л", "M": "М", "N": "Н", "O": "О", "P": "П", "Q": "К", "R": "Р",
    "S": "С", "T": "Т", "U": "У", "V": "В", "W": "В", "X": "КС", "Y": "Й", "Z": "З",
}  # fmt: skip
_KAZAKH = _RUSSIAN | {"I": "І", "Q": "Қ", "W": "У", "Y": "Ы"}
_KAZAKH_PAIRS = _PAIRS | {"AI": "АЙ", "EI": "ЕЙ", "AY": "АЙ", "EY": "ЕЙ"}


def aliases_of(code: str) -> list[Alias]:
    """What else a code may be typed as, each once. Not what looks like Latin letters: who types
    НУР may mean NUR, but HYP is a code of its own."""
    own = canonical(code)
    found: dict[str, Alias] = {}
    typed = [(AliasKind.TRANSLITERATION, text) for text in _transliterations(own)]
    typed.append((AliasKind.LAYOUT, _other_layout(own)))
    for kind, text in typed:
        look = skeleton(text)
        fits = CODE_CHARS_MIN <= len(text) <= CODE_CHARS_MAX
        is_apart = look != skeleton(own) and (_is_latin(own) != look.isascii())
        if fits and is_apart:
            found.setdefault(look, Alias(kind, text))
    return list(found.values())


def _is_latin(code: str) -> bool:
    return code.isascii()


def _transliterations(code: str) -> list[str]:
    if not _is_latin(code):
        spelled = "".join(LATIN_OF.get(char, char) for char in code)
        return [spelled] if spelled.isascii() else []
    return [_spelled(code, _PAIRS, _RUSSIAN), _spelled(code, _KAZAKH_PAIRS, _KAZAKH)]


def _spelled(code: str, pairs: dict[str, str], letters: dict[str, str]) -> str:
    parts, place = [], 0
    while place < len(code):
        pair = pairs.get(code[place : place + 2])
        parts.append(pair or letters.get(code[place], code[place]))
        place += 2 if pair else 1
    return "".join(parts)


def _other_layout(code: str) -> str:
    """The same keys with the other layout on; "" where a letter's key has none there."""
    keys = _TO_CYRILLIC_KEYS if _is_latin(code) else _TO_LATIN_KEYS
    if any(char not in keys and not char.isdigit() for char in code):
        return ""
    return "".join(keys.get(char, char) for char in code)
