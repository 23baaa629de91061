"""Crediting an invoice wholly: one person of ops asks, another agrees. Its fees then wait for an
invoice again, and so does their VAT. Numbers are never used again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from compliance.models import Invoice, InvoiceEntry
from compliance.selectors.invoices import fee_entries, is_vat_invoiced
from compliance.services.invoices import PURPOSE, InvoiceConflict, note_new, note_post, notes_issue
from core import clock
from core.audit.services import audit_record
from core.errors import Forbidden, Invalid, NotFound
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

AMOUNTS = ("reward_minor", "fee_minor", "vat_minor", "booked_minor")


def invoice_credit_ask(*, invoice_id: int, reason: str, person_id: int) -> Invoice:
    """Ask for an invoice to be credited wholly.

    Raises:
        NotFound: no such invoice.
        Invalid: no reason is given.
        InvoiceConflict: it is no issued invoice, or somebody has asked already.
    """
    if not reason.strip():
        raise Invalid.of("reason", _("Say why."))
    with acting_as(system=PURPOSE, user_id=person_id):
        invoice = _issued_locked(invoice_id)
        if invoice.credit_asked_by_id is not None:
            raise InvoiceConflict(_("Somebody has asked for this already; another person agrees."))
        invoice.reason, invoice.credit_asked_by_id = reason.strip(), person_id
        invoice.credit_asked_at = clock.now()
        invoice.save(update_fields=["reason", "credit_asked_by_id", "credit_asked_at"])
        audit_record("invoice.credit_ask", invoice, after={"reason": invoice.reason})
    return invoice


def invoice_credit_refuse(*, invoice_id: int, person_id: int) -> Invoice:
    """Take the question back, or refuse it: the invoice stays as it is.

    Raises:
        NotFound: no such invoice.
        InvoiceConflict: nobody has asked.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        invoice = _issued_locked(invoice_id)
        _require_asked(invoice)
        before = {"reason": invoice.reason}
        invoice.reason, invoice.credit_asked_by_id, invoice.credit_asked_at = "", None, None
        invoice.save(update_fields=["reason", "credit_asked_by_id", "credit_asked_at"])
        audit_record("invoice.credit_refuse", invoice, before=before)
    return invoice


def invoice_credit_agree(*, invoice_id: int, person_id: int) -> Invoice:
    """Credit an invoice with what other notes have left of it. Returns the credit note.

    Called under the lock of the campaigns' totals: a clawback must not ask in between whether the
    invoice still stands.

    Raises:
        NotFound: no such invoice.
        InvoiceConflict: nobody has asked, or nothing is left of it.
        Forbidden: by the person who asked (the database refuses it too).
        InsufficientFunds: VAT that had gone back to the free balance is not there any more.
    """
    with acting_as(system=PURPOSE, user_id=person_id):
        invoice = _issued_locked(invoice_id)
        _require_asked(invoice)
        if invoice.credit_asked_by_id == person_id:
            raise Forbidden(_("Another person has to agree: you have asked for it."))
        _returns_note(invoice)
        note = _whole_note(invoice)
        invoice.state, invoice.credit_agreed_by_id = Invoice.State.CREDITED, person_id
        invoice.save(update_fields=["state", "credit_agreed_by_id"])
        InvoiceEntry.objects.filter(invoice__in=[invoice, *invoice.notes.all()]).update(
            counts=False
        )
        after = {"note": note.number, "reason": invoice.reason}
        audit_record("invoice.credit_agree", invoice, after=after)
    return note


def _issued_locked(invoice_id: int) -> Invoice:
    invoice = Invoice.objects.select_for_update().filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound(_("There is no such invoice."))
    if (invoice.kind, invoice.state) != (Invoice.Kind.INVOICE, Invoice.State.ISSUED):
        raise InvoiceConflict(_("Only an invoice that is issued can be credited."))
    return invoice


def _require_asked(invoice: Invoice) -> None:
    if invoice.credit_asked_by_id is None:
        raise InvoiceConflict(_("Nobody has asked for this invoice to be credited."))


def _returns_note(invoice: Invoice) -> None:
    """Returns that no note has told yet come first: the rest of the invoice is without them."""
    lock_for_transaction(f"invoices of brand {invoice.brand_id}")
    returned = [each for each in fee_entries(invoice.brand_id) if each.is_return]
    asked = {each.conversion_id for each in returned if each.conversion_id is not None}
    own = is_vat_invoiced(asked) & set(
        invoice.entries.filter(is_return=False).values_list("conversion_id", flat=True)
    )
    notes_issue(
        brand_id=invoice.brand_id,
        entries=[each for each in returned if each.conversion_id in own],
    )


def _whole_note(invoice: Invoice) -> Invoice:
    notes = list(invoice.notes.all())
    lines = [_left_of(line, notes) for line in invoice.line_rows]
    vat = sum(line["vat_minor"] for line in lines)
    if not vat and not any(line["fee_minor"] or line["reward_minor"] for line in lines):
        raise InvoiceConflict(_("Nothing is left of this invoice: credit notes have told it all."))
    today = clock.today()
    note = note_new(
        invoice,
        lines=[line | {name: -line[name] for name in AMOUNTS} for line in lines],
        days=(today, today),
        reason=invoice.reason,
    )
    note.is_whole = True
    to_funded = sum(line["booked_minor"] for line in lines)
    note_post(note, to_funded_minor=to_funded, to_free_minor=vat - to_funded)
    return note


def _left_of(line: dict[str, Any], notes: list[Invoice]) -> dict[str, Any]:
    told = [
        each
        for note in notes
        for each in note.line_rows
        if (each["campaign_id"], each["vat_bps"]) == (line["campaign_id"], line["vat_bps"])
    ]
    return line | {name: line[name] + sum(each[name] for each in told) for name in AMOUNTS}
