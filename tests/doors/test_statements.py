"""An influencer's statement, worked by hand: the reward of 100 000,00 (10 % of 1 000 000,00) is
paid out, goods of 600 000,00 come back, and a payout of 80 000,00 keeps 30 % of that, 24 000,00.

| what | to be paid | balance | owed back | balance |
|---|---|---|---|---|
| approved | 100 000,00 | 100 000,00 | | |
| payout | -100 000,00 | 0 | | |
| came back | | | -60 000,00 | 60 000,00 |
| approved | 80 000,00 | 80 000,00 | | |
| payout | -80 000,00 | 0 | | |
| kept, once the bank has paid | | | 24 000,00 | 36 000,00 |
"""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from attribution.models import Conversion
from attribution.services.late_returns import late_returns_apply
from compliance.services import tax_rules_load
from core.accounts.models import User
from core.tenancy.context import acting_as
from payouts.models import Payout
from tests.attribution.test_sale import the
from tests.payouts.test_batches import APPROVED, RULES, payee_make
from tests.payouts.test_batches import row as row_of
from tests.payouts.test_netting import Desk, _noon, desk  # noqa: F401 fixtures

NBSP = "\u00a0"


def person(desk: Desk, name: str = "tulpar") -> Client:  # noqa: F811
    client = Client()
    client.force_login(User.objects.get(pk=vars(desk.cast)[name].person))
    return client


def get(desk: Desk, name: str = "statement", **query: str):  # noqa: F811
    with override("en"):
        return person(desk).get(reverse(f"portal:{name}"), query)


def page_of(desk: Desk, **query: str):  # noqa: F811
    answer = get(desk, **query)
    assert answer.status_code == 200
    return answer.context["page"]


def rows(page) -> list[tuple]:
    return [(row.text, row.note, row.minor, row.balance_minor) for row in page.rows]


def payouts_of() -> list[Payout]:
    with acting_as(system="test"):
        return list(Payout.objects.order_by("pk"))


def sums(row) -> list[tuple]:
    return [(it.label, it.minor if it.minor is not None else it.text, it.note) for it in row.sums]


@pytest.fixture
def paid_again(desk):  # noqa: F811
    desk.earn()
    desk.pay()
    return desk


def test_every_line_of_what_is_to_be_paid_with_its_arithmetic(paid_again):
    page = page_of(paid_again)
    first, second = payouts_of()
    assert rows(page) == [
        ("Payout", second.rail_key, -8_000_000, 0),
        ("Reward approved", "Order 101 · Tulpar", 8_000_000, 8_000_000),
        ("Payout", first.rail_key, -10_000_000, 0),
        ("Reward approved", "Order 100 · Tulpar", 10_000_000, 10_000_000),
    ]
    payout, approved, *_rest = page.rows
    assert sums(approved) == [
        ("Goods", 80_000_000, ""),
        ("Rate", "× 10%", ""),
        ("Reward", 8_000_000, ""),
    ]
    assert sums(payout) == [
        ("Rewards", 8_000_000, ""),
        ("Kept for returned goods, order 100", -2_400_000, ""),
        ("You receive", 5_600_000, ""),
    ]
    assert payout.url == reverse("portal:payout", args=[second.public_id])
    sale = the(Conversion, order_number="101")
    assert approved.url == reverse("portal:earning", args=[sale.public_id])
    assert (page.title, page.balance_minor) == ("To be paid", 0)


def test_what_is_owed_back_has_a_list_of_its_own(paid_again):
    page = page_of(paid_again, account="owed")
    _first, second = payouts_of()
    assert rows(page) == [
        ("Kept from a payout for returned goods", second.rail_key, 2_400_000, 3_600_000),
        ("Return after approval", "Order 100 · Tulpar", -6_000_000, 6_000_000),
    ]
    assert sums(page.rows[1]) == [
        ("Reward before", 10_000_000, ""),
        ("For the goods that came back", -6_000_000,
         f"400{NBSP}000{NBSP}₸ / 1{NBSP}000{NBSP}000{NBSP}₸"),
        ("Reward after", 4_000_000, ""),
    ]  # fmt: skip
    assert (page.title, page.balance_minor, page.is_debt) == ("Owed back", 3_600_000, True)
    assert [(one.label, one.is_current) for one in page.accounts] == [
        ("To be paid", False), ("Owed back", True),
    ]  # fmt: skip


def test_what_was_kept_for_a_debt_that_had_ended_is_given_back(desk):  # noqa: F811
    first = payouts_of()[0]
    desk.earn()
    second = desk.open_payout()
    desk.bank_says(row_of(first, way="Приход"), row_of(second))
    [given_back] = [row for row in rows(page_of(desk)) if row[2] == 2_400_000]
    assert given_back == (
        "Kept from a payout for returned goods",
        f"{second.rail_key}, given back: the debt had ended",
        2_400_000,
        6_400_000,
    )


@pytest.mark.parametrize("name", ["home", "payouts"])
def test_what_is_owed_back_is_said_where_the_money_is(paid_again, name):
    payable = get(paid_again, name).context["page"].payable
    assert (payable.state, payable.owed_minor) == ("none", 3_600_000)


def test_a_return_of_what_is_not_paid_yet_is_taken_off_at_once(desk):  # noqa: F811
    desk.earn()
    desk.tell(101, "800000.00", minutes=60, refunded="200000.00")
    assert late_returns_apply() == 1
    page = page_of(desk)
    assert rows(page)[:2] == [
        ("Return after approval", "Order 101 · Tulpar", -2_000_000, 6_000_000),
        ("Reward approved", "Order 101 · Tulpar", 8_000_000, 8_000_000),
    ]
    assert [minor for _label, minor, _note in sums(page.rows[0])] == [
        8_000_000, -2_000_000, 6_000_000,
    ]  # fmt: skip
    # what was approved stays as it was worked out then
    assert sums(page.rows[1])[-1] == ("Reward", 8_000_000, "")


def test_taxes_withheld_stand_in_the_payouts_line(cast, client):
    """Dana works by a civil-law contract: 2 550,00 less 10, 5, 2 and 10 %."""
    tax_rules_load(text=RULES, maker_id=cast.maker, checker_id=cast.checker)
    desk = Desk(cast, client)  # noqa: F811
    payee_make(cast, "tulpar", "individual_gph")
    desk.earn("25500.00")
    payout = desk.pay()
    page = page_of(desk)
    (line, _approved) = page.rows
    kept = {label: minor for label, minor, _note in sums(line)}
    assert kept == {
        "Rewards": 255_000,
        "Pension contribution": -25_500,
        "Social contribution": -11_500,
        "Medical insurance": -5_100,
        "Income tax": -21_300,
        "You receive": payout.net_minor,
    }
    _header, line, _approved = table(get(desk, "statement_csv"))
    assert line[5:] == ["", "2550,00", "0,00", "634,00", "0,00", "1916,00"]


def test_a_month_has_its_sums_and_the_balances_at_its_ends(paid_again):
    month = page_of(paid_again, month=f"{APPROVED:%Y-%m}")
    totals = month.totals
    assert (totals.begin_minor, totals.in_minor, totals.out_minor, totals.end_minor) == (
        0, 18_000_000, 18_000_000, 0,
    )  # fmt: skip
    assert (len(month.rows), month.is_filtered) == (4, True)
    owed = page_of(paid_again, month=f"{APPROVED:%Y-%m}", account="owed").totals
    assert (owed.begin_minor, owed.in_minor, owed.out_minor, owed.end_minor) == (
        0, 2_400_000, 6_000_000, 3_600_000,
    )  # fmt: skip
    empty = get(paid_again, month="2026-01")
    assert empty.context["page"].rows == []
    assert "Nothing moved in this month." in empty.content.decode()
    for nonsense in ("2026-13", "x", "0000-01", "2026-1", "9" * 20):
        assert len(page_of(paid_again, month=nonsense).rows) == 4, nonsense


def test_pages_follow_each_other(paid_again, monkeypatch):
    monkeypatch.setattr("exchange.web.portal.builders.statement.PAGE_ROWS", 3)
    first = page_of(paid_again)
    after = first.pager.next_url.removeprefix("?after=")
    assert rows(page_of(paid_again, after=after)) == [
        ("Reward approved", "Order 100 · Tulpar", 10_000_000, 10_000_000)
    ]
    for broken in ("x", "-1", "9" * 30):
        assert len(page_of(paid_again, after=broken).rows) == 3, broken


def table(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_file_has_the_same_lines_with_taxes_and_what_was_kept(paid_again):
    first, second = payouts_of()
    header, *lines = table(get(paid_again, "statement_csv"))
    assert header == [
        "When", "What", "About", "Brand", "Arithmetic", "In, ₸", "Out, ₸", "To be paid, ₸",
        "Taxes withheld, ₸", "Kept for returned goods, ₸", "To the account, ₸",
    ]  # fmt: skip
    assert [[*line[1:4], *line[5:]] for line in lines] == [
        ["Payout", second.rail_key, "", "", "80000,00", "0,00", "0,00", "24000,00", "56000,00"],
        ["Reward approved", "Order 101", "Tulpar", "80000,00", "", "80000,00", "", "", ""],
        ["Payout", first.rail_key, "", "", "100000,00", "0,00", "0,00", "0,00", "100000,00"],
        ["Reward approved", "Order 100", "Tulpar", "100000,00", "", "100000,00", "", "", ""],
    ]
    assert lines[1][4] == (f"Goods 800{NBSP}000{NBSP}₸; Rate × 10%; Reward 80{NBSP}000{NBSP}₸")
    header, *lines = table(get(paid_again, "statement_csv", account="owed"))
    assert header[5:] == ["Owed more, ₸", "Paid back, ₸", "You owe, ₸"]
    assert [line[5:] for line in lines] == [
        ["", "24000,00", "36000,00"], ["60000,00", "", "60000,00"],
    ]  # fmt: skip


def test_the_spreadsheet_is_the_same(paid_again):
    answer = get(paid_again, "statement_xlsx", month=f"{APPROVED:%Y-%m}")
    name = f"birge-statement-{APPROVED:%Y-%m}.xlsx"
    assert answer["Content-Disposition"].endswith(f'filename="{name}"')
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    lines = list(sheet.iter_rows(values_only=True))[1:]
    assert [line[5:8] for line in lines] == [
        (None, 80_000, 0), (80_000, None, 80_000), (None, 100_000, 0), (100_000, None, 100_000),
    ]  # fmt: skip


def test_dana_sees_nothing_of_aliyas(paid_again):
    client = person(paid_again, "sauran")
    for query in ({}, {"account": "owed"}):
        answer = client.get(reverse("portal:statement"), query)
        assert (answer.status_code, answer.context["page"].rows) == (200, [])
    with override("en"):
        assert len(table(client.get(reverse("portal:statement_csv")))) == 1
    assert Client().get(reverse("portal:statement")).status_code == 302
    assert client.get(reverse("portal:statement")).context["page"].accounts == []


def test_a_page_asks_the_same_number_of_questions_for_more_lines(paid_again):
    def cost(**query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(paid_again, **query)
        return len(queries)

    month = {"month": f"{APPROVED:%Y-%m}"}
    before = cost(), cost(**month)
    paid_again.earn()
    paid_again.earn()
    paid_again.pay()
    assert len(page_of(paid_again).rows) == 7
    assert (cost(), cost(**month)) == before


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_it_reads_in_every_language(paid_again, language):
    with override(language):
        answer = person(paid_again).get(reverse("portal:statement"))
    assert answer.status_code == 200
    assert payouts_of()[0].rail_key in answer.content.decode()
