"""Money: what is free, what each campaign holds, the statement with its file, the requisites."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override
from openpyxl import load_workbook

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


def test_of_a_transfer_the_day_is_said_and_no_hour(booked):
    reserve, transfer = booked.page("money").rows[:2]
    assert (transfer.note, transfer.is_of_a_day) == ("000182", True)
    assert not reserve.is_of_a_day


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
    monkeypatch.setattr("exchange.web.brand.builders.statement.PAGE_ROWS", 2)
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
    monkeypatch.setattr("exchange.web.statements.STATEMENT_PAGE_MAX", 3)
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


# --- Filters, the past, files ---------------------------------------------------------------


def test_the_filter_shows_an_event_or_a_campaign_with_the_balance_of_the_account(booked):
    free = FREE + 20_000_000
    top_ups = booked.page("money", event="top-ups")
    assert rows(top_ups) == [
        ("Top-up", "000182", 20_000_000, free),
        ("Top-up", "", 10**9, 10**9),
    ]
    totals = top_ups.totals
    assert (totals.in_minor, totals.out_minor) == (10**9 + 20_000_000, 0)
    assert (totals.begin_minor, totals.end_minor) == (None, None)
    campaign = booked.page("money", campaign=str(booked.live))
    assert rows(campaign) == [("Reserved for a campaign", "tulpar sale", -58_700_000, FREE)]
    assert campaign.rows[0].url == booked.url("campaign", booked.live)
    assert booked.page("money", event="refunds").rows == []
    assert booked.page("money", event="other").rows == []
    assert len(booked.page("money", event="nonsense", campaign="nonsense").rows) == 4
    foreign = public_id(Campaign, pk=booked.cast.sauran.campaign)
    assert booked.page("money", campaign=str(foreign)).rows == []


def test_a_period_has_its_balances_at_both_ends(booked):
    """The transfer came on November 2; everything else happened today."""
    page = booked.page("money", **{"from": "2026-11-02", "to": "2026-11-02"})
    assert rows(page) == [("Top-up", "000182", 20_000_000, FREE + 20_000_000)]
    totals = page.totals
    assert (totals.begin_minor, totals.in_minor, totals.out_minor, totals.end_minor) == (
        0, 20_000_000, 0, 20_000_000,
    )  # fmt: skip
    assert page.is_filtered
    later = booked.page("money", **{"from": "2026-11-21"})
    assert [row.text for row in later.rows] == [
        "Reserved for a campaign", "Reserved for a campaign", "Top-up",
    ]  # fmt: skip


def test_balances_of_a_day_are_those_of_its_end_in_almaty(booked):
    before, after = booked.page("money", on="2026-11-01"), booked.page("money", on="2026-11-02")
    assert (before.free_minor, before.reserved_minor, before.reserves) == (0, 0, [])
    assert (after.free_minor, after.reserved_minor) == (20_000_000, 0)
    assert after.past.on.isoformat() == "2026-11-02"
    today = booked.page("money", on="2026-11-21")  # is not over: balances of now
    assert (today.past.on, today.free_minor) == (None, FREE + 20_000_000 - 11_740_000)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        closed = booked.page("money", on="2026-11-21")
    assert closed.free_minor == FREE + 20_000_000 - 11_740_000
    assert [row.title for row in closed.reserves] == ["Жаңа жыл", "tulpar sale"]
    assert closed.reserved_minor == 57_937_550


def test_a_period_of_all_days_there_are_is_every_line(booked):
    period = {"from": "0001-01-01", "to": "9999-12-31"}
    assert rows(booked.page("money", **period)) == rows(booked.page("money"))
    whole, asked = (booked.get("statement_csv", **each).streaming_content for each in ({}, period))
    assert b"".join(asked) == b"".join(whole)


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"from": "31.11.2026"}, "from", "is no day"),
        ({"to": "2026-13-01"}, "to", "is no day"),
        ({"from": "2026-11-30"}, "from", "is still ahead"),
        ({"from": "2026-11-09", "to": "2026-11-08"}, "from", "Swap them"),
        ({"from": "0" * 99}, "from", "is no day"),
    ],
)
def test_a_period_that_is_none_is_refused_at_its_field(workplace, query, field, said):
    answer = workplace.get("money", **query)
    page = answer.context["page"]
    assert (answer.status_code, page.rows, page.filter.error_field) == (422, [], field)
    assert said in page.filter.error
    assert said in answer.content.decode()
    assert workplace.get("statement_csv", **query).status_code == 422
    assert workplace.get("statement_xlsx", **query).status_code == 422


@pytest.mark.parametrize(("on", "said"), [("x", "is no day"), ("2026-11-22", "is still ahead")])
def test_a_day_of_balances_that_is_none_is_refused(workplace, on, said):
    answer = workplace.get("money", on=on)
    page = answer.context["page"]
    assert answer.status_code == 422
    assert said in page.past.error
    assert page.free_minor == FREE  # of now, and not of some day


def test_the_spreadsheet_has_the_same_lines_as_numbers_and_moments(booked):
    answer = booked.get("statement_xlsx", event="top-ups")
    assert answer["Content-Disposition"].endswith('filename="statement-tulpar-2026-11-21.xlsx"')
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    header, *lines = sheet.iter_rows(values_only=True)
    assert header == ("When", "What", "About", "In, ₸", "Out, ₸", "Free balance, ₸")
    assert [(line[0].isoformat(), *line[1:]) for line in lines] == [
        ("2026-11-02T00:00:00", "Top-up", "000182", 200_000, None, 9_613_000),
        ("2026-11-21T14:00:00", "Top-up", None, 10_000_000, None, 10_000_000),
    ]
    assert sheet["D2"].number_format == "#,##0.00"


def test_the_files_speak_the_readers_language(booked):
    for language in ("kk", "ru"):
        with override(language):
            head = '"' + '";"'.join(gettext(word) for word in ("When", "What", "About"))
        url = booked.url("statement_csv", language=language)
        text = b"".join(booked.client("owner").get(url).streaming_content).decode("utf-8-sig")
        assert text.startswith(head), language


def test_no_cell_of_the_spreadsheet_is_a_formula(workplace):
    money_put(workplace.cast, workplace.cast.tulpar.brand, 1, reference="=HYPERLINK(1)")
    answer = workplace.get("statement_xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cell = next(cell for row in sheet for cell in row if cell.value == "=HYPERLINK(1)")
    assert cell.data_type == "s"


def test_a_spreadsheet_has_a_most_of_lines(booked, monkeypatch):
    monkeypatch.setattr("exchange.web.tables.XLSX_ROWS_MAX", 3)
    answer = booked.get("statement_xlsx")
    assert answer.status_code == 422
    assert "Choose fewer days" in answer.content.decode()


def test_the_forecast_says_what_it_goes_by(workplace):
    page = workplace.page("money")
    # orders 2, 4 and 6 since the first of them four days ago: (255 000 + 255 000 + 153 000) x 1,174
    assert page.runway_why == (
        f"Pace of the last 5{NBSP}days: 1{NBSP}556,72{NBSP}₸ a day, with our fee and VAT."
    )
    assert page.runway_days is None  # it lasts for years
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        quiet = workplace.page("money")
    assert quiet.runway_why == (
        f"No sales in the last 14{NBSP}days: there is no pace to forecast by."
    )
    assert quiet.runway_days is None


def test_the_page_costs_the_same_however_many_lines_there_are(booked):
    def cost(**query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            booked.page("money", **query)
        return len(queries)

    narrow = {"event": "top-ups", "from": "2026-11-01", "on": "2026-11-02"}
    before = cost(), cost(**narrow)
    for number in range(12):
        money_put(booked.cast, booked.cast.tulpar.brand, 100, reference=f"n{number}")
    assert (cost(), cost(**narrow)) == before
