"""Click ids as shops send them back."""

from __future__ import annotations

import re
from uuid import UUID

_HEX32 = re.compile(r"[0-9a-f]{32}")
# A merchant's template that was never filled in: {clickid}, %7Bclickid%7D, [click], <id>, #id#.
_UNEXPANDED = re.compile(r"^[{%\[<#]")
_EMPTY_WORDS = frozenset({"", "null", "undefined", "none", "nan", "0"})


def is_unexpanded_macro(text: str) -> bool:
    """Whether a shop sent its template's placeholder instead of a value."""
    return bool(_UNEXPANDED.match(text.strip()))


def click_id_parse(text: str) -> UUID | None:
    """The id inside `cpa_click`, or None when it is not one that we gave (a UUIDv7, as hex).

    Hyphens and capitals that a shop may have added are forgiven.
    """
    plain = text.strip().lower().replace("-", "")
    if plain in _EMPTY_WORDS or not _HEX32.fullmatch(plain):
        return None
    click_id = UUID(plain)
    return click_id if click_id.version == 7 else None


def click_id_of_page(text: str) -> str:
    """The id as our own snippet keeps it, or "". Nothing is forgiven: no shop rewrites it there."""
    if not _HEX32.fullmatch(text):
        return ""
    click_id = UUID(text)
    is_ours = click_id.version == 7  # which is said only of ids of the standard's variant
    return text if is_ours else ""
