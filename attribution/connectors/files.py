"""What files of orders have in common: a file says rows, its connector makes records of them.

Nothing proves who made a file: it is the brand's word, a hint. Two kinds: the export of a cabinet,
whose columns we know (`FileConnector`), and any table, whose columns the brand tells us
(`TableConnector`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from attribution.connectors.base import (
    ConnectorError,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
    UnknownPayload,
)
from core.cells import Limits, Refusal, Row
from core.columns import Fault, Layout, Wanted
from core.values import FaultCode

UNDONE = "undone"
ERRORS_MAX = 10_000  # more than anybody corrects: the rest is counted

RowFault = (
    FaultCode
    | Literal[
        "not_a_quantity",
        "not_an_order",
        "not_a_currency",
        "negative",
        "more_than_amount",
        "differs",
        "twice",
        "refund",
    ]
)
FileFault = Refusal | Literal["no_header", "missing_columns", "no_orders", "card_numbers"]
RemarkCode = Literal[
    "zeros_lost", "hidden_rows", "hidden_columns", "sheets_unread", "twins", "unknown_words"
]


class FileRefused(ConnectorError):
    """A file of which nothing can be read. `columns` are those that are missing, in its words."""

    def __init__(self, code: FileFault, columns: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code: FileFault = code
        self.columns = tuple(columns)


class RowError(NamedTuple):
    """What is wrong in a row; rows are numbered as the spreadsheet shows them. `text` is what
    stands there, cut."""

    row: int
    column: str
    code: RowFault
    text: str = ""


class Remark(NamedTuple):
    """What is not wrong, and may not be meant."""

    code: RemarkCode
    column: str = ""
    many: int = 0
    example: str = ""


class FileRecord(NamedTuple):
    """One order of a file, to be stored as an event: `rows` are those that it stands in.

    `event_key` is equal where a file says the same of the order, whenever it is read.
    """

    rows: tuple[int, ...]
    external_id: str
    status: OrderStatus
    event_key: str
    body: bytes


@dataclass(slots=True)
class Errors:
    """The first ERRORS_MAX, and how many there are."""

    kept: list[RowError] = field(default_factory=list)
    count: int = 0

    def add(self, errors: Iterable[RowError]) -> None:
        for error in errors:
            self.count += 1
            if len(self.kept) < ERRORS_MAX:
                self.kept.append(error)


@dataclass(frozen=True, slots=True)
class FileReading:
    """An order of which a row is wrong is left out as a whole: it is among `errors` only.

    `records` may be gone through once. `rows` is how many rows were looked at.
    """

    records: Iterable[FileRecord]
    errors: Errors
    rows: int
    remarks: tuple[Remark, ...] = ()


class FileConnector(Protocol):
    """A source whose cabinet exports orders in columns that we know."""

    source: str
    limits: Limits

    def file_read(self, raw: bytes, *, now: datetime) -> FileReading:
        """Raises: FileRefused, and nothing else."""

    def record_parse(self, raw: bytes) -> list[Snapshot]:
        """Translate the body of one record.

        Raises:
            UnknownPayload: not the shape that `file_read` makes.
        """


@dataclass(frozen=True, slots=True)
class Choice:
    """What the brand says of its table: where the values stand, and what they mean.

    `status` is that of every order when no column tells it; `words` are the brand's own words for
    a status; `is_total`: each row of an order repeats the sum of the whole order.
    """

    layout: Layout
    status: OrderStatus = "paid"
    words: Mapping[str, OrderStatus] = field(default_factory=dict)
    is_total: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON. `titles` tell the same columns in another file."""
        return {
            "header_row": self.layout.header_row,
            "all_titles": list(self.layout.titles),
            "titles": {name: self.layout.title_of(name) for name in self.layout.places},
            "amounts": self.layout.amounts,
            "date_order": self.layout.date_order,
            "status": self.status,
            "words": dict(self.words),
            "is_total": self.is_total,
        }

    def with_layout(self, layout: Layout) -> Choice:
        return replace(self, layout=layout)


def choice_of(plain: Mapping[str, Any]) -> Choice:
    """What `plain` wrote."""
    titles = tuple(plain["all_titles"])
    places = {name: titles.index(title) for name, title in plain["titles"].items()}
    return Choice(
        layout=Layout(
            header_row=plain["header_row"],
            titles=titles,
            places=places,
            amounts=plain["amounts"],
            date_order=plain["date_order"],
        ),
        status=plain["status"],
        words=dict(plain["words"]),
        is_total=plain["is_total"],
    )


class TableConnector(Protocol):
    """A source of which any table is read, once the brand has said which column is which."""

    source: str
    limits: Limits
    wanted: tuple[Wanted, ...]
    has_statuses: bool
    """Whether the brand is asked for the meaning of statuses, and of sums."""

    def sample_check(self, top: Sequence[Row], layout: Layout) -> None:
        """Refuse what must not even be kept. Raises: FileRefused."""

    def status_word(self, word: str) -> OrderStatus:
        """What we take a word of a status for; "unmapped" when it says nothing to us."""

    def table_read(self, rows: Iterable[Row], choice: Choice, *, now: datetime) -> FileReading:
        """`rows` are those in which anything stands, the header among them.

        Raises:
            FileRefused: there is no order in them.
            core.cells.TableError: from `rows`.
        """

    def record_parse(self, raw: bytes) -> list[Snapshot]:
        """As of a FileConnector."""


def undone_body(plain: Mapping[str, Any], source_updated_at: datetime) -> bytes:
    """The body of an event that takes an order back: the state that a file gave it, cancelled.
    `plain` is an order's version."""
    undone = {
        **plain,
        "status": "cancelled",
        "raw_status": UNDONE,
        "source_updated_at": source_updated_at.isoformat(),
    }
    return json.dumps({UNDONE: undone}).encode()


def undone_order(body: Mapping[str, Any]) -> OrderSnapshot:
    """What `undone_body` wrote. Raises: UnknownPayload."""
    try:
        plain = dict(body[UNDONE])
        for name in ("placed_at", "source_updated_at", "fulfilled_at"):
            plain[name] = datetime.fromisoformat(plain[name]) if plain[name] else None
        lines = [
            dict(line, external_codes=tuple(map(tuple, line["external_codes"])))
            for line in plain["lines"]
        ]
        plain["lines"] = tuple(OrderLineSnapshot(**line) for line in lines)
        plain["promo_codes"] = tuple(plain["promo_codes"])
        plain["discounted_codes"] = tuple(plain.get("discounted_codes", ()))
        return OrderSnapshot(**plain)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownPayload(f"{UNDONE}: {type(error).__name__}") from None


def errors_of(faults: Iterable[Fault]) -> list[RowError]:
    return [RowError(*fault) for fault in faults]


def status_of_lines(statuses: Iterable[OrderStatus]) -> OrderStatus:
    """Of an order whose lines may stand differently: what is cancelled or came back says nothing
    of the rest, and the rest is received when all of it is."""
    living: set[OrderStatus] = set(statuses) - {"cancelled"} or {"cancelled"}
    living = living - {"returned"} or {"returned"}
    if len(living) == 1:
        return living.pop()
    return "unmapped" if "unmapped" in living else "created"
