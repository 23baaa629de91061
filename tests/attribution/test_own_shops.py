"""InSales and Taplink from the wizard to the ledger: what is tried, what rings, what is signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from attribution.models import Connection, Conversion, InboundEvent, Order, PollCursor
from attribution.selectors.connections import connection_secrets
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_token_change,
)
from attribution.services.polling import connections_poll
from brands.models import Brand
from core import clock
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import count, held, the, work

APP = {"shop": "https://Toqyma.myinsales.kz/admin", "app_id": "sandbox-app"}
PASSWORD = "sandbox-insales-password"
PHRASE = "көк аспан астында"


@pytest.fixture
def outside(cast, sandbox):
    shop_open(cast.tulpar)
    sandbox.control("insales/app")
    with override_settings(SANDBOX_URL=sandbox.url):
        yield sandbox


def brand_of(cast) -> Brand:
    with acting_as(system="test"):
        return Brand.objects.get(pk=cast.tulpar.brand)


def insales(cast, **changes) -> Connection:
    given = {"name": "Shop", "password": PASSWORD, **APP, **changes}
    made, secret = connection_create(brand=brand_of(cast), source="insales", **given)
    assert secret == ""
    return made


def taplink(cast, **changes) -> Connection:
    given = {"name": "Taplink", "secret": PHRASE, "code_field": "Промокод", **changes}
    made, _secret = connection_create(brand=brand_of(cast), source="taplink", **given)
    return made


def row(connection: Connection) -> Connection:
    with acting_as(system="test"):
        return Connection.objects.get(pk=connection.pk)


def poll() -> None:
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now())
    connections_poll()
    work()


def click_of(cast) -> str:
    return click_make(cast.tulpar, at=clock.now() - timedelta(days=1)).click_id.hex


# --- InSales ---------------------------------------------------------------------------------


def test_a_shop_is_tried_and_kept_with_its_host(cast, outside):
    made = row(insales(cast))
    assert made.token == f"sandbox-app:{PASSWORD}"
    assert made.settings["seller_id"] == "toqyma.myinsales.kz"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shop": "not an address"}, "shop"),
        ({"shop": "http://127.0.0.1"}, "shop"),
        ({"shop": "localhost"}, "shop"),
        ({"shop": "a" * 300 + ".kz"}, "shop"),
        ({"app_id": ""}, "app_id"),
        ({"app_id": "a:b"}, "app_id"),
        ({"password": "құпия"}, "password"),
        ({"password": "wrong"}, "password"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(cast, outside, changes, field):
    with pytest.raises(Invalid) as error:
        insales(cast, **changes)
    assert list(error.value.fields) == [field]
    assert count(Connection, source="insales") == 0


def test_an_application_without_the_right_is_told_so(cast, outside):
    outside.control("insales/app", {"may_read": False})
    with pytest.raises(Invalid, match="may not read orders"):
        insales(cast)


def test_the_same_shop_is_connected_once_and_its_password_changed(cast, outside):
    made = insales(cast)
    with pytest.raises(ConnectionConflict):
        insales(cast, name="Again")
    with pytest.raises(ConnectionConflict):
        connection_secret_rotate(connection_id=made.pk)
    outside.control("insales/app", {"password": "second-password"})
    connection_token_change(connection_id=made.pk, app_id="sandbox-app", password="second-password")
    assert row(made).token == "sandbox-app:second-password"


def test_a_webhook_rings_and_the_order_is_read_and_paid_for(cast, outside, live_server):
    made = insales(cast)
    poll()
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now() + timedelta(hours=1))
    url = f"{live_server.url}/hooks/insales/{made.endpoint_token}"
    outside.control("insales/webhook", {"url": url})
    given = {"cookies": {"cpa_click": click_of(cast)}, "price": "12000.0"}
    order = outside.control("insales/orders", given)
    work()
    assert the(PollCursor).next_at < clock.now() + timedelta(seconds=5)
    poll()
    stored = the(Order)
    assert (stored.external_id, stored.trust, stored.status) == (
        str(order["id"]),
        InboundEvent.Trust.PULLED,
        "created",
    )
    assert (the(Conversion).grade, held(cast)[0]) == ("A", 120_000)


def test_a_forged_webhook_makes_no_order(cast, outside, client):
    made = insales(cast)
    body = '{"id": 1, "total_price": "99999.0", "fulfillment_status": "delivered"}'
    answer = client.post(
        f"/hooks/insales/{made.endpoint_token}", body, content_type="application/json"
    )
    work()
    assert (answer.status_code, count(Order)) == (200, 0)


# --- Taplink ---------------------------------------------------------------------------------


def pay(sandbox, connection, live_server, **payment) -> dict:
    url = f"{live_server.url}/hooks/taplink/{connection.endpoint_token}"
    sandbox.control("taplink/webhook", {"url": url, "secret": PHRASE})
    return sandbox.control("taplink/payments", payment)


def test_a_signed_payment_with_a_code_is_on_hold_at_once(cast, outside, live_server):
    made = taplink(cast)
    code = {"type": "3", "title": "Промокод", "value": "AQTAS"}
    paid = pay(outside, made, live_server, records=[code], times=3)
    work()
    assert paid["answers"] == [200, 200, 200]
    assert count(InboundEvent) == 1
    conversion = the(Conversion)
    assert (conversion.grade, conversion.status, held(cast)[0]) == ("B", "on_hold", 150_000)
    assert row(made).state == Connection.State.OK


def test_a_forged_payment_is_refused_and_counted(cast, outside, live_server):
    made = taplink(cast)
    assert pay(outside, made, live_server, is_forged=True)["answers"] == [401]
    assert (count(InboundEvent), row(made).bad_signature_count) == (0, 1)


def test_the_phrase_before_works_on_after_a_change(cast, outside, live_server):
    made = taplink(cast)
    connection_token_change(connection_id=made.pk, secret="a newer phrase")
    assert connection_secrets(row(made)) == ["a newer phrase", PHRASE]
    assert row(made).settings["code_field"] == "Промокод"
    assert pay(outside, made, live_server)["answers"] == [200]


@pytest.mark.parametrize("secret", ["", "short", "x" * 201])
def test_a_phrase_that_protects_nothing_is_refused(cast, outside, secret):
    with pytest.raises(Invalid) as error:
        taplink(cast, secret=secret)
    assert list(error.value.fields) == ["secret"]
