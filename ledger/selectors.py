"""Reading the ledger. Each side sees its own: a foreign account reads as an unused one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ledger.domain.accounts import CURRENCY, AccountRef
from ledger.models import Account, Entry


def balance_minor(ref: AccountRef) -> int:
    """What we owe the holder; 0 for an account that was never used. One query."""
    return balances([ref])[ref]


def balances(refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    """Every balance that was asked for, in one query. The platform's accounts are summed."""
    by_code = {ref.code: ref for ref in refs}
    accounts = with_balance(Account.objects.filter(code__in=by_code))
    found = dict(accounts.values_list("code", "now_minor"))
    return {ref: found.get(code, 0) for code, ref in by_code.items()}


def account_total(kind: str, *, currency: str = CURRENCY) -> int:
    """What all accounts of a kind hold together. One query."""
    accounts = with_balance(Account.objects.filter(kind=kind, currency=currency))
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


def with_balance(accounts: QuerySet[Account]) -> Any:
    """The balance row where there is one; only else are entries summed."""
    entries = Entry.objects.filter(account=OuterRef("pk")).values("account")
    summed = Subquery(entries.annotate(total=Sum("amount_minor")).values("total"))
    return accounts.annotate(
        now_minor=Coalesce("balance__balance_minor", summed, 0, output_field=BigIntegerField())
    )
