"""Invoices on the real ledger: issued once, gated by their VAT, credited to the tiyn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from campaigns.services.invoices import (
    brand_invoice,
    invoice_credit,
    invoices_sweep,
    returns_sweep,
)
from compliance.models import BillingTerms, Invoice, InvoiceEntry, TaxRule
from compliance.selectors import is_vat_invoiced
from compliance.selectors.invoices import status_of
from compliance.services.invoice_credits import invoice_credit_ask, invoice_credit_refuse
from compliance.services.invoices import InvoiceConflict
from core.errors import Forbidden, Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from ledger.domain import accounts
from ledger.selectors import balances
from tests.compliance.fees import fee_back, fee_final, reserve_put
from tests.world import NOON, law_load, money_put

NOV, DEC = date(2026, 11, 30), date(2026, 12, 31)
EARLY = datetime(2026, 11, 5, 7, tzinfo=UTC)


@pytest.fixture
def at(time_machine):
    return lambda moment: time_machine.move_to(moment, tick=False)


@pytest.fixture
def tulpar(cast, at):
    """Two final fees of 300 tenge in November, with 48 of VAT each."""
    at(NOON)
    law_load(cast)
    party = cast.tulpar
    reserve_put(party, EARLY)
    fee_final(party, 1, EARLY)
    fee_final(party, 2, EARLY + timedelta(days=2))
    return party


def held(party) -> dict[str, int]:
    kinds = {
        "funded": accounts.vat_funded(party.brand),
        "payable": accounts.vat_payable(),
        "free": accounts.brand_free(party.brand),
    }
    with acting_as(system="test"):
        found = balances(kinds.values())
    return {name: found[ref] for name, ref in kinds.items()}


def documents() -> list[tuple[str, str, int, int]]:
    with acting_as(system="test"):
        rows = Invoice.objects.order_by("pk")
        return [(row.number, row.state, row.net_minor, row.vat_minor) for row in rows]


def conversions_invoiced(*ids: int) -> set[int]:
    with acting_as(system="test"):
        return is_vat_invoiced(ids)


def test_a_month_is_invoiced_and_its_vat_is_owed(tulpar):
    (invoice,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert documents() == [("F-2026-000001", "issued", 600_00, 96_00)]
    assert (invoice.period_from, invoice.period_to) == (date(2026, 11, 1), NOV)
    assert held(tulpar) == {"funded": 0, "payable": 96_00, "free": 0}
    assert invoice.line_rows == [
        {
            "campaign_id": tulpar.campaign,
            "title": "tulpar sale",
            "booked_bps": 1_600,
            "vat_bps": 1_600,
            "reward_minor": 0,
            "fee_minor": 600_00,
            "vat_minor": 96_00,
            "booked_minor": 96_00,
        }
    ]
    assert invoice.customer["name"] == "Tulpar LLP"
    assert invoice.seller["bin"] == "251140000313"
    assert conversions_invoiced(1, 2, 3) == {1, 2}


def test_a_month_asked_for_twice_is_one_invoice(tulpar):
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert brand_invoice(brand_id=tulpar.brand, until=NOV) == []
    assert len(documents()) == 1


def test_a_second_invoice_of_a_month_goes_on_where_the_first_ended(tulpar, at):
    brand_invoice(brand_id=tulpar.brand)
    fee_final(tulpar, 3, NOON + timedelta(days=1))
    at(NOON + timedelta(days=12))
    (second,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert (second.number, second.net_minor) == ("F-2026-000002", 300_00)
    assert (second.period_from, second.period_to) == (date(2026, 11, 20), NOV)


def test_beat_invoices_a_month_once_it_is_over(tulpar, at):
    assert invoices_sweep() == 0  # November still runs
    at(datetime(2026, 11, 30, 19, 30, tzinfo=UTC))  # 00:30 on 1 December in Almaty
    assert invoices_sweep() == 0  # what was posted at midnight is still on its way
    at(datetime(2026, 12, 2, 1, tzinfo=UTC))
    assert invoices_sweep() == 1
    assert invoices_sweep() == 0
    assert documents() == [("F-2026-000001", "issued", 600_00, 96_00)]


def test_what_became_final_after_an_invoice_of_the_last_day_is_not_left_for_a_month(tulpar, at):
    at(datetime(2026, 11, 30, 7, tzinfo=UTC))
    brand_invoice(brand_id=tulpar.brand)
    fee_final(tulpar, 3, datetime(2026, 11, 30, 18, tzinfo=UTC))  # 23:00 of the same day
    at(datetime(2026, 12, 2, 1, tzinfo=UTC))
    assert (invoices_sweep(), invoices_sweep()) == (1, 0)
    assert documents()[1] == ("F-2026-000002", "issued", 300_00, 48_00)


def test_a_return_is_credited_within_its_days_and_not_at_the_months_end(tulpar, at):
    """The e-invoice of a note has 15 days from the return; two parts of five days make one."""
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    fee_back(tulpar, 1, NOON, is_vat_invoiced=True)
    at(NOON + timedelta(days=5))
    assert returns_sweep() == 0
    fee_back(tulpar, 2, NOON + timedelta(days=5), is_vat_invoiced=True)
    at(NOON + timedelta(days=5, seconds=1))
    assert (returns_sweep(), returns_sweep()) == (1, 0)
    assert documents()[1:] == [("C-2026-000001", "issued", -300_00, -48_00)]
    assert held(tulpar) == {"funded": 0, "payable": 48_00, "free": 0}
    assert invoice_findings() == []


def test_without_a_rate_of_vat_nothing_is_invoiced(tulpar):
    with acting_as(ops=1):
        TaxRule.objects.filter(key="vat_rate").update(valid_to=date(2026, 11, 6))
    with pytest.raises(InvoiceConflict, match="2026-11-07"):
        brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert documents() == []


# --- The gate -------------------------------------------------------------------------------


@pytest.fixture
def principal(tulpar, cast):
    """From 7 November Birge is a principal: 368 of VAT are due for the second fee, 48 are there."""
    with acting_as(ops=cast.maker):
        BillingTerms.objects.create(
            brand_id=tulpar.brand,
            valid_from=date(2026, 11, 7),
            dealing="principal",
            contract_number="P-7",
            contract_on=date(2026, 11, 6),
            entered_by_id=cast.maker,
        )
    return tulpar


def test_an_invoice_whose_vat_is_not_there_waits_and_says_what_is_missing(principal):
    issued, waiting = brand_invoice(brand_id=principal.brand, until=NOV)
    assert documents() == [
        ("F-2026-000001", "issued", 300_00, 48_00),
        ("", "draft", 2_300_00, 368_00),
    ]
    assert (issued.missing_minor, waiting.missing_minor) == (0, 320_00)
    assert held(principal) == {"funded": 48_00, "payable": 48_00, "free": 0}
    assert conversions_invoiced(1, 2) == {1}
    with acting_as(system="test"):
        kinds = sorted(Message.objects.values_list("kind", flat=True))
    assert kinds == ["invoice_issued", "invoice_waits"]


def test_a_top_up_issues_what_waited(principal, cast):
    brand_invoice(brand_id=principal.brand, until=NOV)
    money_put(cast, principal.brand, 319_99)
    assert invoices_sweep() == 0
    with acting_as(system="test"):
        assert Invoice.objects.get(state="draft").missing_minor == 1
    money_put(cast, principal.brand, 100_01, "2")
    assert invoices_sweep() == 1
    assert documents()[1] == ("F-2026-000002", "issued", 2_300_00, 368_00)
    assert held(principal) == {"funded": 0, "payable": 416_00, "free": 100_00}
    with acting_as(system="test"):
        second = Invoice.objects.get(sequence=2)
    assert second.customer["contract_number"] == "P-7"


def test_a_draft_is_worked_out_anew_and_goes_when_all_of_it_came_back(principal):
    brand_invoice(brand_id=principal.brand, until=NOV)
    fee_back(
        principal,
        2,
        NOON,
        is_vat_invoiced=False,
        reward_minor=2_000_00,
        fee_minor=300_00,
        vat_minor=48_00,
    )
    assert brand_invoice(brand_id=principal.brand, until=NOV) == []
    assert documents() == [("F-2026-000001", "issued", 300_00, 48_00)]


# --- Credit notes ---------------------------------------------------------------------------


def test_a_return_after_the_invoice_is_told_by_a_credit_note(tulpar):
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    fee_back(tulpar, 1, NOON, is_vat_invoiced=True)
    (note,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert documents()[1] == ("C-2026-000001", "issued", -150_00, -24_00)
    assert (note.credits.number, note.reason_text) == (
        "F-2026-000001",
        "Goods came back after the invoice",
    )
    assert held(tulpar)["payable"] == 72_00
    assert brand_invoice(brand_id=tulpar.brand, until=NOV) == []


def test_a_return_undone_after_its_note_is_an_additional_invoice(tulpar):
    """150,00 and 24,00 of VAT came back and were credited; the return is undone."""
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    fee_back(tulpar, 1, NOON, is_vat_invoiced=True)
    (note,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    undone = {"reward_minor": -1_000_00, "fee_minor": -150_00, "vat_minor": -24_00}
    fee_back(tulpar, 1, NOON, is_vat_invoiced=True, version=3, **undone)
    (extra,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert [(each.number, each.kind_text, status_of(each)) for each in (note, extra)] == [
        ("C-2026-000001", "credit note", "note"),
        ("C-2026-000002", "additional invoice", "additional"),
    ]
    assert documents()[2] == ("C-2026-000002", "issued", 150_00, 24_00)
    assert extra.reason_text == "A return that an earlier note had told of was undone"
    assert held(tulpar) == {"funded": 0, "payable": 96_00, "free": 0}
    assert invoice_findings() == []
    with acting_as(system="test"):
        told = Message.objects.filter(kind="additional_invoice_issued")
        subjects = set(told.values_list("subject", flat=True))
    assert subjects == {"Additional invoice C-2026-000002 to invoice F-2026-000001"}


def test_a_principals_return_gives_the_vat_of_the_reward_back_too(principal, cast):
    """The clawback moves 24.00; 16 % of 1 150.00 is 184.00: 160.00 go to the free balance."""
    money_put(cast, principal.brand, 320_00)
    brand_invoice(brand_id=principal.brand, until=NOV)
    fee_back(principal, 2, NOON, is_vat_invoiced=True)
    (note,) = brand_invoice(brand_id=principal.brand, until=NOV)
    assert (note.net_minor, note.vat_minor) == (-1_150_00, -184_00)
    assert held(principal) == {"funded": 0, "payable": 416_00 - 184_00, "free": 160_00}


def test_an_invoice_is_credited_wholly_by_two_and_its_fees_wait_again(tulpar, cast):
    (invoice,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    invoice_credit_ask(invoice_id=invoice.pk, reason="Wrong address", person_id=cast.maker)
    with pytest.raises(Forbidden):
        invoice_credit(invoice_id=invoice.pk, person_id=cast.maker)
    note = invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    assert (note.number, note.reason_text) == ("C-2026-000001", "Wrong address")
    assert held(tulpar) == {"funded": 96_00, "payable": 0, "free": 0}
    assert conversions_invoiced(1, 2) == set()
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert documents() == [
        ("F-2026-000001", "credited", 600_00, 96_00),
        ("C-2026-000001", "issued", -600_00, -96_00),
        ("F-2026-000002", "issued", 600_00, 96_00),
    ]
    assert held(tulpar) == {"funded": 0, "payable": 96_00, "free": 0}


def test_what_came_back_is_credited_once_though_nobody_had_told_it_yet(tulpar, cast):
    """Half of the first came back: a note of 174.00, then one of the rest, then 450.00 anew."""
    (invoice,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    fee_back(tulpar, 1, NOON, is_vat_invoiced=True)
    invoice_credit_ask(invoice_id=invoice.pk, reason="Wrong BIN", person_id=cast.maker)
    invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    assert held(tulpar) == {"funded": 72_00, "payable": 0, "free": 0}
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    assert documents() == [
        ("F-2026-000001", "credited", 600_00, 96_00),
        ("C-2026-000001", "issued", -150_00, -24_00),
        ("C-2026-000002", "issued", -450_00, -72_00),
        ("F-2026-000002", "issued", 450_00, 72_00),
    ]
    assert held(tulpar) == {"funded": 0, "payable": 72_00, "free": 0}


def test_a_principals_invoice_credited_gives_its_extra_vat_back(principal, cast):
    money_put(cast, principal.brand, 320_00)
    _agent, invoice = brand_invoice(brand_id=principal.brand, until=NOV)
    invoice_credit_ask(invoice_id=invoice.pk, reason="Wrong", person_id=cast.maker)
    invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    assert held(principal) == {"funded": 48_00, "payable": 48_00, "free": 320_00}


def test_who_asks_for_a_credit_says_why_once_and_may_take_it_back(tulpar, cast):
    (invoice,) = brand_invoice(brand_id=tulpar.brand, until=NOV)
    ask = {"invoice_id": invoice.pk, "person_id": cast.maker}
    with pytest.raises(Invalid):
        invoice_credit_ask(reason=" ", **ask)
    with pytest.raises(NotFound):
        invoice_credit_ask(invoice_id=0, reason="Wrong", person_id=cast.maker)
    with pytest.raises(InvoiceConflict):
        invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    invoice_credit_ask(reason="Wrong", **ask)
    with pytest.raises(InvoiceConflict):
        invoice_credit_ask(reason="Wrong again", **ask)
    invoice_credit_refuse(invoice_id=invoice.pk, person_id=cast.checker)
    with pytest.raises(InvoiceConflict):
        invoice_credit(invoice_id=invoice.pk, person_id=cast.checker)
    assert documents() == [("F-2026-000001", "issued", 600_00, 96_00)]


# --- The database keeps it ------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"vat_minor": 1}, {"sequence": 9}, {"lines": []}, {"customer": {}}]
)
def test_what_is_issued_cannot_be_changed(tulpar, change):
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    with pytest.raises(DatabaseError, match="frozen"), acting_as(system="lie"):
        Invoice.objects.update(**change)


def test_what_is_issued_cannot_be_deleted(tulpar):
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    with pytest.raises(DatabaseError, match="append-only"), acting_as(system="lie"):
        Invoice.objects.all()._raw_delete("default")


def test_one_journal_stands_in_one_document(tulpar):
    brand_invoice(brand_id=tulpar.brand, until=NOV)
    with acting_as(system="lie"):
        entry = InvoiceEntry.objects.first()
        entry.pk = None
        with pytest.raises(DatabaseError, match="journal_in_one_document"), transaction.atomic():
            entry.save()
