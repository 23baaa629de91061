"""What the people of a brand who look after its money are told of its invoices."""

from __future__ import annotations

from brands.models import Member
from compliance.models import Invoice
from core.accounts.models import User
from core.notify.services import notice_queue

READERS = (Member.Role.OWNER, Member.Role.FINANCE)


def invoice_issued_notice(invoice: Invoice) -> None:
    _tell("invoice_issued", invoice)


def invoice_waits_notice(invoice: Invoice) -> None:
    _tell("invoice_waits", invoice)


def note_issued_notice(note: Invoice) -> None:
    _tell("additional_invoice_issued" if note.is_additional else "credit_note_issued", note)


def _tell(kind: str, invoice: Invoice) -> None:
    """Runs as the system."""
    readers = Member.objects.filter(brand_id=invoice.brand_id, role__in=READERS)
    languages = dict(
        User.objects.filter(pk__in=readers.values("user_id")).values_list("pk", "language")
    )
    for reader in readers.select_related("brand"):
        notice_queue(
            kind,
            email=reader.email,
            language=languages[reader.user_id],
            context={"invoice": invoice, "brand": reader.brand},
            dedupe_key=f"{kind}:{invoice.public_id}:{reader.pk}",
        )
