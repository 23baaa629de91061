"""A brand's proofs: what of its sales was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.web.pages.common import Pager


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A state of a sale of an order as it was published on `on`; `url` and `day_url` download the
    proofs of it and of the brand's whole day."""

    title: str
    on: date
    status: str
    minor: int
    url: str
    day_url: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A published day, and how many records of the brand's sales are in it."""

    on: date
    records: int
    url: str


@dataclass(frozen=True, slots=True)
class Proofs:
    rows: list[DayRow]
    orders_url: str
    back_url: str
    pager: Pager | None = None
