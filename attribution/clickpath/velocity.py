"""Clicks that come faster than people's: counted per address and per link, minute by minute.

Counts are of this process and of this minute, and gone afterwards: an address is a person's, and
is kept nowhere else. Behind a mobile operator many people share one, hence the generous limit.
"""

from __future__ import annotations

from collections import defaultdict

from attribution.clickpath import bits

MINUTE_MILLISECONDS = 60_000
KEYS_MAX = 200_000  # of a minute; a flood from more addresses than that is not told apart


class Velocity:
    """One per process. Limits are clicks within a minute; what comes after them is flagged."""

    def __init__(self, *, address_max: int, link_max: int) -> None:
        self._address_max = address_max
        self._link_max = link_max
        self._minute = 0
        self._addresses: defaultdict[str, int] = defaultdict(int)
        self._links: defaultdict[int, int] = defaultdict(int)

    def flags_of(self, milliseconds: int, address: str | None, link_id: int) -> int:
        """Count this click, and say whether it is one too many: bits of ClickFlag."""
        minute = milliseconds // MINUTE_MILLISECONDS
        if minute != self._minute:
            self._minute = minute
            self._addresses.clear()
            self._links.clear()
        flags = 0
        self._links[link_id] += 1
        if self._links[link_id] > self._link_max:
            flags |= bits.FAST_LINK
        if address is not None and self._count(address) > self._address_max:
            flags |= bits.FAST_ADDRESS
        return flags

    def _count(self, address: str) -> int:
        if len(self._addresses) >= KEYS_MAX and address not in self._addresses:
            return 0
        self._addresses[address] += 1
        return self._addresses[address]
