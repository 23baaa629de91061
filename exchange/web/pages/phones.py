"""The brand's page of numbers that followers left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Choice, Fact, Pager


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """`status` is a key of words.PHONE_CLAIM; of the number there is nothing to show."""

    status: str
    influencer_name: str
    claimed_at: datetime
    counts_until: datetime
    code: str
    consent: str


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order whose buyer left the number; `order` is posted to `confirm_url`."""

    number: str
    url: str
    influencer_name: str
    placed_at: datetime
    minor: int
    is_received: bool
    confirm_url: str
    order: str


@dataclass(frozen=True, slots=True)
class Phones:
    """`days_kept` after the window, None where ops have no rule. The `*_url`s are posted to; ""
    hides the button."""

    name: str
    is_open: bool
    days_kept: int | None
    facts: list[Fact]
    rows: list[PhoneRow]
    waiting: list[WaitingOrder]
    choices: list[Choice]
    back_url: str
    csv_url: str
    open_url: str = ""
    close_url: str = ""
    rotate_url: str = ""
    pager: Pager | None = field(default=None)
