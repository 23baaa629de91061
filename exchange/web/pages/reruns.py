"""A campaign's orders under the rules of now: the comparison, the correction, those before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Fact


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What the lines that change are worth to an influencer, tiyn."""

    name: str
    before_minor: int
    after_minor: int

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """`before` and `after` are names, "" for nobody."""

    number: str
    url: str
    at: datetime
    change: str
    before: str
    after: str
    before_minor: int
    after_minor: int
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class PastRun:
    at: datetime
    why: str
    state: str
    lines: int
    url: str
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One of them. `work_text` while it goes on; the urls are posted to, "" hides the button."""

    why: str
    state: str
    started_at: datetime
    facts: list[Fact]
    people: list[PersonRow] = field(default_factory=list)
    rows: list[ChangedLine] = field(default_factory=list)
    rows_count: int = 0
    csv_url: str = ""
    work_text: str = ""
    percent: int = 0
    self_url: str = ""
    stands_count: int = 0
    missing_minor: int = 0
    error: str = ""
    is_checked: bool = False
    is_applied: bool = False
    apply_url: str = ""
    stop_url: str = ""
    resume_url: str = ""
    drop_url: str = ""

    @property
    def more(self) -> int:
        return self.rows_count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Rerun:
    """The page; `form` in the context where a new one may be started."""

    title: str
    back_url: str
    simulator_url: str
    run: Run | None = None
    start_url: str = ""
    past: list[PastRun] = field(default_factory=list)
