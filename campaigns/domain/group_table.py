"""A brand's table of groups: who belongs to which. Pure.

A person is named by their participation's id, else by their promo code. An empty group means the
terms for everybody: the list that was downloaded comes back with its column of groups filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.cells import Limits
from core.columns import Layout, ReadRow, Wanted
from core.tables import ColumnsMissing, RowFault, rows_read, rows_said, table_layout

ROWS_MAX = 2_000
LIMITS = Limits(file_bytes=2 * 2**20, unpacked_bytes=20 * 2**20, rows=ROWS_MAX + 1, columns=60)
WANTED = (
    Wanted("participation", "code", ("participation id", "қатысу идентификаторы",
                                     "идентификатор участия")),
    Wanted("code", "code", ("promo code", "code", "промокод", "код")),
    Wanted("group", "text", ("group", "топ", "группа"), length_max=61),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowSaid:
    """Whom a row names, and where they belong ("" nowhere)."""

    row: int
    participation: UUID | None
    code: str
    group: str

    @property
    def person(self) -> str:
        return str(self.participation or self.code)


@dataclass(frozen=True, slots=True)
class GroupTable:
    """`group_column` is what the file calls it."""

    rows: tuple[RowSaid, ...]
    faults: tuple[RowFault, ...]
    group_column: str


def group_table_read(raw: bytes, *, now: datetime) -> GroupTable:
    """Every row that names somebody, and every row that is wrong.

    Raises:
        TableError: no table that we read.
        ColumnsMissing: neither the people nor their groups can be read.
    """
    layout = table_layout(raw, LIMITS, WANTED)
    if "group" not in layout.places or not {"participation", "code"} & set(layout.places):
        raise ColumnsMissing
    rows = rows_read(raw, LIMITS, WANTED, layout, now=now)
    said, faults = rows_said(rows, lambda read: _said(read, layout))
    return GroupTable(said, faults, layout.title_of("group"))


def _said(read: ReadRow, layout: Layout) -> RowSaid | RowFault:
    texts = {name: str(value or "").strip() for name, value in read.values.items()}
    named, code = texts.get("participation", ""), texts.get("code", "")
    try:
        participation = UUID(named) if named else None
    except ValueError:
        return RowFault(read.row, layout.title_of("participation"), "not_an_id", named[:60])
    if participation is None and not code:
        title = layout.title_of("participation") or layout.title_of("code")
        return RowFault(read.row, title, "missing", "")
    return RowSaid(read.row, participation, code, texts.get("group", ""))
