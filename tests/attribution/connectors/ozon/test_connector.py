"""Ozon, by facts/marketplaces.md 2. Fixtures are recorded shapes with invented values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given, settings

from attribution.connectors.base import (
    CallRefused,
    Doorbell,
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.ozon import push
from attribution.connectors.ozon.connector import RETURNS, Ozon, OzonPush
from attribution.connectors.ozon.push import FBO_LIST, FBS_LIST
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

OZON, PUSH = Ozon(), OzonPush()
HERE = Path(__file__).parent
NUMBER, SKU = "48120033-0017-1", "1602044871"
PLACED = datetime(2026, 11, 20, 6, 56, 36, tzinfo=UTC)
READ = datetime(2026, 11, 25, 15, 10, tzinfo=UTC)
SETTINGS = {"client_id": "2150417"}
OZON_ADDRESS = ip_address("185.73.193.5")


def load(name: str):
    return json.loads((HERE / f"fixtures/{name}.json").read_text())


def parse(name: str, endpoint: str = FBS_LIST) -> list:
    return OZON.parse(endpoint, (HERE / f"fixtures/{name}.json").read_bytes())


def order(name: str) -> OrderSnapshot:
    (found,) = [one for one in parse(name) if isinstance(one, OrderSnapshot)]
    return found


# --- Postings --------------------------------------------------------------------------------


def test_a_new_posting_is_an_order_worth_what_the_seller_earns():
    """4 590.50 twice, and not the 4 390 that Ozon let the buyer pay, nor the 4 990 of the list: of
    each piece Ozon pays 200.50."""
    assert order("postings__created") == OrderSnapshot(
        external_id=NUMBER,
        number=NUMBER,
        status="created",
        raw_status="awaiting_packaging",
        currency="KZT",
        placed_at=PLACED,
        source_updated_at=datetime(2026, 11, 20, 7, 0, tzinfo=UTC),
        lines=(
            OrderLineSnapshot(
                line_id=SKU,
                sku=SKU,
                name="Сыворотка ALMA LAB",
                quantity=2,
                amount_minor=918_100,
                market_minor=40_100,
            ),
        ),
        may_lag=True,
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        {"amount": "", "currency": "KZT"},
        {"amount": "5000", "currency": "KZT"},
        {"amount": "80", "currency": "BYN"},
    ],
)
def test_what_ozon_pays_is_nothing_where_it_does_not_say_it_in_this_money(told):
    record = load("postings__created")
    record["posting"]["financial_data"]["products"][0]["customer_price"] = told
    found = OZON.parse(FBS_LIST, json.dumps(record).encode())
    (one,) = [each for each in found if isinstance(each, OrderSnapshot)]
    assert one.lines[0].market_minor == 0


def test_delivered_is_fulfilled_when_we_read_it():
    """`delivering_date` is the handover; no field tells when the buyer had it."""
    found = order("postings__delivered")
    assert (found.status, found.fulfilled_at, found.source_updated_at) == ("fulfilled", READ, READ)


@pytest.mark.parametrize(
    ("name", "status", "raw_status"),
    [
        ("postings__cancelled", "cancelled", "cancelled"),
        ("postings__not_accepted", "cancelled", "not_accepted"),
        ("postings__unknown_status", "unmapped", "awaiting_miracle"),
    ],
)
def test_a_status(name, status, raw_status):
    found = order(name)
    assert (found.status, found.raw_status, found.fulfilled_at) == (status, raw_status, None)


@pytest.mark.parametrize(
    "raw_status",
    [
        "awaiting_registration", "acceptance_in_progress", "awaiting_approve",
        "awaiting_verification", "awaiting_packaging", "awaiting_deliver", "arbitration",
        "client_arbitration", "delivering", "driver_pickup", "sent_by_seller",
    ],
)  # fmt: skip
def test_on_its_way_in_any_word_is_created(raw_status):
    record = spoiled(load("postings__created"), ("posting", "status"), raw_status)
    (found,) = [one for one in OZON.parse(FBS_LIST, raw_json(record)) if hasattr(one, "status")]
    assert found.status == "created"


@pytest.mark.parametrize("name", ["postings__not_paid_yet", "postings__split_parent"])
def test_what_says_nothing_of_an_order(name):
    assert parse(name) == []


def test_delivered_without_a_time_of_payment_is_not_lost():
    record = spoiled(load("postings__delivered"), ("posting", "in_process_at"), "")
    (found,) = [one for one in OZON.parse(FBS_LIST, raw_json(record)) if hasattr(one, "status")]
    assert (found.status, found.placed_at) == ("fulfilled", READ)


@pytest.mark.parametrize(
    ("name", "amount_minor", "currency"),
    [
        ("postings__price_text", 998_000, "RUB"),
        ("postings__price_object_only", 998_000, "KZT"),
        ("postings__price_null_in_financial_data", 998_000, "KZT"),
        ("postings__created", 918_100, "KZT"),
    ],
)
def test_the_shapes_of_money(name, amount_minor, currency):
    found = order(name)
    assert (found.lines[0].amount_minor, found.currency) == (amount_minor, currency)


def test_products_of_one_sku_are_one_line():
    lines = order("postings__two_lines_of_one_sku").lines
    assert [(line.line_id, line.quantity, line.amount_minor) for line in lines] == [
        (SKU, 2, 998_000),
        ("1602044899", 3, 450_075),
    ]


def test_the_titles_of_promotions_are_evidence_and_come_before_the_order():
    first, second, found = parse("postings__created")
    assert isinstance(found, OrderSnapshot)
    assert second.value == "Хиты продаж"
    assert first == EvidenceSnapshot(
        external_id=NUMBER,
        line_id=SKU,
        kind="ozon_voucher",
        value="Birge k3m9x2ab",
        occurred_at=PLACED,
        currency="KZT",
    )


def test_a_part_takes_its_pieces_from_its_parent():
    *_evidence, child, move = parse("postings__split_child")
    assert (child.external_id, child.lines[0].quantity) == ("48120033-0017-2", 1)
    assert move == LineMoveSnapshot(
        external_id=NUMBER,
        line_id=SKU,
        move_id="split:48120033-0017-2",
        kind="split",
        quantity=1,
        source_updated_at=READ,
    )


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("posting",), GONE, "posting: not an object"),
        (("posting", "posting_number"), "", "posting.posting_number: missing or empty"),
        (("posting", "posting_number"), "9" * 65, "posting.posting_number: longer than 64"),
        (("posting", "status"), None, "posting.status: missing or empty"),
        (("posting", "in_process_at"), "soon", "posting.in_process_at: not a time"),
        (("posting", "products"), [], "posting.products: empty"),
        (("posting", "products", 0, "sku"), "x", "posting.products[0].sku: not a whole number"),
        (("posting", "products", 0, "quantity"), 1.5, "posting.products[0].quantity: not a whole"),
        (("posting", "products", 0, "price"), "4990", "posting.products[0].price: no currency"),
        (("posting", "products", 0, "price", "currency"), "XTS", "unknown currency 'XTS'"),
        (("posting", "financial_data", "products", 0, "price"), -1, "products[0].price: negative"),
        (("posting", "financial_data", "products", 0, "price"), "a", "price: not an amount"),
        (("posting", "financial_data", "products", 0, "actions"), "x", "actions: not a short list"),
        (("posting", "parent_posting_number"), "9" * 65, "parent_posting_number: longer than 64"),
        (("read_at",), GONE, "read_at: missing or empty"),
    ],
)
def test_this_field_wrong_is_this_reason(path, value, reason):
    record = spoiled(load("postings__created"), path, value)
    with pytest.raises(UnknownPayload) as caught:
        OZON.parse(FBS_LIST, raw_json(record))
    assert reason in caught.value.reason


def test_a_posting_without_any_price_is_refused():
    record = spoiled(load("postings__price_object_only"), ("posting", "products", 0, "price"), None)
    with pytest.raises(UnknownPayload, match=r"products\[0\].price: missing or empty"):
        OZON.parse(FBS_LIST, raw_json(record))


def test_two_currencies_in_one_posting_are_refused():
    path = ("posting", "products", 1, "price", "currency")
    record = spoiled(load("postings__two_lines_of_one_sku"), path, "RUB")
    with pytest.raises(UnknownPayload, match="in several currencies"):
        OZON.parse(FBO_LIST, raw_json(record))


# --- Returns ---------------------------------------------------------------------------------


def test_a_return_is_pieces_of_a_line():
    (found,) = parse("returns__full", RETURNS)
    assert found == LineMoveSnapshot(
        external_id=NUMBER,
        line_id=SKU,
        move_id="return:1000015552",
        kind="return",
        quantity=1,
        source_updated_at=datetime(2026, 11, 30, 8, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("name", "kind", "quantity"),
    [
        ("returns__partial_number_ids", "return", 1),
        ("returns__cancellation", "cancellation", 1),
        ("returns__dispute", "return", 0),
        ("returns__unknown_word_no_time", "return", 1),
    ],
)
def test_a_row_of_the_returns(name, kind, quantity):
    (found,) = parse(name, RETURNS)
    assert (found.kind, found.quantity) == (kind, quantity)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("row", "posting_number"), None, "row.posting_number: missing or empty"),
        (("row", "id"), "x", "row.id: not an id"),
        (("row", "product"), None, "row.product: not an object"),
        (("row", "product", "sku"), "abc", "row.product.sku: not an id"),
        (("row", "product", "quantity"), -1, "row.product.quantity: not within"),
        (("row", "visual", "change_moment"), "x", "row.visual.change_moment: not a time"),
    ],
)
def test_this_field_of_a_return_wrong_is_this_reason(path, value, reason):
    record = spoiled(load("returns__full"), path, value)
    with pytest.raises(UnknownPayload) as caught:
        OZON.parse(RETURNS, raw_json(record))
    assert reason in caught.value.reason


# --- Anything at all --------------------------------------------------------------------------

RECORDS = [
    *((FBS_LIST, path) for path in fixtures(HERE, "postings")),
    *((RETURNS, path) for path in fixtures(HERE, "returns")),
]


@pytest.mark.parametrize(("endpoint", "path"), RECORDS, ids=lambda value: Path(value).stem)
def test_every_value_spoiled_is_translated_or_refused(endpoint, path):
    good = json.loads(path.read_text())
    for place in paths(good):
        for strange in (GONE, *STRANGE):
            is_translated_or_refused(
                lambda value: OZON.parse(endpoint, raw_json(value)), spoiled(good, place, strange)
            )


@given(value=json_values)
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("endpoint", [FBS_LIST, RETURNS])
def test_any_json_is_translated_or_refused(endpoint, value):
    is_translated_or_refused(lambda each: OZON.parse(endpoint, json.dumps(each).encode()), value)


@given(value=json_values)
@settings(max_examples=100, deadline=None)
def test_any_push_has_a_key_and_is_understood_or_refused(value):
    body = json.dumps(value).encode()
    assert PUSH.event_key({}, body).startswith("push:")
    assert PUSH.answer({}, body, now=READ).status == 200
    try:
        PUSH.caller_check(OZON_ADDRESS, body, SETTINGS)
    except CallRefused as error:
        assert error.status in (400, 403)  # noqa: PT017 both ways are right


# --- Push ------------------------------------------------------------------------------------


def push_body(name: str) -> bytes:
    return (HERE / f"fixtures/push__{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "endpoints"),
    [
        ("new_posting", (FBS_LIST,)),
        ("state_changed", (FBS_LIST,)),
        ("posting_cancelled", (FBS_LIST,)),
        ("fbo_new", (FBO_LIST,)),
        ("order_new_without_seller", (FBS_LIST, FBO_LIST)),
        ("order_state_changed", (FBS_LIST, FBO_LIST)),
    ],
)
def test_a_push_rings_and_says_nothing_else(name, endpoints):
    assert PUSH.parse(push_body(name), SETTINGS) == [Doorbell(endpoints)]
    PUSH.caller_check(OZON_ADDRESS, push_body(name), SETTINGS)
    assert not PUSH.is_ping({}, push_body(name))


def test_an_unknown_type_rings_nowhere_and_is_kept():
    assert PUSH.parse(push_body("unknown_type"), SETTINGS) == []
    assert not PUSH.is_ping({}, push_body("unknown_type"))


def test_a_chat_is_answered_and_not_kept():
    PUSH.caller_check(OZON_ADDRESS, push_body("chat_seller_as_text"), SETTINGS)
    assert PUSH.is_ping({}, push_body("chat_seller_as_text"))


def test_the_ping_is_answered_in_the_strict_format():
    now = datetime(2026, 11, 21, 10, 0, 0, 999, tzinfo=UTC)
    answer = PUSH.answer({}, push_body("ping"), now=now)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {
        "version": "1.0",
        "name": "birge",
        "time": "2026-11-21T10:00:00Z",
    }


@pytest.mark.parametrize("name", ["new_posting", "unknown_type", "chat_seller_as_text"])
def test_everything_else_is_acknowledged(name):
    assert json.loads(PUSH.answer({}, push_body(name), now=READ).body) == {"result": True}


def test_a_no_has_ozons_shape():
    answer = PUSH.refusal(400, "message_type is missing", push.MISSED)
    assert (answer.status, answer.content_type) == (400, "application/json")
    assert json.loads(answer.body) == {
        "error": {
            "code": "ERROR_PARAMETER_VALUE_MISSED",
            "message": "message_type is missing",
            "details": None,
        }
    }


@pytest.mark.parametrize(
    "address", ["195.34.21.0", "195.34.21.255", "185.73.192.1", "185.73.195.255", "91.223.93.9"]
)
def test_ozons_addresses_may_call(address):
    PUSH.caller_check(ip_address(address), push_body("new_posting"), SETTINGS)


@pytest.mark.parametrize(
    "address",
    [None, "195.34.22.0", "185.73.191.255", "185.73.196.0", "91.223.94.1", "127.0.0.1", "::1"],
)
def test_no_other_address_may_call(address):
    peer = ip_address(address) if address else None
    with pytest.raises(CallRefused) as caught:
        PUSH.caller_check(peer, push_body("new_posting"), SETTINGS)
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, push.UNKNOWN),
        (b"\xff\xfe", 400, push.UNKNOWN),
        (b"[" * 5_000, 400, push.UNKNOWN),
        (b"[]", 400, push.UNKNOWN),
        (b"{}", 400, push.MISSED),
        (b'{"message_type":"TYPE_NEW_POSTING","seller_id":7}', 403, push.UNKNOWN),
        (b'{"message_type":"TYPE_NEW_POSTING","seller_id":"2150418"}', 403, push.UNKNOWN),
        (b'{"message_type":"TYPE_NEW_POSTING","seller_id":[]}', 400, push.UNKNOWN),
    ],
)
def test_a_call_that_ozon_would_not_make(body, status, code):
    with pytest.raises(CallRefused) as caught:
        PUSH.caller_check(OZON_ADDRESS, body, SETTINGS)
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_repeated_push_has_the_same_key_and_other_news_another():
    state = json.loads(push_body("state_changed"))
    key = PUSH.event_key({}, json.dumps(state).encode())
    again = {**state, "warehouse_id": 1}  # no part of what it is about
    later = {**state, "changed_state_date": "2026-11-26T15:07:46.765Z"}
    assert PUSH.event_key({}, json.dumps(again).encode()) == key
    assert PUSH.event_key({}, json.dumps(later).encode()) != key


def test_the_key_is_the_events_own_id_where_there_is_one():
    assert PUSH.event_key({}, push_body("fbo_new")) == (
        "push:TYPE_FBO_POSTING_NEW:6f0f3a52-71b0-4c0e-9a4b-2f6f0a1b2c3d"
    )
