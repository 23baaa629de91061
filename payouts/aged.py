"""Money that waits, by age: what influencers owe back, and transfers that are nobody's. Reads only;
runs as ops. Each total is compared with the ledger's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Coalesce

from brands.models import UnclaimedTransfer
from core import clock
from ledger.domain.accounts import AccountKind
from ledger.selectors import account_total
from payouts.domain.ages import AGES, age_place
from payouts.selectors import debts_open

IN_SUSPENSE = (
    UnclaimedTransfer.State.WAITING,
    UnclaimedTransfer.State.PROPOSED,
    UnclaimedTransfer.State.SENDING_BACK,
)


@dataclass(frozen=True, slots=True)
class AgedRow:
    """Of one influencer, or one transfer: tiyn by age (domain.ages.AGES), since its oldest day."""

    subject_id: int
    name: str
    note: str
    minors: tuple[int, ...]
    since_on: date

    @property
    def total_minor(self) -> int:
        return sum(self.minors)


@dataclass(frozen=True, slots=True)
class Aged:
    """The oldest first. `ledger_minor` is what the books say all of it is."""

    rows: list[AgedRow]
    ledger_minor: int

    @property
    def minors(self) -> tuple[int, ...]:
        return _added(row.minors for row in self.rows)

    @property
    def total_minor(self) -> int:
        return sum(self.minors)

    @property
    def is_right(self) -> bool:
        return self.total_minor == self.ledger_minor


def debts_aged() -> Aged:
    """By influencer. A debt is as old as the last return that made it; one that something else has
    made, as its approval. Two queries."""
    today = clock.today()
    rows = debts_open().order_by("influencer_id")
    found: dict[int, AgedRow] = {}
    for influencer_id, name, minor, since in rows.values_list(
        "influencer_id", "influencer__name", "owed_minor", Coalesce("owed_since", "approved_at")
    ).iterator():
        on = clock.day_of(since)
        row = _row(influencer_id, name, "", minor, on, today)
        known = found.get(influencer_id)
        if known is not None:
            minors = _added([known.minors, row.minors])
            row = AgedRow(influencer_id, name, "", minors, min(on, known.since_on))
        found[influencer_id] = row
    return Aged(_oldest_first(found.values()), -account_total(AccountKind.INFLUENCER_DEBT))


def suspense_aged() -> Aged:
    """By transfer. Two queries."""
    today = clock.today()
    rows = UnclaimedTransfer.objects.filter(state__in=IN_SUSPENSE)
    found = [
        _row(pk, number, ground, minor, on, today)
        for pk, number, ground, minor, on in rows.values_list(
            "pk", "bank_reference", "ground", "amount_minor", "received_on"
        )
    ]
    return Aged(_oldest_first(found), account_total(AccountKind.SUSPENSE))


def _row(pk: int, name: str, note: str, minor: int, on: date, today: date) -> AgedRow:
    place = age_place((today - on).days)
    minors = tuple(minor if n == place else 0 for n in range(len(AGES)))
    return AgedRow(pk, name, note, minors, on)


def _added(columns: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    totals = [0] * len(AGES)
    for minors in columns:
        totals = [total + minor for total, minor in zip(totals, minors, strict=True)]
    return tuple(totals)


def _oldest_first(rows: Iterable[AgedRow]) -> list[AgedRow]:
    return sorted(rows, key=lambda row: (row.since_on, row.subject_id))
