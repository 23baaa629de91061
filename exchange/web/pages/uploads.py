"""Files of orders: bringing one, its columns, what it says, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchange.web.pages.common import Fact


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A file that was uploaded before."""

    at: datetime
    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Upload:
    """The form of a file; `form` in the context."""

    source: str
    action_url: str
    back_url: str
    steps: list[str]
    note: str
    past: list[UploadRow]


@dataclass(frozen=True, slots=True)
class SampleCell:
    text: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the file as we understand it; `row` as the spreadsheet numbers it."""

    row: int
    cells: list[SampleCell]


@dataclass(frozen=True, slots=True)
class UploadColumns:
    """Which column is which; `form` in the context has a field per value, and one per status word
    (`form.word_fields`)."""

    name: str
    back_url: str
    action_url: str
    titles: list[str]
    rows: list[SampleRow]
    remarks: list[str]
    is_remembered: bool


@dataclass(frozen=True, slots=True)
class UploadFault:
    """What is wrong in a row: `found` stands there."""

    row: int
    column: str
    text: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class UploadOrder:
    """One of the first orders of a file as it would be stored."""

    number: str
    at: str
    status: str
    amount: str
    codes: str


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order that an undo left, and why."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class UploadCheck:
    """What a file says, before it is stored (`store_url`) and after; what became of its undo.

    While somebody works on it (`work_text`) the page asks anew. `refusal` is why nothing of it
    could be read. `errors_more` and `kept_more` are how many are not shown.
    """

    name: str
    self_url: str
    back_url: str
    again_url: str
    facts: list[Fact]
    errors: list[UploadFault]
    errors_more: int
    note: str
    title: str = ""
    errors_url: str = ""
    store_url: str = ""
    store_text: str = ""
    columns_url: str = ""
    undo_url: str = ""
    undo_text: str = ""
    work_text: str = ""
    percent: int = 0
    refusal: str = ""
    remarks: list[str] = field(default_factory=list)
    orders: list[UploadOrder] = field(default_factory=list)
    kept: list[KeptOrder] = field(default_factory=list)
    kept_more: int = 0
    kept_url: str = ""
