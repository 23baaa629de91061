"""What time it is in the click process, which has no core.clock (that asks Django's database)."""

from __future__ import annotations

import time


class Moment:
    """Unix milliseconds; in the demo world ahead by its offset, which Redis tells."""

    def __init__(self, *, is_demo: bool) -> None:
        self._is_demo = is_demo
        self._offset_milliseconds = 0

    def tell(self, offset_seconds: int) -> None:
        if self._is_demo:
            self._offset_milliseconds = offset_seconds * 1000

    def milliseconds(self) -> int:
        return time.time_ns() // 1_000_000 + self._offset_milliseconds
