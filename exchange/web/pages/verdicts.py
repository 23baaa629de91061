"""A brand's decision on a sale, and what both sides have shown for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
