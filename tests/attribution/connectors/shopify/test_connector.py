"""Shopify, by facts/merchants.md 1.2. Fixtures are documented shapes with invented values."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from attribution.connectors.base import (
    BadSignature,
    Doorbell,
    OrderLineSnapshot,
    OrderSnapshot,
    SourceNotice,
    UnknownPayload,
)
from attribution.connectors.shopify.connector import ORDERS, Shopify
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

HERE = Path(__file__).parent
SHOPIFY = Shopify()
SECRET = "shpss_demo_client_secret_2026"
BODY = (
    b'{"id":820982911946154508,"name":"#1042","currency":"KZT","total_price":"25500.00",'
    b'"financial_status":"paid","discount_codes":[{"code":"DANA15","amount":"4500.00",'
    b'"type":"percentage"}],"note_attributes":[{"name":"cpa_click","value":"01J9Z7Q4K8"}]}'
)
SIGNATURE = "RiXvYy8IIesF+nynrNPNo51Sh9JOuf8f/wCXJIzqhPc="
FAMILIES = ("x-shopify-hmac-sha256", "shopify-hmac-sha256")


def read(name: str) -> dict:
    return json.loads((HERE / "fixtures" / f"{name}.json").read_text())


def parse(value) -> list:
    return SHOPIFY.parse(raw_json(value), {})


def order(name: str = "orders__paid", **changes) -> OrderSnapshot:
    (snapshot,) = parse(read(name) | changes)
    assert isinstance(snapshot, OrderSnapshot)
    return snapshot


def signed(signature: str = SIGNATURE, family: str = FAMILIES[0]) -> dict[str, str]:
    return {family: signature}


# --- Signatures ------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_the_worked_vector_is_signed_under_both_families_of_headers(family):
    assert len(BODY) == 246
    SHOPIFY.verify(signed(family=family), BODY, [SECRET])


@pytest.mark.parametrize("secrets", [[SECRET, "old"], ["old", SECRET]])
def test_either_secret_may_have_signed_during_a_rotation(secrets):
    SHOPIFY.verify(signed(), BODY, secrets)


@pytest.mark.parametrize("place", range(len(BODY)))
def test_one_flipped_byte_of_the_body_breaks_the_signature(place):
    changed = bytearray(BODY)
    changed[place] ^= 1
    with pytest.raises(BadSignature):
        SHOPIFY.verify(signed(), bytes(changed), [SECRET])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("place", range(len(SIGNATURE)))
def test_one_flipped_byte_of_the_header_breaks_the_signature(family, place):
    changed = bytearray(SIGNATURE.encode())
    changed[place] ^= 1
    with pytest.raises(BadSignature):
        SHOPIFY.verify(signed(changed.decode(), family), BODY, [SECRET])


def test_a_right_signature_beside_a_wrong_one_is_refused():
    both = dict.fromkeys(FAMILIES, SIGNATURE)
    SHOPIFY.verify(both, BODY, [SECRET])
    for family in FAMILIES:
        with pytest.raises(BadSignature):
            SHOPIFY.verify(both | {family: "x"}, BODY, [SECRET])


def test_a_body_serialised_again_is_refused():
    with pytest.raises(BadSignature):
        SHOPIFY.verify(signed(), json.dumps(json.loads(BODY)).encode(), [SECRET])


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [({}, [SECRET]), (signed(""), [SECRET]), (signed("тайна"), [SECRET]), (signed(), []),
     (signed(), ["", "another"]), ({"X-Shopify-Hmac-Sha256": SIGNATURE}, [SECRET])],
)  # fmt: skip
def test_anything_else_is_a_bad_signature(headers, secrets):
    with pytest.raises(BadSignature):
        SHOPIFY.verify(headers, BODY, secrets)


def test_an_empty_secret_signs_nothing():
    digest = base64.b64encode(hmac.new(b"", BODY, hashlib.sha256).digest()).decode()
    with pytest.raises(BadSignature):
        SHOPIFY.verify(signed(digest), BODY, [""])


# --- Keys ------------------------------------------------------------------------------------


def test_a_retry_has_the_same_key_whatever_its_unsigned_headers():
    first = SHOPIFY.event_key({"x-shopify-webhook-id": "a"}, BODY)
    assert first == SHOPIFY.event_key({"x-shopify-webhook-id": "b"}, BODY)
    assert first.startswith("820982911946154508:")


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("orders__paid", "820982911946154508"),
        ("refunds__create", "820982911946154508"),
        ("orders__edited", "820982911946154508"),
        ("app__uninstalled", "uninstalled"),
        ("customers__redact", "buyer_erased"),
    ],
)
def test_a_key_begins_with_what_it_is_about(name, subject):
    assert SHOPIFY.event_key({}, raw_json(read(name))).partition(":")[0] == subject


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"id":"x"}', b"[" * 100_000])
def test_a_body_without_a_subject_has_a_key_too(body):
    assert SHOPIFY.event_key({}, body).startswith("unknown:")


# --- Orders ----------------------------------------------------------------------------------


def test_a_paid_order_is_translated_exactly():
    assert order() == OrderSnapshot(
        external_id="820982911946154508",
        number="#1042",
        status="paid",
        raw_status="paid/unfulfilled",
        currency="KZT",
        placed_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        source_updated_at=datetime(2026, 11, 20, 9, 0, 5, tzinfo=UTC),
        click_id="0199a1c25d6e7f809a1b2c3d4e5f6071",
        promo_codes=("Dana15",),
        customer_phone="+77010000002",
        customer_email="dana@example.kz",
        lines=(
            OrderLineSnapshot(
                line_id="466157049000000001",
                sku="KORPE-L",
                name="Жүн көрпе - L",
                quantity=2,
                amount_minor=2_040_000,
                tax_minor=218_571,
            ),
            OrderLineSnapshot(
                line_id="466157049000000002",
                sku="",
                name="Жастық",
                quantity=1,
                amount_minor=510_000,
            ),
        ),
    )


def test_tax_that_is_not_inside_the_prices_is_added():
    assert [line.amount_minor for line in order("orders__tax_outside").lines] == [
        2_258_571,
        510_000,
    ]


def test_the_shops_money_counts_and_never_the_buyers():
    items = read("orders__paid")["line_items"]
    items[1]["price"] = "12.00"  # as if in dollars
    assert order(line_items=items).lines[1].amount_minor == 510_000
    del items[1]["price_set"], items[1]["discount_allocations"]
    assert order(line_items=items).lines[1].amount_minor == 1_200


def test_a_refund_is_the_goods_of_its_lines_and_not_the_money_that_moved():
    found = order("orders__part_refunded")
    assert (found.status, found.raw_status) == ("fulfilled", "partially_refunded/fulfilled")
    assert found.fulfilled_at == datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    backs = [(line.returned_quantity, line.returned_minor) for line in found.lines]
    assert backs == [(1, 1_020_000), (0, 0)]


def test_what_an_edit_took_off_is_back_by_its_share():
    items = read("orders__paid")["line_items"]
    items[0]["current_quantity"] = 0
    line = order(line_items=items).lines[0]
    assert (line.returned_quantity, line.returned_minor) == (2, 2_040_000)


def test_a_refund_and_an_edit_of_one_line_add_up():
    name = "orders__part_refunded"
    items = read(name)["line_items"]
    items[0]["current_quantity"] = 0
    line = order(name, line_items=items).lines[0]
    assert (line.returned_quantity, line.returned_minor) == (2, 2_040_000)


@pytest.mark.parametrize(
    ("changes", "status", "raw"),
    [
        ({"financial_status": "pending"}, "created", "pending/unfulfilled"),
        ({"financial_status": "authorized"}, "created", "authorized/unfulfilled"),
        ({"financial_status": "partially_paid"}, "created", "partially_paid/unfulfilled"),
        ({"fulfillment_status": "partial"}, "paid", "paid/partial"),
        ({"fulfillment_status": "fulfilled"}, "fulfilled", "paid/fulfilled"),
        (
            {"financial_status": "pending", "fulfillment_status": "fulfilled"},
            "created",
            "pending/fulfilled",
        ),
        ({"financial_status": "refunded"}, "returned", "refunded/unfulfilled"),
        ({"financial_status": "voided"}, "cancelled", "voided/unfulfilled"),
        ({"financial_status": "frozen"}, "unmapped", "frozen/unfulfilled"),
        ({"cancelled_at": "2026-11-20T15:00:00+05:00"}, "cancelled", "cancelled"),
    ],
)
def test_every_status(changes, status, raw):
    found = order(**changes)
    assert (found.status, found.raw_status) == (status, raw)


def test_a_returned_order_came_back_as_a_whole():
    lines = order(financial_status="refunded").lines
    assert all(line.returned_minor == line.amount_minor for line in lines)


def test_a_test_order_is_one():
    assert order(test=True).is_test is True
    assert order(test="true").is_test is False


@pytest.mark.parametrize(
    ("changes", "click"),
    [
        ({"note_attributes": []}, "aaaa"),
        ({"note_attributes": [{"name": "cpa_click", "value": "{click}"}]}, "aaaa"),
        ({"note_attributes": [], "landing_site": None}, None),
        (
            {
                "note_attributes": [],
                "landing_site": "/?x=1",
                "referring_site": "https://a.kz/?cpa_click=bb",
            },
            "bb",
        ),
        ({"note_attributes": [], "landing_site": "//[x?cpa_click=c", "referring_site": 7}, None),
    ],
)
def test_where_a_click_is_read(changes, click):
    assert order(**changes).click_id == click


def test_several_codes_are_all_kept():
    codes = [{"code": code} for code in ("A", "ДАНА", "")]
    assert order(discount_codes=codes).promo_codes == ("A", "ДАНА", "")


def test_an_order_without_buyers_data_is_an_order():
    hidden = dict.fromkeys(("phone", "email", "contact_email", "customer", "billing_address"))
    found = order(**hidden)
    assert (found.customer_phone, found.customer_email) == (None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "id: not a whole number"),
        ({"id": 2**64}, f"id: not within 1..{2**64 - 1}"),
        ({"currency": "XXX"}, "currency: unknown currency 'XXX'"),
        ({"updated_at": "yesterday"}, "updated_at: not a time"),
        ({"line_items": None}, "line_items: not a list"),
        ({"financial_status": None}, "financial_status: missing or empty"),
    ],
)
def test_why_an_order_is_not_understood(changes, reason):
    with pytest.raises(UnknownPayload) as caught:
        order(**changes)
    assert caught.value.reason == reason


# --- Not an order ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["refunds__create", "orders__edited"])
def test_what_the_next_update_says_too_only_rings(name):
    assert parse(read(name)) == [Doorbell((ORDERS,))]


@pytest.mark.parametrize(
    ("name", "notice"),
    [
        ("app__uninstalled", SourceNotice(kind="uninstalled")),
        ("shop__redact", SourceNotice(kind="shop_erased")),
        (
            "customers__data_request",
            SourceNotice(
                kind="buyer_asked", order_ids=("820982911946154508",), phone="+77010000002"
            ),
        ),
        (
            "customers__redact",
            SourceNotice(
                kind="buyer_erased", order_ids=("820982911946154508",), phone="+77010000002"
            ),
        ),
    ],
)
def test_notices(name, notice):
    assert parse(read(name)) == [notice]


@pytest.mark.parametrize("extra", [{"customer": {}}, {"topic": "x"}, {"orders": []}])
def test_nothing_but_the_very_call_erases_a_shop(extra):
    with pytest.raises(UnknownPayload):
        parse(read("shop__redact") | extra)


@pytest.mark.parametrize("orders", ["x", [None], [True], [0], [-1], [2**64], list(range(1, 1_002))])
def test_a_list_of_orders_that_is_none_is_refused(orders):
    with pytest.raises(UnknownPayload):
        parse(read("customers__redact") | {"orders_to_redact": orders})


# --- Anything --------------------------------------------------------------------------------


ALIKE = ("orders__paid", "orders__tax_outside")  # parts of orders__part_refunded
SPOILED = [path for path in fixtures(HERE) if path.stem not in ALIKE]


@pytest.mark.parametrize("path", SPOILED, ids=lambda path: path.stem)
def test_every_value_spoiled_is_translated_or_refused(path):
    good = json.loads(path.read_text())
    if "line_items" in good:
        del good["line_items"][1:]  # one line has every field
    for way in [each for each in paths(good) if "presentment_money" not in each]:
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(lambda raw: SHOPIFY.parse(raw, {}), raw_of(good, way, instead))


def raw_of(good, way, instead) -> bytes:
    return raw_json(spoiled(good, way, instead))


@given(json_values)
@settings(max_examples=100)
def test_any_json_is_translated_or_refused(value):
    is_translated_or_refused(lambda raw: SHOPIFY.parse(raw, {}), raw_json(value))
