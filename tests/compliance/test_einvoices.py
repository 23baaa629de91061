"""An e-invoice from its invoice to the state's answer: each step once, in its order."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from campaigns.services.invoices import brand_invoice
from compliance.models import EInvoice, TaxRule
from compliance.services import einvoices
from compliance.services.einvoice_signatures import einvoice_confirm
from compliance.services.einvoices import EInvoiceConflict
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.compliance.fees import fee_back, fee_final, reserve_put
from tests.compliance.signing import signed
from tests.world import NOON, law_load

EARLY = datetime(2026, 11, 5, 7, tzinfo=UTC)
NOV = date(2026, 11, 30)


@pytest.fixture
def einvoice(cast, time_machine):
    time_machine.move_to(NOON, tick=False)
    law_load(cast)
    reserve_put(cast.tulpar, EARLY)
    fee_final(cast.tulpar, 1, EARLY)
    (invoice,) = brand_invoice(brand_id=cast.tulpar.brand, until=NOV)
    return invoice.einvoice


def again(einvoice) -> EInvoice:
    with acting_as(system="test"):
        return EInvoice.objects.get(pk=einvoice.pk)


def export(einvoice) -> str:
    name, document = einvoices.einvoice_export(
        einvoice_id=einvoice.pk, person_id=1, person_name="Dina"
    )
    assert name == "F-2026-000001.xml"
    return document


def sign(einvoice, raw: bytes) -> EInvoice:
    """One person brings the file, another one confirms its signature."""
    einvoices.einvoice_sign(einvoice_id=einvoice.pk, raw=raw, person_id=1)
    return einvoice_confirm(einvoice_id=einvoice.pk, person_id=2)


def answer(einvoice, word: str, number: str = "") -> EInvoice:
    return einvoices.einvoice_answer(
        einvoice_id=einvoice.pk, word=word, registration_number=number, note="", person_id=1
    )


def test_with_its_number_an_invoice_is_due_within_the_term_of_the_law(einvoice):
    assert (einvoice.state, einvoice.due_on) == ("ready", date(2026, 12, 15))


def test_all_the_way(einvoice):
    document = export(einvoice)
    assert "<num>F-2026-000001</num><operatorFullname>Dina</operatorFullname>" in document
    assert "<ndsRate>16</ndsRate><ndsAmount>48.00</ndsAmount>" in document
    assert export(einvoice) == document
    assert sign(einvoice, signed(document)).state == "signed"
    einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=1)
    assert answer(einvoice, "IN_QUEUE").state == "sent"
    done = answer(einvoice, "DELIVERED", "ESF-1")
    assert (done.state, done.word, done.registration_number) == ("accepted", "DELIVERED", "ESF-1")
    with acting_as(ops=1):
        rows = AuditEntry.objects.filter(object_type="compliance.einvoice")
        assert sorted(rows.values_list("action", flat=True)) == [
            "einvoice.answer",
            "einvoice.answer",
            "einvoice.confirm",
            "einvoice.export",
            "einvoice.send",
            "einvoice.sign",
        ]


def test_the_signed_file_of_another_invoice_is_refused(einvoice, cast):
    document = export(einvoice)
    other = document.replace("F-2026-000001", "F-2026-000002")
    with pytest.raises(Invalid, match="another document"):
        sign(einvoice, signed(other))
    with pytest.raises(Invalid, match="too large"):
        sign(einvoice, b" " * (einvoices.SIGNED_BYTES_MAX + 1))
    assert again(einvoice).state == "exported"


def test_a_declined_one_is_handed_out_anew(einvoice):
    sign(einvoice, signed(export(einvoice)))
    einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=1)
    answer(einvoice, "FAILED")
    export(einvoice)
    found = again(einvoice)
    assert (found.state, found.signed_document, found.signer) == ("exported", "", "")


def test_no_step_is_taken_before_its_turn(einvoice):
    with pytest.raises(EInvoiceConflict):
        sign(einvoice, b"<a/>")
    with pytest.raises(EInvoiceConflict):
        einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=1)
    with pytest.raises(EInvoiceConflict):
        answer(einvoice, "DELIVERED", "ESF-1")
    sign(einvoice, signed(export(einvoice)))
    with pytest.raises(EInvoiceConflict):
        export(einvoice)
    with pytest.raises(NotFound):
        einvoices.einvoice_sent(einvoice_id=0, person_id=1)


def test_an_answer_is_one_of_the_systems_words_and_accepted_has_its_number(einvoice):
    sign(einvoice, signed(export(einvoice)))
    einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=1)
    with pytest.raises(Invalid):
        answer(einvoice, "FINE")
    with pytest.raises(Invalid):
        answer(einvoice, "DELIVERED")


def test_a_credit_note_names_the_invoice_and_its_registration(einvoice, cast):
    sign(einvoice, signed(export(einvoice)))
    einvoices.einvoice_sent(einvoice_id=einvoice.pk, person_id=1)
    answer(einvoice, "DELIVERED", "ESF-1")
    fee_back(cast.tulpar, 1, NOON, is_vat_invoiced=True)
    (note,) = brand_invoice(brand_id=cast.tulpar.brand, until=NOV)
    _name, document = einvoices.einvoice_export(
        einvoice_id=note.einvoice.pk, person_id=1, person_name="Dina"
    )
    assert (
        "<relatedInvoice><date>20.11.2026</date><num>F-2026-000001</num>"
        "<registrationNumber>ESF-1</registrationNumber></relatedInvoice>"
    ) in document
    assert "<ndsAmount>-24.00</ndsAmount>" in document


def test_without_the_laws_term_nothing_is_issued(cast, time_machine):
    time_machine.move_to(NOON, tick=False)
    law_load(cast)
    with acting_as(ops=1):
        TaxRule.objects.filter(key="esf_issue_days").update(valid_to=date(2026, 1, 2))
    reserve_put(cast.tulpar, EARLY)
    fee_final(cast.tulpar, 1, EARLY)
    with pytest.raises(EInvoiceConflict, match="esf_issue_days"):
        brand_invoice(brand_id=cast.tulpar.brand, until=NOV)
    with acting_as(system="test"):
        assert EInvoice.objects.count() == 0
