"""An invoice or a credit note on paper: the same frozen data as a PDF and as a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from compliance.documents.typeset import render
from compliance.models import Invoice
from core.iban import iban_format
from exchange.web.formatting import day_full, money_text, percent_text
from exchange.web.pages.invoices import InvoiceLine
from exchange.web.spreadsheet import cell_safe

Pairs = list[tuple[str, str]]
TENGE_FORMAT = "#,##0.00"
WIDTHS = (6, 60, 18, 12, 18, 18)


@dataclass(frozen=True, slots=True)
class Paper:
    """What both forms say, in one language."""

    title: str
    subtitle: str
    issued: str
    seller: Pairs
    customer: Pairs
    facts: Pairs
    head: tuple[str, ...]
    lines: list[InvoiceLine]
    note: str
    author: str


def invoice_pdf(invoice: Invoice, language: str) -> bytes:
    """The invoice in kk, ru or en. It must be issued."""
    with translation.override(language):
        return render("invoice", _typst_data(_paper(invoice), invoice), language)


def invoice_xlsx(invoice: Invoice, language: str) -> bytes:
    """The same as a sheet whose amounts are numbers, in tenge."""
    with translation.override(language):
        return _book_bytes(_paper(invoice), invoice)


def invoice_title(invoice: Invoice) -> str:
    """ "Invoice F-2026-000012", or what the credit note is called."""
    if invoice.is_additional:
        return _("Additional invoice %(number)s") % {"number": invoice.number}
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return _("Credit note %(number)s") % {"number": invoice.number}
    return _("Invoice %(number)s") % {"number": invoice.number}


def _paper(invoice: Invoice) -> Paper:
    assert invoice.issued_on is not None, invoice
    of = invoice.credits
    return Paper(
        title=invoice_title(invoice),
        subtitle=_("to invoice %(number)s") % {"number": of.number} if of else "",
        issued=day_full(invoice.issued_on),
        seller=seller_pairs(invoice),
        customer=customer_pairs(invoice),
        facts=fact_pairs(invoice),
        head=("№", _("For what"), _("Without VAT"), _("VAT rate"), _("VAT"), _("With VAT")),
        lines=[
            InvoiceLine(
                text=invoice.line_text(line),
                net_minor=line["fee_minor"] + line["reward_minor"],
                vat_bps=line["vat_bps"],
                vat_minor=line["vat_minor"],
            )
            for line in invoice.line_rows
        ],
        note=_note(invoice),
        author=invoice.seller["name"],
    )


def seller_pairs(invoice: Invoice) -> Pairs:
    """Who sells, of an issued invoice: (word, value)."""
    said = invoice.seller
    return _given(
        (_("Legal name"), said["name"]),
        (_("BIN"), said["bin"]),
        (_("Address"), said["address"]),
        (_("Account (IBAN)"), iban_format(said["iban"])),
        (_("Bank"), said["bank"]),
        (_("BIC"), said["bic"]),
        (
            _("Certificate of VAT"),
            " ".join(part for part in (said["vat_series"], said["vat_number"]) if part),
        ),
    )


def customer_pairs(invoice: Invoice) -> Pairs:
    """Who buys, of an issued invoice."""
    said = invoice.customer
    contract = said["contract_number"]
    if contract and said["contract_on"]:
        signed_on = date.fromisoformat(said["contract_on"])
        contract = _("%(number)s of %(day)s") % {"number": contract, "day": day_full(signed_on)}
    return _given(
        (_("Legal name"), said["name"]),
        (_("BIN"), said["bin"]),
        (_("Address"), said["address"]),
        (_("Contract"), contract),
    )


def fact_pairs(invoice: Invoice) -> Pairs:
    """Its period, day of turnover, and why it credits another."""
    first, last = day_full(invoice.period_from), day_full(invoice.period_to)
    period = first if first == last else f"{first} – {last}"  # of a credit note: its day
    is_note = invoice.kind == Invoice.Kind.CREDIT_NOTE
    return _given(
        (_("Period"), period),
        (_("Day of turnover"), day_full(invoice.turnover_on)),
        (_("Reason"), invoice.reason_text if is_note else ""),
    )


def _note(invoice: Invoice) -> str:
    if invoice.is_whole:
        return _("The invoice does not count any more: its fees are invoiced anew.")
    if invoice.kind == Invoice.Kind.CREDIT_NOTE and not invoice.is_additional:
        return _("The sums went back to the reserve of the campaign.")
    return _("Paid: taken from what the brand had reserved at Birge. Nothing is to be transferred.")


def _given(*pairs: tuple[str, str]) -> Pairs:
    return [pair for pair in pairs if pair[1]]


# --- PDF ------------------------------------------------------------------------------------


def _typst_data(paper: Paper, invoice: Invoice) -> dict[str, Any]:
    rows = [
        [
            str(number),
            line.text,
            _money(line.net_minor),
            percent_text(line.vat_bps),
            _money(line.vat_minor),
            _money(line.total_minor),
        ]
        for number, line in enumerate(paper.lines, 1)
    ]
    totals = ["", _("Total"), _money(invoice.net_minor), "", _money(invoice.vat_minor)]
    return {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "issued": paper.issued,
        "author": paper.author,
        "footer": f"{paper.author}, {paper.title}",
        "seller_word": _("Seller"),
        "seller": paper.seller,
        "customer_word": _("Buyer"),
        "customer": paper.customer,
        "facts": paper.facts,
        "head": list(paper.head),
        "rows": rows,
        "totals": [*totals, _money(invoice.total_minor)],
        "note": paper.note,
    }


def _money(minor: int) -> str:
    return money_text(minor, "always")


# --- XLSX -----------------------------------------------------------------------------------


def _book_bytes(paper: Paper, invoice: Invoice) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = invoice.number
    _texts_write(sheet, paper)
    _table_write(sheet, paper, invoice)
    sheet.append([])
    sheet.append(["", paper.note])
    for column, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _texts_write(sheet: Worksheet, paper: Paper) -> None:
    sheet.append(["", paper.title])
    sheet.cell(sheet.max_row, 2).font = Font(bold=True, size=15)
    sheet.append(["", " ".join(part for part in (paper.subtitle, paper.issued) if part)])
    for word, pairs in (
        (_("Seller"), paper.seller),
        (_("Buyer"), paper.customer),
        ("", paper.facts),
    ):
        sheet.append([])
        if word:
            _bold(sheet, ["", word])
        for name, value in pairs:
            sheet.append(["", f"{name}: {value}"])
    sheet.append([])


def _table_write(sheet: Worksheet, paper: Paper, invoice: Invoice) -> None:
    number_word, text, net, rate, vat, total = paper.head
    _bold(sheet, [number_word, text, f"{net}, ₸", rate, f"{vat}, ₸", f"{total}, ₸"])
    for number, line in enumerate(paper.lines, 1):
        amounts = (line.net_minor, line.vat_minor, line.total_minor)
        _row(sheet, number, line.text, line.vat_bps, amounts)
    totals = (invoice.net_minor, invoice.vat_minor, invoice.total_minor)
    _row(sheet, None, _("Total"), None, totals)
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)


def _row(
    sheet: Worksheet,
    number: int | None,
    text: str,
    vat_bps: int | None,
    amounts: tuple[int, int, int],
) -> None:
    net, vat, total = (Decimal(minor).scaleb(-2) for minor in amounts)
    rate = None if vat_bps is None else Decimal(vat_bps).scaleb(-4)
    sheet.append([number, cell_safe(text), net, rate, vat, total])
    row = sheet.max_row
    sheet.cell(row, 2).alignment = Alignment(wrap_text=True)
    sheet.cell(row, 4).number_format = "0.##%"
    for column in (3, 5, 6):
        sheet.cell(row, column).number_format = TENGE_FORMAT


def _bold(sheet: Worksheet, cells: Sequence[Any]) -> None:
    sheet.append(list(cells))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
