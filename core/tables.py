"""A table that somebody filled in, read row by row: what each row says, or what is wrong in it.

layout = table_layout(raw, LIMITS, WANTED)
if "group" not in layout.places: raise ColumnsMissing
said, faults = rows_said(rows_read(raw, LIMITS, WANTED, layout, now=now), _said)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from core.cells import Limits
from core.columns import SAMPLE_ROWS, Layout, ReadRow, Wanted, layout_guess, row_read
from core.sheets import rows_filled, table_open, table_top

Said = TypeVar("Said")


class RowFault(NamedTuple):
    """What is wrong in a row: `column` in the words of the file, `text` what stands there. `code`
    is of core.values, or a word of whoever reads the table."""

    row: int
    column: str
    code: str
    text: str


class ColumnsMissing(ValueError):
    """Columns without which nothing can be said, by the names of Wanted, where they are known."""

    def __init__(self, *names: str) -> None:
        super().__init__(", ".join(names))
        self.names = names


def table_layout(raw: bytes, limits: Limits, wanted: Sequence[Wanted]) -> Layout:
    """Which column is which, by the top of the table. Raises: TableError."""
    return layout_guess(table_top(raw, limits, most=SAMPLE_ROWS), wanted)


def rows_read(
    raw: bytes, limits: Limits, wanted: Sequence[Wanted], layout: Layout, *, now: datetime
) -> Iterator[ReadRow]:
    """Every row below the header in which anything stands. Raises: TableError."""
    for row in rows_filled(table_open(raw, limits)):
        if row.number > layout.header_row:
            yield row_read(row, layout, wanted, now=now)


def rows_said(
    rows: Iterable[ReadRow], say: Callable[[ReadRow], Said | RowFault | None]
) -> tuple[tuple[Said, ...], tuple[RowFault, ...]]:
    """What the rows say, and the first fault of each that is wrong. `say` gets those whose cells
    can be read; None is a row that says nothing."""
    said: list[Said] = []
    faults: list[RowFault] = []
    for row in rows:
        found = RowFault(*row.faults[0]) if row.faults else say(row)
        if isinstance(found, RowFault):
            faults.append(found)
        elif found is not None:
            said.append(found)
    return tuple(said), tuple(faults)
