"""A brand's free balance on its way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RefundRow:
    """`tone` colours the state; `cancel_url` is posted to, "" where it is too late."""

    number: str
    at: datetime
    minor: int
    account: str
    state: str
    tone: str
    note: str = ""
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Refunds:
    """`form` (amount, iban) where `may_ask`; `closed_reason` says why not, and
    `closed_url` leads to what opens it."""

    free_minor: int
    rows: list[RefundRow]
    action_url: str
    back_url: str
    may_ask: bool = True
    closed_reason: str = ""
    closed_url: str = ""
