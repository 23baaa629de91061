"""Postbacks from their door to the ledger: the answers, what is kept, what an unsigned call may."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.test import Client

from attribution.connectors.postback.presets import PRESETS
from attribution.connectors.postback.reading import sign
from attribution.models import Connection, Conversion, InboundEvent, Order, OrderLine
from attribution.selectors.connections import connection_secrets
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_switch,
)
from attribution.services.lifecycle import conversions_advance
from attribution.services.postbacks import REFUSED_KEPT_PER_HOUR
from brands.models import Brand
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import COMMISSION, count, held, the, work
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


_noon = clock_at(NOW)


class Sender:
    """A brand's tracker or server. Each call answers (HTTP status, body)."""

    def __init__(self, cast, preset, *, currency="KZT"):
        with acting_as(system="test"):
            brand = Brand.objects.get(pk=cast.tulpar.brand)
        self.connection, self.secret = connection_create(
            brand=brand, source="postback", name="Tracker", preset=preset, currency=currency
        )
        self.path = f"/postback/{self.connection.endpoint_token}"
        self.client = Client()

    def get(self, said, **headers):
        query = urlencode(said, quote_via=quote)
        return self._said(self.client.get(f"{self.path}?{query}", **headers))

    def signed(self, said, *, at=NOW, secret=None):
        said = {**said, "ts": str(int(at.timestamp()))}
        return self.get({**said, "sig": sign(said, secret or self.secret)})

    def post(self, body, content_type):
        return self._said(self.client.post(self.path, body, content_type=content_type))

    def _said(self, response):
        assert sorted(response.json()) == ["event_id", "reason", "status"]
        return response.status_code, response.json()


@pytest.fixture
def tune(cast):
    shop_open(cast.tulpar)
    return Sender(cast, "tune")


@pytest.fixture
def native(cast):
    shop_open(cast.tulpar)
    return Sender(cast, "native")


def click_of(cast) -> str:
    return click_make(cast.tulpar, at=NOW - timedelta(days=1)).click_id.hex


def sale(cast, **changes):
    return {
        "transaction_id": click_of(cast), "adv_sub": "KZ-1042", "amount": "25500.00",
        "status": "approved",
    } | changes  # fmt: skip


def native_sale(cast, **changes):
    said = {"clickid": click_of(cast), "order_id": "KZ-1042", "sum": "25500.00"}
    return {**said, "currency": "KZT", "status": "approved", **changes}


def later(days: float = 0, minutes: float = 0) -> datetime:
    return NOW + timedelta(days=days, minutes=minutes)


# --- A signed sale ---------------------------------------------------------------------------


def test_a_signed_sale_is_held_and_approves_itself(native, cast):
    status, said = native.signed(native_sale(cast))
    assert (status, said["status"], said["reason"]) == (200, "accepted", None)
    work()
    order, conversion = the(Order), the(Conversion)
    assert said["event_id"] == str(the(InboundEvent).pk)
    assert (order.trust, order.status, order.external_id) == ("signed", "fulfilled", "KZ-1042")
    assert (conversion.status, conversion.grade) == ("on_hold", "A")
    assert held(cast)[0] == COMMISSION
    with time_machine.travel(later(days=40)):
        assert conversions_advance() == 1
    assert the(Conversion).status == "approved"


def test_a_signed_sale_goes_through_its_states_by_their_signed_times(native, cast):
    said = native_sale(cast)
    for status, minutes in (("pending", 0), ("declined", 3), ("approved", 2)):  # the last came late
        native.signed(said | {"status": status}, at=later(minutes=minutes))
        work()
    assert (the(Order).status, the(Order).version) == ("cancelled", 3)
    assert the(Conversion).status == "rejected"


def test_approving_again_does_not_begin_the_hold_anew(native, cast):
    said = native_sale(cast)
    native.signed(said)
    work()
    first = the(Conversion).hold_until
    with time_machine.travel(later(days=3)):
        native.signed(said | {"sum": "20000.00"}, at=later(days=3))
        work()
    assert (the(Conversion).hold_until, the(OrderLine).amount_minor) == (first, 2_000_000)


def test_two_secrets_work_during_a_rotation_and_the_third_ends_the_first(native, cast):
    said = native_sale(cast)
    _connection, second = connection_secret_rotate(connection_id=native.connection.pk)
    assert native.signed(said)[1]["status"] == "accepted"
    assert native.signed(said | {"status": "declined"}, secret=second)[1]["status"] == "accepted"
    connection_secret_rotate(connection_id=native.connection.pk)
    status, answer = native.signed(said | {"sum": "1.00"})
    assert (status, answer["reason"]["code"]) == (401, "signature_wrong")


# --- An unsigned sale ------------------------------------------------------------------------


def test_an_unsigned_sale_is_held_and_nothing_approves_it_by_silence(tune, cast):
    assert tune.get(sale(cast))[1]["status"] == "accepted"
    work()
    assert (the(Order).trust, the(Conversion).status) == ("hint", "on_hold")
    with time_machine.travel(later(days=400)):
        assert conversions_advance() == 0
    assert the(Conversion).status == "on_hold"


def test_a_sale_told_twice_is_one_and_its_states_follow(tune, cast):
    said = sale(cast, status="pending")
    assert tune.get(said)[1]["status"] == "accepted"
    work()
    first = the(InboundEvent).pk
    again = tune.get(said)
    assert again == (200, {"status": "duplicate", "event_id": str(first), "reason": None})
    assert the(InboundEvent).repeats == 1
    for word, status in (("approved", "on_hold"), ("rejected", "rejected")):
        with time_machine.travel(later(minutes=1 if word == "approved" else 2)):
            tune.get(said | {"status": word})
            work()
        assert the(Conversion).status == status
    assert count(Order) == 1
    assert held(cast)[0] == 0


def test_an_unsigned_source_has_no_secret_to_make_anew(tune):
    assert (tune.secret, connection_secrets(tune.connection)) == ("", [])
    with pytest.raises(ConnectionConflict):
        connection_secret_rotate(connection_id=tune.connection.pk)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_json_is_taken_whatever_it_is_called(tune, cast, content_type):
    status, said = tune.post(json.dumps(sale(cast)).encode(), content_type)
    assert (status, said["status"]) == (200, "accepted")
    work()
    assert the(OrderLine).amount_minor == 2_550_000


def test_a_form_is_taken(tune, cast):
    body = urlencode(sale(cast)).encode()
    assert tune.post(body, "application/x-www-form-urlencoded")[1]["status"] == "accepted"


def test_a_sale_in_another_currency_waits_for_its_rate(cast):
    shop_open(cast.tulpar)
    sender = Sender(cast, "everflow", currency="USD")
    said = {"transaction_id": click_of(cast), "order_id": "7", "amount": "12.40"}
    assert sender.get(said)[1]["status"] == "accepted"
    work()
    assert (the(Order).currency, the(OrderLine).amount_minor) == ("USD", 1_240)


# --- As a tracker sends it -------------------------------------------------------------------


def tell(sandbox, sender, url, method, **sold):
    """What the tracker was answered."""
    where = {"url": url, "secret": sender.secret, "method": method}
    sandbox.control("tracker/postback", where)
    return sandbox.control("tracker/sales", sold)["answers"]


def test_the_address_of_each_preset_works_as_it_is_pasted(cast, sandbox, live_server):
    shop_open(cast.tulpar)
    click = click_of(cast)
    clock = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    for preset, method in zip(PRESETS, ["GET", "POST", "JSON"] * 2, strict=True):
        sender = Sender(cast, preset)
        url = f"{live_server.url}{sender.path}?{PRESETS[preset].query()}"
        sale = {"cpa_click": click, "promo_code": "AQTAS", "status": "approved", "times": 2}
        with time_machine.travel(clock, tick=True):
            sold = tell(sandbox, sender, url, method, **sale)
            broken = tell(sandbox, sender, url, method, has_macros=True)
            forged = tell(sandbox, sender, url, method, is_forged=True)
            work()
        assert [answer["status"] for answer in sold] == ["accepted", "duplicate"], preset
        assert [answer["reason"]["code"] for answer in broken] == ["unexpanded_macro"]
        is_refused = forged[0]["reason"] and forged[0]["reason"]["code"] == "signature_wrong"
        assert bool(is_refused) == (preset == "native")
        order = the(Order, connection_id=sender.connection.pk, promo_codes=["AQTAS"])
        assert (order.status, order.click_id.hex) == ("fulfilled", click)


# --- What is refused -------------------------------------------------------------------------


def test_a_refused_call_says_why_and_is_in_the_log_without_its_passwords(tune, cast):
    said = sale(cast, transaction_id="{clickid}", security_token="hush")
    for _n in range(2):
        status, answer = tune.get(said, HTTP_REFERER="https://x.example/?token=hush")
        assert (status, answer["status"], answer["event_id"]) == (400, "rejected", None)
        assert answer["reason"] == {
            "number": 4, "code": "unexpanded_macro", "parameter": "transaction_id",
        }  # fmt: skip
    event = the(InboundEvent)
    assert (event.state, event.trust, event.repeats) == ("refused", "hint", 1)
    assert event.error == "4 unexpanded_macro: transaction_id"
    kept = bytes(event.body) + json.dumps(event.headers).encode()
    assert b"hush" not in kept
    assert b"KZ-1042" in kept
    work()
    assert (count(Order), the(Connection, pk=tune.connection.pk).bad_signature_count) == (0, 2)
    assert the(Connection, pk=tune.connection.pk).state == "new"


def test_a_log_is_not_flooded_by_a_broken_template(tune, cast):
    for number in range(REFUSED_KEPT_PER_HOUR + 2):
        tune.get({"adv_sub": f"{{{number}}}"})
    assert count(InboundEvent, state="refused") == REFUSED_KEPT_PER_HOUR
    with time_machine.travel(later(minutes=61)):
        tune.get({"adv_sub": "{again}"})
    assert count(InboundEvent, state="refused") == REFUSED_KEPT_PER_HOUR + 1


def test_a_wrong_address_and_a_switched_off_connection_are_the_same(tune, cast):
    connection_switch(connection_id=tune.connection.pk, is_on=False)
    answers = [tune.get(sale(cast))]
    for path in ("/postback/nobody", "/postback/%00"):
        response = Client().get(path)
        answers.append((response.status_code, response.json()))
    for status, answer in answers:
        assert (status, answer["reason"]["code"]) == (404, "address_unknown")
    assert Client().get("/hooks/postback/" + tune.connection.endpoint_token).status_code == 405
    assert Client().post("/hooks/postback/" + tune.connection.endpoint_token).status_code == 404


def test_what_is_too_large_or_no_get_and_no_post(tune):
    assert tune.post(b"a" * 65_537, "text/plain")[0] == 413
    assert tune.get({"a": "b" * 65_537})[0] == 413
    response = tune.client.put(tune.path)
    assert (response.status_code, response["Allow"]) == (405, "GET, POST")
    assert response.json()["reason"]["code"] == "method_unknown"


def test_the_secret_of_an_address_is_not_in_our_own_log(tune, capsys):
    handler = logging.getLogger().handlers[0]
    records = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, "emit", records.append)
        assert tune.client.get(f"{tune.path}?security_token=hush").status_code == 400
        for word in ("/hooks/woocommerce/SECRET", "/postback/SECRET?sig=hush"):
            logging.getLogger("django.request").warning("Not Found: %s", word)
    said = " ".join(record.getMessage() for record in records)
    assert len(records) == 3
    assert tune.connection.endpoint_token not in said
    assert not {"SECRET", "hush"} & set(said.replace("/", " ").replace("=", " ").split())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"preset": "voluum", "currency": "KZT"}, "preset"),
        ({"currency": "KZT"}, "preset"),
        ({"preset": "tune", "currency": "XXX"}, "currency"),
    ],
)
def test_a_connection_names_a_preset_and_a_currency(cast, typed, field):
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    with pytest.raises(Invalid) as refused:
        connection_create(brand=brand, source="postback", name="Tracker", **typed)
    assert list(refused.value.fields) == [field]
