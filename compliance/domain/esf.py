"""The e-invoice (ESF): its XML version 2 and its states. The signed file: esf_signed.py.

Source: facts/kazakhstan.md 4.2. Fields stand in the order of the seen examples; the official XSD
was not at hand, so what has no value is left out, and nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from xml.sax.saxutils import escape


class EsfState(StrEnum):
    """How far an e-invoice has come. Before `ready` stands the draft that waits for its VAT."""

    READY = "ready"
    EXPORTED = "exported"
    SIGNING = "signing"
    CHECKING = "checking"
    SIGNED = "signed"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"


# What may be done in which state; a declined one is handed out again.
EXPORTABLE = frozenset({EsfState.READY, EsfState.EXPORTED, EsfState.DECLINED})
SIGNABLE = frozenset({EsfState.EXPORTED})
CONFIRMABLE = frozenset({EsfState.CHECKING})
RETURNABLE = frozenset({EsfState.SIGNING, EsfState.CHECKING})
UNSIGNED = frozenset({EsfState.READY, EsfState.EXPORTED})  # what a batch signs
SENDABLE = frozenset({EsfState.SIGNED})
ANSWERABLE = frozenset({EsfState.SENT, EsfState.ACCEPTED})

# The words of the state's system. Whatever else it says means that it is still on its way.
ACCEPTED_WORDS = ("CREATED", "DELIVERED")
DECLINED_WORDS = (
    "DECLINED",
    "FAILED",
    "DELETED",
    "REVOKED",
    "CANCELED",
    "CANCELED_BY_OGD",
    "CANCELED_BY_SNT_DECLINE",
    "CANCELED_BY_SNT_REVOKE",
    "FAILED_BIOMETRICS_VERIFICATION",
    "DELETED_BIOMETRICS_VERIFICATION",
)
OPEN_WORDS = (
    "IN_QUEUE",
    "IN_PROCESSING",
    "IMPORTED",
    "DRAFT",
    "SEND_TO_ISGO",
    "WAIT_BIOMETRICS_VERIFICATION",
    "WAITING_CUSTOMER_CONFIRMATION",
    "WAITING_CUSTOMER_REVOKE_CONFIRMATION",
)
WORDS = (*ACCEPTED_WORDS, *OPEN_WORDS, *DECLINED_WORDS)


def state_of_word(word: str) -> EsfState:
    """Our state for a word of the state's system."""
    if word in ACCEPTED_WORDS:
        return EsfState.ACCEPTED
    return EsfState.DECLINED if word in DECLINED_WORDS else EsfState.SENT


@dataclass(frozen=True, slots=True)
class Side:
    """Who sells or buys. Empty texts are left out."""

    tin: str
    name: str
    address: str = ""
    bank: str = ""
    bik: str = ""
    iik: str = ""
    kbe: str = ""
    certificate_series: str = ""
    certificate_num: str = ""
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """One line; sums in tiyn."""

    description: str
    net_minor: int
    vat_bps: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class Related:
    """The invoice that an additional one changes."""

    issued_on: date
    num: str
    registration_number: str


@dataclass(frozen=True, slots=True)
class EsfInvoice:
    issued_on: date
    num: str
    operator: str
    turnover_on: date
    seller: Side
    customer: Side
    contract_num: str
    contract_on: date | None
    origin_code: str
    products: Sequence[Product]
    related: Related | None = None


def esf_xml(invoice: EsfInvoice) -> str:
    """The container with one invoice, as the state's system takes it."""
    kind = "ADDITIONAL_INVOICE" if invoice.related else "ORDINARY_INVOICE"
    net = sum(each.net_minor for each in invoice.products)
    vat = sum(each.vat_minor for each in invoice.products)
    inside = [
        _field("date", _day(invoice.issued_on)),
        _field("invoiceType", kind),
        _field("num", invoice.num),
        _field("operatorFullname", invoice.operator),
        _field("turnoverDate", _day(invoice.turnover_on)),
        _related(invoice.related),
        _group("sellers", _group("seller", *_seller(invoice.seller))),
        _group("customers", _group("customer", *_customer(invoice.customer))),
        _delivery(invoice),
        _group(
            "productSet",
            _field("currencyCode", "KZT"),
            _group("products", *(_product(each, invoice.origin_code) for each in invoice.products)),
            _field("totalPriceWithoutTax", _tenge(net)),
            _field("totalTurnoverSize", _tenge(net)),
            _field("totalNdsAmount", _tenge(vat)),
            _field("totalPriceWithTax", _tenge(net + vat)),
        ),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<esf:invoiceContainer xmlns:esf="esf"><invoiceSet>'
        '<v2:invoice xmlns:v2="v2.esf" xmlns:a="abstractInvoice.esf">'
        f"{''.join(inside)}</v2:invoice></invoiceSet></esf:invoiceContainer>\n"
    )


def _seller(side: Side) -> Iterable[str]:
    yield from (_field("tin", side.tin), _field("name", side.name))
    yield from (_field("address", side.address), _field("bank", side.bank))
    yield from (_field("bik", side.bik), _field("iik", side.iik), _field("kbe", side.kbe))
    yield _field("certificateSeries", side.certificate_series)
    yield _field("certificateNum", side.certificate_num)
    yield _statuses(side)


def _customer(side: Side) -> Iterable[str]:
    yield from (_field("tin", side.tin), _field("name", side.name))
    yield from (_field("address", side.address), _field("countryCode", "KZ"), _statuses(side))


def _statuses(side: Side) -> str:
    return _group("statuses", *(_field("status", each) for each in side.statuses))


def _related(related: Related | None) -> str:
    if related is None:
        return ""
    return _group(
        "relatedInvoice",
        _field("date", _day(related.issued_on)),
        _field("num", related.num),
        _field("registrationNumber", related.registration_number),
    )


def _delivery(invoice: EsfInvoice) -> str:
    if not (invoice.contract_num and invoice.contract_on):
        return _group("deliveryTerm", _field("hasContract", "false"))
    return _group(
        "deliveryTerm",
        _field("hasContract", "true"),
        _field("contractNum", invoice.contract_num),
        _field("contractDate", _day(invoice.contract_on)),
    )


def _product(product: Product, origin_code: str) -> str:
    net = _tenge(product.net_minor)
    return _group(
        "product",
        _field("description", product.description),
        _field("truOriginCode", origin_code),
        _field("quantity", "1"),
        _field("unitPrice", net),
        _field("priceWithoutTax", net),
        _field("turnoverSize", net),
        _field("ndsRate", _percent(product.vat_bps)),
        _field("ndsAmount", _tenge(product.vat_minor)),
        _field("priceWithTax", _tenge(product.net_minor + product.vat_minor)),
    )


def _field(name: str, text: str) -> str:
    clean = "".join(letter for letter in text if letter >= " ")  # XML has no control characters
    return f"<{name}>{escape(clean)}</{name}>" if clean else ""


def _group(name: str, *inside: str) -> str:
    content = "".join(inside)
    return f"<{name}>{content}</{name}>" if content else ""


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _tenge(minor: int) -> str:
    whole, tiyn = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{tiyn:02}"


def _percent(bps: int) -> str:
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)
