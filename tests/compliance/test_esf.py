"""The e-invoice: its XML to the letter, and what is taken for the signed one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from compliance.domain.esf import (
    WORDS,
    EsfInvoice,
    EsfState,
    Product,
    Related,
    Side,
    SignedFault,
    SignedRefused,
    esf_xml,
    signed_check,
    state_of_word,
)
from tests.compliance.signing import OURS, signed

GOLDEN = Path(__file__).parent / "golden"
SELLER = Side(
    tin=OURS,
    name="ТОО Birge",
    address="Алматы қ., Абай даңғ., 150",
    bank="Halyk Bank",
    bik="HSBKKZKX",
    iik="KZ31601A000000000001",
    kbe="17",
    certificate_series="60001",
    certificate_num="0000001",
)
CUSTOMER = Side(tin="240540000016", name="ТОО «Тоқыма & Үйі»", address="Шымкент")
PRODUCTS = [
    Product("Комиссия Birge, кампания «Жылы үй»", 120_550_00, 1_600, 19_288_00),
    Product("Комиссия Birge", 10_05, 1_250, 1_26),
]


def invoice(**changes: object) -> EsfInvoice:
    return EsfInvoice(
        **{
            "issued_on": date(2026, 12, 2),
            "num": "F-2026-000012",
            "operator": "Дина Оспанова",
            "turnover_on": date(2026, 11, 30),
            "seller": SELLER,
            "customer": CUSTOMER,
            "contract_num": "K-12",
            "contract_on": date(2026, 1, 15),
            "origin_code": "6",
            "products": PRODUCTS,
            **changes,
        }
    )


def test_an_invoice_is_the_golden_file():
    assert esf_xml(invoice()) == (GOLDEN / "esf_ordinary.xml").read_text(encoding="utf-8")


def test_a_credit_note_is_an_additional_invoice_that_names_the_other():
    note = invoice(
        num="C-2026-000003",
        contract_num="",
        contract_on=None,
        seller=Side(tin=OURS, name="ТОО Birge", statuses=("BROKER",)),
        products=[Product("Комиссия Birge", -150_00, 1_600, -24_00)],
        related=Related(date(2026, 12, 2), "F-2026-000012", "ESF-251140000313-20261202-1"),
    )
    assert esf_xml(note) == (GOLDEN / "esf_additional.xml").read_text(encoding="utf-8")


def test_a_letter_that_xml_cannot_hold_is_left_out():
    assert "<name>ABC</name>" in esf_xml(invoice(customer=Side(tin="1", name="A\x0bB\x00C")))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("IN_QUEUE", EsfState.SENT),
        ("WAITING_CUSTOMER_CONFIRMATION", EsfState.SENT),
        ("CREATED", EsfState.ACCEPTED),
        ("DELIVERED", EsfState.ACCEPTED),
        ("FAILED", EsfState.DECLINED),
        ("CANCELED_BY_OGD", EsfState.DECLINED),
    ],
)
def test_the_words_of_the_states_system_are_our_states(word, state):
    assert word in WORDS
    assert state_of_word(word) == state


# --- The signed file ------------------------------------------------------------------------

OUT = esf_xml(invoice())


def fault_of(content: bytes) -> SignedFault:
    with pytest.raises(SignedRefused) as refused:
        signed_check(OUT, content, tin=OURS)
    return refused.value.fault


def test_the_same_document_with_our_companys_signature_is_taken():
    assert f"BIN{OURS}" in signed_check(OUT, signed(OUT), tin=OURS)


def test_other_prefixes_and_blanks_are_the_same_document():
    renamed = signed(OUT).decode().replace("v2:", "x:").replace("xmlns:v2", "xmlns:x")
    spaced = renamed.replace("<num>", "\n  <num>")
    assert signed_check(OUT, spaced.encode(), tin=OURS)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", SignedFault.NOT_XML),
        (b"%PDF-1.7", SignedFault.NOT_XML),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', SignedFault.NOT_XML),
        (OUT.encode(), SignedFault.NOT_SIGNED),
        (signed(esf_xml(invoice(num="F-2026-000013"))), SignedFault.ANOTHER_DOCUMENT),
        (signed(OUT.replace("19288.00", "19288.01")), SignedFault.ANOTHER_DOCUMENT),
        (signed(OUT.replace("<num>", "<extra>1</extra><num>")), SignedFault.ANOTHER_DOCUMENT),
        (signed(OUT, x509_text=""), SignedFault.NO_CERTIFICATE),
        (signed(OUT, x509_text="AAAA"), SignedFault.NO_CERTIFICATE),
        (signed(OUT, tin="240540000016"), SignedFault.ANOTHER_SIGNER),
    ],
    ids=lambda value: str(value) if isinstance(value, SignedFault) else "",
)
def test_what_is_not_the_signed_document_is_refused_and_why(content, fault):
    assert fault_of(content) == fault
