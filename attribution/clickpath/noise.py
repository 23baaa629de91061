"""Random bytes of the system, fetched for many clicks at once: one call each was 3 % of a click."""

from __future__ import annotations

import os

FETCHED_BYTES = 8192


class Noise:
    """One per process, made after the fork: two processes must never share it."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """`count` bytes that nobody was given before."""
        if self._at + count > len(self._bytes):
            self._bytes, self._at = os.urandom(max(FETCHED_BYTES, count)), 0
        begins, self._at = self._at, self._at + count
        return self._bytes[begins : self._at]
