"""Asking the stand-in of a Shopify shop over real HTTP: pages, subscriptions, refusals."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    NoOrders,
    PollConnection,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.shopify.connector import Shopify
from attribution.connectors.shopify.listing import _page_info
from attribution.connectors.shopify.reading import ORDERS, WEBHOOKS, ShopifyReading
from core.http import OutgoingClient

READING = ShopifyReading()
CALL_URL = "http://127.0.0.1:9/hooks/shopify/x"
PAGES_MAX = 20


class Known(NoOrders):
    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}

    def versions(self, external_ids):
        return {order: self.at[order] for order in external_ids if order in self.at}


class Poller:
    def __init__(self, sandbox, **token) -> None:
        self.sandbox, self.known = sandbox, Known()
        self.token = sandbox.control("shopify/alma/token", token)["token"]
        self.own = {"base_url": f"{sandbox.url}/shopify/alma", "page_rows": 2}
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursors: dict[str, dict] = {ORDERS: {}, WEBHOOKS: {}}
        self.connected_at = self.now() - timedelta(days=1)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])

    def page(self, endpoint: str = ORDERS):
        asked = PollConnection(
            self.token, self.own, self.known, call_url=CALL_URL, connected_at=self.connected_at
        )
        cursor = self.cursors[endpoint]
        page = READING.fetch(self.client, endpoint, cursor, asked, now=self.now())
        self.cursors[endpoint] = json.loads(json.dumps(page.next_cursor))
        return page

    def round(self):
        found, shown = [], {}
        for _ in range(PAGES_MAX):
            page = self.page()
            shown |= {each.external_id: each.note for each in page.shown}
            for record in page.records:
                found += READING.parse(ORDERS, record.body)
            if page.is_last:
                return found, shown
        raise AssertionError("the round does not end")


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def poller(sandbox) -> Poller:
    return Poller(sandbox)


def buy(sandbox, **order) -> dict:
    return sandbox.control("shopify/alma/orders", order)["order"]


def change(sandbox, order, **what) -> dict:
    return sandbox.control(f"shopify/alma/orders/{order['id']}", what)["order"]


@pytest.mark.parametrize("many", [0, 2, 5])
def test_every_page_is_read_and_all_is_shown(sandbox, poller, many):
    made = {str(buy(sandbox)["id"]) for _ in range(many)}
    found, shown = poller.round()
    assert {order.external_id for order in found} == made == set(shown)


def test_an_order_reads_as_the_shop_would_have_sent_it(sandbox, poller):
    made = buy(sandbox, click_id="0199a1c25d6e7f80", promo_code="DANA", is_test=True)
    made = change(sandbox, made, do="ship")
    made = change(sandbox, made, refund=[0, 1])
    (called,) = Shopify().parse(json.dumps(made).encode(), {})
    assert poller.round()[0] == [called]
    assert called.is_test


def test_a_cancelled_order_is_in_the_list(sandbox, poller):
    change(sandbox, buy(sandbox), do="cancel")
    assert [order.status for order in poller.round()[0]] == ["cancelled"]


def test_what_a_call_has_told_is_no_news_and_is_shown_all_the_same(sandbox, poller):
    order = buy(sandbox)
    poller.known.at[str(order["id"])] = datetime.fromisoformat(order["updated_at"])
    assert poller.round() == ([], {str(order["id"]): ""})


def test_orders_from_before_the_connection_are_not_taken(sandbox, poller):
    order = buy(sandbox)
    poller.connected_at = poller.now() + timedelta(seconds=5)
    poller.cursors[ORDERS] = {"read_until": poller.now().isoformat()}
    assert poller.round() == ([], {str(order["id"]): "older"})


def test_names_of_buyers_are_not_kept(sandbox, poller):
    buy(sandbox)
    (record,) = poller.page().records
    assert "Дана" not in record.body.decode()


def test_a_cursor_that_has_ended_begins_the_round_anew(sandbox, poller):
    for _ in range(3):
        buy(sandbox)
    poller.page()
    poller.cursors[ORDERS]["page_info"] = "gone"
    again = poller.page()
    assert (again.records, again.is_last, poller.cursors[ORDERS]["page_info"]) == ((), False, "")
    assert len(poller.round()[0]) == 3


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ("", ""),
        ('<https://a/orders.json?page_info=abc&limit=2>; rel="next"', "abc"),
        ("<https://evil/?page_info=abc>; rel=next", "abc"),  # the cursor alone is taken
        ('<https://a/?page_info=p>; rel="previous", <https://a/?page_info=n>; rel="next"', "n"),
        ('<https://a/?page_info=p>; rel="previous"', ""),
    ],
)
def test_the_cursor_of_the_next_page(link, cursor):
    assert _page_info(link) == cursor


@pytest.mark.parametrize("url", ["https://a/", "https://[x", "https://a/?page_info=" + "x" * 3_000])
def test_a_next_page_without_a_cursor_is_refused(url):
    with pytest.raises(UnknownPayload):
        _page_info(f'<{url}>; rel="next"')


# --- Subscriptions ---------------------------------------------------------------------------


def topics(sandbox) -> set[str]:
    shown = sandbox.get("/_control/shopify/alma/orders").json["subscriptions"].values()
    return {one["topic"] for one in shown if one["is_of_app"]}


def test_webhooks_are_made_and_then_left_alone(sandbox, poller):
    assert poller.page(WEBHOOKS).calls.state == "on"
    assert len(topics(sandbox)) == 7
    assert poller.page(WEBHOOKS).calls.state == "on"
    assert len(topics(sandbox)) == 7


def test_one_that_shopify_deleted_is_made_again(sandbox, poller):
    poller.page(WEBHOOKS)
    buy(sandbox)  # nobody listens there
    for _ in range(9):
        sandbox.clock_move(3_600)
        sandbox.control("shopify/alma/due")
    assert "orders/create" not in topics(sandbox)
    report = poller.page(WEBHOOKS).calls
    assert (report.state, report.detail) == ("healed", "orders/create")
    assert "orders/create" in topics(sandbox)


# --- Refusals --------------------------------------------------------------------------------


def test_a_withdrawn_token_is_refused(sandbox):
    with pytest.raises(CredentialsRefused) as caught:
        Poller(sandbox, is_withdrawn=True).page()
    assert "Invalid API key" in caught.value.detail
    assert "shpat" not in str(caught.value)


def test_a_token_without_its_scope_is_refused_and_fails_no_webhooks(sandbox):
    poller = Poller(sandbox, scopes=["read_products"])
    with pytest.raises(AccessDenied):
        poller.page()
    assert poller.page(WEBHOOKS).calls.state == "unknown"


def test_a_shop_that_is_not_there(sandbox, poller):
    poller.own["base_url"] = f"{sandbox.url}/shopify/nobody"
    with pytest.raises(SourceRefused):
        poller.page()


def test_too_often_is_a_pause_as_long_as_shopify_says(sandbox, poller):
    for _ in range(40):
        poller.page()
    limited = poller.page()
    assert (limited.is_limited, limited.next_delay_seconds) == (True, 2)


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_a_broken_answer_is_none(sandbox, poller, fault):
    buy(sandbox)
    sandbox.control("faults", {"service": "shopify", "fault": fault})
    with pytest.raises(UnknownPayload):
        poller.page()
    assert len(poller.round()[0]) == 1
