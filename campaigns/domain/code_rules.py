"""When a promo code counts. Pure; the words of a refusal are the trace's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# How long a replaced code still counts: stories and saved posts name it for about that long.
GRACE_DAYS_DEFAULT = 14
GRACE_DAYS_MAX = 30  # of a code that leaked, 0
EXCEPT_SKUS_MAX = 500
SKU_CHARS_MAX = 128

Refusal = Literal["code_not_yet", "code_over", "code_replaced", "code_void", "code_used"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLife:
    """What is known of a code. `used_by` is the order that a one-time code was used in."""

    state: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    used_by: str = ""


def code_refusal(life: CodeLife, *, placed_at: datetime, order: str) -> Refusal | None:
    """Why a code speaks for nobody in an order that was placed at `placed_at`, or None."""
    if life.used_by not in ("", order):
        return "code_used"
    if life.valid_from is not None and placed_at < life.valid_from:
        return "code_not_yet"
    if life.valid_until is not None and placed_at > life.valid_until:
        over: dict[str, Refusal] = {"replaced": "code_replaced", "void": "code_void"}
        return over.get(life.state, "code_over")
    return None


def grace_end(now: datetime, *, days: int, valid_until: datetime | None) -> datetime:
    """When a code that is replaced now counts no longer: never later than it would have."""
    end = now + timedelta(days=days)
    return end if valid_until is None else min(end, valid_until)


def sku_plain(sku: str) -> str:
    """An article as two systems write it: blanks and capitals are no difference."""
    return sku.strip().casefold()
