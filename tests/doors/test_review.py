"""The list of sales to decide about: filters, ticks, the file."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import Conversion, Rejection
from attribution.selectors.review import ReviewFilter, due_page, review_rows
from core.tenancy.context import acting_as
from influencers.models import Influencer
from tests.doors.conftest import count, public_id, the


def sale(number: str) -> str:
    return str(public_id(Conversion, order_number=number))


def refs(page) -> list[str]:
    return [row.ref for row in page.rows]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["6", "2", "4"]),
        ({"status": "on_hold"}, ["6", "2"]),
        ({"status": "approved"}, ["1"]),
        ({"status": "rejected"}, ["3"]),
        ({"days": "7"}, []),
        ({"days": "nonsense", "campaign": "nonsense", "amount": "x"}, ["6", "2", "4"]),
        ({"amount": "2 000"}, ["2", "4"]),  # 2 550,00 and not 1 530,00
    ],
)
def test_filters_leave_what_they_name(workplace, asked, found):
    assert refs(workplace.page("review", **asked)) == found


def hold_ends(number: str, day: int) -> None:
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number=number).update(
            hold_until=datetime(2026, 12, day, 7, tzinfo=UTC)
        )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["6", "2", "4"]),  # 4 is on its way: it has no deadline
        ({"sort": "nonsense"}, ["6", "2", "4"]),
        ({"sort": "newest"}, ["4", "2", "6"]),
    ],
)
def test_the_soonest_deadline_comes_first_unless_asked_otherwise(workplace, asked, found):
    hold_ends("6", 1)
    hold_ends("2", 9)
    page = workplace.page("review", **asked)
    assert refs(page) == found
    assert {row.ref: row.term.due_at.day for row in page.rows if row.term} == {"6": 1, "2": 9}
    assert [option.value for option in page.sorts] == ["", "newest"]
    assert not page.is_filtered
    assert workplace.page("review", status="rejected").sorts == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_deadlines_are_read_page_by_page_without_a_gap(
    workplace, size, django_assert_max_num_queries
):
    hold_ends("6", 1)
    hold_ends("2", 9)
    found, after, pages = [], "begin", 0
    with acting_as(brand=workplace.cast.tulpar.brand):
        rows = review_rows(workplace.cast.tulpar.brand, ReviewFilter())
        while after:
            with django_assert_max_num_queries(2):
                page = due_page(rows, after=after, size=size)
            found += [each.order_number for each in page.rows]
            after, pages = page.after, pages + 1
    assert (found, pages) == (["6", "2", "4"], -(-3 // size))


def test_the_list_asks_as_often_for_many_sales_as_for_none(workplace):
    asked = {}
    for rows, days in ((0, "7"), (3, "")):
        with CaptureQueriesContext(connection) as queries:
            assert len(workplace.page("review", days=days).rows) == rows
        asked[rows] = len(queries)
    assert asked[3] == asked[0]


def test_by_influencer_and_campaign(workplace):
    aliya = str(public_id(Influencer, pk=workplace.cast.tulpar.influencer))
    dana = str(public_id(Influencer, pk=workplace.cast.sauran.influencer))
    assert refs(workplace.page("review", influencer=aliya)) == ["6", "2", "4"]
    assert refs(workplace.page("review", influencer=dana)) == []
    assert refs(workplace.page("review", campaign=str(workplace.live))) == ["6", "2", "4"]


def test_who_may_only_read_gets_no_ticks(workplace):
    page = workplace.page("review", who="analyst")
    assert (page.decide_url, [row.value for row in page.rows]) == ("", ["", "", ""])


def test_many_are_rejected_with_one_reason(workplace):
    given = {"action": "reject", "sales": [sale("2"), sale("4")], "reason_code": "19",
             "note": "Купон сайты"}  # fmt: skip
    answer = workplace.post("review_decide", **given)
    assert answer.status_code == 302
    assert count(Rejection, door="list", note="Купон сайты") == 2
    assert refs(workplace.page("review")) == ["6"]


def test_what_cannot_be_done_is_named_and_the_rest_is_done(workplace):
    answer = workplace.post("review_decide", action="approve", sales=[sale("2"), sale("4")])
    page = answer.context["page"]
    assert (answer.status_code, [(each.ref, each.text[:28]) for each in page.refused]) == (
        422,
        [("4", "The buyer has not received i")],
    )
    assert the(Conversion, order_number="2").status == "approved"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "approve"}, "Tick at least one sale."),
        ({"action": "reject", "sales": ["x"]}, "Tick at least one sale."),
        ({"action": "reject", "sales": "2", "note": "x"}, "Choose a reason."),
        ({"action": "reject", "sales": "2", "reason_code": "18", "note": "x"},
         "A brand cannot give this reason."),
        ({"action": "reject", "sales": "2", "reason_code": "19"},
         "Say in a note, or show in a file, what the reason rests on."),
    ],
)  # fmt: skip
def test_a_decision_that_lacks_something_changes_nothing(workplace, given, said):
    if given.get("sales") == "2":
        given = given | {"sales": [sale("2")]}
    answer = workplace.post("review_decide", **given)
    assert (answer.status_code, answer.context["page"].errors) == (422, [said])
    assert the(Conversion, order_number="2").status == "on_hold"


def test_another_brands_sales_are_not_there(workplace):
    with acting_as(system="test data"):
        Conversion.objects.filter(order_number="2").update(reason_note="")
    url = workplace.url("review_decide").replace("/brand/tulpar/", "/brand/sauran/")
    answer = workplace.client("stranger").post(url, {"action": "approve", "sales": [sale("2")]})
    assert answer.context["page"].refused[0].text == "There is no such sale."
    assert the(Conversion, order_number="2").status == "on_hold"


def test_the_file_has_what_the_filter_shows(workplace):
    answer = workplace.get("review_csv", status="on_hold")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert header[:3] == ["Conversion id", "Order", "Line"]
    assert [(row[0], row[1], row[9]) for row in rows] == [
        (sale("6"), "6", "1530,00"),
        (sale("2"), "2", "2550,00"),
    ]
