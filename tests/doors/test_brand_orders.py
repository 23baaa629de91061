"""Orders: the list with its filters, its file, and one of them with why it is whose."""

import csv
import io
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from attribution.models import Conversion, Order
from core.tenancy.context import acting_as
from influencers.models import Influencer
from tests.attribution.shop import click_make, order_body
from tests.doors.conftest import NOW, deliver, the

NBSP = "\u00a0"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1")


def refs(page) -> list[str]:
    return [row.ref for row in page.rows]


def chips(page) -> dict[str, int | None]:
    return {choice.label: choice.count for choice in page.choices}


def sums(page) -> list[tuple]:
    return [(row.label, row.minor if row.minor is not None else row.text) for row in page.sums]


# --- The list -------------------------------------------------------------------------------


def test_every_order_is_a_row_also_nobodys(workplace):
    page = workplace.page("orders")
    assert [(row.ref, row.status, row.name, row.minor, row.grade) for row in page.rows] == [
        ("5", "unmatched", "", 0, ""),
        ("4", "pending", "Aliya", 255_000, "B"),
        ("3", "rejected", "Aliya", 0, "B"),
        ("2", "on_hold", "Aliya", 255_000, "B"),
        ("6", "on_hold", "Aliya", 153_000, "B"),
        ("1", "approved", "Aliya", 10_000_000, "B"),
    ]
    assert chips(page) == {
        "All": 6, "On the way": 1, "On hold": 2, "Approved": 1, "Paid": 0, "Not counted": 1,
        "Nobody's": 1,
    }  # fmt: skip
    assert (page.checks, page.pager, page.sources) == (2, None, [])


def test_a_hold_shows_its_term_and_a_decision_its_day(workplace):
    rows = {row.ref: row for row in workplace.page("orders").rows}
    assert rows["2"].term.due_at == NOW + timedelta(days=18)
    assert rows["2"].term.starts_at == NOW - timedelta(days=3)
    assert (rows["1"].term, rows["1"].decided) == (None, f"Nov{NBSP}21")
    assert rows["3"].decided == "15, order cancelled"
    assert rows["2"].hint.startswith(f"Approves itself on December{NBSP}9,")
    assert rows["3"].hint == "The order was cancelled, so nobody earns from it."
    assert rows["5"].hint == "No link and no code led to this order: nobody earns from it."


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "pending"}, ["4"]),
        ({"status": "on_hold"}, ["6", "2"]),  # which approves itself first
        ({"status": "approved"}, ["1"]),
        ({"status": "lost"}, ["3"]),
        ({"status": "unmatched"}, ["5"]),
        ({"status": "paid"}, []),
        ({"status": "nonsense"}, ["5", "4", "3", "2", "6", "1"]),
        ({"q": "4"}, ["4"]),
        ({"q": "SALE20"}, ["5"]),
        ({"q": "aliya", "status": "approved"}, ["1"]),
        ({"source": "wildberries"}, []),
    ],
)
def test_a_filter_shows_its_part(workplace, asked, found):
    page = workplace.page("orders", **asked)
    assert refs(page) == found
    assert page.is_filtered == (asked != {"status": "nonsense"})


def test_an_empty_filter_says_what_it_was(workplace):
    page = workplace.page("orders", status="paid", q="zz", source="woocommerce")
    assert page.filter_text == "Paid, WooCommerce, «zz»"
    assert page.clear_url == workplace.url("orders")
    assert page.kept == [("status", "paid"), ("source", "woocommerce")]


def test_sources_are_a_choice_once_there_are_two(workplace):
    with acting_as(system="test data"):
        Order.objects.filter(number="4").update(source="wildberries")
    page = workplace.page("orders", q="4")
    assert [(choice.label, choice.url) for choice in page.sources] == [
        ("All sources", "?q=4"),
        ("Wildberries", "?source=wildberries&q=4"),
        ("WooCommerce", "?source=woocommerce&q=4"),
    ]


def test_a_long_number_is_shortened_in_the_list_and_whole_in_the_sheet(workplace):
    srid = "eb.r9d3c1f0a7e5b4d6c8f2a.0.0"
    with acting_as(system="test data"):
        Order.objects.filter(number="4").update(number=srid)
    assert "eb.r9d3…2a.0.0" in refs(workplace.page("orders"))
    assert workplace.page("order", workplace.order(srid)).ref == srid


def test_pages_follow_each_other(workplace, monkeypatch):
    from exchange.web.brand.builders import orders as build

    whole = build.order_page
    monkeypatch.setattr(build, "order_page", lambda *a, **k: whole(*a, **{**k, "rows": 4}))
    first = workplace.page("orders", q="")
    assert refs(first) == ["5", "4", "3", "2"]
    after = first.pager.next_url.partition("after=")[2].replace("%3A", ":").replace("%2B", "+")
    second = workplace.page("orders", after=after)
    assert refs(second) == ["6", "1"]
    assert (second.pager.previous_url, second.pager.next_url) == ("?", "")


def test_the_list_asks_the_same_number_of_questions_for_more_orders(workplace):
    owner, url = workplace.client("owner"), workplace.url("orders")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(url).status_code == 200
        return len(asked.captured_queries)

    few = questions()
    for number in range(20, 26):
        placed = NOW - timedelta(days=2)
        deliver(workplace, order_body(number, coupons=("AQTAS",), placed=placed))
    assert len(workplace.page("orders").rows) == 12
    assert questions() == few


# --- The file -------------------------------------------------------------------------------


def table(answer) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="' in answer["Content-Disposition"]
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")  # so that spreadsheets read Cyrillic
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_file_has_what_the_filter_shows(workplace):
    header, *rows = table(workplace.get("orders_csv"))
    assert header[:4] == ["Order", "Source", "Ordered", "Influencer"]
    assert [row[0] for row in rows] == ["5", "4", "3", "2", "6", "1"]
    by_number = {row[0]: row[1:] for row in rows}
    assert by_number["1"] == [
        "WooCommerce", "2026-10-20", "Aliya", "tulpar sale", "Approved", "B", "1000000,00",
        "100000,00", "15000,00", "2400,00", "2026-11-10", "2026-11-21", "",
    ]  # fmt: skip
    assert by_number["3"][6:] == ["0,00", "0,00", "0,00", "0,00", "", "", "15, order cancelled"]
    assert by_number["5"] == ["WooCommerce", "2026-11-21", "", "", "Nobody's", *[""] * 8]
    assert [row[0] for row in table(workplace.get("orders_csv", status="lost"))[1:]] == ["3"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_file_is_a_formula(workplace, formula):
    with acting_as(system="test data"):
        Influencer.objects.filter(pk=workplace.cast.tulpar.influencer).update(name=formula)
        Order.objects.filter(number="4").update(number=formula)
    rows = table(workplace.get("orders_csv"))
    assert {row[0] for row in rows} >= {f"'{formula}"}
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for row in rows for cell in row)


def test_a_file_of_too_many_orders_is_refused_with_the_way_out(workplace, monkeypatch):
    monkeypatch.setattr("exchange.web.brand.builders.orders.CSV_ROWS_MAX", 5)
    answer = workplace.get("orders_csv")
    assert answer.status_code == 422
    assert "6 orders are too many for one file, the most is 5." in answer.content.decode()
    assert len(table(workplace.get("orders_csv", status="on_hold"))) == 3


# --- One order ------------------------------------------------------------------------------


def test_an_approved_order_shows_its_arithmetic_to_the_tiyn(workplace):
    page = workplace.page("order", workplace.order("1"))
    assert sums(page) == [
        ("Goods", 100_000_000),
        ("Rate", "× 10%"),
        ("Reward", 10_000_000),
        ("Birge fee", 1_500_000),
        ("VAT", 240_000),
        ("Costs you", 11_740_000),
    ]
    assert not any(row.approx for row in page.sums)
    assert [row.note for row in page.sums[3:5]] == ["15%", "16%"]
    assert (page.name, page.status, page.minor) == ("Aliya", "approved", 10_000_000)


def test_a_part_that_came_back_is_a_row_of_its_own(workplace):
    page = workplace.page("order", workplace.order("6"))
    assert sums(page)[:4] == [
        ("Goods", 2_550_000),
        ("Came back", -1_020_000),
        ("Rate", "× 10%"),
        ("Reward", 153_000),
    ]
    # 15 % of 1 530,00; VAT is booked at approval, until then it is said as it will be
    assert [(row.minor, row.approx) for row in page.sums[4:]] == [
        (22_950, False),
        (3_672, True),
        (179_622, True),
    ]
    assert [step.kind for step in page.steps] == [
        "order", "partly_returned", "received", "return_window", "approval", "payment",
    ]  # fmt: skip
    assert [version.change for version in page.versions] == ["completed", "completed"]


def test_a_cancelled_order_costs_nothing(workplace):
    page = workplace.page("order", workplace.order("3"))
    assert sums(page) == [
        ("Goods", 2_550_000),
        ("Does not count", -2_550_000),
        ("Rate", "× 10%"),
        ("Reward", 0),
        ("Birge fee", 0),
        ("VAT", 0),
        ("Costs you", 0),
    ]
    assert page.steps[-1].kind == "cancelled"


def test_the_trace_names_every_candidate(workplace):
    """A brand sees all of them; each influencer only their own."""
    click = click_make(workplace.cast.tulpar, at=NOW - timedelta(days=2))
    body = order_body(
        8, click_id=click.click_id.hex, coupons=("AQTAS",), placed=NOW - timedelta(days=1)
    )
    deliver(workplace, body)
    page = workplace.page("order", workplace.order("8"))
    assert [(row.grade, row.verdict) for row in page.trace.rows] == [
        ("A", "confirms"),
        ("B", "decided"),
    ]
    assert all(row.note.startswith("Aliya, ") for row in page.trace.rows)
    assert page.trace.rule == (f"link and code are one influencer's, Terms v1, window 30{NBSP}days")


def test_nobodys_order_says_what_was_looked_for(workplace):
    page = workplace.page("order", workplace.order("5"))
    assert (page.status, page.name, page.sums) == ("unmatched", "", [])
    assert page.trace.rule == "Codes of the buyer: SALE20. They are no influencer's."
    assert [step.kind for step in page.steps] == ["order", "received"]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"is_test": True}, "A test order: nothing was sold."),
        (
            {"currency": "RUB"},
            "The order is in RUB: it counts once the National Bank's rate is known.",
        ),
        ({"status": "unmapped"}, "Stored. We look at the unknown status."),
    ],
)
def test_why_nobody_earns_from_an_order_is_said(workplace, changes, hint):
    with acting_as(system="test data"):
        Order.objects.filter(number="5").update(**changes)
    assert workplace.page("order", workplace.order("5")).hint == hint


@pytest.mark.parametrize(("status", "kind"), [("cancelled", "cancelled"), ("returned", "returned")])
def test_the_end_of_nobodys_order_is_in_its_history(workplace, status, kind):
    with acting_as(system="test data"):
        Order.objects.filter(number="5").update(status=status)
    page = workplace.page("order", workplace.order("5"))
    assert [(step.kind, step.state) for step in page.steps] == [("order", "done"), (kind, "bad")]


def test_an_order_taken_back_by_later_evidence_says_so(workplace):
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number="3").update(reason_code=20)
    hint = workplace.page("order", workplace.order("3")).hint
    assert hint == "Later evidence showed that this order is not theirs."
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number="3").update(reason_code=13)
    assert workplace.page("order", workplace.order("3")).hint == (
        "You rejected this order: 13, own purchase."
    )


def test_the_sheet_is_a_fragment_for_htmx(workplace):
    owner, url = workplace.client("owner"), workplace.url("order", workplace.order("1"))
    fragment = owner.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Costs you" in fragment
    assert "<html" in owner.get(url).content.decode()


def test_an_order_that_does_not_exist_is_not_found(workplace):
    for language in ("kk", "ru", "en"):
        with override(language):
            url = workplace.url("order", uuid4(), language=language)
            assert workplace.client("owner").get(url).status_code == 404


def test_an_order_waits_while_the_budget_is_empty(workplace):
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number="4").update(status="awaiting_funding", fee_minor=0)
    page = workplace.page("order", workplace.order("4"))
    assert page.hint == "The campaign's budget is empty. Top it up and queued orders are credited."
    assert [(row.label, row.minor, row.approx) for row in page.sums[3:]] == [
        ("Birge fee", 38_250, False),
        ("VAT", 6_120, True),
        ("Costs you", 299_370, True),
    ]
    assert refs(workplace.page("orders", status="pending")) == ["4"]


def test_what_came_late_is_said_in_the_history(workplace):
    deliver(
        workplace,
        order_body(6, status="processing", placed=NOW - timedelta(days=4), coupons=("AQTAS",)),
    )
    page = workplace.page("order", workplace.order("6"))
    assert [(version.change, version.note) for version in page.versions][-1] == (
        "processing",
        "came late and changes nothing",
    )
    assert isinstance(page.versions[-1].at, datetime)
    assert the(Order, number="6").status == "fulfilled"
