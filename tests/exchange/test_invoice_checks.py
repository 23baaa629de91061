"""Each proof is silent over invoices that the services made, and finds its planted lie."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from campaigns.services.invoices import brand_invoice, invoice_credit
from compliance.models import Invoice, InvoiceEntry
from compliance.services.invoice_credits import invoice_credit_ask
from core.ids import uuid7
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from ledger.domain.journals import fee_invoice
from ledger.services import journal_post
from tests.compliance.fees import fee_back, fee_final, reserve_put
from tests.world import NOON, law_load

EARLY = datetime(2026, 11, 5, 7, tzinfo=UTC)


@pytest.fixture
def invoice(cast, time_machine):
    """Of two fees: one came back by half after it. A third fee waits for its invoice."""
    time_machine.move_to(NOON, tick=False)
    law_load(cast)
    party = cast.tulpar
    reserve_put(party, EARLY)
    fee_final(party, 1, EARLY)
    fee_final(party, 2, EARLY)
    (invoice,) = brand_invoice(brand_id=party.brand, until=date(2026, 11, 30))
    fee_back(party, 1, NOON, is_vat_invoiced=True)
    fee_final(party, 3, NOON)
    return invoice


def lie(invoice: Invoice, **changes: object) -> Invoice:
    """An invoice that no service has made: a copy with another number."""
    with acting_as(system="lie"):
        copy = Invoice.objects.get(pk=invoice.pk)
        copy.pk, copy.public_id = None, uuid7()
        for name, value in {"sequence": 2, **changes}.items():
            setattr(copy, name, value)
        copy.save()
    return copy


def test_what_the_services_made_agrees(invoice, cast):
    assert invoice_findings() == []
    invoice_credit_ask(invoice_id=invoice.pk, reason="Wrong", person_id=cast.maker)
    invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    assert invoice_findings() == []
    brand_invoice(brand_id=invoice.brand_id, until=date(2026, 11, 30))
    assert invoice_findings() == []


def test_vat_owed_for_an_invoice_that_does_not_count_is_found(invoice, cast):
    """The ledger says that a fourth invoice was issued; nobody has ever numbered it."""
    with acting_as(system="lie"):
        made_up = fee_invoice(invoice_id=10**9, brand_id=invoice.brand_id, vat_minor=8_00)
        journal_post(made_up, occurred_at=NOON)
    assert invoice_findings() == [
        f"brand {invoice.brand_id} has 4000 in vat_funded, its fees without an invoice have 4800"
    ]


def test_a_number_that_is_missing_is_found(invoice):
    lie(invoice, sequence=3, lines=[], net_minor=0, vat_minor=0)
    assert invoice_findings() == ["invoices F-2026: after 1 comes 3"]


def test_an_invoice_that_the_ledger_does_not_know_is_found(invoice):
    copy = lie(invoice, vat_minor=96_01)
    assert invoice_findings() == [
        "invoice F-2 says 60000 and VAT 9601, its lines 60000 and 9600",
        "invoice F-2 asks for a fee of 60000, its journals sum to 0",
        "invoice F-2 has VAT of 9601, the ledger owes 0 for it",
    ]
    assert copy.number == "F-2026-000002"


def test_a_fee_that_the_ledger_has_otherwise_is_found(invoice):
    with acting_as(system="lie"):
        entry = InvoiceEntry.objects.filter(invoice=invoice).first()
        entry.pk, entry.counts, entry.fee_minor = None, False, 1
        entry.save()
    assert invoice_findings() == [
        f"journal {entry.journal_id} is invoiced with a fee of 1 and VAT 4800, the ledger has"
        " 30000 and 4800",
        "invoice F-1 asks for a fee of 60000, its journals sum to 60001",
    ]
