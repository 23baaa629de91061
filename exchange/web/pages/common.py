"""Parts that several pages show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from campaigns.domain.commission import CommissionTerms
from exchange.web.formatting import money_text
from exchange.web.words import Tone, word_of

SUM_CHARS_MAX = 9  # "214 900 ₸": longer sums no longer fit beside each other on a phone


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter, sort or period to choose by a link."""

    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Pager:
    """The foot of a list: what is shown and in which order; keyset, so no page numbers."""

    text: str
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """`is_copied`: it is to be pasted elsewhere."""

    label: str
    value: Any
    is_copied: bool = False


@dataclass(frozen=True, slots=True)
class MonthRow:
    """The reward of a month: of whom or which campaign, what it is, its arithmetic. `status` is a
    sale's, "" where the month reached nothing."""

    name: str
    title: str
    note: str
    minor: int
    status: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of an arithmetic: an amount, or a text such as "× 7%"."""

    label: str
    minor: int | None = None
    text: str = ""
    note: str = ""
    why: str = ""
    line: bool = False
    strong: bool = False
    approx: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a timeline; `kind` is a key of words.STEPS. `when` is ready text."""

    kind: str
    state: Literal["done", "now", "later", "bad"]
    when: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        return word_of("step", self.kind)


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One candidate of an attribution decision. `reason` says why it was dropped."""

    grade: str
    title: str
    note: str
    verdict: Literal["decided", "confirms", "assist", "dropped"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    rows: list[TraceRow]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Stat:
    """A figure of a period. `change_bps` against the period before; None when there was none.
    `why` says what is counted, where the label alone cannot."""

    label: str
    value: str
    change_bps: int | None = None
    is_better: bool = False
    spark: list[int] = field(default_factory=list)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for the reader, with the button that does it."""

    tone: Tone
    icon: str
    title: str
    text: str
    url: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    status: Literal["on_hold", "approved", "payable", "paid"]
    minor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class MoneyStrip:
    """The four stages of money, in order."""

    stages: list[Stage]

    @property
    def is_large(self) -> bool:
        """Then the stages stand below each other; the figures never get smaller."""
        return any(len(money_text(stage.minor)) > SUM_CHARS_MAX for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: list[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked columns. Values are whole tenge, or what `unit` says ("" for plain counts); `ticks`
    are the indexes that get a label, `head` is what a column is ("" for a day)."""

    labels: list[str]
    series: list[Series]
    ticks: list[int]
    unit: str = "₸"
    head: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """For json_script."""
        return {
            "labels": self.labels,
            "series": [{"label": one.label, "values": one.values} for one in self.series],
            "ticks": self.ticks,
            "unit": self.unit,
        }

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The same as a table, newest day first, without empty days."""
        values = zip(*(one.values for one in self.series), strict=True)
        rows = zip(self.labels, map(list, values), strict=True)
        return [(label, row) for label, row in rows if any(row)][::-1]


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """What policy_words.policy_sentences reads; a Terms row of campaigns fits as well."""

    commission: CommissionTerms
    window_days: int
    hold_days: int
    code_policy: str
    model: str = "last_click"
    places: tuple[str, ...] = ()
    clawback_days: int | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """Terms that were announced, and the day from which they count; on a brand's page for how many
    of those who take part."""

    policy: PolicyTerms
    since: date
    people: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a log."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A running term: the clock beside a sum."""

    due_at: datetime
    starts_at: datetime | None = None


Day = date | datetime
