"""The bank's statement decides what was paid. The same file twice is the same statement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext as _

from attribution.models import Conversion
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.locks import lock_for_transaction
from core.notify.services import notice_queue
from core.tenancy.context import acting_as
from influencers.models import Payee
from ledger.domain.drafts import JournalDraft
from ledger.domain.journals import payout_paid, payout_returned, payout_undone
from ledger.services import journals_post
from payouts.domain.states import payout_may_become
from payouts.models import BankStatement, Payout, PayoutBatch, StatementRow
from payouts.rails.bank_file.match import Outcome, RowMatch, SentPayout, statement_match
from payouts.rails.bank_file.statement import Direction, StatementError, statement_parse
from payouts.selectors import statement_by_hash, taxes_of
from payouts.services.batches import payout_money, payout_move
from payouts.words import PAYOUT_STATES, STATEMENT_REASONS, numbers_masked

NAME_CHARS_MAX = 120
BANK_RETURNED = "bank_returned"  # a word of the screens


class StatementUnreadable(DomainError):
    """The file is no statement that we can read; the message names the line and the reason."""

    code = "statement_unreadable"
    status = 422


class PayoutDecided(DomainError):
    """The payout is not, or no longer, in the hands of the bank."""

    code = "payout_decided"


def statement_import(*, content: bytes, name: str, uploader_id: int) -> BankStatement:
    """Read a statement and let every payout that it names follow it: paid, failed or returned.

    What does not fit its payout is kept as a mismatch for a person and moves nothing.

    Raises:
        StatementUnreadable: not a statement. Nothing is kept.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        statement = statement_parse(content)
    except StatementError as error:
        raise StatementUnreadable(
            _("Line %(line)s of the file cannot be read: %(reason)s. Found: %(found)s")
            % {
                "line": error.line,
                "reason": STATEMENT_REASONS[error.reason],
                "found": numbers_masked(error.found) or "-",
            }
        ) from error
    with acting_as(system="bank statement"):
        lock_for_transaction("bank statement")  # the same file from two hands at once
        known = statement_by_hash(sha256)
        if known is not None:
            return known
        payouts = _sent_payouts()
        matches = statement_match(
            statement.rows,
            [
                SentPayout(payout.pk, payout.rail_key, payout.net_minor, payout.iban)
                for payout in payouts.values()
            ],
        )
        row = BankStatement.objects.create(
            name=name[:NAME_CHARS_MAX],
            sha256=sha256,
            content=content,
            row_count=len(matches),
            uploaded_by_id=uploader_id,
        )
        named = {match.payout_id for match in matches if match.payout_id is not None}
        taxes = taxes_of([payouts[payout_id] for payout_id in named])
        outcomes = [_apply(match, payouts, taxes) for match in matches]
        _rows_write(row, matches, outcomes)
        row.matched_count = sum(
            outcome in (StatementRow.Outcome.PAID, StatementRow.Outcome.RETURNED)
            for outcome in outcomes
        )
        row.save(update_fields=["matched_count"])
        _batches_settle(payouts)
        audit_record(
            "bank statement imported",
            row,
            after={"rows": row.row_count, "matched": row.matched_count},
        )
    return row


def _sent_payouts() -> dict[int, Payout]:
    """Every payout that left us and may still move, locked."""
    states = (
        Payout.State.SENDING,
        Payout.State.ACCEPTED,
        Payout.State.UNKNOWN,
        Payout.State.PAID,
        Payout.State.FAILED,
        Payout.State.RETURNED,
    )
    rows = Payout.objects.select_for_update().filter(state__in=states).order_by("pk")
    return {payout.pk: payout for payout in rows}


def _apply(
    match: RowMatch, payouts: dict[int, Payout], taxes: dict[int, dict[str, int]]
) -> StatementRow.Outcome:
    """Move the payout of one row; what the row turned out to be."""
    if match.outcome is Outcome.UNMATCHED or match.payout_id is None:
        return StatementRow.Outcome.UNMATCHED
    if match.outcome is Outcome.MISMATCH:
        return StatementRow.Outcome.MISMATCH
    payout = payouts[match.payout_id]
    is_out = match.outcome is Outcome.PAID
    if is_out and payout.state in Payout.OPEN:
        _payout_paid(payout, taxes[payout.pk])
        return StatementRow.Outcome.PAID
    if not is_out and payout.state == Payout.State.PAID:
        _payout_came_back(payout, taxes[payout.pk])
        return StatementRow.Outcome.RETURNED
    is_back_too_early = not is_out and payout.state in Payout.OPEN
    if is_back_too_early or payout.state == Payout.State.FAILED:  # undone here, moved at the bank
        return StatementRow.Outcome.MISMATCH  # a person looks
    return StatementRow.Outcome.REPEATED


def _payout_paid(payout: Payout, taxes: dict[str, int]) -> None:
    _post(payout_paid(payout_money(payout, taxes)))
    payout_move(payout, Payout.State.PAID)
    _conversions_move(payout, sign=1)
    _notice(payout, "payout_paid")


def _payout_came_back(payout: Payout, taxes: dict[str, int]) -> None:
    """The gross is payable again; the month's tax is computed anew at the next payout, from what
    stayed paid."""
    _post(payout_returned(payout_money(payout, taxes)))
    payout_move(payout, Payout.State.RETURNED, failure=BANK_RETURNED)
    _conversions_move(payout, sign=-1)
    _notice(payout, "payout_returned")


def payout_fail(*, payout_id: int, reason: str) -> Payout:
    """The bank refused a document before any money left: the payout is undone.

    `reason` is read by the payee.

    Raises:
        NotFound: no such payout.
        PayoutDecided: it is not at the bank.
    """
    with acting_as(system="payout refused by the bank"):
        payout = Payout.objects.select_for_update().filter(pk=payout_id).first()
        if payout is None:
            raise NotFound(_("There is no such payout."))
        if not payout_may_become(payout.state, Payout.State.FAILED):
            raise PayoutDecided(
                _("This payout is not at the bank. Its state: %(state)s.")
                % {"state": PAYOUT_STATES[payout.state]}
            )
        taxes = taxes_of([payout])[payout.pk]
        _post(payout_undone(payout_money(payout, taxes)))
        payout_move(payout, Payout.State.FAILED, failure=reason[:300])
        _batches_settle({payout.pk: payout})
        _notice(payout, "payout_returned")
    return payout


def _post(draft: JournalDraft) -> None:
    journals_post([draft], occurred_at=clock.now())


def _conversions_move(payout: Payout, *, sign: int) -> None:
    """What of each conversion is paid; a wholly paid one is `paid`, else it is `approved`."""
    for line in payout.lines.order_by("conversion_id"):
        Conversion.objects.filter(pk=line.conversion_id).update(
            paid_minor=F("paid_minor") + sign * line.amount_minor
        )
    touched = Conversion.objects.filter(payout_lines__payout=payout)
    touched.filter(status="approved", paid_minor=F("commission_minor")).update(status="paid")
    touched.filter(status="paid", paid_minor__lt=F("commission_minor")).update(status="approved")


def _rows_write(
    statement: BankStatement,
    matches: Sequence[RowMatch],
    outcomes: Sequence[StatementRow.Outcome],
) -> None:
    StatementRow.objects.bulk_create(
        StatementRow(
            statement=statement,
            number=number,
            document_number=match.row.number[:64],
            is_outgoing=match.row.direction is Direction.OUT,
            amount_minor=match.row.amount_minor,
            booked_on=match.row.booked_on,
            payout_id=match.payout_id,
            outcome=outcome,
            note=", ".join(match.reasons),
        )
        for number, (match, outcome) in enumerate(zip(matches, outcomes, strict=True), 1)
    )


def _batches_settle(payouts: dict[int, Payout]) -> None:
    """A sent batch without an open payout is settled."""
    ids = {payout.batch_id for payout in payouts.values()}
    sent = PayoutBatch.objects.filter(pk__in=ids, state=PayoutBatch.State.SENT)
    settled = sent.exclude(payouts__state__in=Payout.OPEN)
    PayoutBatch.objects.filter(pk__in=list(settled.values_list("pk", flat=True))).update(
        state=PayoutBatch.State.SETTLED
    )


def _notice(payout: Payout, kind: str) -> None:
    payee = Payee.objects.select_related("influencer__user").get(influencer_id=payout.influencer_id)
    notice_queue(
        kind,
        email=payee.email,
        language=payee.influencer.user.language,
        context={
            "name": payee.influencer.name,
            "amount_minor": payout.net_minor,
            "iban_last4": payout.iban_last4,
            "payout_id": str(payout.public_id),
        },
        dedupe_key=f"{kind}:{payout.pk}",
    )
