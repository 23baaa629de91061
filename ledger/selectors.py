"""Reading the ledger. Each side sees its own: a foreign account reads as an unused one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.tenancy.context import acting_as
from ledger.domain.accounts import CURRENCY, AccountRef
from ledger.models import Account, Entry

STATEMENT_PAGE_MAX = 200


def balance_minor(ref: AccountRef) -> int:
    """What we owe the holder; 0 for an account that was never used. One query."""
    return balances([ref])[ref]


def balances(refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    """Every balance that was asked for, in one query. The platform's accounts are summed."""
    by_code = {ref.code: ref for ref in refs}
    accounts = _with_balance(Account.objects.filter(code__in=by_code))
    found = dict(accounts.values_list("code", "now_minor"))
    return {ref: found.get(code, 0) for code, ref in by_code.items()}


def account_total(kind: str, *, currency: str = CURRENCY) -> int:
    """What all accounts of a kind hold together. One query."""
    accounts = _with_balance(Account.objects.filter(kind=kind, currency=currency))
    return int(accounts.aggregate(total=Sum("now_minor"))["total"] or 0)


def influencers_owed(kind: str, *, currency: str = CURRENCY) -> dict[int, int]:
    """{influencer: tiyn} of every positive balance of an influencer's kind. One query."""
    owed = Account.objects.filter(
        kind=kind, currency=currency, influencer_id__isnull=False, balance__balance_minor__gt=0
    )
    rows = owed.values_list("influencer_id", "balance__balance_minor")
    return {influencer_id: minor for influencer_id, minor in rows if influencer_id}


@dataclass(frozen=True, slots=True)
class TrialRow:
    """All accounts of a kind: how many hold something, and what, tiyn. `owed_minor` is what we owe
    their holders, `owing_minor` (not negative) what they owe us or what lies at the bank."""

    kind: str
    currency: str
    accounts: int
    owed_minor: int
    owing_minor: int


def trial_balance(*, before: datetime | None = None) -> list[TrialRow]:
    """Every kind with what it held at a moment, by when things happened; None: now. Both columns
    sum to the same in each currency, or the ledger is broken. One query, over all entries."""
    entries = Entry.objects.all()
    if before is not None:
        entries = entries.filter(journal__occurred_at__lt=before)
    held = entries.values("account__kind", "account__currency", "account_id")
    rows = held.annotate(minor=Sum("amount_minor")).exclude(minor=0)
    found: dict[tuple[str, str], list[int]] = {}
    for kind, currency, minor in rows.values_list("account__kind", "account__currency", "minor"):
        found.setdefault((kind, currency), []).append(minor)
    return [
        TrialRow(
            kind,
            currency,
            len(minors),
            owed_minor=sum(minor for minor in minors if minor > 0),
            owing_minor=-sum(minor for minor in minors if minor < 0),
        )
        for (kind, currency), minors in sorted(found.items())
    ]


def _with_balance(accounts: QuerySet[Account]) -> Any:
    """The balance row where there is one; only else are entries summed."""
    entries = Entry.objects.filter(account=OuterRef("pk")).values("account")
    summed = Subquery(entries.annotate(total=Sum("amount_minor")).values("total"))
    return accounts.annotate(
        now_minor=Coalesce("balance__balance_minor", summed, 0, output_field=BigIntegerField())
    )


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry, as its holder reads it. `entry_id` of a page's last line opens the next page."""

    entry_id: int
    journal_kind: str
    business_key: str
    occurred_at: datetime
    refs: Mapping[str, int]
    amount_minor: int
    balance_minor: int  # after this line


def statement_page(
    ref: AccountRef, *, before_id: int | None = None, limit: int = 50
) -> list[StatementLine]:
    """Lines of an account, newest first, each with the balance after it. Two queries.

    `before_id` is the last entry of the page before: a line that is added while somebody reads
    neither shifts nor repeats one. Whoever may see the account may see its entries, so the first
    query asks as the caller; the second as the system, because a journal also names the other
    side, of which nothing is returned.
    """
    assert 0 < limit <= STATEMENT_PAGE_MAX, limit
    account_id = Account.objects.filter(code=ref.code).values_list("pk", flat=True).first()
    if account_id is None:
        return []
    with acting_as(system="statement"):
        page = list(_entries_newest_first(account_id, before_id)[:limit])
    balance_minor = page[0].page_minor if page else 0
    lines = []
    for entry in page:
        lines.append(_line(entry, balance_minor))
        balance_minor -= entry.amount_minor
    return lines


def _line(entry: Entry, balance_minor: int) -> StatementLine:
    journal = entry.journal
    return StatementLine(
        entry_id=entry.pk,
        journal_kind=journal.kind,
        business_key=journal.business_key,
        occurred_at=journal.occurred_at,
        refs=journal.refs,
        amount_minor=entry.amount_minor,
        balance_minor=balance_minor,
    )


def _entries_newest_first(account_id: int, before_id: int | None) -> Any:
    """`page_minor` is the balance after the first of them: what it is now less what came since.

    Quick where people read, on the first pages; and one statement, so that a posting in between
    cannot make the sums disagree.
    """
    account = Account.objects.filter(pk=account_id)
    now_minor = Subquery(_with_balance(account).values("now_minor"))
    entries = Entry.objects.filter(account=account_id).select_related("journal").order_by("-id")
    if before_id is None:
        return entries.annotate(page_minor=now_minor)
    newer = Entry.objects.filter(account=account_id, id__gte=before_id).values("account")
    newer_minor = Subquery(newer.annotate(total=Sum("amount_minor")).values("total"))
    return entries.filter(id__lt=before_id).annotate(
        page_minor=now_minor - Coalesce(newer_minor, 0, output_field=BigIntegerField())
    )
