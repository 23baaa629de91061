"""Statements: the lines of one account, newest first, what came before them, and what was held at a
moment. Each side sees its own: a foreign account reads as an unused one.

Lines stand in the order in which they were booked, which never changes, and the balance beside a
line is the account's after it, whatever else the filter leaves out. Periods and moments go by when
things happened: a transfer that the bank's statement tells a day later belongs to its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.tenancy.context import acting_as
from ledger.domain.accounts import AccountRef
from ledger.models import Account, Entry
from ledger.selectors import with_balance

STATEMENT_PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines: happened from `since` on and before `until`, of these kinds, of a campaign."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()
    campaign_id: int | None = None

    @property
    def q(self) -> Q:
        found = Q()
        if self.since is not None:
            found &= Q(journal__occurred_at__gte=self.since)
        if self.until is not None:
            found &= Q(journal__occurred_at__lt=self.until)
        if self.kinds:
            found &= Q(journal__kind__in=self.kinds)
        if self.campaign_id is not None:
            found &= Q(journal__refs__campaign=self.campaign_id)
        return found


ALL = LineFilter()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry, as its holder reads it. `entry_id` of a page's last line opens the next page."""

    entry_id: int
    journal_kind: str
    business_key: str
    occurred_at: datetime
    refs: Mapping[str, int]
    amount_minor: int
    balance_minor: int  # of the account, after this line


def statement_page(
    ref: AccountRef, asked: LineFilter = ALL, *, before_id: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """Lines of an account, newest first, each with the balance after it. Two queries, three where
    a filter leaves lines out.

    `before_id` is the last entry of the page before: a line that is added while somebody reads
    neither shifts nor repeats one. Whoever may see the account may see its entries, so the first
    query asks as the caller; the others as the system, because a journal also names the other
    side, of which nothing is returned.
    """
    assert 0 < limit <= STATEMENT_PAGE_MAX, limit
    account_id = _account_id(ref)
    if account_id is None:
        return []
    with acting_as(system="statement"):
        if asked == ALL:
            page = list(_entries_newest_first(account_id, before_id)[:limit])
            return _lines(page, _balances_running(page))
        entries = Entry.objects.filter(asked.q, account=account_id).select_related("journal")
        if before_id is not None:
            entries = entries.filter(id__lt=before_id)
        page = list(entries.order_by("-id")[:limit])
        return _lines(page, _balances_between(account_id, page))


def accounts_used(refs: Iterable[AccountRef]) -> set[AccountRef]:
    """Those that were ever opened. One query."""
    by_code = {ref.code: ref for ref in refs}
    codes = Account.objects.filter(code__in=by_code).values_list("code", flat=True)
    return {by_code[code] for code in codes}


def _account_id(ref: AccountRef) -> int | None:
    return Account.objects.filter(code=ref.code).values_list("pk", flat=True).first()


def _lines(page: Sequence[Entry], after: Iterable[int]) -> list[StatementLine]:
    return [
        StatementLine(
            entry_id=entry.pk,
            journal_kind=entry.journal.kind,
            business_key=entry.journal.business_key,
            occurred_at=entry.journal.occurred_at,
            refs=entry.journal.refs,
            amount_minor=entry.amount_minor,
            balance_minor=balance_minor,
        )
        for entry, balance_minor in zip(page, after, strict=True)
    ]


def _balances_running(page: Sequence[Any]) -> Iterable[int]:
    """Nothing lies between the lines: each balance is the one before less its line."""
    balance_minor = page[0].page_minor if page else 0
    for entry in page:
        yield balance_minor
        balance_minor -= entry.amount_minor


def _balances_between(account_id: int, page: Sequence[Entry]) -> list[int]:
    """Where lines are left out, what lies between them is summed: one walk through the index from
    the oldest line up, in one statement with the balance of now."""
    if not page:
        return []
    ids = [entry.pk for entry in reversed(page)]
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [ids, account_id, account_id, ids[0], account_id])
        rows = cursor.fetchall()
    up = {place: (int(minor), int(now_minor)) for place, minor, now_minor in rows}
    after, newer_minor = [], 0
    for place in range(len(ids), 0, -1):  # newest first: the place of an id among all
        since_minor, now_minor = up[place]
        amount_minor = page[len(ids) - place].amount_minor
        after.append(now_minor - newer_minor - since_minor + amount_minor)
        newer_minor += since_minor
    return after


_BETWEEN = """
SELECT width_bucket(id, %s::bigint[]), sum(amount_minor),
       coalesce((SELECT balance_minor FROM ledger_balance WHERE account_id = %s),
                (SELECT sum(amount_minor) FROM ledger_entry WHERE account_id = %s))
  FROM ledger_entry WHERE id >= %s AND account_id = %s GROUP BY 1
"""


def _entries_newest_first(account_id: int, before_id: int | None) -> QuerySet[Any]:
    """`page_minor` is the balance after the first of them: what it is now less what came since.

    Quick where people read, on the first pages; and one statement, so that a posting in between
    cannot make the sums disagree.
    """
    now_minor = Subquery(with_balance(Account.objects.filter(pk=account_id)).values("now_minor"))
    entries = Entry.objects.filter(account=account_id).select_related("journal").order_by("-id")
    if before_id is None:
        return entries.annotate(page_minor=now_minor)
    newer = Entry.objects.filter(account=account_id, id__gte=before_id).values("account")
    newer_minor = Subquery(newer.annotate(total=Sum("amount_minor")).values("total"))
    return entries.filter(id__lt=before_id).annotate(
        page_minor=now_minor - Coalesce(newer_minor, 0, output_field=BigIntegerField())
    )


# --- Sums -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineSums:
    """What the lines of a filter come to: `in_minor` and `out_minor` are not negative; `begin` and
    `end` are the account's balances at the ends of the period, whatever the lines are of."""

    in_minor: int
    out_minor: int
    begin_minor: int
    end_minor: int


def statement_sums(ref: AccountRef, asked: LineFilter) -> LineSums:
    """Two queries, over all entries of the account."""
    account_id = _account_id(ref)
    if account_id is None:
        return LineSums(0, 0, 0, 0)
    since, until = LineFilter(until=asked.since), LineFilter(until=asked.until)
    with acting_as(system="statement"):
        found = Entry.objects.filter(account=account_id).aggregate(
            came=Sum("amount_minor", filter=asked.q & Q(amount_minor__gt=0)),
            went=Sum("amount_minor", filter=asked.q & Q(amount_minor__lt=0)),
            begin=Sum("amount_minor", filter=since.q),
            end=Sum("amount_minor", filter=until.q),
        )
    return LineSums(
        in_minor=found["came"] or 0,
        out_minor=-(found["went"] or 0),
        begin_minor=(found["begin"] or 0) if asked.since is not None else 0,
        end_minor=found["end"] or 0,
    )


def balances_before(refs: Iterable[AccountRef], moment: datetime) -> dict[AccountRef, int]:
    """What every account held at a moment, by when things happened. Two queries, over all their
    entries; 0 for one that was not used by then."""
    wanted = list(refs)
    codes = dict(
        Account.objects.filter(code__in=[ref.code for ref in wanted]).values_list("pk", "code")
    )
    with acting_as(system="statement"):
        rows = Entry.objects.filter(account_id__in=codes, journal__occurred_at__lt=moment)
        sums = dict(rows.values_list("account_id").annotate(total=Sum("amount_minor")))
    held = {code: sums.get(pk, 0) for pk, code in codes.items()}
    return {ref: held.get(ref.code, 0) for ref in wanted}
