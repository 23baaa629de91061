"""Sub-ids: the names that an influencer gives to posts, carried by the link as ?sub1=…&sub5=….

The click process reads them as they come (`attribution.clickpath.visit.subs_of`); here is the way
out: an address that carries them.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

SUBS = 5
SUB_CHARS_MAX = 64


def subs_clean(given: Sequence[str]) -> tuple[str, ...]:
    """Five names as they are stored: what cannot be printed is a blank, edges are trimmed."""
    names = [*given, *[""] * SUBS][:SUBS]
    return tuple(_printable(name).strip()[:SUB_CHARS_MAX].strip() for name in names)


def url_with_subs(url: str, subs: Sequence[str]) -> str:
    """A link of ours (it has no query) that carries `subs`; empty ones are left out."""
    pairs = [f"sub{n}={quote(sub, safe='')}" for n, sub in enumerate(subs_clean(subs), 1) if sub]
    return f"{url}?{'&'.join(pairs)}" if pairs else url


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)
