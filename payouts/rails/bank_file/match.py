"""Which row of a statement is which payout: by our document number, the sum and the account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from payouts.rails.bank_file.statement import Direction, StatementRow

# A shorter number could stand in any purpose by chance ("invoice 12").
NUMBER_IN_PURPOSE_CHARS_MIN = 6
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")


class Outcome(StrEnum):
    PAID = "paid"
    RETURNED = "returned"
    MISMATCH = "mismatch"  # names a payout of ours and does not fit it: for a person
    UNMATCHED = "unmatched"  # nothing of ours


class MatchReason(StrEnum):
    """What does not fit, or what deserves a second look."""

    AMOUNT_DIFFERS = "amount_differs"
    ACCOUNT_DIFFERS = "account_differs"
    REPEATED = "repeated"  # the same payout in the same direction a second time
    NUMBER_IN_PURPOSE = "number_in_purpose"  # a return under the bank's own number


@dataclass(frozen=True, slots=True)
class SentPayout:
    """A payout that left us: `number` of its document, `amount_minor` net."""

    payout_id: int
    number: str
    amount_minor: int
    iban: str


@dataclass(frozen=True, slots=True)
class RowMatch:
    """What a row turned out to be. `payout_id` is None for `unmatched` only."""

    row: StatementRow
    outcome: Outcome
    payout_id: int | None = None
    reasons: tuple[MatchReason, ...] = ()


def statement_match(
    rows: Iterable[StatementRow], payouts: Iterable[SentPayout]
) -> tuple[RowMatch, ...]:
    """Match every row, in the order of the statement.

    Money out with our number, sum and account is `paid`; money in with them is `returned` (a bank
    sends back what it could not deliver). Number alone never decides: with another sum or account
    it is a `mismatch`. Whether a payout may still change is the caller's to know.

    Raises:
        ValueError: two payouts have the same number.
    """
    by_number = _by_number(payouts)
    seen: set[tuple[int, Direction]] = set()
    return tuple(_match(row, by_number, seen) for row in rows)


def _by_number(payouts: Iterable[SentPayout]) -> dict[str, SentPayout]:
    by_number: dict[str, SentPayout] = {}
    for payout in payouts:
        key = _key(payout.number)
        if key in by_number:
            raise ValueError(f"two payouts have the number {payout.number}")
        by_number[key] = payout
    return by_number


def _match(
    row: StatementRow,
    by_number: Mapping[str, SentPayout],
    seen: set[tuple[int, Direction]],
) -> RowMatch:
    payout, noted = _named(row, by_number)
    if payout is None:
        return RowMatch(row, Outcome.UNMATCHED)
    wrong = _differences(row, payout)
    if not wrong and (payout.payout_id, row.direction) in seen:
        wrong = (MatchReason.REPEATED,)
    if wrong:
        return RowMatch(row, Outcome.MISMATCH, payout.payout_id, (*noted, *wrong))
    seen.add((payout.payout_id, row.direction))
    outcome = Outcome.PAID if row.direction is Direction.OUT else Outcome.RETURNED
    return RowMatch(row, outcome, payout.payout_id, noted)


def _named(
    row: StatementRow, by_number: Mapping[str, SentPayout]
) -> tuple[SentPayout | None, tuple[MatchReason, ...]]:
    """The payout that a row names: by its number, or, money in, by a word of its purpose."""
    payout = by_number.get(_key(row.number))
    if payout is not None or row.direction is Direction.OUT:
        return payout, ()
    for word in _WORD.findall(row.purpose):
        payout = by_number.get(_key(word))
        if payout is not None and len(word) >= NUMBER_IN_PURPOSE_CHARS_MIN:
            return payout, (MatchReason.NUMBER_IN_PURPOSE,)
    return None, ()


def _differences(row: StatementRow, payout: SentPayout) -> tuple[MatchReason, ...]:
    tests = (
        (MatchReason.AMOUNT_DIFFERS, row.amount_minor != payout.amount_minor),
        (MatchReason.ACCOUNT_DIFFERS, row.counterparty_iban != payout.iban),
    )
    return tuple(reason for reason, applies in tests if applies)


def _key(number: str) -> str:
    """Banks drop leading zeros and change capitals."""
    return number.strip().casefold().lstrip("0")
