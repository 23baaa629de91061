"""Promo codes that look leaked: the brand's list and sheet, the influencer's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Choice, Pager


@dataclass(frozen=True, slots=True)
class Seen:
    """One sign: what was counted, what it may mean. `status` is a key of words.FINDING."""

    title: str
    text: str
    meaning: str
    status: str
    found_at: datetime
    note: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeakRow:
    """`name` is the influencer; "" on their own list."""

    url: str
    code: str
    name: str
    campaign: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """A way of a campaign to answer a sign."""

    value: str
    title: str
    text: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class CampaignMode:
    title: str
    mode: str
    url: str


@dataclass(frozen=True, slots=True)
class Leaks:
    """A list. The brand's may be of one campaign (`campaign`, `modes`); else `campaigns` lead to
    theirs."""

    rows: list[LeakRow]
    choices: list[Choice]
    here_url: str
    back_url: str = ""
    csv_url: str = ""
    campaign: str = ""
    campaign_id: str = ""
    modes: list[ModeChoice] = field(default_factory=list)
    mode_url: str = ""
    campaigns: list[CampaignMode] = field(default_factory=list)
    query: str = ""
    status: str = ""
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class UseRow:
    """An order with the code. `had`: its own click, somebody's click about then, none, unknown."""

    at: datetime
    number: str
    had: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """A code's sheet: the sign asked for, others of the same code, and what may be done.

    `mode_text` says what the campaign does about it; `held` is what waits (tiyn, None: nothing).
    """

    code: str
    code_status: str
    name: str
    campaign: str
    seen: Seen
    others: list[Seen]
    uses: list[UseRow]
    back_url: str
    mode_text: str
    reply: str = ""
    held_minor: int | None = None
    held_count: int = 0
    is_holding: bool = False  # the campaign lets them wait
    clear_url: str = ""
    reject_url: str = ""
    rotate_url: str = ""
    reply_url: str = ""
    code_url: str = ""
