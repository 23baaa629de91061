"""The difference report at the brand's desk: a sentence, the orders, the reasons, a file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from attribution.connectors.base import CallsReport, PollPage, ShownOrder
from attribution.models import Connection
from attribution.services.reconciliation import page_compare
from core.tenancy.context import acting_as
from tests.doors.conftest import shop_id, the

PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def show(address, *notes, calls=None) -> None:
    shown = tuple(
        ShownOrder(external_id=f"9{n}", number=f"№ 9{n}", placed_at=PLACED, note=note)
        for n, note in enumerate(notes)
    )
    with acting_as(system="test"):
        found = Connection.objects.get(public_id=address)
        page_compare(found, PollPage((), {}, 60, is_last=True, shown=shown, calls=calls))


def test_a_source_that_is_not_read_has_no_report_on_its_page(workplace):
    address = shop_id(workplace)
    assert workplace.page("connection", address).difference_url == ""
    assert workplace.page("connection_difference", address).said == (
        "The shop showed no order of these days."
    )


def test_the_report_says_what_is_missing_and_why(workplace):
    address = shop_id(workplace)
    show(address, "", "draft")
    assert workplace.page("connection", address).difference_url == workplace.url(
        "connection_difference", address
    )
    page = workplace.page("connection_difference", address)
    assert page.said == "2 orders in the shop, 0 with us."
    assert {row.number: row.text for row in page.rows if row.number.startswith("№")} == {
        "№ 90": "Not received yet: we read it with the next round.",
        "№ 91": "A draft: the buyer has not ordered yet.",
    }
    facts = {fact.label: fact.value for fact in page.facts}
    assert (facts["In the shop"], facts["With us"], facts["Missing"]) == ("2", "0", "2")


def test_the_report_can_be_taken_away(workplace):
    address = shop_id(workplace)
    show(address, "older")
    page = workplace.page("connection_difference", address)
    answer = workplace.client("owner").get(page.csv_url)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert '"90";"№ 90";"2026-11-20 14:00";"Older than this connection' in text


@pytest.mark.parametrize("days", [("2026-11-21", "2026-11-20"), ("x", "2026-11-20")])
def test_days_that_cannot_be_are_said(workplace, days):
    address = shop_id(workplace)
    asked = dict(zip(("first_on", "last_on"), days, strict=True))
    answer = workplace.get("connection_difference", address, **asked)
    assert answer.status_code == 422
    assert answer.context["page"].said == ""
    csv = workplace.get("connection_difference_csv", address, **asked)
    assert csv.url == workplace.url("connection_difference", address)


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (
            CallsReport("missing", "order.updated"),
            "The shop has no webhook for order.updated with our address: add it there.",
        ),
        (CallsReport("off", "order.updated: no"), "webhook order.updated is off"),
    ],
)
def test_that_a_shop_has_stopped_calling_is_said_on_its_card(workplace, calls, said):
    address = shop_id(workplace)
    show(address, calls=calls)
    assert said in workplace.page("connection", address).card.cause


def test_that_we_made_it_call_again_is_said_on_its_page(workplace):
    address = shop_id(workplace)
    show(address, calls=CallsReport("healed", "order.updated"))
    assert "We made it call again (Nov\xa021, 14:00)" in workplace.page("connection", address).note
    assert the(Connection, public_id=address).calls["state"] == "on"
