"""Pages of a list by a moment and a key, so that a new row neither shifts nor repeats one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


def keyset_page(rows: QuerySet[M], by: str, *, after: str, size: int) -> tuple[list[M], str]:
    """A page of `rows` in the order of the moment `by` ("-placed_at": newest first), and where the
    next begins ("" at the end). `after` is what the page before gave; one that somebody wrote by
    hand begins anew."""
    key, way = by.removeprefix("-"), "-" if by.startswith("-") else ""
    found: Any = rows
    if edge := edge_parse(after):
        beyond = "lt" if way else "gt"
        moment, pk = edge
        found = found.filter(
            Q(**{f"{key}__{beyond}": moment}) | Q(**{key: moment, f"pk__{beyond}": pk})
        )
    page = list(found.order_by(by, f"{way}pk")[: size + 1])
    if len(page) <= size:
        return page, ""
    last = page[size - 1]
    return page[:size], edge_text(getattr(last, key), last.pk)


def edge_text(moment: datetime, pk: int) -> str:
    return f"{moment.isoformat()}_{pk}"


def edge_parse(after: str) -> tuple[datetime, int] | None:
    """None for what `edge_text` did not write: then the list begins anew."""
    moment, _sep, pk = after.rpartition("_")
    try:
        parsed, number = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return None
    return (parsed, number) if parsed.tzinfo and 0 < number < 2**63 else None
