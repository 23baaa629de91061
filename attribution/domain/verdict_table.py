"""A brand's table of decisions: which sale, approve or reject, and the ground. Pure.

A sale is named by its conversion id, else by its order (with the line, where only one is meant).
Rows without a decision say nothing: the list that was downloaded may come back half filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from attribution.domain.verdicts import Verdict
from core.cells import Limits
from core.columns import SAMPLE_ROWS, Layout, ReadRow, Wanted, layout_guess, row_read
from core.sheets import rows_filled, table_open, table_top

LIMITS = Limits(file_bytes=5 * 2**20, unpacked_bytes=50 * 2**20, rows=5_001, columns=60)
WANTED = (
    Wanted("sale", "code", ("conversion id", "conversion", "идентификатор продажи",
                            "сатылым идентификаторы")),
    Wanted("order", "code", ("order", "order id", "тапсырыс", "заказ", "номер заказа")),
    Wanted("line", "code", ("line", "line id", "жол", "позиция")),
    Wanted("decision", "text", ("decision", "шешім", "решение")),
    Wanted("reason", "text", ("reason", "reason code", "себеп", "себебі", "причина")),
    Wanted("note", "text", ("note", "ескертпе", "примечание", "комментарий"), length_max=501),
)  # fmt: skip
APPROVE = frozenset({"approve", "approved", "yes", "бекіту", "иә", "одобрить", "да"})
REJECT = frozenset({"reject", "rejected", "no", "бас тарту", "жоқ", "отклонить", "нет"})
_NUMBER = re.compile(r"\s*([0-9]{1,3})\b", re.ASCII)


class TableFault(NamedTuple):
    """What is wrong in a row. `code` is of core.values, a Refusal, or a word of ours."""

    row: int
    column: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class RowSaid:
    """One row's decision. The sale is its `conversion`, or every line of `order`, or one."""

    row: int
    conversion: UUID | None
    order: str
    line: str
    verdict: Verdict
    reason_code: int | None
    note: str


@dataclass(frozen=True, slots=True)
class VerdictTable:
    rows: tuple[RowSaid, ...]
    faults: tuple[TableFault, ...]


class ColumnsMissing(ValueError):
    """Neither the sale nor the decision can be read."""


def verdict_table_read(raw: bytes, *, now: datetime) -> VerdictTable:
    """Every decision of the file, and every row that is none.

    Raises:
        TableError: no table that we read.
        ColumnsMissing: a table of something else.
    """
    layout = layout_guess(table_top(raw, LIMITS, most=SAMPLE_ROWS), WANTED)
    if "decision" not in layout.places or not {"sale", "order"} & set(layout.places):
        raise ColumnsMissing
    rows, faults = [], []
    for read in _rows(raw, layout, now):
        said = _said(read, layout)
        if isinstance(said, TableFault):
            faults.append(said)
        elif said is not None:
            rows.append(said)
    return VerdictTable(tuple(rows), tuple(faults))


def _rows(raw: bytes, layout: Layout, now: datetime) -> Iterator[ReadRow]:
    for row in rows_filled(table_open(raw, LIMITS)):
        if row.number > layout.header_row:
            yield row_read(row, layout, WANTED, now=now)


def _said(read: ReadRow, layout: Layout) -> RowSaid | TableFault | None:
    if read.faults:
        return TableFault(*read.faults[0])
    texts = {name: str(value or "").strip() for name, value in read.values.items()}
    word = texts["decision"].casefold()
    if not word:
        return None

    def fault(name: str, code: str) -> TableFault:
        return TableFault(read.row, layout.title_of(name), code, texts[name][:60])

    if word not in APPROVE | REJECT:
        return fault("decision", "unknown_decision")
    conversion = _uuid(texts["sale"])
    if texts["sale"] and conversion is None:
        return fault("sale", "not_an_id")
    if conversion is None and not texts["order"]:
        return fault("order", "missing")
    number = _NUMBER.match(texts["reason"])
    return RowSaid(
        row=read.row,
        conversion=conversion,
        order=texts["order"],
        line=texts["line"],
        verdict=Verdict.REJECT if word in REJECT else Verdict.APPROVE,
        reason_code=int(number[1]) if number and word in REJECT else None,
        note=texts["note"] if word in REJECT else "",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
