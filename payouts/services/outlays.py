"""Taxes, VAT and a bank's fees that left our account: two people say what an outgoing row was.

A row may be several things (one payment of income tax for payees and for our own staff): each part
is booked by itself, and what is none of these is not of these books.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft
from ledger.domain.journals import rail_fee, tax_remitted, vat_remitted
from ledger.selectors import balance_minor
from ledger.services import journal_post
from payouts.models import Outlay, StatementRow
from payouts.selectors import row_left_minor
from payouts.services.statement_reading import sum_text

REASON_CHARS_MAX = 300


class OutlayDecided(DomainError):
    """It does not wait for a second person any more."""

    code = "outlay_decided"


def outlay_ask(
    *, row_id: int, kind: Outlay.Kind, amount_minor: int, reason: str, person_id: int
) -> Outlay:
    """Say what an outgoing row was, or a part of it. Another person books it.

    Raises:
        NotFound: no such row that left our account and is nothing else, or all of it is told.
        Invalid: no reason, or more than what is left of the row; says which field.
    """
    said = reason.strip()[:REASON_CHARS_MAX]
    if not said:
        raise Invalid.of("reason", _("Say how you know."))
    with acting_as(system="taxes and fees", user_id=person_id):
        lock_for_transaction("taxes and fees")
        row = StatementRow.objects.filter(pk=row_id).first()
        left_minor = row_left_minor(row) if row else 0
        if row is None or not left_minor:
            raise NotFound(_("There is no such row that left our account, or all of it is told."))
        if not 0 < amount_minor <= left_minor:
            message = _(
                "The sum must be more than zero and at most %(sum)s: what is left of the row."
            )
            raise Invalid.of("amount", message % {"sum": sum_text(left_minor)})
        outlay = Outlay.objects.create(
            row=row,
            kind=Outlay.Kind(kind),
            amount_minor=amount_minor,
            reason=said,
            created_by_id=person_id,
        )
        after = {"row": row.pk, "kind": outlay.kind, "amount_minor": amount_minor}
        audit_record("outlay.ask", outlay, after=after)
    return outlay


def outlay_book(*, outlay_id: int, person_id: int) -> Outlay:
    """The second person's yes: it is booked on the day of the row.

    Raises:
        NotFound, OutlayDecided.
        Forbidden: by who said it (the database refuses that too).
        Invalid: more than what was kept back, or invoiced, and not paid yet; says how much.
    """
    with acting_as(system="taxes and fees", user_id=person_id):
        lock_for_transaction("taxes and fees")  # what is owed keeps no row to lock
        outlay = _asked(outlay_id)
        if outlay.created_by_id == person_id:
            raise Forbidden(_("Two people decide: you said what it was, another person books it."))
        _require_owed(outlay)
        moment = clock.day_start(outlay.row.booked_on)
        journal_post(draft_of(outlay), occurred_at=moment)
        _decide(outlay, Outlay.State.BOOKED, person_id)
    return outlay


def outlay_refuse(*, outlay_id: int, person_id: int) -> Outlay:
    """It was something else: the row waits again. Who said it may take it back so.

    Raises:
        NotFound, OutlayDecided.
    """
    with acting_as(system="taxes and fees", user_id=person_id):
        outlay = _asked(outlay_id)
        _decide(outlay, Outlay.State.REFUSED, person_id)
    return outlay


def draft_of(outlay: Outlay) -> JournalDraft:
    """What booking it posts."""
    if outlay.kind == Outlay.Kind.RAIL_FEE:
        return rail_fee(
            statement_row=f"{outlay.row_id}/{outlay.pk}", amount_minor=outlay.amount_minor
        )
    if outlay.kind == Outlay.Kind.VAT:
        return vat_remitted(remittance_id=outlay.pk, amount_minor=outlay.amount_minor)
    return tax_remitted(remittance_id=outlay.pk, tax=outlay.kind, amount_minor=outlay.amount_minor)


def owed_account(kind: str) -> AccountRef | None:
    """Where it is owed; None for the bank's fee, which is a cost of ours."""
    if kind == Outlay.Kind.RAIL_FEE:
        return None
    return accounts.vat_payable() if kind == Outlay.Kind.VAT else accounts.tax_withheld(kind)


def _require_owed(outlay: Outlay) -> None:
    account = owed_account(outlay.kind)
    if account is None:
        return
    owed_minor = balance_minor(account)
    if outlay.amount_minor > owed_minor:
        raise Invalid(
            _("Only %(sum)s of this is owed to the state: the rest is not of these books.")
            % {"sum": sum_text(max(0, owed_minor))}
        )


def _asked(outlay_id: int) -> Outlay:
    rows = Outlay.objects.select_for_update(of=("self",)).select_related("row")
    outlay = rows.filter(pk=outlay_id).first()
    if outlay is None:
        raise NotFound(_("There is no such entry."))
    if outlay.state != Outlay.State.ASKED:
        raise OutlayDecided(_("Somebody has decided on this already."))
    return outlay


def _decide(outlay: Outlay, state: Outlay.State, person_id: int) -> None:
    outlay.state, outlay.decided_by_id, outlay.decided_at = state, person_id, clock.now()
    outlay.save(update_fields=["state", "decided_by_id", "decided_at"])
    audit_record(f"outlay.{state}", outlay, after={"checker": person_id})
