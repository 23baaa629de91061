"""By what a campaign pays the sales at a marketplace (templates/brand/_totals.html)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TotalsChoice:
    """One marketplace. `text` says what counts now; `blocked` why totals cannot be chosen. What may
    be pressed has its address."""

    marketplace: str
    text: str
    is_totals: bool = False
    blocked: str = ""
    choose_url: str = ""
    drop_url: str = ""
