"""Promo codes: the brand's of a campaign, its pools, its questions; the influencer's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Choice, Pager


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A personal code. `when` says when it counts; the forms are "" where nothing may be done.
    `first_on` and `last_on` are as the browser's calendar wants them."""

    code: str
    name: str
    status: str
    when: str = ""
    aliases: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    rotate_url: str = ""
    schedule_url: str = ""
    first_on: str = ""
    last_on: str = ""

    @property
    def skus_text(self) -> str:
        """As the form takes them."""
        return "\n".join(self.skus)


@dataclass(frozen=True, slots=True)
class PoolRow:
    """`name` is whose; "" is the campaign's, of which `unassigned` are nobody's yet."""

    title: str
    name: str
    created_at: datetime
    issued: int
    reserved: int
    redeemed: int
    void: int
    unassigned: int
    csv_url: str
    give_url: str = ""
    void_url: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """A campaign's. `people` are (id, name) to give codes of a pool to."""

    title: str
    rows: list[CodeRow]
    pools: list[PoolRow]
    choices: list[Choice]
    back_url: str
    here_url: str
    csv_url: str
    questions_url: str
    leaks_url: str
    grace_days: int
    grace_days_max: int
    people: list[tuple[str, str]] = field(default_factory=list)
    new_url: str = ""
    query: str = ""
    status: str = ""
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class FileFault:
    row: int
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class NewPool:
    """The form of new one-time codes; `form` in the context. `faults` are of the file before."""

    action_url: str
    back_url: str
    faults: list[FileFault] = field(default_factory=list)
    fault_count: int = 0
    row_count: int = 0
    faults_url: str = ""

    @property
    def more(self) -> int:
        return self.fault_count - len(self.faults)


@dataclass(frozen=True, slots=True)
class Meant:
    """A code that may be meant; `value` names it in the form."""

    value: int
    code: str
    name: str
    campaign: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    text: str
    look: str
    orders: int
    last_at: datetime
    is_shared: bool
    codes: list[Meant]


@dataclass(frozen=True, slots=True)
class Questions:
    """`say_url` takes look and code, or look and nobody=1."""

    rows: list[QuestionRow]
    back_url: str
    days: int
    say_url: str = ""


@dataclass(frozen=True, slots=True)
class OwnCode:
    """The influencer's code on the page of a link. `former` are (code, until)."""

    code: str
    aliases: tuple[str, ...] = ()
    when: str = ""
    former: list[tuple[str, datetime]] = field(default_factory=list)
    wish_url: str = ""
    take_url: str = ""
    left: int = 0
    given: int = 0
    used: int = 0
