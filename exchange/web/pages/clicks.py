"""The click explorer, the same for brand and influencer (templates/components/_clicks.html)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from exchange.web.pages.common import Chart, Choice, Stat


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A filter with a list to choose from."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the page is narrowed to, and the address without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Filter:
    """The form over the page. `kept` goes along unseen, (name, value). A refused period says why:
    `error` stands at the input `error_field`."""

    periods: list[Choice]
    selects: list[Select]
    narrowed: list[Narrowed]
    kept: list[tuple[str, str]]
    first: str = ""
    last: str = ""
    error: str = ""
    error_field: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """`whose` is the other side of it. `url` narrows to the link; "" where it is the only one.
    None: not counted so."""

    title: str
    whose: str
    token: str
    url: str
    people: int
    bots: int
    uniques: int | None
    unusual: int | None
    inactive: int | None


@dataclass(frozen=True, slots=True)
class Links:
    rows: list[LinkRow]
    more: str = ""


@dataclass(frozen=True, slots=True)
class ValueRow:
    """`note` stands smaller beside the label. `share` is of the people, text; `percent` the same
    for the bar, 0 to 100."""

    label: str
    url: str
    people: int
    bots: int
    share: str
    percent: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Clicks by one property; `head` is what a row is. Without rows `empty` says why."""

    kind: str
    title: str
    head: str
    rows: list[ValueRow]
    more: str = ""
    empty: str = ""
    choices: list[Choice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Clicks:
    """`state` decides what stands under the filter:
    shown    figures, chart and tables
    none     there never was a click
    nothing  none for this filter: `filter_text` says which
    refused  the period is no period: the filter says why
    """

    state: Literal["shown", "none", "nothing", "refused"]
    filter: Filter
    action_url: str
    clear_url: str
    whose_label: str
    csv_url: str = ""
    filter_text: str = ""
    stats: list[Stat] = field(default_factory=list)
    compared: str = ""
    chart_title: str = ""
    chart: Chart | None = None
    links: Links | None = None
    breakdowns: list[Breakdown] = field(default_factory=list)
    is_of_one_value: bool = False
