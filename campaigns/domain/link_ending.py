"""The ending of a link that somebody chose: /c/aigerim-koilek.

It is read aloud, typed by hand and trusted, so no two endings may look alike, whoever made the
first: `aigerlm` is refused where `aigerim` exists, and so is `aigerim-` with a hyphen more.
"""

from __future__ import annotations

import re
from enum import StrEnum

ENDING_CHARS_MIN, ENDING_CHARS_MAX = 4, 40
_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
# Look-alikes become one, hyphens go. PostgreSQL computes the same for every link (`models`).
LOOKS_FROM, LOOKS_TO = "01l-_", "oii"
LOOKS_PAIRS = (("rn", "m"), ("vv", "w"))
_LOOKS = str.maketrans({"0": "o", "1": "i", "l": "i", "-": None, "_": None})


class EndingRule(StrEnum):
    """Which rule an ending breaks, so that a form can say it."""

    LENGTH = "length"
    CHARACTERS = "characters"
    RESERVED = "reserved"


class EndingError(ValueError):
    """The ending breaks `rule`. `found` is what it was read as."""

    def __init__(self, rule: EndingRule, found: str) -> None:
        super().__init__(f"{rule}: {found[:80]}")
        self.rule = rule
        self.found = found[:80]


def looks_of(ending: str) -> str:
    """What an ending looks like: two with the same looks are twins."""
    looks = ending.lower().translate(_LOOKS)
    for pair, letter in LOOKS_PAIRS:
        looks = looks.replace(pair, letter)
    return looks


# What would be taken for the platform's own word, or for a page of it, each by its looks; our own
# name also as one of several words ("birge-support", but "birgemiz" is a word of its own).
_RESERVED = frozenset(
    looks_of(word)
    for word in (
        "about", "account", "admin", "api", "auth", "bank", "birge", "blog", "brand", "click",
        "code", "contact", "demo", "docs", "error", "free", "healthz", "help", "home", "info",
        "kaspi", "legal", "link", "links", "login", "logout", "money", "news", "null", "official",
        "ozon", "payment", "payout", "portal", "privacy", "promo", "register", "root", "rules",
        "security", "shop", "signin", "signup", "static", "status", "support", "system", "terms",
        "test", "undefined", "wildberries",
    )
)  # fmt: skip
_OURS = looks_of("birge")


def ending_parse(text: str) -> str:
    """An ending as it is stored: small letters of ASCII, digits, single hyphens inside.

    Raises:
        EndingError: the first rule that it breaks.
    """
    ending = text.strip().lower()
    if not ENDING_CHARS_MIN <= len(ending) <= ENDING_CHARS_MAX:
        raise EndingError(EndingRule.LENGTH, ending)
    if not _SHAPE.fullmatch(ending):
        raise EndingError(EndingRule.CHARACTERS, ending)
    words = {looks_of(word) for word in ending.split("-")}
    if looks_of(ending) in _RESERVED or _OURS in words:
        raise EndingError(EndingRule.RESERVED, ending)
    return ending
