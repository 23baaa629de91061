"""Whether a post says, in its first words, that it is advertising.

The closed list is order No. 59-НҚ of 16.02.2024, in force since 02.03.2024 (the rules of marking
online advertising): any one of fourteen phrases, as text, before the advertising begins. An
English word is none of them. How much decoration may stand before it the order does not say: we
pass over what is no word (emoji, quotes, a hash sign) and over how it is written, never a word.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

PHRASES = (
    "жарнама",
    "жарнамалық материал",
    "серіктестік материал",
    "демеушілік материал",
    "жарнама құқығында",
    "демеушімен төленген",
    "PR құқығында",
    "реклама",
    "рекламный материал",
    "партнерский материал",
    "спонсорский материал",
    "на правах рекламы",
    "оплачено спонсором",
    "на правах PR",
)
SEPARATORS = str.maketrans({"_": " ", "ё": "е"})


class LabelFault(StrEnum):
    """Why a text is not labelled."""

    EMPTY = "empty"
    NOT_AT_START = "not_at_start"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """`phrase` is the one found at the start, as the order writes it; or where there is none, a
    fault, with the phrase that stands further down when one does."""

    phrase: str = ""
    fault: LabelFault | None = None

    @property
    def is_labelled(self) -> bool:
        return self.fault is None


def ad_label_check(text: str) -> LabelCheck:
    """The label of a post's text: at its start, somewhere else, or nowhere."""
    words = _words(text)
    if not words:
        return LabelCheck(fault=LabelFault.EMPTY)
    if found := _longest_at(words, 0):
        return LabelCheck(found)
    later = (_longest_at(words, place) for place in range(1, len(words)))
    misplaced = next(filter(None, later), "")
    if misplaced:
        return LabelCheck(misplaced, LabelFault.NOT_AT_START)
    return LabelCheck(fault=LabelFault.MISSING)


def _words(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, folded. What cannot be seen joins what it stands in; every other
    sign parts words and is no word itself."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(SEPARATORS)
    seen = (char for char in folded if unicodedata.category(char) != "Cf")
    return tuple("".join(char if char.isalnum() else " " for char in seen).split())


_BY_WORDS = {_words(phrase): phrase for phrase in PHRASES}
_LONGEST_FIRST = sorted(_BY_WORDS, key=len, reverse=True)


def _longest_at(words: tuple[str, ...], place: int) -> str:
    """The phrase that these words spell from a place on; "" for none."""
    return next(
        (_BY_WORDS[key] for key in _LONGEST_FIRST if words[place : place + len(key)] == key), ""
    )
