"""Money that arrived and that nobody is sure about: it waits in suspense until two people agree.

One proposes a brand and says why, another confirms: whoever could do both could credit a stranger's
money to a brand and pay it out again.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand, UnclaimedTransfer
from brands.services import deposit_book, statement_row
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.domain.journals import deposit_unmatched
from ledger.services import journal_post
from payouts.domain.incoming import Claim, Ground
from payouts.rails.bank_file.statement import StatementRow

State = UnclaimedTransfer.State
REASON_CHARS_MAX = 300


class TransferDecided(DomainError):
    """The transfer is no longer waiting for what was asked."""

    code = "transfer_decided"


def transfer_keep(row: StatementRow, reference: str, claim: Claim | None) -> UnclaimedTransfer:
    """Put a row of a statement into the queue, and its money into suspense. Runs as the system."""
    transfer = UnclaimedTransfer.objects.create(
        bank_reference=reference,
        received_on=row.booked_on,
        amount_minor=row.amount_minor,
        payer_name=row.counterparty_name,
        payer_tax_id=row.counterparty_tax_id,
        payer_iban=row.counterparty_iban,
        purpose=row.purpose,
        ground=claim.ground if claim else Ground.NOTHING,
        suggested_id=claim.suggested_id if claim else None,
    )
    journal_post(
        deposit_unmatched(
            statement_row=statement_row(row.booked_on, reference), amount_minor=row.amount_minor
        ),
        occurred_at=clock.day_start(row.booked_on),
    )
    audit_record("transfer unclaimed", transfer, after={"amount_minor": transfer.amount_minor})
    return transfer


def transfer_propose(
    *, transfer_id: int, brand_id: int, reason: str, person_id: int
) -> UnclaimedTransfer:
    """Say whose the money is, and why; another person confirms.

    Raises:
        NotFound: no such transfer or brand.
        Invalid: no reason is given.
        TransferDecided: it does not wait for a proposal.
    """
    said = reason.strip()[:REASON_CHARS_MAX]
    if not said:
        raise Invalid.of("reason", _("Say why."))
    with acting_as(system="claim a transfer", user_id=person_id):
        transfer = transfer_locked(transfer_id, State.WAITING)
        if not Brand.objects.filter(pk=brand_id).exists():
            raise NotFound(_("There is no such brand."))
        transfer.state, transfer.brand_id = State.PROPOSED, brand_id
        transfer.reason, transfer.proposed_by_id = said, person_id
        transfer.save(update_fields=["state", "brand", "reason", "proposed_by_id"])
        after = {"brand": brand_id, "reason": said}
        audit_record("transfer proposed", transfer, after=after, brand_id=brand_id)
    return transfer


def transfer_confirm(*, transfer_id: int, person_id: int) -> UnclaimedTransfer:
    """A second person's yes: the money leaves suspense and is the brand's free balance.

    Raises:
        NotFound: no such transfer.
        Forbidden: by who proposed it (the database refuses that too).
        TransferDecided: nobody has proposed a brand.
    """
    with acting_as(system="claim a transfer", user_id=person_id):
        transfer = transfer_locked(transfer_id, State.PROPOSED)
        _require_another(transfer, person_id)
        assert transfer.brand_id is not None
        transfer.state, transfer.decided_by_id = State.ASSIGNED, person_id
        transfer.decided_at = clock.now()
        transfer.save(update_fields=["state", "decided_by_id", "decided_at"])
        deposit_book(
            brand_id=transfer.brand_id,
            amount_minor=transfer.amount_minor,
            bank_reference=transfer.bank_reference,
            received_on=transfer.received_on,
            booked_by_id=person_id,
            was_unclaimed=True,
        )
        after = {"state": transfer.state, "checker": person_id}
        audit_record("transfer assigned", transfer, after=after, brand_id=transfer.brand_id)
    return transfer


def transfer_refuse(*, transfer_id: int, person_id: int) -> UnclaimedTransfer:
    """A second person's no, or the first one's second thought: it waits again.

    Raises:
        NotFound: no such transfer.
        TransferDecided: nobody has proposed a brand.
    """
    with acting_as(system="claim a transfer", user_id=person_id):
        transfer = transfer_locked(transfer_id, State.PROPOSED)
        before = {"brand": transfer.brand_id, "reason": transfer.reason}
        transfer.state, transfer.brand_id = State.WAITING, None
        transfer.reason, transfer.proposed_by_id = "", None
        transfer.save(update_fields=["state", "brand", "reason", "proposed_by_id"])
        audit_record("transfer refused", transfer, before=before)
    return transfer


def transfer_locked(transfer_id: int, state: str) -> UnclaimedTransfer:
    """The row, locked and in this state.

    Raises:
        NotFound: no such transfer.
        TransferDecided: it is in another state; says in which.
    """
    transfer = UnclaimedTransfer.objects.select_for_update().filter(pk=transfer_id).first()
    if transfer is None:
        raise NotFound(_("There is no such transfer."))
    if transfer.state != state:
        raise TransferDecided(
            _("This transfer is in another state now: %(state)s.")
            % {"state": transfer.get_state_display()}
        )
    return transfer


def _require_another(transfer: UnclaimedTransfer, person_id: int) -> None:
    if transfer.proposed_by_id == person_id:
        raise Forbidden(_("Two people decide: you proposed it, another person confirms."))
