"""Putting right what a person booked wrongly: its opposite, and a new journal beside it."""

from __future__ import annotations

from collections.abc import Iterable

from core.money import MINOR_MAX
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft, JournalKind, Leg

# What people book from papers. Everything else follows from a sale or a payout, whose own service
# posts the difference: reversed by hand it would only part the ledger from what it is about.
CORRECTABLE = frozenset(
    {
        JournalKind.DEPOSIT,
        JournalKind.DEPOSIT_UNMATCHED,
        JournalKind.DEPOSIT_MATCHED,
        JournalKind.REMITTANCE,
        JournalKind.RAIL_FEE,
        JournalKind.CORRECTION,
    }
)
LEGS_MAX = 20


class LegUnreadable(ValueError):
    """A line of a correction names no account, or no amount. `number` counts from 1."""

    def __init__(self, number: int, line: str) -> None:
        super().__init__(f"line {number}: {line}")
        self.number = number
        self.line = line


def reversal(journal_id: int, legs: Iterable[Leg]) -> JournalDraft:
    """The opposite of a journal. A journal has one, whoever asks for it."""
    opposite = tuple(Leg(leg.account, -leg.amount_minor) for leg in legs)
    key = f"reverse:{journal_id}"
    return JournalDraft(JournalKind.CORRECTION, key, opposite, {"journal": journal_id})


def replacement(correction_id: int, journal_id: int, legs: Iterable[Leg]) -> JournalDraft:
    """What should have been booked."""
    refs = {"journal": journal_id, "correction": correction_id}
    return JournalDraft(JournalKind.CORRECTION, f"correct:{correction_id}", tuple(legs), refs)


def legs_read(text: str) -> tuple[Leg, ...]:
    """Legs as a person types them: `brand_free|7|||KZT; 125000` a line, the amount in tiyn with its
    sign.

    Raises:
        LegUnreadable: the first line that is not so, or one too many.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(_leg(number, line) for number, line in enumerate(lines, 1))


def legs_text(legs: Iterable[Leg]) -> str:
    """As `legs_read` reads them."""
    return "\n".join(f"{leg.account.code}; {leg.amount_minor}" for leg in legs)


def account_of(code: str) -> AccountRef:
    """The account of a code.

    Raises:
        ValueError: no account can have it.
    """
    kind, *ids, currency = code.split("|")
    brand, influencer, subject = (int(each) if each else None for each in ids)
    return AccountRef(kind, brand, influencer, subject, currency)


def _leg(number: int, line: str) -> Leg:
    code, semicolon, amount = line.rpartition(";")
    try:
        account, amount_minor = account_of(code.strip()), int(amount.replace(" ", ""))
    except ValueError:
        raise LegUnreadable(number, line) from None
    if not semicolon or number > LEGS_MAX or not 0 < abs(amount_minor) <= MINOR_MAX:
        raise LegUnreadable(number, line)
    return Leg(account, amount_minor)
