"""Orders by REST: accepted, known, replayed, refused by field, in the words of the reader."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from attribution.models import Connection, Conversion, IdempotentCall, InboundEvent, Order
from attribution.services.api_orders import calls_forget
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_switch,
)
from attribution.services.lifecycle import conversions_advance
from brands.models import Brand
from brands.selectors import api_key_find
from brands.services import api_key_create
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import COMMISSION, count, held, the, work
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ORDER = {
    "external_id": "KZ-1042",
    "status": "paid",
    "occurred_at": "2026-11-20T09:00:00Z",
    "updated_at": "2026-11-20T14:00:00+05:00",
    "currency": "KZT",
    "click_id": None,
    "promo_codes": ["AQTAS"],
    "customer": {"phone": "+77010000001", "email": None, "is_new": True},
    "lines": [
        {"line_id": "1", "sku": "ALMA-30", "name": "Алма", "quantity": 2, "returned_quantity": 0,
         "amount_minor": 2_550_000},
    ],
}  # fmt: skip


_noon = clock_at(NOW)


class Server:
    def __init__(self, client, brand_id, scopes=("orders:write", "orders:read")):
        self.client, self.brand = client, brand_id
        with acting_as(brand=brand_id):
            _key, self.secret = api_key_create(brand_id=brand_id, name="server", scopes=scopes)

    def response(self, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        options = {"content_type": "application/json"} | headers
        return self.client.post(
            "/api/v1/orders", raw, HTTP_AUTHORIZATION=f"Bearer {self.secret}", **options
        )

    def send(self, body, key=None, **headers):
        if key is not None:
            headers["HTTP_IDEMPOTENCY_KEY"] = key
        response = self.response(body, **headers)
        return response.status_code, response.json()

    def read(self, external_id):
        response = self.client.get(
            f"/api/v1/orders/{external_id}", HTTP_AUTHORIZATION=f"Bearer {self.secret}"
        )
        return response.status_code, response.json()


@pytest.fixture
def server(client, cast):
    shop_open(cast.tulpar)
    return Server(client, cast.tulpar.brand)


def changed(**changes):
    return copy.deepcopy(ORDER) | changes


def line(**changes):
    return changed(lines=[ORDER["lines"][0] | changes])


def brand_of(cast):
    with acting_as(system="test"):
        return Brand.objects.get(pk=cast.tulpar.brand)


# --- Taken -----------------------------------------------------------------------------------


def test_an_order_is_taken_and_can_be_read_with_whose_it_is_and_why(server, cast):
    click = click_make(cast.tulpar, at=NOW - timedelta(days=3)).click_id.hex
    status, said = server.send(changed(click_id=click, promo_codes=["aqtas"]))
    assert (status, said) == (202, {"event_id": str(the(InboundEvent).pk), "status": "accepted"})
    assert server.read("KZ-1042")[0] == 404  # stored; not worked on yet
    work()
    status, order = server.read("KZ-1042")
    assert (status, order["status"], order["trust"], order["source"]) == (
        200, "paid", "signed", "api",
    )  # fmt: skip
    assert [version["number"] for version in order["versions"]] == [1]
    (whose,) = order["attribution"]
    assert (whose["grade"], whose["rule"]) == ("B", "same_influencer")
    assert {each["kind"] for each in whose["trace"]} == {"click", "promo_code"}
    assert held(cast)[0] == COMMISSION


def test_the_very_same_order_is_a_duplicate_and_a_later_state_is_news(server, cast):
    first = server.send(ORDER)[1]["event_id"]
    assert server.send(ORDER) == (200, {"event_id": first, "status": "duplicate"})
    done = changed(status="fulfilled", updated_at="2026-11-21T08:00:00Z")
    assert server.send(done)[0] == 202
    back = done | {
        "updated_at": "2026-11-21T08:30:00Z",
        "lines": line(returned_quantity=1)["lines"],
    }
    assert server.send(back)[0] == 202
    work()
    conversion = the(Conversion)
    assert (conversion.status, conversion.base_minor) == ("on_hold", 1_275_000)
    with time_machine.travel(NOW + timedelta(days=60)):
        assert conversions_advance() == 1


def test_an_older_state_that_comes_late_changes_nothing(server):
    for order in (changed(status="fulfilled", updated_at="2026-11-21T08:00:00Z"), ORDER):
        server.send(order)
        work()
    versions = server.read("KZ-1042")[1]["versions"]
    assert (the(Order).status, [each["is_applied"] for each in versions]) == (
        "fulfilled", [True, False],
    )  # fmt: skip


def test_saying_fulfilled_again_does_not_begin_the_hold_anew(server):
    server.send(changed(status="fulfilled", updated_at="2026-11-20T12:00:00Z"))
    work()
    server.send(changed(status="fulfilled", updated_at="2026-11-21T08:00:00Z", promo_codes=[]))
    work()
    assert the(Order).fulfilled_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_click_that_is_not_ours_loses_no_order(server):
    assert server.send(changed(click_id="of-another-network"))[0] == 202
    work()
    assert (the(Order).click_id, the(Conversion).grade) == (None, "B")


@pytest.mark.parametrize("gone", ["click_id", "promo_codes", "customer"])
def test_what_is_optional_may_be_left_out(server, gone):
    assert server.send({k: v for k, v in ORDER.items() if k != gone})[0] == 202


# --- The connection --------------------------------------------------------------------------


def test_the_first_order_makes_the_connection_once(server):
    for number in range(3):
        assert server.send(changed(external_id=f"KZ-{number}"))[0] == 202
    connection = the(Connection, source="api")
    assert (connection.name, connection.state) == ("REST API", "ok")


def test_a_connection_of_the_page_comes_with_a_key_and_is_used(client, cast):
    made, key = connection_create(brand=brand_of(cast), source="api", name="Our server")
    server = Server(client, cast.tulpar.brand)
    server.secret = key
    assert server.send(ORDER)[0] == 202
    assert the(InboundEvent).connection_id == made.pk
    with pytest.raises(ConnectionConflict):
        connection_create(brand=brand_of(cast), source="api", name="Another")
    keys = [key, *(connection_secret_rotate(connection_id=made.pk)[1] for _n in range(2))]
    assert [api_key_find(each) is not None for each in keys] == [False, True, True]


def test_what_the_brand_switched_off_takes_nothing(server):
    server.send(ORDER)
    connection_switch(connection_id=the(Connection, source="api").pk, is_on=False)
    status, said = server.send(changed(external_id="KZ-2"), key="k")
    assert (status, said["code"]) == (409, "connection_off")
    assert count(IdempotentCall) == 0


def test_another_brand_has_its_own_order_of_the_same_number(server, client, cast):
    other = Server(client, cast.sauran.brand)
    assert (server.send(ORDER)[0], other.send(ORDER)[0]) == (202, 202)
    work()
    assert count(Order, external_id="KZ-1042") == 2
    assert (server.read("KZ-1042")[0], other.read("KZ-1042")[0]) == (200, 200)


# --- Idempotency-Key -------------------------------------------------------------------------


def test_the_same_call_with_the_same_key_gets_the_same_answer(server):
    first = server.response(ORDER, HTTP_IDEMPOTENCY_KEY="a-1")
    second = server.response(ORDER, HTTP_IDEMPOTENCY_KEY="a-1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.content == first.content
    assert (second["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
    assert count(InboundEvent) == 1


def test_a_key_over_another_body_is_refused(server):
    server.send(ORDER, key="a-1")
    status, said = server.send(changed(external_id="KZ-2"), key="a-1")
    assert (status, said["code"]) == (409, "idempotency_key_reused")
    assert count(InboundEvent) == 1


def test_a_refused_call_may_be_mended_under_its_key(server):
    assert server.send(changed(currency="XXX"), key="a-1")[0] == 422
    assert server.send(ORDER, key="a-1")[0] == 202


def test_keys_of_two_brands_are_no_twins(server, client, cast):
    server.send(ORDER, key="a-1")
    assert Server(client, cast.sauran.brand).send(changed(external_id="2"), key="a-1")[0] == 202


@pytest.mark.parametrize("key", ["k" * 256, "ключ", "a\tb"])
def test_a_key_is_short_and_printable(server, key):
    status, said = server.send(ORDER, key=key)
    assert (status, list(said["errors"])) == (422, ["Idempotency-Key"])


def test_answers_are_forgotten_after_two_days_and_not_after_one(server):
    server.send(ORDER, key="a-1")
    for hours, left in ((24, 1), (47, 1), (49, 0)):
        with time_machine.travel(NOW + timedelta(hours=hours)):
            calls_forget()
        assert count(IdempotentCall) == left


# --- Refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "external_id"),
        (changed(external_id=""), "external_id"),
        (changed(external_id="9" * 129), "external_id"),
        (changed(external_id="a\0b"), "external_id"),
        (changed(external_id={}), "external_id"),
        (changed(status="shipped"), "status"),
        (changed(currency="XXX"), "currency"),
        (changed(currency="kzt"), "currency"),
        (changed(occurred_at="2026-11-20T09:00:00"), "occurred_at"),
        (changed(occurred_at="soon"), "occurred_at"),
        (changed(occurred_at=1763715600), "occurred_at"),
        (changed(updated_at="2026-11-21T09:06:00Z"), "updated_at"),
        (changed(updated_at="0001-01-01T00:00:00+05:00"), "updated_at"),
        (changed(updated_at="9999-12-31T23:59:59-05:00"), "updated_at"),
        (changed(click_id="{clickid}"), "click_id"),
        (changed(promo_codes=["AQTAS", "{promo}"]), "promo_codes[1]"),
        (changed(promo_codes=["A" * 65]), "promo_codes[0]"),
        (changed(promo_codes=["A"] * 21), "promo_codes"),
        (changed(promo_codes="AQTAS"), "promo_codes"),
        (changed(customer=[]), "customer"),
        (changed(customer={"phone": "1" * 33}), "customer.phone"),
        (changed(lines=[]), "lines"),
        (changed(lines={}), "lines"),
        (changed(lines=[None]), "lines[0]"),
        (changed(lines=ORDER["lines"] * 2), "lines"),
        (changed(lines=ORDER["lines"] * 501), "lines"),
        (line(quantity=0), "lines[0].quantity"),
        (line(quantity=1.0), "lines[0].quantity"),
        (line(quantity=True), "lines[0].quantity"),
        (line(returned_quantity=3), "lines[0].returned_quantity"),
        (line(amount_minor=-1), "lines[0].amount_minor"),
        (line(amount_minor="25500.00"), "lines[0].amount_minor"),
        (line(amount_minor=25500.5), "lines[0].amount_minor"),
        (line(amount_minor=1e30), "lines[0].amount_minor"),
        (line(amount_minor=10**29), "lines[0].amount_minor"),
        (line(line_id=""), "lines[0].line_id"),
        ([], "body"),
        (None, "body"),
        ("text", "body"),
    ],
)
def test_each_field_that_is_wrong_is_named(server, body, field):
    status, said = server.send(body)
    assert (status, said["code"]) == (422, "invalid")
    assert field in said["errors"]
    assert all(isinstance(texts, list) and texts for texts in said["errors"].values())
    assert count(InboundEvent) == 0


def test_errors_are_in_the_language_of_the_reader(server):
    said = {
        language: server.send(changed(lines=[]), HTTP_ACCEPT_LANGUAGE=language)[1]["errors"][
            "lines"
        ]
        for language in ("en", "ru", "kk")
    }
    assert said["en"] == ["This list may not be empty."]
    assert len({texts[0] for texts in said.values()}) == 3


@pytest.mark.parametrize(
    ("body", "options", "status", "code"),
    [
        (b"{", {}, 400, "parse_error"),
        (b'{"a":' * 10_000, {}, 400, "parse_error"),
        (b'{"a": 1e999999999}', {}, 422, "invalid"),
        (b'{"a": NaN}', {}, 400, "parse_error"),
        (b'{"a": ' + b"9" * 5_000 + b"}", {}, 400, "parse_error"),
        (b"\xff", {}, 400, "parse_error"),
        (b"a=1", {"content_type": "application/x-www-form-urlencoded"}, 415,
         "unsupported_media_type"),
        (b" " * 1_048_577, {}, 413, "too_large"),
        (b"", {}, 422, "invalid"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_order_is_told_in_json(server, body, options, status, code):
    assert server.send(body, **options)[0] == status
    assert server.send(body, **options)[1]["code"] == code


def test_writing_asks_for_its_scope(client, cast):
    reader = Server(client, cast.tulpar.brand, ["orders:read"])
    assert reader.send(ORDER)[0] == 403
    writer = Server(client, cast.tulpar.brand, ["orders:write"])
    assert writer.send(ORDER)[0] == 202
    assert writer.read("KZ-1042")[0] == 403


def test_a_twin_in_flight_is_told_so(server, monkeypatch):
    """As if another connection held the lock; tests/concurrency has them at once."""
    monkeypatch.setattr(
        "attribution.services.idempotency.lock_try_for_transaction", lambda _n: False
    )
    response = server.response(ORDER, HTTP_IDEMPOTENCY_KEY="a-1")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_in_flight")
    assert response["Retry-After"] == "1"
