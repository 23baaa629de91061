"""The e-invoice: its XML to the letter, and what its states are called by the state's system."""

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
    esf_xml,
    state_of_word,
)
from tests.compliance.signing import OURS

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
