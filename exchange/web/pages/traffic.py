"""What marketplaces count themselves by tag (templates/components/_traffic.html), and the table of
it that a brand brings (templates/brand/tags.html)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from exchange.web.pages.common import Choice, Fact, Stat
from exchange.web.pages.uploads import UploadFault, UploadRow


@dataclass(frozen=True, slots=True)
class SumRow:
    """Of one influencer (for a brand) or one brand (for an influencer) at one marketplace; on one
    day where `day` is given. None: the marketplace does not name it; `amount` is ready text."""

    name: str
    title: str
    source: str
    visits: int | None
    ordered: int | None
    amount: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """`state`: "shown"; "none", there never was a day; "nothing", none in this period. `pays` says
    what a reward comes from instead. `more` is what is not shown of the days."""

    state: Literal["shown", "none", "nothing"]
    whose_label: str
    periods: list[Choice]
    pays: str
    csv_url: str = ""
    clear_url: str = ""
    filter_text: str = ""
    narrowed: str = ""
    stats: list[Stat] = field(default_factory=list)
    people: list[SumRow] = field(default_factory=list)
    days: list[SumRow] = field(default_factory=list)
    more: str = ""
    others: str = ""
    connect_url: str = ""


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of one source: how links are marked, and the upload of its table. `example` is what
    a link carries; `form` and `start_form` in the context."""

    source: str
    back_url: str
    report_url: str
    start_url: str
    upload_url: str
    example: str
    steps: list[str]
    note: str
    past: list[UploadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TagCheck:
    """What a table says with these columns; `form` in the context. `sums` are of the influencers'
    links, `store_text` is the button once there is something to store."""

    name: str
    back_url: str
    action_url: str
    note: str
    facts: list[Fact] = field(default_factory=list)
    sums: list[SumRow] = field(default_factory=list)
    errors: list[UploadFault] = field(default_factory=list)
    errors_more: int = 0
    store_text: str = ""
    is_stored: bool = False
