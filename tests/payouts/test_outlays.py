"""Taxes, VAT and the bank's fees that were paid, told by a statement and booked by two people.

Dana's payout of 100 000,00 kept back 10 000,00 of pension, 4 500,00 social, 2 000,00 medical and
8 350,00 of income tax; her brand's fee of 15 000,00 is invoiced with 2 400,00 of VAT.
"""

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from campaigns.services.invoices import brand_invoice
from core.errors import Forbidden, Invalid, NotFound
from core.tenancy.context import acting_as
from exchange import queues
from exchange.money_checks import money_findings, outlays_match_postings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.models import Journal
from ledger.selectors import balances
from payouts.models import Outlay, Payout, StatementRow
from payouts.services.outlays import OutlayDecided, outlay_ask, outlay_book, outlay_refuse
from payouts.services.statements import statement_import
from tests.doors.test_admin_payouts import desk, text_of
from tests.payouts.test_batches import (  # noqa: F401 fixtures
    APPROVED,
    earned,
    payee_make,
    row,
    sent,
    statement,
)

Kind = Outlay.Kind
BUDGET_CODE_IBAN = "KZ92551A000000000001"  # the state's account: any but ours


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(APPROVED, tick=False):
        yield


def left(number: str, tenge: str) -> str:
    """A row of money that left our account and is no payout."""
    return (
        "СекцияДокумент=ПлатежноеПоручение\r\n"
        f"НомерДокумента={number}\r\nДатаДокумента=20.11.2026\r\nСуммаРасход={tenge}\r\n"
        f"ПлательщикИИК=KZ31601A000000000001\r\nПолучательИИК={BUDGET_CODE_IBAN}\r\n"
        "ПолучательНаименование=КГД\r\nДатаОперации=20.11.2026\r\nКонецДокумента\r\n"
    )


@pytest.fixture
def paid(earned):  # noqa: F811
    """Everything above has happened, and the bank tells of four more payments."""
    payee_make(earned, "sauran", "individual_gph")
    sent(earned)
    with acting_as(system="test"):
        payout = Payout.objects.get()
    rows = [row(payout), left("501", "9000.00"), left("502", "2400.00"), left("503", "350.00")]
    statement_import(content=statement(*rows), name="s.txt", uploader_id=earned.maker)
    brand_invoice(brand_id=earned.sauran.brand)
    return earned


def held() -> dict[str, int]:
    refs = {
        "bank": accounts.bank(),
        "ipn": accounts.tax_withheld("ipn"),
        "vat": accounts.vat_payable(),
        "fee": accounts.platform_fee(),
    }
    with acting_as(system="test"):
        found = balances(refs.values())
    return {name: found[ref] for name, ref in refs.items()}


def row_of(number: str) -> StatementRow:
    with acting_as(system="test"):
        return StatementRow.objects.get(document_number=number)


def ask(cast, number: str, kind: Kind, minor: int, **changes) -> Outlay:
    words = {"reason": "Payment order, form 200.00", "person_id": cast.maker} | changes
    return outlay_ask(row_id=row_of(number).pk, kind=kind, amount_minor=minor, **words)


def book(cast, outlay: Outlay) -> Outlay:
    return outlay_book(outlay_id=outlay.pk, person_id=cast.checker)


def unclear() -> int:
    with acting_as(ops=1):
        return queues.rows_unclear().count()


def test_a_tax_vat_and_a_fee_leave_the_books_on_the_day_they_left_the_bank(paid):
    before = held()
    assert (before["ipn"], before["vat"]) == (835_000, 240_000)
    assert unclear() == 3
    outlays = [
        ask(paid, "501", Kind.IPN, 835_000),  # the rest of the 9 000,00 was for our own staff
        ask(paid, "502", Kind.VAT, 240_000),
        ask(paid, "503", Kind.RAIL_FEE, 35_000),
    ]
    assert held() == before  # nothing moves before a second person agrees
    for outlay in outlays:
        book(paid, outlay)
    assert held() == {
        "bank": before["bank"] + 835_000 + 240_000 + 35_000,
        "ipn": 0,
        "vat": 0,
        "fee": before["fee"] - 35_000,
    }
    assert unclear() == 0
    with acting_as(system="test"):
        days = Journal.objects.filter(kind__in=["remittance", "rail_fee"]).values_list(
            "occurred_at", flat=True
        )
        assert {day.isoformat() for day in days} == {"2026-11-19T19:00:00+00:00"}
    assert ledger_findings() == money_findings() == []


def test_a_row_of_two_things_is_told_in_two_parts_and_no_more(paid):
    book(paid, ask(paid, "501", Kind.IPN, 800_000))
    with pytest.raises(Invalid, match="at most 1\N{NO-BREAK SPACE}000,00"):
        ask(paid, "501", Kind.RAIL_FEE, 100_001)
    book(paid, ask(paid, "501", Kind.RAIL_FEE, 100_000))
    with pytest.raises(NotFound, match="told"):
        ask(paid, "501", Kind.RAIL_FEE, 1)
    assert held()["ipn"] == 35_000
    assert money_findings() == []


@pytest.mark.parametrize("minor", [0, -1, 900_001, 10**30])
def test_a_sum_that_cannot_be_is_refused(paid, minor):
    with pytest.raises(Invalid) as refused:
        ask(paid, "501", Kind.IPN, minor)
    assert list(refused.value.fields) == ["amount"]
    with acting_as(system="test"):
        assert not Outlay.objects.exists()


def test_more_than_is_owed_to_the_state_is_not_booked(paid):
    before = held()
    outlay = ask(paid, "501", Kind.IPN, 835_001)
    with pytest.raises(Invalid, match="8\N{NO-BREAK SPACE}350,00"):
        book(paid, outlay)
    assert held() == before
    outlay_refuse(outlay_id=outlay.pk, person_id=paid.maker)  # who said it may take it back
    book(paid, ask(paid, "501", Kind.IPN, 835_000))
    assert held()["ipn"] == 0


def test_two_people_decide_and_once(paid):
    outlay = ask(paid, "502", Kind.VAT, 240_000)
    with pytest.raises(Forbidden):
        outlay_book(outlay_id=outlay.pk, person_id=paid.maker)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), acting_as(system="test"):
        Outlay.objects.update(state="booked", decided_by_id=paid.maker, decided_at=APPROVED)
    with pytest.raises(DatabaseError), acting_as(system="test"), transaction.atomic():
        Outlay.objects.update(amount_minor=1)
    book(paid, outlay)
    for again in (outlay_book, outlay_refuse):
        with pytest.raises(OutlayDecided):
            again(outlay_id=outlay.pk, person_id=paid.checker)
    assert held()["vat"] == 0


def test_only_money_that_left_and_is_nothing_else_is_told(paid):
    with acting_as(system="test"):
        payout_row = StatementRow.objects.get(outcome="paid")
    for row_id in (payout_row.pk, 10**9):
        with pytest.raises(NotFound):
            outlay_ask(
                row_id=row_id, kind=Kind.IPN, amount_minor=1, reason="x", person_id=paid.maker
            )
    with pytest.raises(Invalid):
        ask(paid, "501", Kind.IPN, 1, reason=" ")


def test_a_booked_part_without_its_journal_is_found(paid):
    outlay = ask(paid, "503", Kind.RAIL_FEE, 35_000)
    with acting_as(system="lie"):
        Outlay.objects.update(state="booked", decided_by_id=paid.checker, decided_at=APPROVED)
        assert outlays_match_postings() == [
            f"payment {outlay.pk} (rail_fee) is booked: 35000 must have left the bank,"
            " the ledger has 0"
        ]


def test_ops_tell_and_book_from_the_statement(paid):
    maker, checker = desk(paid.maker, "kk"), desk(paid.checker, "ru")
    row_id = row_of("502").pk
    page = f"/admin/payouts/statementrow/{row_id}/"
    with acting_as(ops=1):
        statement_id = StatementRow.objects.values_list("statement_id", flat=True).get(pk=row_id)
    listed = maker.get(reverse("admin:payouts_bankstatement_change", args=[statement_id]))
    assert f"{page}change/" in listed.text
    assert f"{page}tell/" in maker.get(f"{page}change/").text
    form = maker.get(f"{page}tell/")
    assert "2 400,00" in text_of(form)
    asked = {"kind": "vat", "amount": "2400", "reason": "Form 300.00"}
    assert maker.post(f"{page}tell/", asked).status_code == 302
    with acting_as(ops=1):
        outlay = Outlay.objects.get()
    own = f"/admin/payouts/outlay/{outlay.pk}/"
    assert f"{own}book/" not in maker.get(f"{own}change/").text
    assert f"{own}book/" in checker.get(f"{own}change/").text
    assert maker.post(f"{own}book/").status_code == 200  # refused, the page says why
    assert checker.post(f"{own}book/").status_code == 302
    assert held()["vat"] == 0
    assert f"{page}tell/" not in maker.get(f"{page}change/").text
