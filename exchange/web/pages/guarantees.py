"""Guarantees of months, for the brand and for the influencer."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.web.pages.brand import SmallForm
from exchange.web.pages.common import Choice, Sum


@dataclass(frozen=True, slots=True)
class GuaranteeRow:
    """One of a campaign's. `cost_minor` is what is reserved for it, or what it has cost; `more`
    raises it, and `cancel_url` is posted to, where that is possible and the reader may."""

    name: str
    month: str
    promised_minor: int
    cost_minor: int
    status: str
    note: str
    more: SmallForm | None = None
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Guarantees:
    """`form` (participation, month, amount) where nothing is `blocked`. `cost` is what the promise
    that was typed costs at most; `missing_minor` of it is not in the free balance."""

    title: str
    back_url: str
    action_url: str
    csv_url: str
    rows: list[GuaranteeRow]
    choices: list[Choice]
    conditions: list[str]
    free_minor: int
    top_up_url: str
    raise_hint: str = ""
    blocked: str = ""
    is_filtered: bool = False
    clear_url: str = ""
    sentence: str = ""
    cost: list[Sum] = field(default_factory=list)
    missing_minor: int = 0


@dataclass(frozen=True, slots=True)
class GuaranteeCard:
    """What an influencer may count on. The bar shows what is earned with what is still open; `url`
    leads to the campaign, "" on its own page."""

    title: str
    campaign: str
    brand_name: str
    status: str
    promised_minor: int
    earned_minor: int
    open_minor: int
    note: str
    conditions: list[str]
    url: str = ""

    @property
    def percent(self) -> int:
        """Of the bar, 0..100."""
        return min(100, (self.earned_minor + self.open_minor) * 100 // self.promised_minor)
