"""Top-up invoices: a sum, where to send it, and whether it has arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from exchange.web.pages.common import Fact


@dataclass(frozen=True, slots=True)
class TopUpRow:
    url: str
    number: str
    issued_on: date
    minor: int
    arrived_on: date | None = None


@dataclass(frozen=True, slots=True)
class TopUps:
    """`form` (amount) where `may_ask`."""

    rows: list[TopUpRow]
    action_url: str
    back_url: str
    may_ask: bool = True


@dataclass(frozen=True, slots=True)
class TopUp:
    """`requisites` have copy buttons; `papers` are (language, address); `qr` is plain text."""

    number: str
    issued_on: date
    minor: int
    back_url: str
    requisites: list[Fact]
    qr: str
    papers: list[tuple[str, str]] = field(default_factory=list)
    arrived_on: date | None = None
