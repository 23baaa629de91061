"""Asking the stand-in of InSales over real HTTP: pages, limits, refusals, broken answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PollConnection,
    PollPage,
    UnknownPayload,
)
from attribution.connectors.insales.connector import ORDERS, InSales
from core.http import OutgoingClient, OutgoingFailed

INSALES = InSales()
PAGES_MAX = 30


class Poller:
    """What the poller of attribution does: keeps the cursor, waits as long as it is told."""

    def __init__(self, sandbox, **app) -> None:
        self.sandbox = sandbox
        given = sandbox.control("insales/app", app)
        own = {"base_url": f"{sandbox.url}/insales", "page_rows": 2}
        self.connection = PollConnection(f"{given['app_id']}:{given['password']}", own)
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}
        self.keys: set[str] = set()

    def page(self) -> PollPage:
        now = datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])
        page = INSALES.fetch(self.client, ORDERS, self.cursor, self.connection, now=now)
        self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        return page

    def round(self) -> list[tuple[str, str]]:
        """Pages until the last one; (number, status) of what was not known."""
        found = []
        for _ in range(PAGES_MAX):
            page = self.page()
            for record in page.records:
                if record.event_key not in self.keys:
                    self.keys.add(record.event_key)
                    (order,) = INSALES.parse(ORDERS, record.body)
                    found.append((order.number, order.status))
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return found
        raise AssertionError("the round does not end")


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def poller(sandbox) -> Poller:
    return Poller(sandbox)


def buy(sandbox, **order) -> dict:
    return sandbox.control("insales/orders", order)


def test_all_pages_are_read_and_the_next_round_has_no_news(sandbox, poller):
    made = [str(buy(sandbox, age_days=5 - n)["number"]) for n in range(5)]
    assert poller.round() == [(number, "created") for number in made]
    assert poller.round() == []


def test_a_change_is_news_and_so_is_one_written_late_with_an_earlier_time(sandbox, poller):
    first, second = buy(sandbox), buy(sandbox)
    poller.round()
    sandbox.control(f"insales/orders/{first['id']}", {"fulfillment_status": "delivered"})
    assert poller.round() == [(str(first["number"]), "fulfilled")]
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    sandbox.control(f"insales/orders/{first['id']}", {"coupon": "X"})
    poller.round()
    late = (now - timedelta(minutes=2)).isoformat()
    sandbox.control(
        f"insales/orders/{second['id']}", {"fulfillment_status": "declined", "updated_at": late}
    )
    assert poller.round() == [(str(second["number"]), "cancelled")]


def test_orders_of_one_moment_end_a_round_all_the_same(sandbox, poller):
    moment = sandbox.get("/_control/clock").json["now"]
    for _ in range(5):
        buy(sandbox, updated_at=moment)
    assert len(poller.round()) == 5


def test_an_empty_shop_is_read_from_where_it_began(sandbox, poller):
    assert poller.round() == []
    buy(sandbox)
    assert len(poller.round()) == 1


def test_names_addresses_and_other_cookies_reach_no_disk_of_ours(sandbox, poller):
    buy(sandbox, cookies={"cpa_click": "abc", "_ga": "somebody"})
    (record,) = poller.page().records
    kept = json.loads(record.body)
    assert kept["cookies"] == {"cpa_click": "abc"}
    assert set(kept["client"]) == {"phone", "email"}
    assert "shipping_address" not in kept


def test_too_often_is_a_page_without_a_row_and_asked_again(sandbox, poller):
    buy(sandbox)
    sandbox.control("faults", {"service": "insales", "fault": "429"})
    page = poller.page()
    assert (page.records, page.is_limited, page.next_delay_seconds) == ((), True, 60)
    assert len(poller.round()) == 1


def test_the_shops_own_limit_is_told_with_its_pause(sandbox, poller):
    pages = [poller.page() for _ in range(501)]
    assert [page.is_limited for page in pages] == [False] * 500 + [True]
    assert 0 < pages[-1].next_delay_seconds <= 301


def test_a_wrong_password_and_a_right_that_is_missing_are_told_apart(sandbox):
    wrong = Poller(sandbox)
    wrong.connection = PollConnection("sandbox-app:other", wrong.connection.settings)
    with pytest.raises(CredentialsRefused):
        wrong.page()
    with pytest.raises(AccessDenied):
        Poller(sandbox, may_read=False).page()


@pytest.mark.parametrize(
    ("fault", "error"),
    [("html", UnknownPayload), ("truncated", UnknownPayload), ("503", OutgoingFailed)],
)
def test_a_broken_answer_is_no_answer(sandbox, poller, fault, error):
    sandbox.control("faults", {"service": "insales", "fault": fault, "times": 5})
    with pytest.raises(error):
        poller.page()
    sandbox.call("DELETE", "/_control/faults")


def test_every_order_of_a_page_is_shown_for_the_difference_report(sandbox, poller):
    made = [str(buy(sandbox, age_days=2 - n)["number"]) for n in range(2)]
    page = poller.page()
    assert [each.number for each in page.shown] == made
    assert [each.event_key for each in page.shown] == [each.event_key for each in page.records]
