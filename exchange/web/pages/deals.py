"""Posts at a fixed fee, on the pages of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from exchange.web.pages.common import Choice, Fact, Pager, Sum
from exchange.web.pages.verdicts import FileLink


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of a post: by whom, in words; `note` is the brand's own."""

    text: str
    at: datetime
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a deal, with what the reader may do about it now. `label` is the phrase found at
    the start of its text; `url` "" while nothing was sent in."""

    number: int
    status: str
    minor: int
    due_on: date
    url: str = ""
    text: str = ""
    label: str = ""
    file: FileLink | None = None
    sent_at: datetime | None = None
    until: datetime | None = None
    verdict: Verdict | None = None
    accept_url: str = ""
    return_url: str = ""
    send_url: str = ""
    form: Any = None  # of returning or of sending in

    @property
    def is_for_a_person(self) -> bool:
        """Sent in without a label: silence does not accept it."""
        return self.status == "submitted" and not self.label


@dataclass(frozen=True, slots=True)
class DealRow:
    """`name` is the other side: the influencer, or the brand."""

    url: str
    name: str
    title: str
    place: str
    status: str
    posts: int
    accepted: int
    post_minor: int
    day: date
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Deals:
    """A campaign's deals. `closed` is why none can be made now."""

    title: str
    rows: list[DealRow]
    choices: list[Choice]
    back_url: str
    here_url: str
    csv_url: str = ""
    new_url: str = ""
    closed: str = ""
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class DealNew:
    """The form of a deal; `sums` is what it costs once that was asked, `agreed` the total that the
    brand agrees to by sending it again."""

    title: str
    action_url: str
    back_url: str
    people_url: str
    has_people: bool = True
    sums: list[Sum] = field(default_factory=list)
    agreed: int | None = None
    missing_minor: int = 0
    free_minor: int = 0
    top_up_url: str = ""


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal; its posts once it was answered. `answer_until` while it waits for the influencer;
    *_url are posted to."""

    title: str
    name: str
    status: str
    brief: str
    facts: list[Fact]
    posts: list[Post]
    back_url: str
    hint: str = ""
    answer_until: datetime | None = None
    accept_url: str = ""
    decline_url: str = ""
    cancel_url: str = ""
    cancel_text: str = ""
    label_url: str = ""


@dataclass(frozen=True, slots=True)
class OwnDeals:
    """An influencer's deals."""

    rows: list[DealRow]
    campaigns_url: str


@dataclass(frozen=True, slots=True)
class Label:
    """What stands at the start of a text, for the page that is being typed."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A post that was accepted, among what an influencer has earned."""

    url: str
    title: str
    name: str
    note: str
    minor: int
    status: str
