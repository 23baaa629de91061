"""Lists read page by page, from the last row seen: a new row neither shifts nor repeats one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

PK_DIGITS_MAX = 18  # what surely fits a bigint

M = TypeVar("M", bound=Model)


def pk_typed(text: str) -> int | None:
    """A row's number as an address or a form says it; None for anything else."""
    is_pk = text.isascii() and text.isdigit() and len(text) <= PK_DIGITS_MAX
    return int(text) if is_pk else None


def newest_page(rows: QuerySet[M], after: str, *, size: int) -> tuple[list[M], str]:
    """So many rows after the one that `after` names, and what names the last of them ("" where
    there are no more). An `after` that is no number begins at the newest."""
    after_id = pk_typed(after)
    if after_id is not None:
        rows = rows.filter(pk__lt=after_id)
    found = list(rows.order_by("-pk")[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""


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
