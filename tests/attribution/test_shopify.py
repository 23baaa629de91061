"""A Shopify shop from the wizard to the ledger: its secret, its stale repeats, what is asked
besides, leaving it, and the privacy of its buyers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import override_settings

from attribution.models import Connection, Conversion, InboundEvent, Order, OrderLine, PollCursor
from attribution.selectors.connections import call_url, connection_secrets
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
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import count, held, the, work

SECRET = "shpss_sandbox_client_secret"
TOKEN = "shpat_sandbox"


@pytest.fixture
def outside(cast, sandbox):
    shop_open(cast.tulpar)
    sandbox.control("shopify/alma/token")
    with override_settings(SANDBOX_URL=sandbox.url):
        yield sandbox


def connect(cast, **changes) -> Connection:
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    given = {"name": "Alma", "shop": "https://Alma.myshopify.com/admin", "secret": SECRET}
    made, secret = connection_create(brand=brand, source="shopify", **(given | changes))
    assert secret == ""
    return made


def row(connection: Connection) -> Connection:
    with acting_as(system="test"):
        return Connection.objects.get(pk=connection.pk)


def call(client, connection, body, *, secret: str = SECRET, family: str = "X_SHOPIFY") -> int:
    """Carry a body to our door as Shopify would have."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    digest = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    headers = {f"HTTP_{family}_HMAC_SHA256": digest, "content_type": "application/json"}
    answer = client.post(f"/hooks/shopify/{connection.endpoint_token}", raw, **headers)
    work()
    return answer.status_code


def poll() -> None:
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now())
    connections_poll()
    work()


def buy(sandbox, **order) -> dict:
    return sandbox.control("shopify/alma/orders", order)["order"]


def change(sandbox, order, **what) -> dict:
    return sandbox.control(f"shopify/alma/orders/{order['id']}", what)["order"]


def click_of(cast) -> str:
    return click_make(cast.tulpar, at=clock.now() - timedelta(days=1)).click_id.hex


# --- Connecting -------------------------------------------------------------------------------


def test_the_secret_is_shopifys_and_is_never_shown_by_us(outside, cast):
    made = connect(cast)
    assert connection_secrets(made) == [SECRET]
    assert (made.token, count(PollCursor)) == ("", 0)
    assert made.settings["seller_id"] == "alma.myshopify.com"
    with pytest.raises(ConnectionConflict):
        connection_secret_rotate(connection_id=made.pk)


def test_a_new_secret_of_shopify_works_beside_the_old_one(outside, cast, client):
    made = connect(cast)
    connection_token_change(connection_id=made.pk, secret="new", token="")
    assert connection_secrets(row(made)) == ["new", SECRET]
    assert call(client, made, buy(outside)) == 200
    assert call(client, made, buy(outside), secret="new", family="SHOPIFY") == 200
    assert call(client, made, buy(outside), secret="third") == 401


def test_a_token_may_come_later_and_the_secret_stays(outside, cast):
    made = connect(cast)
    connection_token_change(connection_id=made.pk, secret="", token=TOKEN)
    assert (row(made).token, connection_secrets(row(made))) == (TOKEN, [SECRET])
    assert count(PollCursor) == 2


def test_the_same_shop_twice_would_count_its_orders_twice(outside, cast):
    connect(cast)
    with pytest.raises(ConnectionConflict):
        connect(cast, name="Again", shop="alma")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"shop": ""}, "shop"),
        ({"shop": "alma.kz"}, "shop"),
        ({"shop": "alma.myshopify.com.evil.kz"}, "shop"),
        ({"shop": "10.0.0.1"}, "shop"),
        ({"shop": "a@alma.myshopify.com"}, "shop"),
        ({"secret": ""}, "secret"),
        ({"secret": "two words"}, "secret"),
        ({"token": "тайна"}, "token"),
        ({"token": "shpat_wrong"}, "token"),
        ({"shop": "nobody", "token": TOKEN}, "shop"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(outside, cast, typed, field):
    with pytest.raises(Invalid) as caught:
        connect(cast, **typed)
    assert list(caught.value.fields) == [field]


def test_a_change_of_nothing_is_refused(outside, cast):
    made = connect(cast)
    with pytest.raises(Invalid):
        connection_token_change(connection_id=made.pk, secret="", token="")


# --- A sale -----------------------------------------------------------------------------------


def test_an_order_with_our_click_is_held_and_a_refund_takes_its_part_back(outside, cast, client):
    made = connect(cast)
    order = buy(outside, click_id=click_of(cast), items=[["Көрпе", "12750.00", 2]])
    assert call(client, made, order) == 200
    assert (the(Order).trust, the(Order).external_id) == ("signed", str(order["id"]))
    assert held(cast)[0] == 255_000
    assert call(client, made, change(outside, order, refund=[0, 1])) == 200
    assert the(Conversion).commission_minor == 127_500


def test_a_stale_repeat_after_a_cancellation_changes_nothing(outside, cast, client):
    made = connect(cast)
    first = buy(outside, click_id=click_of(cast))
    cancelled = change(outside, first, do="cancel")
    assert call(client, made, cancelled) == 200
    assert call(client, made, first) == 200
    assert (the(Order).status, held(cast)[0]) == ("cancelled", 0)


def test_paid_may_come_before_created(outside, cast, client):
    made = connect(cast)
    first = buy(outside, financial_status="pending")
    paid = change(outside, first, do="pay")
    for body in (paid, first, paid):
        assert call(client, made, body) == 200
    assert (the(Order).status, count(Order)) == ("paid", 1)


def test_a_test_order_earns_nothing(outside, cast, client):
    made = connect(cast)
    call(client, made, buy(outside, click_id=click_of(cast), is_test=True))
    assert the(Order).is_test
    assert (count(Conversion), held(cast)[0]) == (0, 0)


def test_one_flipped_byte_is_refused_at_the_door_and_nothing_is_stored(outside, cast, client):
    made = connect(cast)
    raw = json.dumps(buy(outside)).encode()
    digest = base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    url = f"/hooks/shopify/{made.endpoint_token}"
    for body, given in (
        (raw.replace(b"25500", b"95500", 1), digest),
        (raw, "A" + digest[1:] if digest[0] != "A" else "B" + digest[1:]),
        (json.dumps(json.loads(raw), indent=1).encode(), digest),
    ):
        answer = client.post(
            url, body, content_type="application/json", HTTP_X_SHOPIFY_HMAC_SHA256=given
        )
        assert answer.status_code == 401
    assert (count(InboundEvent), row(made).bad_signature_count) == (0, 3)


def test_a_lost_order_is_found_and_webhooks_are_made(outside, cast):
    made = connect(cast, token=TOKEN)
    buy(outside, click_id=click_of(cast))
    poll()
    assert (the(Order).trust, the(Conversion).commission_minor) == ("pulled", 255_000)
    shown = outside.get("/_control/shopify/alma/orders").json["subscriptions"].values()
    assert [one["address"] for one in shown] == [call_url(made)] * 7
    assert row(made).calls["state"] == "on"


# --- Leaving, and privacy ---------------------------------------------------------------------


def test_an_uninstalled_application_stops_asking_and_says_why(outside, cast, client):
    made = connect(cast, token=TOKEN)
    shop = {"id": 548380009, "domain": "alma.kz", "myshopify_domain": "alma.myshopify.com"}
    assert call(client, made, shop) == 200
    left = row(made)
    assert (left.token, left.state, left.error) == ("", "failing", "uninstalled")
    assert count(PollCursor) == 0
    connection_token_change(connection_id=made.pk, secret="", token=TOKEN)
    assert (row(made).state, count(PollCursor)) == ("new", 2)


def bodies(made) -> dict[str, bool]:
    """{subject of an event: whether its body is still there}"""
    with acting_as(system="test"):
        events = InboundEvent.objects.filter(connection=made)
        return {event.event_key.partition(":")[0]: bool(bytes(event.body)) for event in events}


def redaction(order_ids, key: str = "orders_to_redact", **more) -> dict:
    customer = {"id": 191167, "email": "dana@example.kz", "phone": "+77010000002"}
    domain = "alma.myshopify.com"
    return {"shop_id": 1, "shop_domain": domain, "customer": customer, key: order_ids} | more


def test_a_buyers_data_are_erased_and_the_sale_stays(outside, cast, client):
    made = connect(cast)
    theirs = buy(outside, click_id=click_of(cast))
    other = buy(outside, phone="+77010000009")
    for order in (theirs, other):
        call(client, made, order)
    assert call(client, made, redaction([theirs["id"]])) == 200
    with acting_as(system="test"):
        indexes = dict(Order.objects.values_list("external_id", "customer_phone_index"))
    assert indexes[str(theirs["id"])] == ""
    assert indexes[str(other["id"])] != ""
    assert bodies(made) == {
        str(theirs["id"]): False,
        str(other["id"]): True,
        "buyer_erased": False,
    }
    assert (count(OrderLine), held(cast)[0]) == (2, 255_000)
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="connection.buyer_erased")
    assert (entry.after["orders"], entry.after["bodies_erased"]) == ([str(theirs["id"])], 1)
    assert "dana" not in json.dumps(entry.after)


def test_a_buyer_is_found_by_phone_too(outside, cast, client):
    made = connect(cast)
    order = buy(outside)
    call(client, made, order)
    call(client, made, redaction([]))
    assert the(Order).customer_phone_index == ""


def test_a_question_about_data_changes_nothing_and_is_written_down(outside, cast, client):
    made = connect(cast)
    order = buy(outside)
    call(client, made, order)
    asked = redaction([order["id"]], "orders_requested", data_request={"id": 9})
    assert call(client, made, asked) == 200
    assert the(Order).customer_phone_index != ""
    with acting_as(ops=1):
        assert AuditEntry.objects.get(action="connection.buyer_asked").after["bodies_erased"] == 0


def test_a_shop_that_has_left_is_erased_and_calls_no_more(outside, cast, client):
    made = connect(cast)
    for phone in ("+77010000002", "+77010000003"):
        call(client, made, buy(outside, phone=phone))
    gone = {"shop_id": 1, "shop_domain": "alma.myshopify.com"}
    assert call(client, made, gone) == 200
    assert set(bodies(made).values()) == {False}
    with acting_as(system="test"):
        assert not Order.objects.exclude(customer_phone_index="").exists()
    assert row(made).state == "off"
    assert call(client, made, gone) == 404
