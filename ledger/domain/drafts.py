"""A journal that is still to be posted: plain values, comparable, hashable to the byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.domain.accounts import AccountRef

_body_json = json.JSONEncoder(separators=(",", ":")).encode


class JournalKind(StrEnum):
    """What happened. A word of a statement; new ones may be added, none may change."""

    DEPOSIT = "deposit"
    DEPOSIT_UNMATCHED = "deposit_unmatched"
    DEPOSIT_MATCHED = "deposit_matched"
    DEPOSIT_SENT_BACK = "deposit_sent_back"
    RESERVE = "reserve"
    RELEASE = "release"
    ACCRUAL = "accrual"
    APPROVAL = "approval"
    FEE_INVOICE = "fee_invoice"
    VAT_FUNDING = "vat_funding"
    CREDIT_NOTE = "credit_note"
    CLAWBACK = "clawback"
    NETTING = "netting"
    WRITE_OFF = "write_off"
    PERIOD_REWARD = "period_reward"
    DEAL = "deal"
    DEAL_RELEASE = "deal_release"
    TASK = "task"
    GUARANTEE_PROMISED = "guarantee_promised"
    GUARANTEE_SETTLED = "guarantee_settled"
    GUARANTEE_RELEASED = "guarantee_released"
    PAYOUT_CREATED = "payout_created"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_UNDONE = "payout_undone"
    PAYOUT_RETURNED = "payout_returned"
    REFUND_CREATED = "refund_created"
    REFUND_PAID = "refund_paid"
    REFUND_UNDONE = "refund_undone"
    REFUND_RETURNED = "refund_returned"
    REMITTANCE = "remittance"
    RAIL_FEE = "rail_fee"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a journal: positive = we owe the account's holder more."""

    account: AccountRef
    amount_minor: int


@dataclass(frozen=True, slots=True)
class JournalDraft:
    """One event in money. `business_key` names the event: it is posted once, whoever repeats it.

    `refs` are the ids of what it is about ({"campaign": 3, "conversion": 12}), for people who
    read a statement. When it happened is not part of the body: a retry may not know it exactly.
    """

    kind: JournalKind
    business_key: str
    legs: tuple[Leg, ...]
    refs: Mapping[str, int] = field(default_factory=dict)

    @property
    def off_by(self) -> dict[str, int]:
        """By how much the legs miss zero, per currency; empty when they balance."""
        totals: dict[str, int] = {}
        for leg in self.legs:
            currency = leg.account.currency
            totals[currency] = totals.get(currency, 0) + leg.amount_minor
        return {currency: total for currency, total in totals.items() if total}

    @property
    def body_sha256(self) -> bytes:
        """Hash of what the journal says. The encoding is pinned by a golden test: never change it,
        or every repeated event of the past becomes a conflict."""
        legs = sorted([leg.account.code, leg.amount_minor] for leg in self.legs)
        body = [str(self.kind), legs, sorted([name, id] for name, id in self.refs.items())]
        return hashlib.sha256(_body_json(body).encode()).digest()


def draft(
    kind: JournalKind, business_key: str, legs: Mapping[AccountRef, int], **refs: int
) -> JournalDraft:
    """A balanced draft; legs of zero are dropped, so that an event which moves nothing has none."""
    moving = tuple(Leg(account, amount) for account, amount in legs.items() if amount)
    result = JournalDraft(kind, business_key, moving, refs)
    assert not result.off_by, (business_key, result.off_by)
    return result
