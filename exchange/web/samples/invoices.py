"""Fee invoices, for the gallery."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from exchange.web.pages.common import Choice, Fact, Sum
from exchange.web.pages.invoices import (
    Download,
    EInvoiceState,
    InvoiceLine,
    InvoicePage,
    InvoiceRow,
    Invoices,
    Related,
)


def _rows() -> list[InvoiceRow]:
    return [
        InvoiceRow("#", "", "draft", "1 қар. – 30 қар.", None, 33_400_00, 5_344_00),
        InvoiceRow(
            "#", "C-2026-000003", "note", "8 қар. – 8 қар.", date(2026, 11, 9), -150_00, -24_00,
            of_number="F-2026-000011", pdf_url="#",
        ),
        InvoiceRow(
            "#", "F-2026-000011", "issued", "1 қаз. – 31 қаз.", date(2026, 11, 2),
            184_550_00, 29_528_00, pdf_url="#",
        ),
        InvoiceRow(
            "#", "F-2026-000004", "credited", "1 қыр. – 30 қыр.", date(2026, 10, 2),
            91_000_00, 14_560_00, pdf_url="#",
        ),
    ]  # fmt: skip


def invoices() -> Invoices:
    choices = [Choice(_("All"), "#", is_current=True, count=4), Choice(_("Issued"), "#", count=1)]
    return Invoices(
        _rows(), choices, "#", "#", "#", 33_400_00, 5_344_00, missing_minor=668_00, make_url="#"
    )


def invoices_none() -> Invoices:
    return Invoices([], [], "#", "#", "#", 0, 0)


def invoice() -> InvoicePage:
    return InvoicePage(
        title="F-2026-000011",
        status="issued",
        hint=_("Numbered and paid out of what was reserved."),
        lines=[
            InvoiceLine("Жылы үй", 120_550_00, 1_600, 19_288_00),
            InvoiceLine("Жаңа жыл", 64_000_00, 1_600, 10_240_00),
        ],
        sums=[
            Sum(_("Without VAT"), 184_550_00),
            Sum(_("VAT"), 29_528_00),
            Sum(_("With VAT"), 214_078_00, line=True, strong=True),
        ],
        seller=[Fact(_("BIN"), "251140000313")],
        customer=[Fact(_("BIN"), "240540000016")],
        facts=[Fact(_("Day of turnover"), "31.10.2026")],
        back_url="#",
        downloads=[Download("PDF", "#", "Қазақша"), Download("XLSX", "#", "Русский")],
        einvoice=EInvoiceState(
            "sent",
            _("It is in the state's system, which has not answered yet."),
            [Fact(_("To be sent by"), "15.11.2026")],
            "#",
        ),
        related=[Related("C-2026-000003", "#", -174_00)],
    )


def invoice_waits() -> InvoicePage:
    return InvoicePage(
        title=_("Invoice that waits for VAT"),
        status="draft",
        hint=_("It is issued by itself as soon as the free balance covers its VAT."),
        lines=[InvoiceLine("Жылы үй", 33_400_00, 1_600, 5_344_00)],
        sums=[Sum(_("VAT"), 5_344_00)],
        seller=[],
        customer=[],
        facts=[Fact(_("Day of turnover"), "30.11.2026")],
        back_url="#",
        missing_minor=668_00,
        top_up_url="#",
    )
