"""Posting: the only way in which money moves.

One statement, however many the journals (migrations/0009). What must hold whoever writes is kept by
triggers (migrations/0002); here is what needs words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from core import clock
from core.bulk import array_of, array_of_numbers, array_text
from core.crash import crash_point
from core.errors import DomainError
from core.tenancy.context import origin_actor, row_as_system
from ledger.domain.drafts import JournalDraft

PURPOSE = "ledger"  # as whom the system acts here
JOURNALS_MAX = 10_000  # of one call: about two seconds, while balances of others wait


class JournalUnbalanced(DomainError):
    """The legs do not sum to zero in every currency."""

    code = "journal_unbalanced"


class IdempotencyConflict(DomainError):
    """The event was posted before, and said something else."""

    code = "idempotency_conflict"


class AmountImpossible(DomainError):
    """A leg of nothing, or of more than a balance can hold."""

    code = "amount_impossible"
    status = 422


class InsufficientFunds(DomainError):
    """An account would pass its limit, by `missing_minor` tiyn."""

    code = "insufficient_funds"

    def __init__(self, account_kind: str, missing_minor: int) -> None:
        missing = {"missing": _tenge(missing_minor)}
        super().__init__(_("Not enough money. Missing: %(missing)s.") % missing)
        self.account_kind = account_kind
        self.missing_minor = missing_minor


def _tenge(minor: int) -> str:
    whole, tiyn = divmod(minor, 100)
    amount = f"{whole:,}" + (f".{tiyn:02}" if tiyn else "")
    return amount.translate({ord(","): "\N{NO-BREAK SPACE}", ord("."): ","}) + "\N{NO-BREAK SPACE}₸"


def journal_post(draft: JournalDraft, *, occurred_at: datetime) -> int:
    """Post one event, once. See `journals_post`; the draft must move something."""
    assert draft.legs, draft.business_key
    (journal_id,) = journals_post([draft], occurred_at=occurred_at)
    return journal_id


def journals_post(drafts: Sequence[JournalDraft], *, occurred_at: datetime) -> list[int]:
    """Post all of these events or none of them, each once, and return their journals' ids.

    Drafts without legs move nothing and are left out. An event that was posted before stays as it
    is. Any side may call this inside its own context: it is a savepoint there, so that a refused
    post leaves the caller's transaction as it was.

    Post once per transaction where you can: balances are locked in order within one call, not
    over several, and PostgreSQL ends a deadlock by failing one of the two transactions.

    Raises:
        InsufficientFunds: an account would pass its floor or ceiling.
        IdempotencyConflict: an event was posted before, with another body.
        JournalUnbalanced: legs do not sum to zero.
        AmountImpossible: a leg is zero, or beyond what a balance can hold.
    """
    assert len(drafts) <= JOURNALS_MAX, len(drafts)
    assert occurred_at.tzinfo is not None, occurred_at
    moving = [draft for draft in drafts if draft.legs]
    if not moving:
        return []
    by_key = _by_key(moving)
    ordered = [by_key[key] for key in sorted(by_key)]
    try:
        ids = _post(ordered, occurred_at=occurred_at)
    except IntegrityError as error:
        raise _refusal(error) or error from error
    except DataError as error:
        raise _impossible() from error
    crash_point("ledger.posted")
    journals = {draft.business_key: id for draft, id in zip(ordered, ids, strict=True)}
    return [journals[draft.business_key] for draft in moving]


def _by_key(drafts: Iterable[JournalDraft]) -> dict[str, JournalDraft]:
    by_key: dict[str, JournalDraft] = {}
    for draft in drafts:
        if draft.off_by:
            raise JournalUnbalanced(
                _("%(key)s does not balance: %(off_by)s.")
                % {"key": draft.business_key, "off_by": draft.off_by}
            )
        twin = by_key.setdefault(draft.business_key, draft)
        if twin is not draft and twin.body_sha256 != draft.body_sha256:
            raise _conflict(draft.business_key)
    return by_key


def _conflict(business_key: str) -> IdempotencyConflict:
    return IdempotencyConflict(
        _("%(key)s was posted before, with other amounts.") % {"key": business_key}
    )


def _post(drafts: Sequence[JournalDraft], *, occurred_at: datetime) -> list[int]:
    """One statement: migrations/0009 says what it does with these arrays."""
    places: dict[str, int] = {}  # of accounts, by code
    of_journals, of_accounts, amounts = [], [], []
    for number, draft in enumerate(drafts, 1):
        for leg in draft.legs:
            of_journals.append(number)
            of_accounts.append(places.setdefault(leg.account.code, len(places) + 1))
            amounts.append(leg.amount_minor)
    columns = [
        array_of([draft.kind for draft in drafts]),
        array_of([draft.business_key for draft in drafts]),
        array_text([draft.body_sha256 for draft in drafts], _bytea),
        array_of([json.dumps(dict(draft.refs)) for draft in drafts]),
        occurred_at,
        clock.now(),
        str(origin_actor() or f"system:{PURPOSE}"),
        array_of(places),
        array_of_numbers(of_journals),
        array_of_numbers(of_accounts),
        array_of_numbers(amounts),
    ]
    (ids,) = row_as_system(PURPOSE, _POST, columns)
    return list(ids)


def _bytea(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


_POST = """
SELECT ledger_post(
    %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s, %s, %s,
    %s::text[], %s::int[], %s::int[], %s::bigint[])
"""


def _impossible() -> AmountImpossible:
    return AmountImpossible(_("An amount of zero, or larger than any there can be, is not booked."))


def _refusal(error: IntegrityError) -> DomainError | None:
    """What the database said, or None when it was something else that should not happen."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return None
    match diagnosis.constraint_name:
        case "ledger_entry_is_not_zero":
            return _impossible()
        case "ledger_journal_is_posted_once":
            return _conflict(diagnosis.message_detail)
        case "ledger_balance_is_within_limits":
            short = json.loads(diagnosis.message_detail)
            return InsufficientFunds(short["kind"], short["missing_minor"])
    return None
