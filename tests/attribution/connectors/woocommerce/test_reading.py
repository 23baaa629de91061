"""Asking the stand-in of a WooCommerce shop over real HTTP: pages that move, refunds by their
lines, webhooks that have stopped, refusals, broken answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    CredentialsRefused,
    Doorbell,
    NoOrders,
    OrderSnapshot,
    PollConnection,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.woocommerce.connector import WooCommerce
from attribution.connectors.woocommerce.listing import record_parse
from attribution.connectors.woocommerce.reading import ORDERS, WEBHOOKS, WooCommerceReading
from core.http import OutgoingClient, OutgoingFailed
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    paths,
    raw_json,
    spoiled,
)

READING = WooCommerceReading()
CALL_URL = "http://127.0.0.1:9/hooks/woocommerce/x"
PAGES_MAX = 30


class Known(NoOrders):
    """What our calls have told already, by the version time of the shop."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}

    def versions(self, external_ids):
        return {order: self.at[order] for order in external_ids if order in self.at}


class Poller:
    def __init__(self, sandbox, **key) -> None:
        self.sandbox, self.known = sandbox, Known()
        given = sandbox.control("shop/alma/key", key)
        own = {"base_url": f"{sandbox.url}/shop/alma", "page_rows": 3, "reads_refunds": True}
        self.token = f"{given['consumer_key']}:{given['consumer_secret']}"
        self.connected_at = self.now() - timedelta(days=1)
        self.own = own
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}
        self.shown: dict[str, str] = {}

    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])

    def page(self, endpoint: str = ORDERS):
        asked = PollConnection(
            self.token, self.own, self.known, call_url=CALL_URL, connected_at=self.connected_at
        )
        cursor = self.cursor if endpoint == ORDERS else {}
        page = READING.fetch(self.client, endpoint, cursor, asked, now=self.now())
        if endpoint == ORDERS:
            self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        return page

    def round(self) -> list[OrderSnapshot]:
        found = []
        for _ in range(PAGES_MAX):
            page = self.page()
            self.shown |= {each.external_id: each.note for each in page.shown}
            for record in page.records:
                found += READING.parse(ORDERS, record.body)
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
    return sandbox.control("shop/alma/orders", order)["order"]


def change(sandbox, order, **what) -> dict:
    return sandbox.control(f"shop/alma/orders/{order['id']}", what)["order"]


def ids(orders) -> list[str]:
    return [each.external_id for each in orders]


# --- The list of orders ----------------------------------------------------------------------


@pytest.mark.parametrize("many", [0, 1, 2, 3, 4, 7])
def test_every_page_is_read_and_all_is_shown(sandbox, poller, many):
    made = [str(buy(sandbox)["id"]) for _ in range(many)]
    assert ids(poller.round()) == made
    assert list(poller.shown) == made


def test_what_a_call_has_told_is_no_news_and_is_shown_all_the_same(sandbox, poller):
    order = buy(sandbox)
    modified = datetime.fromisoformat(order["date_modified_gmt"] + "+00:00")
    poller.known.at[str(order["id"])] = modified
    assert poller.round() == []
    assert poller.shown == {str(order["id"]): ""}
    change(sandbox, order, status="completed")
    (later,) = poller.round()
    assert (later.status, later.raw_status) == ("fulfilled", "completed")


def test_an_order_reads_as_the_shop_would_have_sent_it(sandbox, poller):
    order = buy(sandbox, click_id="0199a1c25d6e7f80", promo_code="AIGERIM10", items=[["serum", 2]])
    (called,) = WooCommerce().parse(json.dumps(order).encode(), {})
    assert poller.round() == [called]


def test_names_and_addresses_of_buyers_are_not_kept(sandbox, poller):
    buy(sandbox)
    (record,) = poller.page().records
    assert "Сапарова" not in record.body.decode()
    assert set(json.loads(record.body)["order"]["billing"]) == {"phone", "email", "country"}


def test_an_order_deleted_while_pages_are_read_loses_no_other(sandbox, poller):
    made = [buy(sandbox) for _ in range(6)]
    first = poller.page()
    change(sandbox, made[0], trash=True)
    again = poller.page()
    assert (again.records, again.is_last, poller.cursor["offset"]) == ((), False, 0)
    assert ids(poller.round()) == [str(order["id"]) for order in made[1:]]
    assert len(first.records) == 3


def test_an_order_that_comes_while_pages_are_read_is_met(sandbox, poller):
    made = [buy(sandbox) for _ in range(3)]
    poller.page()
    made.append(buy(sandbox))
    assert ids(poller.round()) == [str(made[-1]["id"])]


def test_the_next_round_begins_before_the_last_change_by_the_shops_own_clock(sandbox, poller):
    order = buy(sandbox)
    poller.round()
    assert poller.cursor == {"read_until": f"{order['date_modified_gmt']}+00:00"}
    sandbox.clock_move(3 * 86_400)
    assert ids(poller.round()) == [str(order["id"])]  # the same key: one event


def test_orders_from_before_the_connection_are_shown_as_such_and_not_taken(sandbox, poller):
    order = buy(sandbox)
    poller.connected_at = poller.now() + timedelta(seconds=60)
    change(sandbox, order, status="completed")
    sandbox.clock_move(120)
    poller.cursor = {"read_until": poller.connected_at.isoformat()}
    assert poller.round() == []
    assert poller.shown == {str(order["id"]): "older"}
    poller.known.at[str(order["id"])] = poller.now() - timedelta(days=1)  # but one we know is
    assert len(poller.round()) == 1


def test_a_draft_is_shown_and_is_no_order(sandbox, poller):
    order = buy(sandbox, status="checkout-draft")
    assert poller.round() == []
    assert poller.shown == {str(order["id"]): "draft"}


def test_a_shops_own_words_are_understood(sandbox, poller):
    poller.own["status_map"] = {"handed-over": "fulfilled"}
    buy(sandbox, status="handed-over")
    (order,) = poller.round()
    assert order.status == "fulfilled"


# --- Refunds by their lines -------------------------------------------------------------------


def backs(order) -> list[tuple[int, int]]:
    return [(line.returned_quantity, line.returned_minor) for line in order.lines]


def test_a_refund_is_read_by_its_lines(sandbox, poller):
    order = buy(sandbox, items=[["serum", 2], ["cream", 1]], shipping="990")
    change(sandbox, order, refund="13740.00", lines=[[0, 1, "12750.00"]], shipping="990.00")
    (read,) = poller.round()
    assert backs(read) == [(1, 1_275_000), (0, 0)]


def test_a_refund_that_was_deleted_makes_the_figures_smaller(sandbox, poller):
    order = buy(sandbox, items=[["serum", 2], ["cream", 1]])
    change(sandbox, order, refund="12750.00", lines=[[0, 1, "12750.00"]])
    change(sandbox, order, refund="18990.00", lines=[[1, 1, "18990.00"]])
    assert backs(poller.round()[0]) == [(1, 1_275_000), (1, 1_899_000)]
    change(sandbox, order, refund_remove=True)
    assert backs(poller.round()[0]) == [(1, 1_275_000), (0, 0)]
    change(sandbox, order, refund_remove=True)
    assert backs(poller.round()[0]) == [(0, 0), (0, 0)]


def test_a_bare_sum_counts_against_what_is_left_of_the_goods(sandbox, poller):
    order = buy(sandbox, items=[["serum", 1], ["cream", 1]])
    change(sandbox, order, refund="12750.00", lines=[[0, 1, "12750.00"]])
    change(sandbox, order, refund="1000.00")
    (read,) = poller.round()
    assert backs(read) == [(1, 1_275_000), (0, 100_000)]


def test_a_page_ends_before_it_would_ask_about_too_many_refunds(sandbox, poller):
    poller.own["page_rows"] = 50
    for _ in range(12):
        order = buy(sandbox)
        change(sandbox, order, refund="100.00")
    first = poller.page()
    assert (len(first.records), first.is_last) == (10, False)
    assert len(poller.round()) == 2


def test_a_call_with_a_refund_only_rings_where_its_details_can_be_read(sandbox):
    order = change(sandbox, buy(sandbox), refund="100.00")
    body = json.dumps(order).encode()
    assert WooCommerce().parse(body, {"reads_refunds": True}) == [Doorbell((ORDERS,))]
    assert isinstance(WooCommerce().parse(body, {})[0], OrderSnapshot)
    whole = json.dumps(change(sandbox, order, refund="12650.00")).encode()
    assert isinstance(WooCommerce().parse(whole, {"reads_refunds": True})[0], OrderSnapshot)


# --- Webhooks --------------------------------------------------------------------------------


def hooked(sandbox, **change_of) -> None:
    sandbox.control("shop/shops", {"slug": "alma", "webhook_url": CALL_URL, "secret": "s"})
    if change_of:
        sandbox.control("shop/alma/webhook", change_of)


def calls(poller) -> tuple[str, str]:
    report = poller.page(WEBHOOKS).calls
    return report.state, report.detail


def test_webhooks_that_call_are_left_alone(sandbox, poller):
    hooked(sandbox)
    assert calls(poller) == ("on", "")


def test_a_webhook_that_switched_itself_off_is_switched_on_again(sandbox, poller):
    hooked(sandbox)
    for _ in range(6):  # nobody listens there
        buy(sandbox)
    assert calls(poller) == ("healed", "order.created")
    assert calls(poller) == ("on", "")


def test_one_that_a_person_paused_stays_paused(sandbox, poller):
    hooked(sandbox, topic="order.updated", status="paused")
    assert calls(poller) == ("off", "order.updated")
    assert calls(poller) == ("off", "order.updated")


def test_a_key_that_may_only_read_says_what_is_off(sandbox):
    poller = Poller(sandbox, permissions="read")
    hooked(sandbox, topic="order.updated", status="disabled")
    assert calls(poller) == ("off", "order.updated: woocommerce_rest_authentication_error")


def test_a_shop_without_our_webhooks_says_which(sandbox, poller):
    assert calls(poller) == ("missing", "order.created, order.updated")
    sandbox.control("shop/shops", {"slug": "alma", "webhook_url": CALL_URL + "y", "secret": "s"})
    assert calls(poller) == ("missing", "order.created, order.updated")


def test_a_key_that_may_not_see_webhooks_fails_nothing(sandbox):
    poller = Poller(sandbox, permissions="write")
    assert calls(poller) == ("unknown", "woocommerce_rest_authentication_error")


# --- Refusals and broken answers --------------------------------------------------------------


def test_a_withdrawn_key_is_refused(sandbox):
    poller = Poller(sandbox, is_withdrawn=True)
    with pytest.raises(CredentialsRefused) as caught:
        poller.page()
    assert caught.value.detail == "woocommerce_rest_authentication_error"
    assert "cs_" not in str(caught.value)


def test_a_shop_that_is_not_there_is_a_definite_no(sandbox, poller):
    poller.own["base_url"] = f"{sandbox.url}/shop/nobody"
    with pytest.raises(SourceRefused) as caught:
        poller.page()
    assert caught.value.status == 404


@pytest.mark.parametrize("endpoint", [ORDERS, WEBHOOKS])
def test_too_often_is_a_pause(sandbox, poller, endpoint):
    sandbox.control("faults", {"service": "shop", "fault": "429"})
    page = poller.page(endpoint)
    assert (page.is_limited, page.next_cursor, page.calls) == (True, {}, None)


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_a_broken_answer_is_none(sandbox, poller, fault):
    buy(sandbox)
    sandbox.control("faults", {"service": "shop", "fault": fault})
    with pytest.raises(UnknownPayload):
        poller.page()
    assert len(poller.round()) == 1


def test_trouble_of_the_shop_is_asked_about_again(sandbox, poller):
    sandbox.control("faults", {"service": "shop", "fault": "500"})
    assert poller.round() == []
    sandbox.control("faults", {"service": "shop", "fault": "503", "times": 2})
    with pytest.raises(OutgoingFailed):
        poller.page()


# --- Records ---------------------------------------------------------------------------------


def record(sandbox, poller) -> dict:
    order = buy(sandbox, items=[["serum", 2]], promo_code="A", click_id="0199a1c25d6e7f80")
    change(sandbox, order, refund="13740.00", lines=[[0, 1, "12750.00"]], shipping="990.00")
    (found,) = poller.page().records
    return json.loads(found.body)


def test_every_value_spoiled_is_translated_or_refused(sandbox, poller):
    good = record(sandbox, poller)
    for path in paths(good):
        for instead in (GONE, *STRANGE):
            raw = raw_json(spoiled(good, path, instead))
            is_translated_or_refused(record_parse, raw)


def test_a_row_that_is_no_order_becomes_a_record_for_ops(sandbox, poller):
    class Strange:
        status, headers = 200, {}

        def request(self, *args, **asked):
            self.body = b'[{"id": "x"}, {"id": 7}]'
            return self

    poller.client = Strange()
    page = poller.page()
    assert [each.event_key.split(":")[1] for each in page.records] == ["unknown", "unknown"]
    assert page.shown == ()
