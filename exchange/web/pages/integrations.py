"""Sources of a brand's data: all of them, one with its events, how it differs from ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import (
    Choice,
    Fact,
    Pager,
)
from exchange.web.words import Tone


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """`hours`: (events, tone) of the last 48 half-hours, oldest first; `cause` in plain words."""

    url: str
    source: str
    name: str
    key_text: str
    status: str
    last_event_at: datetime | None
    today: int
    hours: list[tuple[int, Tone]]
    cause: str
    behind: str = ""
    log_url: str = ""
    action_url: str = ""
    action: str = ""
    next_at: datetime | None = None  # when a source that we ask is asked next

    @property
    def is_broken(self) -> bool:
        return self.status in ("failing", "expired", "revoked")

    @property
    def is_slow(self) -> bool:
        """Nothing is lost, and it is worth a look."""
        return self.status in ("late", "silent", "limited")


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A source that can be connected: what it needs and what it gives."""

    source: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class SiteCard:
    """Whether the pages of one shop have told anything yet."""

    name: str
    url: str
    last_at: datetime | None = None
    last_text: str = ""


@dataclass(frozen=True, slots=True)
class Integrations:
    cards: list[ConnectionCard]
    sources: list[SourceChoice]
    failing: int
    may_edit: bool
    sites: list[SiteCard] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Site:
    """What goes into the pages of a shop, and what they have told. `losses` are what no snippet
    can save, in words; `choices` are how long a click is kept."""

    card: SiteCard
    snippet: str
    purchase: str
    template_url: str
    back_url: str
    choices: list[Choice]
    losses: list[str]


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """Connecting a source, or giving it a new token; `form` in the context. `steps` are what to do
    at the source, in words; `note` is what it cannot do."""

    source: str
    action_url: str
    back_url: str
    steps: list[str]
    is_new: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """Something to copy; a secret is shown once, right after it was made."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """`status` is a key of words.EVENT."""

    at: datetime
    text: str
    status: str
    attempts: int
    trust: str = ""
    url: str = ""
    is_current: bool = False
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class EventBody:
    """A stored event, masked: keys, phones and names are never shown."""

    at: datetime
    text: str
    body: str
    reason: str = ""
    retry_url: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """How a source is doing at this moment; the page asks again by itself, at `url`. `is_first`:
    nothing has ever come, and the log follows too."""

    url: str
    title: str
    text: str
    tone: Tone
    is_first: bool


@dataclass(frozen=True, slots=True)
class Connection:
    card: ConnectionCard
    live: Live
    facts: list[Fact]
    steps: list[str]
    events: list[EventRow]
    back_url: str
    secrets: list[Secret] = field(default_factory=list)
    copies: list[Secret] = field(default_factory=list)
    event: EventBody | None = None
    choices: list[Choice] = field(default_factory=list)
    pager: Pager | None = None
    test_url: str = ""
    pause_url: str = ""
    resume_url: str = ""
    rotate_url: str = ""
    token_url: str = ""
    token_text: str = ""
    upload_url: str = ""
    receipts_url: str = ""
    phones_url: str = ""
    tags_url: str = ""
    tags_text: str = ""
    replay_url: str = ""
    difference_url: str = ""
    stages_url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of a CRM mean; `form` in the context."""

    name: str
    back_url: str
    action_url: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Dead events of some days, to be read again; `form` in the context. `reasons`: (why, how
    many). `count` is how many there are on these days."""

    name: str
    back_url: str
    show_url: str
    count: int
    submit: str
    reasons: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An order that the shop and we do not have alike, and why."""

    number: str
    placed_at: datetime
    text: str
    tone: Tone


@dataclass(slots=True)
class Differences:
    """The difference report of some days; `form` in the context. `said` is all of it in a sentence,
    empty while the days are wrong."""

    name: str
    back_url: str
    show_url: str
    said: str = ""
    facts: list[Fact] = field(default_factory=list)
    rows: list[DifferenceRow] = field(default_factory=list)
    csv_url: str = ""
