"""A brand's table of decisions: which sale, approve or reject, and the ground. Pure.

A sale is named by its conversion id, else by its order (with the line, where only one is meant).
Rows without a decision say nothing: the list that was downloaded may come back half filled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attribution.domain.verdicts import Verdict
from core.cells import Limits
from core.columns import Layout, ReadRow, Wanted
from core.tables import ColumnsMissing, RowFault, rows_read, rows_said, table_layout

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
    faults: tuple[RowFault, ...]


def verdict_table_read(raw: bytes, *, now: datetime) -> VerdictTable:
    """Every decision of the file, and every row that is none.

    Raises:
        TableError: no table that we read.
        ColumnsMissing: neither the sale nor the decision can be read.
    """
    layout = table_layout(raw, LIMITS, WANTED)
    if "decision" not in layout.places or not {"sale", "order"} & set(layout.places):
        raise ColumnsMissing
    rows = rows_read(raw, LIMITS, WANTED, layout, now=now)
    return VerdictTable(*rows_said(rows, lambda read: _said(read, layout)))


def _said(read: ReadRow, layout: Layout) -> RowSaid | RowFault | None:
    texts = {name: str(value or "").strip() for name, value in read.values.items()}
    word = texts["decision"].casefold()
    if not word:
        return None

    def fault(name: str, code: str) -> RowFault:
        return RowFault(read.row, layout.title_of(name), code, texts[name][:60])

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
