"""What the people of a brand who look after its money are told of its invoices."""

from __future__ import annotations

from brands.models import Member
from brands.notices import team_notice_queue
from compliance.models import Invoice


def invoice_issued_notice(invoice: Invoice) -> None:
    _tell("invoice_issued", invoice)


def invoice_waits_notice(invoice: Invoice) -> None:
    _tell("invoice_waits", invoice)


def note_issued_notice(note: Invoice) -> None:
    _tell("additional_invoice_issued" if note.is_additional else "credit_note_issued", note)


def _tell(kind: str, invoice: Invoice) -> None:
    """Runs as the system."""
    team_notice_queue(
        kind,
        invoice.brand_id,
        Member.PAYERS,
        context={"invoice": invoice},
        dedupe_key=f"{kind}:{invoice.public_id}",
    )
