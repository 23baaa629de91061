"""Parts that several pages of a brand have."""

from __future__ import annotations

REF_CHARS_MAX = 16  # Wildberries' order ids are 26 characters and more


def ref_short(number: str) -> str:
    """An order's number as a list shows it: whole, or its beginning and its end."""
    return number if len(number) <= REF_CHARS_MAX else f"{number[:7]}…{number[-6:]}"
