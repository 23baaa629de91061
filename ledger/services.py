"""Posting: the only way in which money moves.

Queries do not grow with the number of journals: one INSERT for all headers, one for all legs.
What must hold whoever writes is kept by triggers (migrations/0002); here is what needs words.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from core import clock
from core.bulk import row_new
from core.crash import crash_point
from core.errors import DomainError
from core.tenancy.context import acting_as, origin_actor
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft
from ledger.models import Account, Journal

PURPOSE = "ledger"  # as whom the system acts here
JOURNALS_MAX = 10_000  # of one call: about two seconds, while balances of others wait


class JournalUnbalanced(DomainError):
    """The legs do not sum to zero in every currency."""

    code = "journal_unbalanced"


class IdempotencyConflict(DomainError):
    """The event was posted before, and said something else."""

    code = "idempotency_conflict"


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


def journal_post(draft: JournalDraft, *, occurred_at: datetime) -> Journal:
    """Post one event, once. See `journals_post`; the draft must move something."""
    assert draft.legs, draft.business_key
    (journal,) = journals_post([draft], occurred_at=occurred_at)
    return journal


def journals_post(drafts: Sequence[JournalDraft], *, occurred_at: datetime) -> list[Journal]:
    """Post all of these events or none of them, each once, and return their journals in order.

    Drafts without legs move nothing and are left out. An event that was posted before comes back
    as it is. Any side may call this inside its own context: it is a savepoint there, so that a
    refused post leaves the caller's transaction as it was.

    Post once per transaction where you can: balances are locked in order within one call, not
    over several, and PostgreSQL ends a deadlock by failing one of the two transactions.

    Raises:
        InsufficientFunds: an account would pass its floor or ceiling.
        IdempotencyConflict: an event was posted before, with another body.
        JournalUnbalanced: legs do not sum to zero.
    """
    assert len(drafts) <= JOURNALS_MAX, len(drafts)
    assert occurred_at.tzinfo is not None, occurred_at
    moving = [draft for draft in drafts if draft.legs]
    if not moving:
        return []
    by_key = _by_key(moving)
    actor = origin_actor()
    try:
        with acting_as(system=PURPOSE) as system:
            journals = _post(by_key, occurred_at=occurred_at, actor=str(actor or system))
    except IntegrityError as error:
        raise _shortage(error) or error from error
    crash_point("ledger.posted")
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
        if twin is not draft:
            _require_same_body(draft, twin.body_sha256)
    return by_key


def _require_same_body(draft: JournalDraft, body_sha256: bytes) -> None:
    if draft.body_sha256 != body_sha256:
        raise IdempotencyConflict(
            _("%(key)s was posted before, with other amounts.") % {"key": draft.business_key}
        )


def _post(
    by_key: dict[str, JournalDraft], *, occurred_at: datetime, actor: str
) -> dict[str, Journal]:
    journals = {
        key: row_new(
            Journal,
            kind=draft.kind,
            business_key=key,
            body_sha256=draft.body_sha256,
            occurred_at=occurred_at,
            created_at=clock.now(),
            actor=actor,
            refs=dict(draft.refs),
        )
        for key, draft in by_key.items()
    }
    new_ids = _journals_insert(journals.values())
    for key, id in new_ids.items():
        journals[key].pk = id
    crash_point("ledger.headers")
    if new_ids:
        _entries_insert([(id, by_key[key]) for key, id in new_ids.items()])
    crash_point("ledger.legs")
    earlier = Journal.objects.in_bulk(by_key.keys() - new_ids.keys(), field_name="business_key")
    for key, journal in earlier.items():
        _require_same_body(by_key[key], bytes(journal.body_sha256))
    return journals | earlier


def _journals_insert(journals: Collection[Journal]) -> dict[str, int]:
    """The ids of those that were not there yet. Sorted, so that two batches which share events
    wait for each other and do not deadlock."""
    rows = sorted(journals, key=lambda journal: journal.business_key)
    columns: list[Any] = [
        [row.kind for row in rows],
        [row.business_key for row in rows],
        [row.body_sha256 for row in rows],
        [row.occurred_at for row in rows],
        [row.created_at for row in rows],
        [row.actor for row in rows],
        [json.dumps(row.refs) for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_JOURNALS_INSERT, columns)
        return dict(cursor.fetchall())


_JOURNALS_INSERT = """
INSERT INTO ledger_journal
       (kind, business_key, body_sha256, occurred_at, created_at, actor, refs)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::timestamptz[], %s::timestamptz[],
                     %s::text[], %s::jsonb[])
    ON CONFLICT (business_key) DO NOTHING
RETURNING business_key, id
"""


def _entries_insert(journals: Sequence[tuple[int, JournalDraft]]) -> None:
    """All legs in one statement, as the trigger demands."""
    legs = [(id, leg.account, leg.amount_minor) for id, draft in journals for leg in draft.legs]
    account_ids = _accounts_open({account for _id, account, _amount in legs})
    columns: list[Any] = [
        [id for id, _account, _amount in legs],
        [account_ids[account] for _id, account, _amount in legs],
        [amount for _id, _account, amount in legs],
        [account.brand_id for _id, account, _amount in legs],
        [account.influencer_id for _id, account, _amount in legs],
        [account.currency for _id, account, _amount in legs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES_INSERT, columns)


_ENTRIES_INSERT = """
INSERT INTO ledger_entry
       (journal_id, account_id, amount_minor, brand_id, influencer_id, currency)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::text[])
"""


def _accounts_open(refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    """Their ids; what does not exist yet is opened, in sorted order as everything is locked."""
    by_code = {ref.code: ref for ref in refs}
    ids = _account_ids(by_code)
    missing = sorted(by_code.keys() - ids.keys())
    if missing:
        accounts = [_account(by_code[code]) for code in missing]
        Account.objects.bulk_create(accounts, ignore_conflicts=True)  # another may be faster
        ids |= _account_ids(missing)
    return {ref: ids[code] for code, ref in by_code.items()}


def _account_ids(codes: Iterable[str]) -> dict[str, int]:
    return dict(Account.objects.filter(code__in=codes).values_list("code", "id"))


def _account(ref: AccountRef) -> Account:
    return Account(
        kind=ref.kind,
        brand_id=ref.brand_id,
        influencer_id=ref.influencer_id,
        subject_id=ref.subject_id,
        currency=ref.currency,
    )


def _shortage(error: IntegrityError) -> InsufficientFunds | None:
    """What the trigger said, or None when it was something else that should not happen."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.constraint_name != "ledger_balance_is_within_limits":
        return None
    short = json.loads(diagnosis.message_detail)
    return InsufficientFunds(short["kind"], short["missing_minor"])
