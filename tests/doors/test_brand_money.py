"""Money: what is free, what each campaign holds, the statement with its file, the requisites."""

import csv
import io

import pytest
from django.test import override_settings

from brands.domain.payment_reference import payment_reference
from brands.services import deposit_book
from campaigns.models import Campaign
from core.tenancy.context import acting_as
from ledger.domain.journals import refund_created, refund_paid
from ledger.services import journals_post
from tests.doors.conftest import NOW, public_id
from tests.world import money_put

NBSP = "\u00a0"
FREE = 10**9 - 58_700_000


@pytest.fixture
def booked(workplace):
    """A transfer that ops has booked, and a draft that was published with it."""
    money_put(workplace.cast, workplace.cast.tulpar.brand, 20_000_000, reference="000182")
    workplace.post("campaign_publish", public_id(Campaign, pk=workplace.draft))
    return workplace


def rows(page) -> list[tuple]:
    return [(row.text, row.note, row.minor, row.balance_minor) for row in page.rows]


def test_free_and_reserved_by_campaign(booked):
    page = booked.page("money")
    assert page.free_minor == FREE + 20_000_000 - 11_740_000
    assert [
        (row.title, row.reward_minor, row.fee_minor, row.vat_minor) for row in page.reserves
    ] == [
        ("Жаңа жыл", 10_000_000, 1_500_000, 240_000),
        # less the rewards, their fees, and the VAT of what is final
        ("tulpar sale", 39_337_000, 5_900_550, 960_000),
    ]
    assert page.reserved_minor == sum(row.total_minor for row in page.reserves) == 57_937_550


def test_the_statement_names_each_movement_with_the_balance_after_it(booked):
    free = FREE + 20_000_000
    assert rows(booked.page("money")) == [
        ("Reserved for a campaign", "Жаңа жыл", -11_740_000, free - 11_740_000),
        ("Top-up", "000182", 20_000_000, free),
        ("Reserved for a campaign", "tulpar sale", -58_700_000, FREE),
        ("Top-up", "", 10**9, 10**9),
    ]


def test_a_refund_has_its_words(workplace):
    brand_id = workplace.cast.tulpar.brand
    with acting_as(system="test data"):
        drafts = [
            refund_created(refund_id=1, brand_id=brand_id, amount_minor=5_000),
            refund_paid(refund_id=1, brand_id=brand_id, amount_minor=5_000),
        ]
        journals_post(drafts, occurred_at=NOW)
    assert rows(workplace.page("money"))[0] == ("Refund of free balance", "", -5_000, FREE - 5_000)


def test_pages_of_the_statement_follow_each_other(workplace, monkeypatch):
    monkeypatch.setattr("exchange.web.brand.builders.money.PAGE_ROWS", 2)
    for number in range(3):
        money_put(workplace.cast, workplace.cast.tulpar.brand, 100, reference=f"n{number}")
    first = workplace.page("money")
    assert [row.note for row in first.rows] == ["n2", "n1"]
    after = first.pager.next_url.removeprefix("?after=")
    second = workplace.page("money", after=after)
    assert [row.note for row in second.rows] == ["n0", "tulpar sale"]
    assert second.rows[0].balance_minor == FREE + 100
    assert second.pager.previous_url == "?"
    for broken in ("x", "-1", "9" * 30):
        assert len(workplace.page("money", after=broken).rows) in (0, 2), broken


def test_the_requisites_are_the_platforms_with_the_brand_as_purpose(workplace):
    facts = {fact.label: fact.value for fact in workplace.page("money").requisites}
    assert facts["Recipient"] == "TOO Birge"
    assert facts["BIN"] == "251140000313"
    assert facts["Account (IBAN)"] == "KZ31 601A 0000 0000 0001"
    assert facts["BIC"] == "HSBKKZKX"
    reference = payment_reference(workplace.cast.tulpar.brand)
    assert facts["Purpose"] == f"Top-up of the balance at Birge, {reference}"


@override_settings(PLATFORM_IBAN="")
def test_without_an_account_of_the_platform_nothing_is_invented(workplace):
    assert workplace.page("money").requisites == []


def test_the_file_is_the_whole_statement_in_numbers(booked, monkeypatch):
    monkeypatch.setattr("exchange.web.brand.builders.money.STATEMENT_PAGE_MAX", 3)
    answer = booked.get("statement_csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header == ["When", "What", "About", "In, ₸", "Out, ₸", "Free balance, ₸"]
    assert [line[1:] for line in lines] == [
        ["Reserved for a campaign", "Жаңа жыл", "", "117400,00", "9495600,00"],
        ["Top-up", "000182", "200000,00", "", "9613000,00"],
        ["Reserved for a campaign", "tulpar sale", "", "587000,00", "9413000,00"],
        ["Top-up", "", "10000000,00", "", "10000000,00"],
    ]
    assert lines[0][0] == "2026-11-21 14:00"


def test_a_transfers_number_is_no_formula_in_the_file(workplace):
    with acting_as(ops=workplace.cast.maker, user_id=workplace.cast.maker):
        deposit_book(
            brand_id=workplace.cast.tulpar.brand,
            amount_minor=1,
            bank_reference="=HYPERLINK(1)",
            received_on=NOW.date(),
            booked_by_id=workplace.cast.maker,
        )
    answer = workplace.get("statement_csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text), delimiter=";") for cell in line]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in cells)
