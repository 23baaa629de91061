"""Taplink, by facts/merchants.md 4: who signed, and what a payment is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.base import (
    BadSignature,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.taplink.connector import SIGNATURE, Taplink, signature
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    json_values,
    paths,
    raw_json,
    spoiled,
)

TAPLINK = Taplink()
SETTINGS = {"code_field": "промокод"}
PAYMENT = json.loads(
    (Path(__file__).parent / "fixtures" / "payments__with_a_code.json").read_text()
)
BODY = '{"name":"Айгерім","phone":"77011234567"}'.encode()
SIGNED = "f5442b36b7b657214ad3833a9afc3bc7514103aa"  # the vector of the facts, key "phrase"


def parse(value, settings=SETTINGS):
    return TAPLINK.parse(raw_json(value), settings)


def is_taken(given: str, body: bytes, *secrets: str) -> bool:
    try:
        TAPLINK.verify({SIGNATURE: given}, body, secrets)
    except BadSignature:
        return False
    return True


def test_the_worked_vector_of_the_documents():
    assert signature("phrase", BODY).decode() == SIGNED
    assert is_taken(SIGNED, BODY, "phrase")


def test_two_secrets_of_a_rotation_are_both_good_and_none_at_all_is_not():
    assert is_taken(SIGNED, BODY, "newer", "phrase")
    assert not is_taken(SIGNED, BODY)
    assert not is_taken("", BODY, "phrase")
    assert not is_taken(signature("", BODY).decode(), BODY, "")


def test_no_changed_byte_of_body_or_signature_is_taken():
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        assert not is_taken(SIGNED, bytes(changed), "phrase"), place
    for place, sign in enumerate(SIGNED):
        other = "0" if sign != "0" else "1"
        assert not is_taken(SIGNED[:place] + other + SIGNED[place + 1 :], BODY, "phrase"), place
    assert not is_taken("Ж" * 40, BODY, "phrase")


def test_a_payment_is_an_order_of_one_line():
    paid_at = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
    line = OrderLineSnapshot(
        line_id="1", sku="", name="Шебер сыныбы", quantity=1, amount_minor=1_500_050
    )
    assert parse(PAYMENT) == [
        OrderSnapshot(
            external_id="100",
            number="50",
            status="paid",
            raw_status="payments.created",
            currency="KZT",
            placed_at=paid_at,
            source_updated_at=paid_at,
            lines=(line,),
            click_id="0198f3a2c1d27e4fa1b2c3d4e5f60718",
            promo_codes=("aigerim10",),
            customer_phone="+77010000001",
            customer_email="buyer@example.kz",
        )
    ]


def test_without_a_named_field_there_is_no_code():
    (order,) = parse(PAYMENT, {})
    assert order.promo_codes == ()


def test_what_is_no_payment_is_no_order():
    assert parse({"action": "leads.created", "data": {"lead_id": "123"}}) == []


@pytest.mark.parametrize(
    ("path", "instead", "reason"),
    [
        (("data", "budget"), "NaN", "data.budget: not an amount"),
        (("data", "budget"), "-1.00", "data.budget: negative"),
        (("data", "budget"), GONE, "data.budget: not an amount"),
        (("data", "currency_code"), "AED", "data.currency_code: unknown currency 'AED'"),
        (("data", "order_id"), GONE, "data.order_id: missing or empty"),
        (("data", "tms_modify"), "yesterday", "data.tms_modify: not a time"),
        (("data", "records"), {}, "data.records: not a list"),
        (("data",), [], "data: not an object"),
        (("action",), GONE, "action: missing or empty"),
    ],
)
def test_a_wrong_field_is_named(path, instead, reason):
    with pytest.raises(UnknownPayload) as error:
        parse(spoiled(PAYMENT, path, instead))
    assert error.value.reason == reason


@pytest.mark.parametrize("path", list(paths(PAYMENT)), ids=str)
def test_no_strange_value_anywhere_breaks_it(path):
    for instead in (*STRANGE, GONE):
        is_translated_or_refused(parse, spoiled(PAYMENT, path, instead))


@given(json_values)
def test_nor_does_any_json(value):
    is_translated_or_refused(parse, value)


@given(st.binary(max_size=200))
def test_a_key_is_made_of_any_bytes(body):
    assert len(TAPLINK.event_key({}, body)) <= 200


def test_equal_news_have_one_key_and_other_news_another():
    body, other = raw_json(PAYMENT), raw_json(spoiled(PAYMENT, ("data", "budget"), "1.00"))
    assert TAPLINK.event_key({}, body) == TAPLINK.event_key({"x": "y"}, body)
    assert TAPLINK.event_key({}, body) != TAPLINK.event_key({}, other)
    assert TAPLINK.event_key({}, body).startswith("100:")
