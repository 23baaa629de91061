"""Pages that begin after a known row: new rows neither shift nor repeat one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from core.errors import Invalid

PAGE_ROWS = 50
PAGE_ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next: str | None  # the address of the next page


def page_of(request: Request, rows: QuerySet[Any], *, order: Sequence[str]) -> Page:
    """One page of `rows`, newest first by the columns of `order`, of which the last is unique.

    `?after=` is the id of the last row of the page before, `?limit=` at most PAGE_ROWS_MAX.

    Raises:
        Invalid: `after` is no row of this list, or `limit` is no such number.
    """
    limit = limit_of(request)
    newest_first = rows.order_by(*(f"-{column}" for column in order))
    if after := request.query_params.get("after"):
        newest_first = _after(newest_first, _row(rows.model, after), order)
    found = list(newest_first[: limit + 1])
    has_more = len(found) > limit
    page = found[:limit]
    return Page(page, _next_url(request, page[-1]) if has_more else None)


def limit_of(request: Request) -> int:
    text = request.query_params.get("limit", str(PAGE_ROWS))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_ROWS_MAX):
        message = f"limit is a number from 1 to {PAGE_ROWS_MAX}."
        raise Invalid.of("limit", message)
    return int(text)


def uuid_of(name: str, text: str) -> UUID:
    """Raises: Invalid when the parameter `name` is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        message = f"{name} is a UUID."
        raise Invalid.of(name, message) from None


def _row(model: type[Model], after: str) -> Model:
    """Looked up without the list's filters: its status may have changed since."""
    row: Model | None = model._default_manager.filter(public_id=uuid_of("after", after)).first()
    if row is None:
        message = "after is the id of the last row of the page before."
        raise Invalid.of("after", message)
    return row


def _after(rows: QuerySet[Any], edge: Model, order: Sequence[str]) -> QuerySet[Any]:
    is_after = Q()
    for index, column in enumerate(order):
        equal = {name: getattr(edge, name) for name in order[:index]}
        is_after |= Q(**equal, **{f"{column}__lt": getattr(edge, column)})
    return rows.filter(is_after)


def _next_url(request: Request, last: Any) -> str:
    query = request.query_params.copy()
    query["after"] = str(last.public_id)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
