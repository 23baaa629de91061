"""An article of a shop that is sold by one influencer alone for a time. Pure.

The shop lists the same goods once more, under an article that only this influencer shows: an order
line with it needs no click, no code and no phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from campaigns.domain.code_rules import sku_plain

SKU_CHARS_MAX = 64
Refusal = Literal["article_not_yet", "article_over"]


def sku_key(sku: str) -> str:
    """An article as it is kept and compared: blanks around it and capitals are no difference."""
    return sku_plain(sku).upper()


@dataclass(frozen=True, slots=True)
class SkuPeriod:
    """When an article is somebody's: orders placed from the first moment on, before the last."""

    valid_from: datetime
    valid_until: datetime | None = None

    def refusal(self, placed_at: datetime) -> Refusal | None:
        """Why it does not speak for them in an order that was placed then, or None."""
        if placed_at < self.valid_from:
            return "article_not_yet"
        if self.valid_until is not None and placed_at >= self.valid_until:
            return "article_over"
        return None
