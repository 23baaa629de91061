"""The stand-in of Shopify keeps to facts/merchants.md 1.2: signed, repeated with the bytes of the
first time, and given up after eight repeats."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from tests.sandbox.test_shop import Receiver, receiver

__all__ = ["Receiver", "receiver"]
SECRET = "shpss_sandbox_client_secret"


@pytest.fixture
def shop(sandbox, receiver):
    sandbox.control("shopify/shops", {"slug": "alma", "webhook_url": receiver.url})
    return sandbox


def signature(body: bytes) -> str:
    return base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()


def buy(shop, **order):
    return shop.control("shopify/alma/orders", order)["order"]


@pytest.mark.parametrize(("uses_events", "prefix"), [(False, "x-"), (True, "")])
def test_a_call_is_signed_over_its_raw_bytes(shop, receiver, uses_events, prefix):
    shop.control("shopify/shops", {"slug": "alma", "uses_events": uses_events})
    buy(shop)
    headers, body = receiver.last
    assert headers[f"{prefix}shopify-hmac-sha256"] == signature(body)
    assert headers[f"{prefix}shopify-topic"] == "orders/create"


def test_a_failed_call_is_repeated_with_the_bytes_of_the_first_time(shop, receiver):
    receiver.status = 500
    order = buy(shop)
    receiver.status = 200
    shop.control(f"shopify/alma/orders/{order['id']}", {"do": "ship"})
    shop.clock_move(60)
    (told,) = shop.control("shopify/alma/due")["told"]
    assert (told["status"], told["try"]) == (200, 2)
    bodies = [body for _headers, body in receiver.received]
    assert bodies[-1] == bodies[0] != bodies[1]
    ids = [headers["x-shopify-webhook-id"] for headers, _body in receiver.received]
    assert ids[-1] == ids[0]


def test_after_eight_repeats_in_four_hours_the_subscription_is_gone(shop, receiver):
    receiver.status = 503
    buy(shop)
    shop.clock_move(4 * 3_600 - 60)
    assert len(shop.control("shopify/alma/due")["told"]) == 7
    assert "orders/create" in topics(shop)
    shop.clock_move(60)
    assert len(shop.control("shopify/alma/due")["told"]) == 1
    assert "orders/create" not in topics(shop)
    receiver.status = 200
    count = len(receiver.received)
    buy(shop)
    assert len(receiver.received) == count


def topics(shop) -> set[str]:
    shown = shop.get("/_control/shopify/alma/orders").json["subscriptions"].values()
    return {one["topic"] for one in shown}


def test_a_refund_is_told_twice_by_itself_and_with_its_order(shop, receiver):
    order = buy(shop, items=[["Көрпе", "10000.00", 2]])
    shop.control(f"shopify/alma/orders/{order['id']}", {"refund": [0, 1]})
    names = [headers["x-shopify-topic"] for headers, _body in receiver.received]
    assert names == ["orders/create", "refunds/create", "orders/updated"]


def test_the_page_shows_the_orders(shop):
    order = buy(shop)
    assert order["name"] in shop.get("/shopify/").text
    form = f"slug=alma&id={order['id']}&move=ship".encode()
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shop.post("/shopify/move", form, typed).status == 303
