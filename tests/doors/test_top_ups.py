"""A top-up from the invoice to the transfer that pays it."""

import pytest
from django.test import override_settings

from brands.domain.payment_reference import payment_reference
from brands.models import TopUpInvoice
from core.tenancy.context import acting_as
from tests.doors.conftest import public_id
from tests.world import law_load, money_put


@pytest.fixture
def invoice(workplace):
    law_load(workplace.cast)
    answer = workplace.post("top_ups", amount="1 500,50")
    assert answer.status_code == 302
    return public_id(TopUpInvoice)


def test_the_page_says_what_a_bank_asks_and_that_it_is_not_here_yet(workplace, invoice):
    page = workplace.page("top_up", invoice)
    facts = {fact.label: fact.value for fact in page.requisites}
    reference = payment_reference(workplace.cast.tulpar.brand)
    assert (page.minor, page.arrived_on) == (150_050, None)
    assert facts["Purpose"].endswith(reference)
    assert (facts["KBe"], facts["KNP"]) == ("17", "859, ask your bank")
    assert f"Purpose: {facts['Purpose']}" in page.qr.splitlines()


def test_a_transfer_of_the_sum_is_its_arrival(workplace, invoice):
    with acting_as(system="test data"):
        issued_on = TopUpInvoice.objects.get().issued_on
    assert workplace.page("top_ups").rows[0].arrived_on is None
    money_put(workplace.cast, workplace.cast.tulpar.brand, 150_050, day=issued_on)
    assert workplace.page("top_ups").rows[0].arrived_on == issued_on
    assert workplace.page("top_up", invoice).arrived_on == issued_on


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_paper_is_a_pdf_and_the_same_each_time(workplace, invoice, language):
    first, again = (workplace.get("top_up_pdf", invoice, language) for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == again.content


def test_another_language_and_another_brand_have_no_paper(workplace, invoice):
    assert workplace.get("top_up_pdf", invoice, "de").status_code == 404
    with override_settings(PLATFORM_IBAN=""):
        assert workplace.get("top_up_pdf", invoice, "kk").status_code == 404
        assert workplace.page("top_up", invoice).requisites[1:] == []


@pytest.mark.parametrize("amount", ["", "x", "0", "99999999999999"])
def test_a_wrong_amount_stays_on_the_page(workplace, amount):
    assert workplace.post("top_ups", amount=amount).status_code == 422
