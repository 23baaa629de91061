"""InSales, by facts/merchants.md 1.4: what an order of the list means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given

from attribution.connectors.base import (
    Doorbell,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.insales.connector import ORDERS, InSales, InSalesWebhook
from attribution.connectors.insales.orders import STATUS
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    json_values,
    paths,
    raw_json,
    spoiled,
)

INSALES, WEBHOOK = InSales(), InSalesWebhook()
ORDER = json.loads((Path(__file__).parent / "fixtures" / "orders__delivered.json").read_text())


def parse(value):
    return INSALES.parse(ORDERS, raw_json(value))


def with_(**changes):
    (order,) = parse({**ORDER, **changes})
    return order


def test_a_delivered_order_with_a_discount_of_the_whole():
    """32 000 less 2 000 of a line, of which 27 000 were paid: 18 000 and 9 000."""
    assert parse(ORDER) == [
        OrderSnapshot(
            external_id="52100007",
            number="7",
            status="fulfilled",
            raw_status="delivered",
            currency="KZT",
            placed_at=datetime(2026, 11, 10, 5, 22, 35, tzinfo=UTC),
            source_updated_at=datetime(2026, 11, 15, 7, 0, tzinfo=UTC),
            fulfilled_at=datetime(2026, 11, 15, 6, 30, tzinfo=UTC),
            lines=(
                OrderLineSnapshot(
                    line_id="11",
                    sku="OR-1",
                    name="Жібек орамал",
                    quantity=2,
                    amount_minor=1_800_000,
                ),
                OrderLineSnapshot(
                    line_id="12", sku="OR-2", name="Тымақ", quantity=1, amount_minor=900_000
                ),
            ),
            click_id="0198f3a2c1d27e4fa1b2c3d4e5f60718",
            promo_codes=("AIGERIM10", "TOI5"),
            discounted_codes=("AIGERIM10",),
            customer_phone="+77010000001",
            customer_email="buyer@example.kz",
        )
    ]


@pytest.mark.parametrize(
    ("word", "paid", "status"),
    [(word, "pending", status) for word, status in STATUS.items()]
    + [
        ("new", "paid", "paid"),
        ("dispatched", "paid", "paid"),
        ("declined", "paid", "cancelled"),
        ("Delivered", "pending", "fulfilled"),
        ("handed over", "paid", "unmapped"),
    ],
)
def test_every_status(word, paid, status):
    order = with_(fulfillment_status=word, financial_status=paid)
    assert (order.status, order.raw_status) == (status, word.lower())


def test_an_order_that_came_back_gives_back_all_of_it():
    for line in with_(fulfillment_status="returned").lines:
        assert (line.returned_minor, line.returned_quantity) == (line.amount_minor, line.quantity)


def test_delivered_without_a_time_is_when_it_changed():
    order = with_(delivered_at=None)
    assert order.fulfilled_at == order.source_updated_at


@pytest.mark.parametrize(
    ("cookies", "first", "current", "click"),
    [
        ({"cpa_click": "abc"}, "/?cpa_click=def", "", "abc"),
        ({"cpa_click": "{click_id}"}, "/?utm_source=x&cpa_click=def", "", "def"),
        ({}, None, "https://shop.example/p?cpa_click=ghi#top", "ghi"),
        ([], "/?cpa_click=", "/", None),
        (None, 5, "http://[", None),
    ],
)
def test_the_click_is_the_cookie_then_a_page_of_the_visit(cookies, first, current, click):
    order = with_(cookies=cookies, first_current_location=first, current_location=current)
    assert order.click_id == click


@pytest.mark.parametrize("phone", ["12", "", None, "+0(000)000"])
def test_what_cannot_be_a_phone_is_none(phone):
    assert with_(client={"phone": phone, "email": "not one"}).customer_phone is None


@pytest.mark.parametrize(
    ("path", "instead", "reason"),
    [
        (("id",), GONE, "id: not a whole number"),
        (("total_price",), "1e9", "total_price: not an amount"),
        (("total_price",), "-1", "total_price: negative"),
        (("order_lines", 0, "sale_price"), "-1", "order_lines[0].sale_price: negative"),
        (("order_lines", 0, "quantity"), -1, "order_lines[0].quantity: not within 0..1000000"),
        (("order_lines",), GONE, "order_lines: not a list"),
        (("updated_at",), "today", "updated_at: not a time"),
        (("currency_code",), "RUR", "currency_code: unknown currency 'RUR'"),
        (("fulfillment_status",), GONE, "fulfillment_status: missing or empty"),
    ],
)
def test_a_wrong_field_is_named(path, instead, reason):
    with pytest.raises(UnknownPayload) as error:
        parse(spoiled(ORDER, path, instead))
    assert error.value.reason == reason


def test_a_price_times_a_quantity_beyond_all_money_is_refused():
    line = {**ORDER["order_lines"][0], "quantity": 1_000_000, "sale_price": "9999999999"}
    with pytest.raises(UnknownPayload, match="too large"):
        parse({**ORDER, "order_lines": [line]})


@pytest.mark.parametrize("path", list(paths(ORDER)), ids=str)
def test_no_strange_value_anywhere_breaks_it(path):
    for instead in (*STRANGE, GONE):
        is_translated_or_refused(parse, spoiled(ORDER, path, instead))


@given(json_values)
def test_nor_does_any_json(value):
    is_translated_or_refused(parse, value)


@pytest.mark.parametrize("body", [b"", b"<order><id>1</id></order>", b"\xff\x00", raw_json(ORDER)])
def test_whatever_calls_only_rings(body):
    WEBHOOK.verify({}, body, [])
    assert WEBHOOK.parse(body, {}) == [Doorbell((ORDERS,))]
    assert WEBHOOK.event_key({}, body) == WEBHOOK.event_key({"any": "header"}, body)
