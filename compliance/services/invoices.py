"""Invoices for final fees: drafts that wait for VAT, issuing, numbers without gaps.

Amounts come from the ledger: every journal that made a fee final stands in one document that
counts, and the database keeps it so. Called under the lock of the campaigns' totals
(campaigns/services/invoices.py), which every approval and every clawback takes too. ADR 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from brands.models import Brand
from compliance.domain.invoicing import (
    CampaignFacts,
    Dealing,
    FeeEntry,
    InvoicePlan,
    Line,
    LineKey,
    Rates,
    invoices_plan,
    line_of,
)
from compliance.domain.rules import RuleMissing
from compliance.models import Invoice, InvoiceEntry
from compliance.selectors.invoices import (
    billing_in_force,
    deals_of,
    fee_entries,
    is_vat_invoiced,
)
from compliance.selectors.law import VAT_RATE, rule_book
from compliance.services.einvoices import einvoice_open
from compliance.services.invoice_notices import (
    invoice_issued_notice,
    invoice_waits_notice,
    note_issued_notice,
)
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError
from core.iban import IbanError, iban_bank
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from ledger.domain import journals
from ledger.services import InsufficientFunds, journals_post

PURPOSE = "invoices"
DraftKey = tuple[date, str]


class InvoiceConflict(DomainError):
    """The invoice is in a state, or the law in a gap, that does not allow it."""

    code = "invoice_conflict"


def invoices_make(
    *, brand_id: int, until: date, campaigns: Mapping[int, CampaignFacts]
) -> list[Invoice]:
    """Invoice everything of a brand that is final up to a day and stands in no document yet.

    Returns what was made, oldest first: credit notes for fees given back after their invoice,
    invoices, and drafts that wait for VAT (`missing_minor` says how much). Nothing to invoice
    makes none, so that a month asked for twice is one invoice.

    Raises:
        InvoiceConflict: the VAT rate of a day is not known.
        EInvoiceConflict: another figure of the law is missing.
    """
    with acting_as(system=PURPOSE):
        lock_for_transaction(f"invoices of brand {brand_id}")
        ours, given_back = _entries(brand_id, until)
        plans = _plans(brand_id, ours, until, campaigns)
        return [
            *notes_issue(brand_id=brand_id, entries=given_back),
            *_drafts_settle(brand_id, plans, until, campaigns),
        ]


def notes_make(*, brand_id: int, until: date) -> list[Invoice]:
    """Only the credit notes of that: for what came back after its invoice, up to a day.

    Raises:
        EInvoiceConflict: a figure of the law is missing.
    """
    with acting_as(system=PURPOSE):
        lock_for_transaction(f"invoices of brand {brand_id}")
        _ours, given_back = _entries(brand_id, until)
        return notes_issue(brand_id=brand_id, entries=given_back)


def _entries(brand_id: int, until: date) -> tuple[list[FeeEntry], list[FeeEntry]]:
    """What is to be invoiced, and what was given back up to a day after its invoice."""
    entries = fee_entries(brand_id)
    invoiced = is_vat_invoiced({each.conversion_id for each in entries if each.conversion_id})
    ours = [each for each in entries if each.conversion_id not in invoiced]
    given_back = [
        each for each in entries if each.conversion_id in invoiced and each.happened_on <= until
    ]
    return ours, given_back


def _plans(
    brand_id: int, entries: Sequence[FeeEntry], until: date, campaigns: Mapping[int, CampaignFacts]
) -> list[InvoicePlan]:
    book = rule_book()
    rates = Rates(
        of_law=lambda day: book.at(day).value(VAT_RATE),
        booked={id: facts.vat_bps for id, facts in campaigns.items()},
    )
    try:
        return invoices_plan(entries, deals=deals_of(brand_id), rates=rates, until=until)
    except RuleMissing as missing:
        message = _("The VAT rate for %(day)s is not confirmed yet. We are on it.")
        raise InvoiceConflict(message % {"day": missing.day.isoformat()}) from None


def _drafts_settle(
    brand_id: int,
    plans: Iterable[InvoicePlan],
    until: date,
    campaigns: Mapping[int, CampaignFacts],
) -> list[Invoice]:
    """Each plan takes the draft that stood for it; a draft that nothing stands behind any more
    (all of it came back) goes."""
    brand = Brand.objects.get(pk=brand_id)
    rows = Invoice.objects.filter(
        brand=brand,
        kind=Invoice.Kind.INVOICE,
        state=Invoice.State.DRAFT,
        period_to__lte=until,
    )
    drafts: dict[DraftKey, Invoice] = {(row.segment_on, row.dealing): row for row in rows}
    made = []
    for plan in plans:
        invoice = drafts.pop((plan.segment_on, str(plan.dealing)), None) or Invoice(brand=brand)
        _draft_fill(invoice, plan, campaigns)
        invoice.save()
        made.append(_issue_or_wait(invoice, plan))
    for left in drafts.values():
        audit_record("invoice.drop_draft", left, before={"net_minor": left.net_minor})
        left.delete()
    return made


def _draft_fill(
    invoice: Invoice, plan: InvoicePlan, campaigns: Mapping[int, CampaignFacts]
) -> None:
    invoice.kind = Invoice.Kind.INVOICE
    invoice.state = Invoice.State.DRAFT
    invoice.dealing = str(plan.dealing)
    invoice.segment_on = plan.segment_on
    invoice.period_from = _period_from(invoice, plan)
    invoice.period_to = invoice.turnover_on = plan.period_to
    invoice.lines = [line_words(line, campaigns) for line in plan.lines]
    invoice.net_minor, invoice.vat_minor = plan.net_minor, plan.vat_minor


def _period_from(invoice: Invoice, plan: InvoicePlan) -> date:
    """A second invoice of a month goes on where the first one ended."""
    earlier = Invoice.objects.filter(
        brand_id=invoice.brand_id,
        kind=Invoice.Kind.INVOICE,
        state=Invoice.State.ISSUED,
        segment_on=plan.segment_on,
        dealing=plan.dealing,
    ).aggregate(last=Max("period_to"))["last"]
    return plan.segment_on if earlier is None else min(earlier, plan.period_to)


def line_words(line: Line, campaigns: Mapping[int, CampaignFacts]) -> dict[str, Any]:
    """A line as it is kept. `booked_bps` is the rate at which its campaign set VAT aside."""
    facts = campaigns.get(line.key.campaign_id or 0)
    return {
        "campaign_id": line.key.campaign_id,
        "title": facts.title if facts else "",
        "booked_bps": facts.vat_bps if facts else line.key.vat_bps,
        "vat_bps": line.key.vat_bps,
        "reward_minor": line.reward_minor,
        "fee_minor": line.fee_minor,
        "vat_minor": line.vat_minor,
        "booked_minor": line.booked_minor,
    }


# --- Issuing --------------------------------------------------------------------------------


def _issue_or_wait(invoice: Invoice, plan: InvoicePlan) -> Invoice:
    """The gate: an invoice is issued once all of its VAT is there, and waits else."""
    drafts = [
        journals.vat_funding(
            invoice_id=invoice.pk, brand_id=invoice.brand_id, difference_minor=plan.shortage_minor
        )
    ]
    if plan.vat_minor > 0:
        drafts.append(
            journals.fee_invoice(
                invoice_id=invoice.pk, brand_id=invoice.brand_id, vat_minor=plan.vat_minor
            )
        )
    try:
        journals_post(drafts, occurred_at=clock.now())
    except InsufficientFunds as short:
        return _wait(invoice, short.missing_minor)
    invoice.missing_minor = 0
    InvoiceEntry.objects.bulk_create(
        _entry(invoice, each, plan.rates[each.journal_id]) for each in plan.entries
    )
    _number(invoice)
    audit_record("invoice.issue", invoice, after=_issued_words(invoice))
    invoice_issued_notice(invoice)
    return invoice


def _wait(invoice: Invoice, missing_minor: int) -> Invoice:
    is_news = invoice.missing_minor == 0
    invoice.missing_minor = missing_minor
    invoice.save(update_fields=["missing_minor"])
    if is_news:
        audit_record("invoice.wait_for_vat", invoice, after={"missing_minor": missing_minor})
        invoice_waits_notice(invoice)
    return invoice


def _entry(invoice: Invoice, entry: FeeEntry, vat_bps: int) -> InvoiceEntry:
    return InvoiceEntry(
        invoice=invoice,
        brand_id=invoice.brand_id,
        journal_id=entry.journal_id,
        conversion_id=entry.conversion_id,
        campaign_id=entry.campaign_id,
        is_return=entry.is_return,
        vat_bps=vat_bps,
        reward_minor=entry.reward_minor,
        fee_minor=entry.fee_minor,
        vat_minor=entry.vat_minor,
    )


def _number(invoice: Invoice) -> None:
    """Give the next number of the series and freeze both sides' requisites.

    The lock ends with the transaction: a number is seen by others only when it is there for good,
    and one that was rolled back is given again.
    """
    today = clock.today()
    series = Invoice.SERIES[Invoice.Kind(invoice.kind)]
    lock_for_transaction(f"invoice numbers {series} {today.year}")
    taken = Invoice.objects.filter(series=series, year=today.year)
    invoice.series, invoice.year, invoice.issued_on = series, today.year, today
    invoice.sequence = (taken.aggregate(last=Max("sequence"))["last"] or 0) + 1
    invoice.state = Invoice.State.ISSUED
    invoice.seller, invoice.customer = seller_words(), _customer_words(invoice)
    invoice.save()
    einvoice_open(invoice)


def seller_words() -> dict[str, str]:
    """Birge as its papers name it today."""
    iban = settings.PLATFORM_IBAN
    try:
        bank = iban_bank(iban)
    except IbanError:
        named = {"bank": "", "bic": ""}
    else:
        named = {"bank": bank.name, "bic": bank.bic}
    return {
        "name": settings.PLATFORM_NAME,
        "bin": settings.PLATFORM_BIN,
        "address": settings.PLATFORM_ADDRESS,
        "iban": iban,
        **named,
        "vat_series": settings.PLATFORM_VAT_SERIES,
        "vat_number": settings.PLATFORM_VAT_NUMBER,
    }


def _customer_words(invoice: Invoice) -> dict[str, str]:
    brand = Brand.objects.get(pk=invoice.brand_id)
    terms = billing_in_force(brand.pk, invoice.period_to)
    return {
        "name": brand.legal_name,
        "bin": brand.bin,
        "address": terms.address if terms else "",
        "contract_number": terms.contract_number if terms else "",
        "contract_on": terms.contract_on.isoformat() if terms and terms.contract_on else "",
    }


def _issued_words(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "net_minor": invoice.net_minor,
        "vat_minor": invoice.vat_minor,
        "period": [invoice.period_from.isoformat(), invoice.period_to.isoformat()],
    }


# --- Credit notes ---------------------------------------------------------------------------


def notes_issue(*, brand_id: int, entries: Sequence[FeeEntry]) -> list[Invoice]:
    """A credit note per invoice for fees that were given back after it. The clawback has taken
    its VAT out of vat_payable; what the invoice had asked for beside that goes back too."""
    by_conversion = {
        row.conversion_id: row
        for row in InvoiceEntry.objects.filter(
            conversion_id__in={each.conversion_id for each in entries},
            counts=True,
            is_return=False,
        )
    }
    of_invoice: dict[int, list[tuple[FeeEntry, InvoiceEntry]]] = {}
    for each in entries:
        row = by_conversion[each.conversion_id]
        of_invoice.setdefault(row.invoice_id, []).append((each, row))
    invoices = Invoice.objects.select_for_update().in_bulk(of_invoice)
    notes = [_note_issue(invoices[id], of_invoice[id]) for id in sorted(of_invoice)]
    return [note for note in notes if note is not None]


def _note_issue(invoice: Invoice, found: Sequence[tuple[FeeEntry, InvoiceEntry]]) -> Invoice | None:
    """None where a return was undone in between: what came to nothing needs no note yet."""
    by_key: dict[LineKey, list[FeeEntry]] = {}
    for entry, row in found:
        by_key.setdefault(LineKey(row.campaign_id, row.vat_bps), []).append(entry)
    campaigns = {
        row["campaign_id"]: CampaignFacts(row["title"], row["booked_bps"])
        for row in invoice.line_rows
    }
    booked = {id: facts.vat_bps for id, facts in campaigns.items()}
    dealing = Dealing(invoice.dealing)
    lines = [line_of(key, dealing, each, booked) for key, each in by_key.items()]
    if not any(line.net_minor or line.vat_minor for line in lines):
        return None
    days = [entry.happened_on for entry, _row in found]
    note = note_new(
        invoice,
        lines=[line_words(line, campaigns) for line in lines],
        days=(min(days), max(days)),
    )
    to_free = sum(line.booked_minor - line.vat_minor for line in lines)
    note_post(note, to_funded_minor=0, to_free_minor=to_free)
    InvoiceEntry.objects.bulk_create(_entry(note, entry, row.vat_bps) for entry, row in found)
    return note


def note_new(
    invoice: Invoice, *, lines: list[dict[str, Any]], days: tuple[date, date], reason: str = ""
) -> Invoice:
    """A credit note of an invoice, not numbered yet."""
    note = Invoice(
        brand_id=invoice.brand_id,
        kind=Invoice.Kind.CREDIT_NOTE,
        state=Invoice.State.DRAFT,
        dealing=invoice.dealing,
        segment_on=days[0],
        period_from=days[0],
        period_to=days[1],
        turnover_on=days[1],
        lines=lines,
        net_minor=sum(line["reward_minor"] + line["fee_minor"] for line in lines),
        vat_minor=sum(line["vat_minor"] for line in lines),
        credits=invoice,
        reason=reason,
    )
    note.save()
    return note


def note_post(note: Invoice, *, to_funded_minor: int, to_free_minor: int) -> None:
    """Move what VAT is still to be moved, number the note, tell the team."""
    moved = journals.credit_note(
        note_id=note.pk,
        brand_id=note.brand_id,
        to_funded_minor=to_funded_minor,
        to_free_minor=to_free_minor,
    )
    journals_post([moved], occurred_at=clock.now())
    _number(note)
    after = _issued_words(note) | {"credits": note.credits.number if note.credits else ""}
    audit_record("invoice.credit_note", note, after=after)
    note_issued_notice(note)
