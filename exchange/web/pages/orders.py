"""A brand's orders: the list, and one with its trace and history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.web.pages.common import (
    Choice,
    Pager,
    Step,
    Sum,
    Term,
    Trace,
)
from exchange.web.pages.proofs import ProofRow
from exchange.web.pages.verdicts import Sale


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order credited to somebody, or to nobody (`name` "", `status` "unmatched"). `minor` is
    the reward of all its lines. `term` runs while on hold; `decided` is the text in its place
    afterwards ("20 ноя", "16, возврат")."""

    url: str
    ref: str
    source: str
    day: date | datetime
    name: str
    minor: int
    status: str
    grade: str = ""
    hint: str = ""
    term: Term | None = None
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    """`csv_url` downloads what the filter shows; `sources` only where there is a choice; `kept` is
    what a search leaves as it is, (name, value)."""

    rows: list[OrderRow]
    choices: list[Choice]
    csv_url: str
    connect_url: str
    sources: list[Choice] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    query: str = ""
    is_filtered: bool = False
    filter_text: str = ""
    clear_url: str = ""
    checks: int = 0
    checks_due_at: datetime | None = None
    checks_url: str = ""
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`amount` is what the source says, in its own currency."""

    name: str
    quantity: int
    amount: str
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A snapshot of an order as the source sent it."""

    at: datetime
    change: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MachineClick:
    """A click that looked like a robot's; `url` takes the brand's word that it was none."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order, as a sheet or a page. `name` is whose sale it is, "" for nobody's."""

    ref: str
    source: str
    minor: int
    status: str
    hint: str
    name: str
    lines: list[OrderLine]
    steps: list[Step]
    trace: Trace
    sums: list[Sum]
    versions: list[Version]
    back_url: str = ""
    confirm_url: str = ""
    sales: list[Sale] = field(default_factory=list)
    simulator_url: str = ""
    machine_clicks: list[MachineClick] = field(default_factory=list)
    proofs: list[ProofRow] = field(default_factory=list)
