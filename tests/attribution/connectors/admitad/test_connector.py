"""Admitad, by facts/marketplaces.md 4. Fixtures are recorded shapes with invented values."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.admitad import postback
from attribution.connectors.admitad.connector import ACTIONS, Admitad, AdmitadPostback
from attribution.connectors.base import (
    CallRefused,
    Doorbell,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    fixtures,
    is_translated_or_refused,
    json_values,
    paths,
    raw_json,
    spoiled,
)

ADMITAD, POSTBACK = Admitad(), AdmitadPostback()
HERE = Path(__file__).parent
ID, CLICK = "771200345", "019de0c5b0007abc8000000000000001"
READ = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PENDING = OrderSnapshot(
    external_id=ID,
    number="8190023344556677",
    status="created",
    raw_status="pending",
    currency="USD",
    placed_at=datetime(2026, 11, 20, 6, 15, tzinfo=UTC),  # 9:15 in Moscow
    source_updated_at=READ,
    lines=(
        OrderLineSnapshot(line_id=ID, sku="", name="AliExpress WW", quantity=1, amount_minor=1240),
    ),
    click_id=CLICK,
)


def changed(snapshot: OrderSnapshot = PENDING, line: dict | None = None, **values):
    lines = (dataclasses.replace(snapshot.lines[0], **(line or {})),)
    return dataclasses.replace(snapshot, lines=lines, **values)


def parse(raw: bytes) -> list:
    return ADMITAD.parse(ACTIONS, raw)


# --- Actions of the statistics ---------------------------------------------------------------


EXPECTED = {
    "pending": PENDING,
    "new": changed(raw_status="new"),
    "stalled": changed(raw_status="approved_but_stalled"),
    "approved": changed(status="fulfilled", raw_status="approved", fulfilled_at=READ),
    "declined": changed(status="cancelled", raw_status="declined"),
    "declined_after_approval": changed(
        status="returned",
        raw_status="declined",
        line={"returned_quantity": 1, "returned_minor": 1240},
    ),
    "unknown_status": changed(status="unmapped", raw_status="frozen_by_shop"),
    "cart_null": changed(line={"amount_minor": 62}),
    "cart_number": changed(currency="RUB", line={"amount_minor": 125_050}),
    "lead_without_subid": changed(number=ID, click_id=None, line={"amount_minor": 150}),
}


def test_every_fixture_has_its_snapshot():
    names = {path.stem.removeprefix("actions__") for path in fixtures(HERE, "actions")}
    assert names == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_action_becomes_exactly_this(name):
    raw = (HERE / f"fixtures/actions__{name}.json").read_bytes()
    assert parse(raw) == [EXPECTED[name]]


def good() -> dict:
    return json.loads((HERE / "fixtures/actions__approved.json").read_text())


@pytest.mark.parametrize("path", list(paths(good())), ids=str)
def test_a_spoiled_action_is_translated_or_refused(path):
    for instead in (GONE, *STRANGE):
        is_translated_or_refused(
            lambda value: parse(raw_json(value)), spoiled(good(), path, instead)
        )


@given(json_values)
def test_any_json_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: parse(json.dumps(one).encode()), value)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("action_id", None, "action.action_id: missing or empty"),
        ("action_id", "9" * 129, "action.action_id: longer than 128 characters"),
        ("status", "", "action.status: missing or empty"),
        ("currency", "DOG", "action.currency: unknown currency 'DOG'"),
        ("cart", "-1", "action.cart: negative"),
        ("cart", "1e3", "action.cart: not an amount"),
        ("action_date", "20.11.2026", "action.action_date: not a time"),
        ("action_date", None, "action.action_date: missing or empty"),
    ],
)
def test_a_wrong_field_is_named(field, value, reason):
    with pytest.raises(UnknownPayload) as refused:
        parse(raw_json(spoiled(good(), ("action", field), value)))
    assert refused.value.reason == reason


def test_without_a_value_and_a_reward_nothing_is_known_of_the_amount():
    value = spoiled(spoiled(good(), ("action", "cart"), "0"), ("action", "payment"), GONE)
    assert parse(raw_json(value))[0].lines[0].amount_minor == 0


@pytest.mark.parametrize("subid", ["", "a b", "[[[subid]]]", "9" * 51, 5, None])
def test_what_is_no_click_of_ours_is_none(subid):
    assert parse(raw_json(spoiled(good(), ("action", "subid"), subid)))[0].click_id is None


# --- The postback ----------------------------------------------------------------------------


SAID = {
    "admitad_id": ID,
    "action_id": "12",
    "subid": CLICK,
    "payment_status": "pending",
    "reward_ready": "0",
    "order_id": "8190023344556677",
    "order_sum": "12.40",
    "payment_sum": "0.62",
    "currency": "USD",
    "time": "1763619300",
    "type": "sale",
    "offer_name": "AliExpress WW",
}
AT = datetime(2025, 11, 20, 6, 15, tzinfo=UTC)


def form(**changes) -> bytes:
    said = {name: value for name, value in (SAID | changes).items() if value is not None}
    return urlencode(said).encode()


def told(**changes) -> OrderSnapshot:
    order, bell = POSTBACK.parse(form(**changes), {})
    assert bell == Doorbell((ACTIONS,))
    assert isinstance(order, OrderSnapshot)
    return order


def test_a_postback_tells_the_order_that_the_statistics_show_and_rings():
    assert told() == changed(placed_at=AT, source_updated_at=AT)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("5", "created"),
        ("6", "fulfilled"),
        ("8", "created"),
        ("new", "created"),
        ("Approved", "fulfilled"),
        ("approved_but_stalled", "created"),
        ("9", "unmapped"),
        ("on_fire", "unmapped"),
    ],
)
def test_each_status_by_its_number_and_its_word(said, status):
    order = told(payment_status=said)
    assert (order.status, order.raw_status) == (status, said)
    assert order.fulfilled_at is None  # nobody's hold begins by hearsay


@pytest.mark.parametrize("said", ["7", "declined"])
def test_a_decline_only_rings(said):
    assert POSTBACK.parse(form(payment_status=said), {}) == [Doorbell((ACTIONS,))]


def test_an_action_without_the_networks_id_goes_by_its_own():
    assert told(admitad_id=None).external_id == "12"
    assert told(admitad_id="").external_id == "12"


def test_without_the_value_of_the_order_the_reward_is_the_amount():
    assert told(order_sum="").lines[0].amount_minor == 62


def check(body: bytes) -> None:
    POSTBACK.caller_check(None, body, {})


def test_a_right_postback_is_let_in():
    check(form())
    check(form(payment_status="6", subid="", order_sum=""))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (form(subid="[[[subid]]]"), "2 macro_not_replaced: subid came as the macro itself"),
        (
            form(payment_status="[[[payment_status]]]"),
            "2 macro_not_replaced: payment_status came as the macro itself",
        ),
        (form(order_id="{order_id}"), "2 macro_not_replaced: order_id came as the macro itself"),
        (form(subid="{}"), "2 macro_not_replaced: subid came as the macro itself"),
        (postback.QUERY.encode(), "2 macro_not_replaced: admitad_id came as the macro itself"),
        (
            form(admitad_id=None, action_id=None),
            "3 parameter_missing: admitad_id or action_id",
        ),
        (form(payment_status=None), "3 parameter_missing: payment_status"),
        (b"", "3 parameter_missing: admitad_id or action_id"),
        (b"{}", "1 not_a_form: body: not a form in UTF-8"),
        (b"a=%ff", "1 not_a_form: body: not a form in UTF-8"),
        (b"a=\xff", "1 not_a_form: body: not a form in UTF-8"),
        (b"a=1&a=2", "1 not_a_form: body: a parameter comes twice"),
        (b"a=%00", "1 not_a_form: body: NUL or broken Unicode"),
        (b"&".join(b"a%d=1" % n for n in range(101)), "1 not_a_form: body: not a form in UTF-8"),
    ],
)
def test_what_the_network_would_not_send_is_refused_with_a_number(body, reason):
    with pytest.raises(CallRefused) as refused:
        check(body)
    assert (refused.value.status, refused.value.reason) == (400, reason)
    answer = POSTBACK.refusal(400, refused.value.reason, refused.value.code)
    assert (answer.status, answer.body) == (400, reason.encode())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": None}, "currency: missing or empty"),
        ({"currency": "DOG"}, "currency: unknown currency 'DOG'"),
        ({"time": "2026-11-20"}, "time: not unix seconds"),
        ({"time": "1"}, "time: not unix seconds"),
        ({"time": None}, "time: missing or empty"),
        ({"order_sum": "12,40"}, "order_sum: not an amount"),
        ({"order_sum": "-3"}, "order_sum: negative"),
        ({"admitad_id": "9" * 129}, "admitad_id: longer than 128 characters"),
    ],
)
def test_a_wrong_parameter_is_named(changes, reason):
    with pytest.raises(UnknownPayload) as refused:
        POSTBACK.parse(form(**changes), {})
    assert refused.value.reason == reason


def key(**changes) -> str:
    return POSTBACK.event_key({}, form(**changes))


def test_equal_news_has_an_equal_key():
    assert key() == key(order_sum="13.00", offer_name="x", action_id=None)
    others = {key(payment_status="6"), key(reward_ready="1"), key(admitad_id="5"), key()}
    assert len(others) == 4


def told_orders(body: bytes) -> list:
    return [one for one in POSTBACK.parse(body, {}) if not isinstance(one, Doorbell)]


@given(st.binary())
def test_any_body_has_a_key_and_is_translated_or_refused(body):
    assert POSTBACK.event_key({}, body).startswith("postback:")
    is_translated_or_refused(told_orders, body)


@pytest.mark.parametrize("name", SAID)
def test_a_spoiled_postback_is_translated_or_refused(name):
    for instead in (None, *(str(one) for one in STRANGE if one != "\ud800")):
        is_translated_or_refused(told_orders, form(**{name: instead}))


def test_nothing_of_the_visitor_is_in_the_address_to_paste():
    assert "admitad_id=[[[admitad_id]]]&" in postback.QUERY
    assert not {"action_ip", "user_agent", "keyword"} & set(postback.PARAMETERS)
