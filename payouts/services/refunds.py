"""Money that goes back: a brand's free balance, or a transfer that was nobody's.

A brand asks, one person of ops prepares, another approves; it leaves in a bank file like a payout,
and the bank's statement says what became of it. The payment is made out to the company by name and
BIN, so that the bank refuses an account that is not the company's.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand, UnclaimedTransfer
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.iban import IbanError, iban_bank, iban_parse
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain import journals
from ledger.services import journal_post
from payouts.models import Refund, StatementRow
from payouts.services.refund_files import refund_file_build
from payouts.services.stops import payouts_open_require
from payouts.services.unclaimed import State as TransferState
from payouts.services.unclaimed import transfer_locked

State = Refund.State
# What a refund may become; anything else has been decided already.
CHANGES: dict[str, frozenset[str]] = {
    State.REQUESTED: frozenset({State.PREPARED, State.CANCELLED}),
    State.PREPARED: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset({State.PAID, State.FAILED}),
    State.PAID: frozenset({State.RETURNED}),
}
# Whose payment file is at the bank. One whose money went back here must never be paid there.
HANDED_OUT = (State.SENDING, State.PAID, State.RETURNED)


class RefundDecided(DomainError):
    """The refund is no longer waiting for what was asked."""

    code = "refund_decided"


def accounts_known(brand_id: int) -> list[str]:
    """The accounts from which the company itself has paid, the latest first."""
    with acting_as(system="accounts of a refund"):
        rows = StatementRow.objects.filter(brand_id=brand_id, outcome="deposit").order_by("-pk")
        bin_of_brand = Brand.objects.values_list("bin", flat=True).get(pk=brand_id)
        found = [row.party_iban for row in rows[:50] if row.party_tax_id == bin_of_brand]
    return list(dict.fromkeys(iban for iban in found if iban))


def refund_request(*, brand: Brand, amount_minor: int, iban_text: str, person_id: int) -> Refund:
    """Ask for free balance back. The money leaves the balance now, so that it is not spent twice.

    Raises:
        Invalid: not an amount, or not an account of a bank we know; says which field.
        InsufficientFunds: more than the free balance.
    """
    if not 0 < amount_minor <= MINOR_MAX:
        message = _("The amount must be more than zero.")
        raise Invalid.of("amount", message)
    iban, bic = _account(iban_text)
    is_known = iban in accounts_known(brand.pk)
    with acting_as(system="refund of a brand", user_id=person_id):
        refund = _create(
            brand=brand,
            amount_minor=amount_minor,
            payee=(brand.legal_name, brand.bin),
            account=(iban, bic),
            is_known_account=is_known,
            requested_by_id=person_id,
        )
        journal_post(
            journals.refund_created(
                refund_id=refund.pk, brand_id=brand.pk, amount_minor=amount_minor
            ),
            occurred_at=clock.now(),
        )
        after = {"amount_minor": amount_minor, "known_account": is_known}
        audit_record("refund requested", refund, after=after)
    return refund


def transfer_send_back(*, transfer_id: int, reason: str, person_id: int) -> Refund:
    """Nobody's transfer goes back to who sent it. Another person approves.

    Raises:
        NotFound: no such transfer.
        Invalid: no reason, or the bank did not say from which account it came.
        TransferDecided: it does not wait.
    """
    said = reason.strip()[:300]
    if not said:
        raise Invalid.of("reason", _("Say why."))
    with acting_as(system="send a transfer back", user_id=person_id):
        transfer = transfer_locked(transfer_id, TransferState.WAITING)
        refund = _create(
            transfer=transfer,
            amount_minor=transfer.amount_minor,
            payee=(transfer.payer_name, transfer.payer_tax_id),
            account=_account(transfer.payer_iban),
            is_known_account=True,
            state=State.PREPARED,
            reason=said,
            requested_by_id=person_id,
            prepared_by_id=person_id,
        )
        _transfer_move(transfer, TransferState.SENDING_BACK)
        audit_record("refund prepared", refund, after={"transfer": transfer.pk, "reason": said})
    return refund


def refund_prepare(*, refund_id: int, person_id: int) -> Refund:
    """Somebody of ops has compared company, BIN and account. Another person approves.

    Raises:
        NotFound, RefundDecided.
    """
    with acting_as(system="prepare a refund", user_id=person_id):
        refund = _locked(refund_id)
        refund.prepared_by_id = person_id
        _move(refund, State.PREPARED, "prepared_by_id")
    return refund


def refund_approve(*, refund_id: int, person_id: int) -> Refund:
    """A second person's yes: the payment file is made, byte for byte as the bank will get it.

    Raises:
        NotFound, RefundDecided.
        Forbidden: by who prepared it (the database refuses that too).
        BankFileRefused: no bank would take it; says why.
        PayoutsStopped: a check of the books has findings.
    """
    with acting_as(system="approve a refund", user_id=person_id):
        payouts_open_require()
        refund = _locked(refund_id)
        if refund.prepared_by_id == person_id:
            raise Forbidden(_("Two people decide: you prepared it, another person approves."))
        refund.decided_by_id, refund.paid_on = person_id, clock.today()
        refund.content = refund_file_build(refund)
        _move(refund, State.APPROVED, "decided_by_id", "paid_on", "content")
    return refund


def refund_cancel(
    *, refund_id: int, person_id: int, reason: str = "", is_by_brand: bool = False
) -> Refund:
    """By the brand as long as nobody has prepared it, by ops until the file has left: the money is
    where it was.

    Raises:
        NotFound, RefundDecided.
    """
    with acting_as(system="cancel a refund", user_id=person_id):
        refund = _locked(refund_id)
        if is_by_brand and refund.state != State.REQUESTED:
            raise RefundDecided(_("We are at work on this refund already. Write to support."))
        refund.reason = reason.strip()[:300] or refund.reason
        _move(refund, State.CANCELLED, "reason")
        _undo(refund)
    return refund


def refund_hand_out(*, refund_id: int, person_id: int) -> tuple[str, bytes]:
    """The payment file (name, bytes) for the bank. From the first time on the refund counts as
    sent: committed before the bytes leave.

    Raises:
        NotFound, RefundDecided.
        PayoutsStopped: a check of the books has findings.
    """
    with acting_as(system="hand out a payment file", user_id=person_id):
        payouts_open_require()
        refund = _locked(refund_id)
        if refund.state == State.APPROVED:
            _move(refund, State.SENDING)
        elif refund.state not in HANDED_OUT:
            raise RefundDecided(_("This refund is not approved: it has no payment file."))
        audit_record("payment file handed out", refund, after={"person": person_id})
        assert refund.content is not None
        return f"birge-{refund.rail_key}.txt", bytes(refund.content)


def refund_fail(*, refund_id: int, reason: str, person_id: int) -> Refund:
    """The bank refused the document before any money left.

    Raises:
        NotFound, RefundDecided.
    """
    with acting_as(system="refund refused by the bank", user_id=person_id):
        refund = _locked(refund_id)
        refund.reason = reason.strip()[:300]
        _move(refund, State.FAILED, "reason")
        _undo(refund)
    return refund


def refund_paid(refund: Refund) -> None:
    """The statement has it. Runs as the system; the row is locked."""
    if refund.brand_id is not None:
        draft = journals.refund_paid(
            refund_id=refund.pk, brand_id=refund.brand_id, amount_minor=refund.amount_minor
        )
    else:
        draft = journals.deposit_sent_back(refund_id=refund.pk, amount_minor=refund.amount_minor)
    journal_post(draft, occurred_at=clock.now())
    _move(refund, State.PAID)
    if refund.transfer is not None:
        _transfer_move(refund.transfer, TransferState.SENT_BACK)


def refund_came_back(refund: Refund) -> None:
    """The bank could not deliver it: the money is where it was before. As above."""
    if refund.brand_id is not None:
        draft = journals.refund_returned(
            refund_id=refund.pk, brand_id=refund.brand_id, amount_minor=refund.amount_minor
        )
    else:
        draft = journals.deposit_came_again(refund_id=refund.pk, amount_minor=refund.amount_minor)
    journal_post(draft, occurred_at=clock.now())
    _move(refund, State.RETURNED)
    if refund.transfer is not None:
        _transfer_move(refund.transfer, TransferState.WAITING)


# --- Parts ----------------------------------------------------------------------------------


def _create(*, payee: tuple[str, str], account: tuple[str, str], **fields: object) -> Refund:
    name, tax_id = payee
    iban, bic = account
    refund = Refund(
        payee_name=name, payee_tax_id=tax_id, iban=iban, iban_last4=iban[-4:], bank_bic=bic,
        **fields,
    )  # fmt: skip
    refund.rail_key = f"RF-{refund.public_id.hex[-12:].upper()}"
    refund.save(force_insert=True)
    return refund


def _account(text: str) -> tuple[str, str]:
    """(IBAN, BIC) of an account at a bank we know."""
    try:
        iban = iban_parse(text)
        return iban, iban_bank(iban).bic
    except IbanError:
        message = _("This is not an account number of a bank we know: KZ and 18 characters.")
        raise Invalid.of("iban", message) from None


def _locked(refund_id: int) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related("transfer")
    refund = rows.filter(pk=refund_id).first()
    if refund is None:
        raise NotFound(_("There is no such refund."))
    return refund


def _move(refund: Refund, new: Refund.State, *changed: str) -> None:
    old = refund.state
    if new not in CHANGES.get(old, frozenset()):
        raise RefundDecided(
            _("This refund is in another state now: %(state)s.")
            % {"state": refund.get_state_display()}
        )
    refund.state = new
    if new not in Refund.OPEN:
        refund.finished_at = clock.now()
    refund.save(update_fields=["state", "finished_at", *changed])
    audit_record("refund moved", refund, before={"state": old}, after={"state": str(new)})


def _undo(refund: Refund) -> None:
    if refund.brand_id is not None:
        journal_post(
            journals.refund_undone(
                refund_id=refund.pk, brand_id=refund.brand_id, amount_minor=refund.amount_minor
            ),
            occurred_at=clock.now(),
        )
    elif refund.transfer is not None:
        _transfer_move(refund.transfer, TransferState.WAITING)


def _transfer_move(transfer: UnclaimedTransfer, state: UnclaimedTransfer.State) -> None:
    before = {"state": transfer.state}
    transfer.state = state
    transfer.save(update_fields=["state"])
    audit_record("transfer moved", transfer, before=before, after={"state": str(state)})
