"""A brand's address, made from its name: "Ақтас сүт" is aqtas-sut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

SLUG_CHARS_MAX = 50  # leaves room for "-2" in the column
SLUG_OF_NOTHING = "brand"

# Kazakh letters as people write them in Latin today, Russian ones as on road signs.
LATIN = {
    "ә": "a",
    "ғ": "g",
    "қ": "q",
    "ң": "n",
    "ө": "o",
    "ұ": "u",
    "ү": "u",
    "һ": "h",
    "і": "i",
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "е": "e",
    "ё": "e",
    "ж": "zh",
    "з": "z",
    "и": "i",
    "й": "i",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "h",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "yu",
    "я": "ya",
}


def slug_make(name: str, *, taken: Collection[str] = ()) -> str:
    """The first free address for a name: aqtas, aqtas-2, aqtas-3 ..."""
    base = _plain(name)
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _plain(name: str) -> str:
    """Only a-z, 0-9 and single dashes; accents are dropped."""
    latin = "".join(LATIN.get(char, char) for char in unicodedata.normalize("NFC", name.lower()))
    without_marks = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", without_marks).strip("-")
    return words[:SLUG_CHARS_MAX].strip("-") or SLUG_OF_NOTHING
