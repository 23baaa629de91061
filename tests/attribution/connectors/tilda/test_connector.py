"""Tilda, by facts/merchants.md 1.3. Fixtures are recorded shapes with invented values."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.base import (
    BadSignature,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.tilda.connector import Tilda
from attribution.connectors.tilda.prices import price_plain
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    json_values,
    paths,
    raw_json,
    spoiled,
)

TILDA = Tilda()
HERE = Path(__file__).parent
CLICK = "019de0c5b0007abc8000000000000001"
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SETTINGS = {"currency": "KZT", "received_at": AT.isoformat()}


def line(line_id: str, name: str, quantity: int, amount_minor: int, sku: str = ""):
    return OrderLineSnapshot(
        line_id=line_id, sku=sku, name=name, quantity=quantity, amount_minor=amount_minor
    )


BRACKETS = OrderSnapshot(
    external_id="1557604691",
    number="1557604691",
    status="created",
    raw_status="none",
    currency="KZT",
    placed_at=AT,
    source_updated_at=AT,
    lines=(line("1", "Жүн көрпе", 1, 450_000, "BLANKET"), line("2", "Сүлгі", 3, 1_995_000)),
    click_id=CLICK,
    customer_phone="+77010000001",
    customer_email="buyer@example.org",
)
EXPECTED = {
    "form__brackets": BRACKETS,
    "form__payment_text": dataclasses.replace(
        BRACKETS,
        external_id="1487047237",
        number="1487047237",
        lines=(line("1", "Көрпе (K-1, ақ)", 2, 98_000), line("2", "Сүлгі", 1, 50_000)),
        click_id=None,
        promo_codes=("МХЛ50",),
        customer_email=None,
    ),
    "form__json": dataclasses.replace(
        BRACKETS,
        external_id="1557604700",
        number="1557604700",
        status="paid",
        raw_status="kaspipay",
        lines=(line("1", "Сүлгі", 2, 48_020, "T-1"),),
        promo_codes=("AQTAS",),
        customer_email=None,
    ),
}


def parse(raw: bytes) -> list:
    return TILDA.parse(raw, SETTINGS)


def raw_of(name: str) -> bytes:
    (path,) = HERE.glob(f"fixtures/{name}.*")
    return path.read_bytes()


def changed(**changes: str | None) -> bytes:
    """The form in brackets with other values; None takes a field out. `a__b` is a[b]."""
    pairs = dict(parse_qsl(raw_of("form__brackets").decode(), keep_blank_values=True))
    for name, value in changes.items():
        first, *rest = name.split("__")
        key = first + "".join(f"[{part}]" for part in rest)
        pairs.pop(key, None)
        if value is not None:
            pairs[key] = value
    return urlencode(pairs).encode()


def the(raw: bytes) -> OrderSnapshot:
    (order,) = parse(raw)
    return order


def test_every_fixture_has_its_snapshot():
    assert {path.stem for path in HERE.glob("fixtures/*")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_form_becomes_exactly_this(name):
    assert parse(raw_of(name)) == [EXPECTED[name]]


def good() -> dict:
    return json.loads(raw_of("form__json"))


@pytest.mark.parametrize("path", list(paths(good())), ids=str)
def test_a_spoiled_form_is_translated_or_refused(path):
    for instead in (GONE, *STRANGE):
        is_translated_or_refused(
            lambda value: parse(raw_json(value)), spoiled(good(), path, instead)
        )


@given(json_values)
def test_any_json_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: parse(json.dumps(one).encode()), value)
    is_translated_or_refused(
        lambda one: parse(urlencode({"payment": json.dumps(one)}).encode()), value
    )


@given(st.binary(max_size=80))
def test_any_bytes_are_translated_or_refused(raw):
    is_translated_or_refused(parse, raw)
    assert len(TILDA.event_key({}, raw)) <= 200
    TILDA.is_ping({}, raw)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payment__orderid": None, "tranid": None}, "tranid: missing or empty"),
        ({"payment__orderid": "9" * 129}, "payment.orderid: longer than 128 characters"),
        ({"payment__amount": "abc"}, "payment.amount: not an amount"),
        ({"payment__amount": "1,200"}, "payment.amount: not an amount"),
        ({"payment__amount": "-1"}, "payment.amount: not an amount"),
        ({"payment__products__1__amount": "abc"}, "payment.products[1].amount: not an amount"),
        ({"payment__discount": "5%"}, "payment.discount: not an amount"),
        ({"payment__products__0": "x"}, "form: a key is both text and object"),
        ({"payment": "{"}, "form: a key is both text and object"),
        ({"x[": "1"}, "form: brackets do not close"),
    ],
)
def test_a_wrong_field_is_named(changes, reason):
    with pytest.raises(UnknownPayload) as refused:
        parse(changed(**changes))
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("4500", "4500"),
        ("4.9", "4.9"),
        ("485.1", "485.1"),
        ("1 200,50", "1200.50"),
        ("1\u00a0200,5", "1200.5"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("1,200,000.00", "1200000.00"),
        ("12,3456", "12.3456"),
        ("1,200", None),
        ("1,2,3", None),
        ("1.2.3", None),
        ("abc", None),
        ("-5", None),
        ("1e3", None),
        ("١٢", None),
        ("4500 тг", None),
        ("", None),
    ],
)
def test_an_amount_of_a_merchant_is_read_exactly_or_not_at_all(text, plain):
    assert price_plain(text) == plain


def test_an_empty_amount_falls_back_to_what_else_is_known():
    order = the(changed(payment__products__1__amount="", payment__amount=""))
    assert [each.amount_minor for each in order.lines] == [450_000, 1_995_000]


def test_goods_without_any_amount_are_one_line_of_what_was_paid():
    order = the(changed(payment__products__1__amount="", payment__products__1__price=""))
    assert order.lines == (line("1", "", 1, 2_445_000),)


def test_a_cart_without_goods_and_without_an_amount_says_nothing_that_counts():
    raw = urlencode({"payment[orderid]": "1", "payment[sys]": "none"}).encode()
    with pytest.raises(UnknownPayload, match=r"payment.amount: missing or empty"):
        parse(raw)


def test_nobody_earns_from_more_than_was_paid():
    order = the(changed(payment__amount="12225"))
    assert [each.amount_minor for each in order.lines] == [225_000, 997_500]


def test_delivery_earns_nothing():
    order = the(changed(payment__amount="26450"))
    assert sum(each.amount_minor for each in order.lines) == 2_445_000


def test_a_discount_is_shared_over_the_goods():
    order = the(changed(payment__discount="2 445", payment__amount="22005"))
    assert [each.amount_minor for each in order.lines] == [405_000, 1_795_500]


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("Көрпе x 2 ≡ 1960", line("1", "Көрпе", 2, 196_000)),
        ("Көрпе х 2 ≡ 1 960,50", line("1", "Көрпе", 2, 196_050)),
        ("Сүлгі=1000", line("1", "Сүлгі", 1, 100_000)),
        ("Сүлгі", line("1", "", 1, 2_445_000)),
        ("a = b = 5", line("1", "", 1, 2_445_000)),
    ],
)
def test_goods_as_text(product, expected):
    payment = {"orderid": "1", "products": [product], "amount": "24450"}
    assert the(json.dumps({"payment": payment}).encode()).lines == (expected,)


@pytest.mark.parametrize(
    ("fields", "click"),
    [
        ({"COOKIES": f"a=b; cpa_click={CLICK}"}, CLICK),
        ({"COOKIES": f"cpa_click={CLICK};cpa_click=other"}, CLICK),
        ({"COOKIES": "cpa_click={clickid}", "cpa_click": CLICK}, CLICK),
        ({"COOKIES": f"TILDAUTM={quote('utm_source=x|||cpa_click=' + CLICK)}"}, CLICK),
        ({"COOKIES": None, "referer": f"https://x.example/p?a=1&cpa_click={CLICK}#y"}, CLICK),
        ({"COOKIES": None, "referer": "https://[x"}, None),
        ({"COOKIES": None}, None),
        ({"COOKIES": "x" * 60_000}, None),
        ({"COOKIES": ";=" * 20_000}, None),
    ],
)
def test_the_click_is_found_wherever_tilda_carries_it(fields, click):
    assert the(changed(**fields)).click_id == click


@pytest.mark.parametrize("name", ["Phone", "phone", "Рhоnе", "РHОNЕ"])
def test_a_phone_is_found_by_the_look_of_its_name(name):
    raw = changed(**{"Phone": None, name: "8 (701) 000-00-01"})
    assert the(raw).customer_phone == "+77010000001"


def test_a_form_without_a_cart_is_no_order():
    assert parse(b"Name=A&Phone=1&formid=f1&tranid=1:2") == []


def test_the_shop_says_its_currency_and_when_its_forms_are_sent():
    (order,) = TILDA.parse(
        raw_of("form__brackets"), SETTINGS | {"currency": "RUB", "is_after_payment": True}
    )
    assert (order.currency, order.status) == ("RUB", "paid")


@pytest.mark.parametrize(
    ("body", "is_ping"),
    [
        (b"test=test", True),
        (b"test=test&Api-Key=k", True),
        (b'{"test":"test"}', True),
        (b"test=1", False),
        (b"", False),
        (b"test=test&payment[orderid]=1", False),
        (b"a[" * 200, False),
    ],
)
def test_the_ping(body, is_ping):
    assert TILDA.is_ping({}, body) is is_ping


BODY = b"payment[orderid]=1&payment[amount]=5"


@pytest.mark.parametrize(
    ("headers", "body", "is_right"),
    [
        ({"api-key": "chosen"}, BODY, True),
        ({"authorization": "Bearer chosen"}, BODY, True),
        ({"authorization": "chosen"}, BODY, True),
        ({}, BODY + b"&Api-Key=chosen", True),
        ({}, b'{"api_key":"chosen"}', True),
        ({"api-key": "before"}, BODY, True),
        ({"api-key": "chosen "}, BODY, False),
        ({"api-key": ""}, BODY, False),
        ({"x-other": "chosen"}, BODY, False),
        ({}, BODY + b"&key=chosen", False),
        ({}, b"\xff", False),
        ({"api-key": "таңдалған"}, BODY, False),
    ],
)
def test_the_key_that_the_merchant_chose(headers, body, is_right):
    if is_right:
        TILDA.verify(headers, body, ["chosen", "before"])
    else:
        with pytest.raises(BadSignature):
            TILDA.verify(headers, body, ["chosen", "before"])


def test_without_a_key_the_path_is_all():
    TILDA.verify({}, BODY, [])


def test_its_further_attempts_are_the_same_news_and_another_cart_is_not():
    one, again = (TILDA.event_key({"date": str(n)}, BODY) for n in range(2))
    assert one == again
    assert one.startswith("1:")
    assert TILDA.event_key({}, BODY + b"&a=1") != one
    assert TILDA.event_key({}, b"Name=A").startswith("form:")
    assert TILDA.event_key({}, b"a[").startswith("unknown:")
