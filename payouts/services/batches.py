"""Payout batches: one person makes one, another approves it, and only then does money move.

A batch freezes amounts, taxes and accounts. Each payout is one journal of the ledger, and carries
the conversions, and so the brands, whose money it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden
from core.locks import PAYOUTS, lock_for_transaction
from core.tenancy.context import acting_as
from ledger.domain.journals import PayoutMoney, payout_created, payout_undone
from ledger.services import journals_post
from payouts.domain.states import batch_may_become, payout_may_become
from payouts.models import Payout, PayoutBatch, PayoutLine, PayoutTaxLine
from payouts.selectors import Ready, batch_get, payees_sort, taxes_of
from payouts.services.bank_files import bank_file_build
from payouts.services.netting import nettings_write
from payouts.services.stops import payouts_open_require

RAIL = "bank_file"
PAYOUTS_PER_BATCH_MAX = 5_000


class NobodyToPay(DomainError):
    """No payable balance may be paid today."""

    code = "nobody_to_pay"


class BatchDecided(DomainError):
    """The batch is no longer waiting for what was asked."""

    code = "batch_decided"


def batch_create(*, maker_id: int) -> PayoutBatch:
    """Freeze today's payouts for another person's approval. The money leaves the payable balances
    now, so that nothing is promised twice.

    Raises:
        PayoutsStopped: a check of the books has findings.
        NobodyToPay: no balance may be paid today; the message says how many wait.
    """
    day = clock.today()
    with acting_as(system="make a payout batch"):
        payouts_open_require()
        lock_for_transaction(PAYOUTS)
        ready, held = payees_sort(day)
        if not ready:
            raise NobodyToPay(
                _("Nobody can be paid today. Waiting for details or checks: %(count)s.")
                % {"count": len(held)}
            )
        ready = ready[:PAYOUTS_PER_BATCH_MAX]
        batch = _batch_write(ready, maker_id, day)
        payouts = _payouts_write(batch, ready)
        money = [_money(payout, each) for payout, each in zip(payouts, ready, strict=True)]
        journals_post([payout_created(each) for each in money], occurred_at=clock.now())
        audit_record(
            "payout batch made",
            batch,
            after={"payouts": len(payouts), "net_minor": batch.net_minor, "maker": maker_id},
        )
    return batch


def _batch_write(ready: Sequence[Ready], maker_id: int, day: date) -> PayoutBatch:
    return PayoutBatch.objects.create(
        rail=RAIL,
        paid_on=day,
        payout_count=len(ready),
        gross_minor=sum(each.withholding.gross_minor for each in ready),
        tax_minor=sum(each.withholding.withheld_minor for each in ready),
        netted_minor=sum(each.netted_minor for each in ready),
        net_minor=sum(each.net_minor for each in ready),
        created_by_id=maker_id,
    )


def _payouts_write(batch: PayoutBatch, ready: Sequence[Ready]) -> list[Payout]:
    payouts = Payout.objects.bulk_create(
        Payout(
            batch=batch,
            influencer_id=each.case.influencer_id,
            rail_key=f"PO{batch.pk:05d}-{number}",
            gross_minor=each.withholding.gross_minor,
            tax_minor=each.withholding.withheld_minor,
            netted_minor=each.netted_minor,
            net_minor=each.net_minor,
            tax_status=each.case.profile.status,
            rules_hash=each.withholding.rules_hash,
            payee_name=each.payee.full_name,
            payee_iin=each.payee.iin,
            iban=each.account.iban,
            iban_last4=each.account.iban_last4,
            bank_bic=each.account.bank_bic,
            paid_on=batch.paid_on,
        )
        for number, each in enumerate(ready, 1)
    )
    pairs = list(zip(payouts, ready, strict=True))
    PayoutLine.objects.bulk_create(
        PayoutLine(
            payout=payout,
            influencer_id=payout.influencer_id,
            brand_id=part.brand_id,
            conversion_id=part.conversion_id,
            period_reward_id=part.period_reward_id,
            task_id=part.task_id,
            amount_minor=part.amount_minor,
        )
        for payout, each in pairs
        for part in each.case.parts
    )
    nettings_write(pairs)
    PayoutTaxLine.objects.bulk_create(
        PayoutTaxLine(
            payout=payout,
            influencer_id=payout.influencer_id,
            kind=line.kind,
            base_minor=line.base_minor,
            rate_bps=line.rate_bps,
            amount_minor=line.amount_minor,
        )
        for payout, each in pairs
        for line in each.withholding.lines
    )
    return payouts


def _money(payout: Payout, each: Ready) -> PayoutMoney:
    taxes = {
        str(line.kind): line.amount_minor for line in each.withholding.lines if line.amount_minor
    }
    return payout_money(payout, taxes)


def batch_approve(*, batch_id: int, checker_id: int) -> PayoutBatch:
    """A second person's yes: the payment file is made, byte for byte as the bank will get it.

    Raises:
        NotFound: no such batch.
        PayoutsStopped: a check of the books has findings.
        Forbidden: by its maker (the database refuses that too).
        BatchDecided: it does not wait for approval.
    """
    with acting_as(system="approve a payout batch"):
        payouts_open_require()
        batch = batch_get(batch_id, for_update=True)
        _require_checker(batch, checker_id)
        _batch_move(batch, PayoutBatch.State.APPROVED, checker_id)
        bank_file_build(batch)
        audit_record("payout batch approved", batch, after={"checker": checker_id})
    return batch


def batch_cancel(*, batch_id: int, checker_id: int) -> PayoutBatch:
    """A second person's no: every payout is undone and its money payable again.

    Raises:
        NotFound: no such batch.
        Forbidden: by its maker.
        BatchDecided: the file has left already.
    """
    with acting_as(system="cancel a payout batch"):
        batch = batch_get(batch_id, for_update=True)
        _require_checker(batch, checker_id)
        _batch_move(batch, PayoutBatch.State.CANCELLED, checker_id)
        payouts = list(batch.payouts.select_for_update().order_by("pk"))
        taxes = taxes_of(payouts)
        journals_post(
            [payout_undone(payout_money(payout, taxes[payout.pk])) for payout in payouts],
            occurred_at=clock.now(),
        )
        for payout in payouts:
            payout_move(payout, Payout.State.CANCELLED)
        audit_record("payout batch cancelled", batch, after={"checker": checker_id})
    return batch


def batch_hand_out(*, batch_id: int, person_id: int) -> tuple[str, bytes]:
    """The payment file (name, bytes) for the bank. From the first time on its payouts count as
    sent: committed before the bytes leave, so that a file at the bank is never cancelled here.

    Raises:
        NotFound: no such batch.
        PayoutsStopped: a check of the books has findings.
        BatchDecided: it is not approved.
    """
    with acting_as(system="hand out a payment file"):
        payouts_open_require()
        batch = batch_get(batch_id, for_update=True)
        if batch.state == PayoutBatch.State.APPROVED:
            _batch_move(batch, PayoutBatch.State.SENT, batch.decided_by_id)
            for payout in batch.payouts.select_for_update().order_by("pk"):
                payout_move(payout, Payout.State.SENDING)
        elif batch.state not in (PayoutBatch.State.SENT, PayoutBatch.State.SETTLED):
            raise BatchDecided(_("This batch is not approved: it has no payment file."))
        audit_record("payment file handed out", batch, after={"person": person_id})
        return batch.bank_file.name, bytes(batch.bank_file.content)


def payout_money(payout: Payout, taxes: dict[str, int]) -> PayoutMoney:
    """A stored payout as the ledger's drafts want it."""
    return PayoutMoney(
        payout.pk, payout.influencer_id, payout.gross_minor, taxes, payout.netted_minor
    )


def payout_move(payout: Payout, new: Payout.State, *, failure: str = "") -> None:
    """To the next state, with its audit entry. Runs as the system."""
    assert payout_may_become(payout.state, new), (payout.pk, payout.state, new)
    before = {"state": str(payout.state)}
    payout.state, payout.failure = new, failure
    if new not in Payout.OPEN:
        payout.finished_at = clock.now()
    payout.save(update_fields=["state", "failure", "finished_at"])
    audit_record("payout moved", payout, before=before, after={"state": str(new)})


def _require_checker(batch: PayoutBatch, checker_id: int) -> None:
    if batch.created_by_id == checker_id:
        raise Forbidden(_("A batch needs two people: you made it, another person decides."))


def _batch_move(batch: PayoutBatch, new: PayoutBatch.State, checker_id: int | None) -> None:
    if not batch_may_become(batch.state, new):
        raise BatchDecided(
            _("This batch is already in another state: %(state)s.")
            % {"state": batch.get_state_display()}
        )
    batch.state, batch.decided_by_id = new, checker_id
    batch.decided_at = batch.decided_at or clock.now()
    batch.save(update_fields=["state", "decided_by_id", "decided_at"])
