"""Pages of a brand's fee invoices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from exchange.web.pages.common import Choice, Fact, Pager, Sum


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """`number` is empty while it waits for VAT."""

    url: str
    number: str
    status: str
    period: str
    issued_on: date | None
    net_minor: int
    vat_minor: int
    of_number: str = ""
    pdf_url: str = ""

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.vat_minor


@dataclass(frozen=True, slots=True)
class Invoices:
    """`open_*` are final fees that stand in no document yet; `missing_minor` is what a top-up has
    to bring before what waits is issued."""

    rows: list[InvoiceRow]
    choices: list[Choice]
    csv_url: str
    clear_url: str
    top_up_url: str
    open_fee_minor: int
    open_vat_minor: int
    missing_minor: int = 0
    make_url: str = ""
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class Download:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    text: str
    net_minor: int
    vat_bps: int
    vat_minor: int

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.vat_minor


@dataclass(frozen=True, slots=True)
class Related:
    """The invoice of a credit note, or a credit note of the invoice."""

    text: str
    url: str
    minor: int


@dataclass(frozen=True, slots=True)
class EInvoiceState:
    """How far the electronic form has come; `xml_url` once there is a file."""

    status: str
    hint: str
    facts: list[Fact]
    xml_url: str = ""


@dataclass(frozen=True, slots=True)
class InvoicePage:
    title: str
    status: str
    hint: str
    lines: list[InvoiceLine]
    sums: list[Sum]
    seller: list[Fact]
    customer: list[Fact]
    facts: list[Fact]
    back_url: str
    downloads: list[Download] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    missing_minor: int = 0
    top_up_url: str = ""
    einvoice: EInvoiceState | None = None
