"""A WooCommerce shop that calls us and is asked besides: keys, lost orders, healed webhooks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from attribution.models import Connection, Conversion, InboundEvent, Order, OrderLine, PollCursor
from attribution.selectors.connections import call_url, connection_secrets
from attribution.selectors.differences import difference_report
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_token_change,
)
from attribution.services.polling import connections_poll
from brands.models import Brand
from core import clock
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import SECRET, click_make, order_body, shop_open, signed
from tests.attribution.test_sale import count, held, the, work
from tests.concurrency.test_ledger_race import closing

REPLAYS = 100


@pytest.fixture
def outside(cast, sandbox):
    shop_open(cast.tulpar)
    with override_settings(SANDBOX_URL=sandbox.url):
        yield sandbox


def key_of(sandbox, **key) -> dict[str, str]:
    return sandbox.control("shop/alma/key", key)


def connect(cast, name: str = "Alma", **typed) -> tuple[Connection, str]:
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    return connection_create(brand=brand, source="woocommerce", name=name, **typed)


def hook(sandbox, connection: Connection, secret: str) -> None:
    """The shop's webhooks lead to us, and nobody listens there: every call is lost."""
    url = call_url(connection)
    sandbox.control("shop/shops", {"slug": "alma", "webhook_url": url, "secret": secret})


def poll() -> None:
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now())
    connections_poll()
    work()


def row(connection: Connection) -> Connection:
    with acting_as(system="test"):
        return Connection.objects.get(pk=connection.pk)


def buy(sandbox, **order) -> dict:
    return sandbox.control("shop/alma/orders", order)["order"]


# --- Connecting -------------------------------------------------------------------------------


def test_a_shop_without_a_key_only_calls_us(outside, cast):
    made, secret = connect(cast)
    assert (made.token, connection_secrets(made), count(PollCursor)) == ("", [secret], 0)


def test_a_shop_with_a_key_is_read_besides(outside, cast):
    made, secret = connect(cast, **key_of(outside))
    assert connection_secrets(made) == [secret]
    assert made.token.startswith("ck_")
    assert made.settings["base_url"] == f"{outside.url}/shop/alma"
    with acting_as(system="test"):
        endpoints = set(PollCursor.objects.values_list("endpoint", flat=True))
    assert endpoints == {"orders", "webhooks"}


def test_a_key_may_come_later_and_the_secret_stays(outside, cast):
    made, secret = connect(cast)
    connection_token_change(connection_id=made.pk, **key_of(outside))
    assert connection_secrets(row(made)) == [secret]
    assert count(PollCursor) == 2
    again = {"consumer_key": "ck_x", "consumer_secret": "cs_x", "address": ""}
    with pytest.raises(Invalid) as caught:
        connection_token_change(connection_id=made.pk, **again)
    assert caught.value.fields == {"consumer_key": ["The shop does not take this key."]}
    assert row(made).token.endswith("2b")  # the one before is kept


def test_the_same_shop_twice_would_count_its_orders_twice(outside, cast):
    connect(cast, **key_of(outside))
    with pytest.raises(ConnectionConflict):
        connect(cast, "Again", **key_of(outside))


def test_a_key_of_another_shop_is_another_source(outside, cast):
    outside.control("shop/shops", {"slug": "sauran"})
    made, _secret = connect(cast, **key_of(outside))
    with pytest.raises(Invalid):
        connection_token_change(connection_id=made.pk, **outside.control("shop/sauran/key"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"address": "http://toqyma.kz"}, "address"),
        ({"address": "https://10.0.0.1"}, "address"),
        ({"address": "https://127.0.0.1:8000"}, "address"),
        ({"address": ""}, "address"),
        ({"consumer_key": ""}, "consumer_key"),
        ({"consumer_key": "two words"}, "consumer_key"),
        ({"consumer_key": "a:b"}, "consumer_key"),
        ({"consumer_secret": "тайна"}, "consumer_secret"),
        ({"consumer_secret": "x" * 129}, "consumer_secret"),
        ({"consumer_secret": "cs_wrong"}, "consumer_key"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(outside, cast, typed, field):
    with pytest.raises(Invalid) as caught:
        connect(cast, **(key_of(outside) | typed))
    assert list(caught.value.fields) == [field]
    assert count(Connection) == 1  # the one of the world


def test_a_name_that_leads_into_our_own_house_is_not_called(outside, cast, monkeypatch):
    monkeypatch.setattr("core.http.resolve_host", lambda host, port: ["10.0.0.7"])
    with pytest.raises(Invalid) as caught:
        connect(cast, **(key_of(outside) | {"address": "https://toqyma.kz"}))
    assert "may not call this address" in caught.value.fields["address"][0]


def test_an_address_where_no_shop_is_says_so(outside, cast):
    with pytest.raises(Invalid) as caught:
        connect(cast, **(key_of(outside) | {"address": f"{outside.url}/shop/nobody"}))
    assert "no WooCommerce at this address" in caught.value.fields["address"][0]


# --- What calls have lost ---------------------------------------------------------------------


def test_a_lost_order_is_found_and_its_reward_held(outside, cast):
    made, secret = connect(cast, **key_of(outside))
    hook(outside, made, secret)
    click = click_make(cast.tulpar, at=clock.now() - timedelta(days=1)).click_id.hex
    buy(outside, click_id=click, items=[["serum", 2]])
    assert count(Order) == 0
    poll()
    assert (the(Order).trust, the(Conversion).commission_minor) == ("pulled", 255_000)
    assert held(cast)[0] == 255_000
    poll()
    assert (count(InboundEvent), count(Order)) == (1, 1)


def test_the_report_says_that_it_was_found_by_asking(outside, cast):
    made, secret = connect(cast, **key_of(outside))
    hook(outside, made, secret)
    for _ in range(6):
        buy(outside)
    poll()
    with acting_as(brand=cast.tulpar.brand):
        today = clock.today()
        report = difference_report(row_as_brand(made), today - timedelta(days=1), today)
    assert (report.shown, report.both) == (6, 6)
    assert {each.reason for each in report.differences} == {"calls_off"}


def row_as_brand(made: Connection) -> Connection:
    return Connection.objects.get(pk=made.pk)


def test_a_webhook_that_gave_up_calls_again_and_that_is_audited(outside, cast):
    made, secret = connect(cast, **key_of(outside))
    hook(outside, made, secret)
    for _ in range(6):
        buy(outside)
    poll()
    shops = outside.get("/_control/shop/shops").json
    assert shops["alma"]["webhook"]["hooks"]["order.created"]["status"] == "active"
    calls = row(made).calls
    assert (calls["state"], calls["detail"]) == ("on", "order.created")
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="connection.calls_healed").count() == 1


def test_a_refund_by_lines_takes_the_place_of_a_shared_sum(outside, cast, client):
    made, secret = connect(cast, **key_of(outside))
    order = buy(outside, items=[["serum", 1], ["cream", 1]], shipping="1000")
    poll()
    path = f"shop/alma/orders/{order['id']}"
    given = {"refund": "13750.00", "lines": [[0, 1, "12750.00"]], "shipping": "1000"}
    changed = outside.control(path, given)["order"]
    body = json.dumps(changed).encode()
    answer = client.post(f"/hooks/woocommerce/{made.endpoint_token}", body, **signed(body, secret))
    assert answer.status_code == 200
    work()
    orders = the(PollCursor, endpoint="orders")
    assert orders.next_at - orders.polled_at <= timedelta(seconds=2)  # it has rung
    poll()
    with acting_as(system="test"):
        lines = list(OrderLine.objects.order_by("amount_minor"))
    assert [line.returned_minor for line in lines] == [1_275_000, 0]


def test_an_order_trashed_while_we_were_deaf_is_only_with_us(outside, cast, client):
    made, secret = connect(cast, **key_of(outside))
    buy(outside)
    poll()
    body = order_body(7, placed=clock.now() - timedelta(hours=1))
    client.post(f"/hooks/woocommerce/{made.endpoint_token}", body, **signed(body, secret))
    work()
    buy(outside)
    poll()
    buy(outside)
    poll()
    with acting_as(brand=cast.tulpar.brand):
        today = clock.today()
        report = difference_report(row_as_brand(made), today - timedelta(days=1), today)
    assert {each.number: each.reason for each in report.differences}["7"] == "gone"


# --- A key that is refused --------------------------------------------------------------------


def test_a_refused_key_is_said_and_no_call_hides_it(outside, cast, client):
    made, secret = connect(cast, **key_of(outside))
    key_of(outside, is_withdrawn=True)
    poll()
    assert row(made).error.startswith("credentials_refused")
    body = order_body()
    url = f"/hooks/woocommerce/{made.endpoint_token}"
    assert client.post(url, body, **signed(body, secret)).status_code == 200
    work()
    assert (row(made).state, count(Order)) == ("failing", 1)
    connection_token_change(connection_id=made.pk, **key_of(outside))
    poll()
    assert (row(made).state, row(made).error) == ("ok", "")


# --- The door ---------------------------------------------------------------------------------


def test_both_secrets_are_taken_during_a_rotation_and_the_third_ends_the_first(
    outside, cast, client
):
    made, first = connect(cast)
    _same, second = connection_secret_rotate(connection_id=made.pk)
    url = f"/hooks/woocommerce/{made.endpoint_token}"
    codes = [
        client.post(url, body, **signed(body, secret)).status_code
        for body, secret in ((order_body(1), first), (order_body(2), second))
    ]
    _same, third = connection_secret_rotate(connection_id=made.pk)
    body = order_body(3)
    codes += [client.post(url, body, **signed(body, each)).status_code for each in (first, third)]
    assert codes == [200, 200, 401, 200]


@pytest.mark.django_db(transaction=True)
def test_a_hundred_replays_at_once_are_one_row(committed_cast):
    shop = shop_open(committed_cast.tulpar)
    body = order_body()

    def replay() -> int:
        return Client().post(shop.path, body, **signed(body, SECRET)).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _n: closing(replay)(), range(REPLAYS)))
    assert codes == [200] * REPLAYS
    assert count(InboundEvent) == 1
