"""A brand's decision on a sale, and what both sides have shown for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from exchange.web.pages.common import Choice, Pager, Term
from exchange.web.pages.files import CheckedFile


@dataclass(frozen=True, slots=True)
class FileLink:
    name: str
    url: str
    size_text: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """As it stands. `text` is the sentence of the reason; `answer` "" while nobody has answered.

    `answer_url` only where the reader may answer now, `undo_url` where they may take it back.
    """

    reason: str
    text: str
    at: datetime
    answer_until: datetime
    note: str = ""
    files: list[FileLink] = field(default_factory=list)
    answer: str = ""
    answered_at: datetime | None = None
    answer_files: list[FileLink] = field(default_factory=list)
    answer_url: str = ""
    undo_url: str = ""
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Goods that came back after the approval, and what that did to the reward."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Sale:
    """One conversion of an order, with what its brand may say of it now."""

    title: str
    name: str
    minor: int
    status: str
    approve_url: str = ""
    reject_url: str = ""
    rejection: Rejection | None = None
    late: list[Late] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(self.approve_url or self.reject_url or self.rejection or self.late)


@dataclass(frozen=True, slots=True)
class Reject:
    """The form of a rejection; `form` in the context."""

    sale: Sale
    order_ref: str
    action_url: str
    back_url: str
    undo_until: datetime
    answer_days: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A sale in the list. `value` is what its tick says, "" where nothing can be decided."""

    value: str
    url: str
    ref: str
    title: str
    name: str
    campaign_title: str
    day: datetime
    minor: int
    status: str
    hint: str = ""
    term: Term | None = None
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sale about which nothing was done, and why."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """The list of sales to decide about. `decide_url` is "" for who may only read; `reasons` are
    (number, label); `refused` is what the last decision could not do, `chosen` what was ticked;
    `sorts` is [] where there is one order only."""

    rows: list[ReviewRow]
    choices: list[Choice]
    people: list[Option]
    campaigns: list[Option]
    days: list[Option]
    amount: str
    sorts: list[Option]
    csv_url: str
    here_url: str
    orders_url: str
    decide_url: str = ""
    file_url: str = ""
    status: str = ""
    reasons: list[Option] = field(default_factory=list)
    note: str = ""
    errors: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    chosen: frozenset[str] = frozenset()
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFile(CheckedFile):
    """A file of decisions. `reasons` are the numbers that a brand may give."""

    reasons: list[str]
    approve: int = 0
    reject: int = 0

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(_("To approve"), self.approve), (_("To reject"), self.reject)]
