"""What the statements of both sides share: a page of lines, all of them, their totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.paging import pk_typed
from exchange.web.pages.common import Pager
from exchange.web.pages.statements import Totals
from exchange.web.paging import pager
from ledger.domain.accounts import AccountRef
from ledger.statements import (
    STATEMENT_PAGE_MAX,
    LineFilter,
    StatementLine,
    statement_page,
    statement_sums,
)


def lines_shown(
    ref: AccountRef, wanted: LineFilter, *, after: str, size: int, kept: Mapping[str, str]
) -> tuple[list[StatementLine], Pager | None]:
    """The lines after the one that `after` names, and the way on; `kept` is the filter's words."""
    before_id = pk_typed(after)
    found = statement_page(ref, wanted, before_id=before_id, limit=size + 1)
    lines = found[:size]
    next_after = str(lines[-1].entry_id) if len(found) > size else ""
    return lines, pager(len(lines), after if before_id else "", next_after, kept)


def lines_walked(ref: AccountRef, wanted: LineFilter) -> Iterator[list[StatementLine]]:
    """All of them, newest first, page by page."""
    before_id = None
    while lines := statement_page(ref, wanted, before_id=before_id, limit=STATEMENT_PAGE_MAX):
        yield lines
        before_id = lines[-1].entry_id


def totals_of(ref: AccountRef, wanted: LineFilter, *, sign: int = 1) -> Totals:
    """Balances only where the period has that end; `sign` -1 shows what we owe as a debt."""
    sums = statement_sums(ref, wanted)
    return Totals(
        in_minor=sums.in_minor,
        out_minor=sums.out_minor,
        begin_minor=sign * sums.begin_minor if wanted.since else None,
        end_minor=sign * sums.end_minor if wanted.until else None,
    )
