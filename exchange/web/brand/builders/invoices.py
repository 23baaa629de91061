"""Fee invoices: the list, what waits for VAT, one invoice with its papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import FileResponse
from django.utils import translation
from django.utils.translation import gettext as _

from compliance.documents.typeset import PAPER
from compliance.models import EInvoice, Invoice
from compliance.selectors.invoices import (
    invoice_counts,
    invoice_page,
    invoices_of,
    open_fees,
    status_of,
)
from core import clock
from core.paging import pk_typed
from exchange.papers.invoice import (
    customer_pairs,
    fact_pairs,
    invoice_title,
    seller_pairs,
)
from exchange.web.brand.desk import Desk
from exchange.web.context_processors import TONGUES
from exchange.web.formatting import day_full, day_short
from exchange.web.pages import invoices as pages
from exchange.web.pages.common import Choice, Fact, Sum
from exchange.web.paging import pager, query_url
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import EINVOICE, INVOICE


def asked_status(asked: Mapping[str, str]) -> str:
    status = asked.get("status", "")
    return status if status in INVOICE else ""


def invoices(desk: Desk, asked: Mapping[str, str]) -> pages.Invoices:
    status, after = asked_status(asked), asked.get("after", "")
    rows, next_after = invoice_page(desk.brand.pk, status, after)
    fees = open_fees(desk.brand.pk)
    kept = {"status": status}
    return pages.Invoices(
        rows=[_row(desk, each) for each in rows],
        choices=_choices(invoice_counts(desk.brand.pk), status),
        csv_url=desk.url("invoices_csv") + query_url(kept),
        clear_url=desk.url("invoices"),
        top_up_url=desk.url("money") + "#top-up",
        open_fee_minor=fees.fee_minor,
        open_vat_minor=fees.vat_minor,
        missing_minor=sum(
            each.missing_minor for each in invoices_of(desk.brand.pk, Invoice.State.DRAFT)
        ),
        make_url=desk.url("invoice_make") if desk.member.may_move_money else "",
        is_filtered=bool(status),
        pager=pager(len(rows), after if pk_typed(after) else "", next_after, kept),
    )


def _row(desk: Desk, invoice: Invoice) -> pages.InvoiceRow:
    is_issued = bool(invoice.number)
    language = translation.get_language() or PAPER[0]
    return pages.InvoiceRow(
        url=desk.url("invoice", invoice.public_id),
        number=invoice.number,
        status=status_of(invoice),
        period=_period(invoice),
        issued_on=invoice.issued_on,
        net_minor=invoice.net_minor,
        vat_minor=invoice.vat_minor,
        of_number=invoice.credits.number if invoice.credits else "",
        pdf_url=desk.url("invoice_pdf", invoice.public_id, language) if is_issued else "",
    )


def _period(invoice: Invoice) -> str:
    """As "1 қар. – 30 қар."; a credit note's is one day."""
    first, last = day_short(invoice.period_from), day_short(invoice.period_to)
    return first if first == last else f"{first} – {last}"


def _choices(counts: Mapping[str, int], wanted: str) -> list[Choice]:
    everything = Choice(_("All"), query_url({}), not wanted, sum(counts.values()))
    return [
        everything,
        *(
            Choice(str(status.word), query_url({"status": name}), name == wanted, counts[name])
            for name, status in INVOICE.items()
            if counts.get(name)
        ),
    ]


def invoices_csv(desk: Desk, asked: Mapping[str, str]) -> FileResponse:
    header = [
        _("Number"),
        _("Kind"),
        _("Status"),
        _("Issued on"),
        _("Period from"),
        _("Period to"),
        _("Without VAT, ₸"),
        _("VAT, ₸"),
        _("With VAT, ₸"),
        _("To invoice"),
    ]
    name = f"invoices-{desk.brand.slug}-{clock.today():%Y-%m-%d}.csv"
    return csv_answer(name, header, _csv_rows(desk, asked_status(asked)))


def _csv_rows(desk: Desk, status: str) -> Iterator[list[str]]:
    """Sums of a credit note are what it takes off, those of an additional invoice what it adds: the
    kind says so, and no sum is negative."""
    for each in invoices_of(desk.brand.pk, status).iterator(1_000):
        yield [
            each.number,
            each.kind_text,
            str(INVOICE[status_of(each)].word),
            each.issued_on.isoformat() if each.issued_on else "",
            each.period_from.isoformat(),
            each.period_to.isoformat(),
            tenge_cell(abs(each.net_minor)),
            tenge_cell(abs(each.vat_minor)),
            tenge_cell(abs(each.total_minor)),
            each.credits.number if each.credits else "",
        ]


# --- One invoice ----------------------------------------------------------------------------


def invoice(desk: Desk, found: Invoice) -> pages.InvoicePage:
    status = status_of(found)
    return pages.InvoicePage(
        title=found.number or _("Invoice that waits for VAT"),
        status=status,
        hint=str(INVOICE[status].hint),
        lines=[
            pages.InvoiceLine(
                text=found.line_text(line),
                net_minor=line["fee_minor"] + line["reward_minor"],
                vat_bps=line["vat_bps"],
                vat_minor=line["vat_minor"],
            )
            for line in found.line_rows
        ],
        sums=[
            Sum(_("Without VAT"), found.net_minor),
            Sum(_("VAT"), found.vat_minor),
            Sum(_("With VAT"), found.total_minor, line=True, strong=True),
        ],
        seller=_facts(seller_pairs(found)) if found.number else [],
        customer=_facts(customer_pairs(found)) if found.number else [],
        facts=[
            *([Fact(_("Issued on"), day_full(found.issued_on))] if found.issued_on else []),
            *_facts(fact_pairs(found)),
        ],
        back_url=desk.url("invoices"),
        downloads=_downloads(desk, found) if found.number else [],
        related=_related(desk, found),
        missing_minor=found.missing_minor,
        top_up_url=desk.url("money") + "#top-up",
        einvoice=_einvoice(desk, found),
    )


def _einvoice(desk: Desk, found: Invoice) -> pages.EInvoiceState | None:
    row = EInvoice.objects.filter(invoice=found).first()
    if row is None:
        return None
    facts = [Fact(_("To be sent by"), day_full(row.due_on))]
    if row.registration_number:
        facts.append(Fact(_("Registration number"), row.registration_number, is_copied=True))
    return pages.EInvoiceState(
        status=row.state,
        hint=str(EINVOICE[row.state].hint),
        facts=facts,
        xml_url=desk.url("invoice_xml", found.public_id) if row.document else "",
    )


def _facts(pairs: list[tuple[str, str]]) -> list[Fact]:
    return [Fact(name, value) for name, value in pairs]


def _downloads(desk: Desk, found: Invoice) -> list[pages.Download]:
    """Papers in each language: whom they are sent to reads another one perhaps."""
    return [
        pages.Download(form, desk.url(name, found.public_id, tongue.code), tongue.name)
        for tongue in TONGUES
        for form, name in (("PDF", "invoice_pdf"), ("XLSX", "invoice_xlsx"))
    ]


def _related(desk: Desk, found: Invoice) -> list[pages.Related]:
    others = [found.credits] if found.credits else list(found.notes.order_by("pk"))
    return [
        pages.Related(invoice_title(each), desk.url("invoice", each.public_id), each.total_minor)
        for each in others
    ]
