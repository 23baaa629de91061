"""WooCommerce, by facts/merchants.md 1.1. Fixtures are recorded shapes with invented values."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.connectors.base import (
    BadSignature,
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.woocommerce.connector import WooCommerce, secret_decode
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
WOO = WooCommerce()
CLICK = "0199a1c25d6e7f809a1b2c3d4e5f6071"

SECRET = "wc_whsec_demo_2026"
BODY = (
    b'{"id":9001,"status":"processing","currency":"KZT","total":"18990.00",'
    b'"coupon_lines":[{"code":"aigerim10"}],"meta_data":[{"key":"_cpa_click_id",'
    b'"value":"01J9Z7Q4K8"}]}'
)
SIGNATURE = "ISdgAetxvTFHhDUbEr8jBTmR20ilOFwERYoEuhrJDoY="
TYPED = 'it\'s <b> & "x"'
STORED = "it&#039;s &lt;b&gt; &amp; &quot;x&quot;"
TYPED_SIGNATURE = "LV70si/Lo+TGIfcnlKCFOZUlNCuzVv62i+DeVJniSgE="


TESTED_BY_NAME = {
    "order.created__checkout_draft",
    "order.created__landing_page_only",
    "order.created__organic",
    "order.created__processing_with_click_and_coupon",
    "order.created__tax_inside_totals",
    "order.created__tax_outside_totals",
    "order.deleted__trash",
    "order.updated__cancelled",
    "order.updated__completed",
    "order.updated__custom_status",
    "order.updated__part_refunded",
    "order.updated__refund_deleted",
    "order.updated__refunded",
    "order.updated__rest_error",
}


def read(name: str) -> dict:
    return json.loads((HERE / "fixtures" / f"{name}.json").read_text())


def parse(value, settings=None) -> list:
    return WOO.parse(raw_json(value), settings or {})


def order(name: str, **changes) -> OrderSnapshot:
    (snapshot,) = parse(read(name) | changes)
    assert isinstance(snapshot, OrderSnapshot)
    return snapshot


def signed(signature: str) -> dict[str, str]:
    return {"x-wc-webhook-signature": signature}


# --- Signatures ------------------------------------------------------------------------------


def test_the_worked_vector_is_signed():
    assert len(BODY) == 166
    WOO.verify(signed(SIGNATURE), BODY, [SECRET])


@pytest.mark.parametrize("secret", [TYPED, STORED])
def test_a_secret_with_entities_signs_by_its_decoded_text(secret):
    WOO.verify(signed(TYPED_SIGNATURE), BODY, [secret])


@pytest.mark.parametrize("secrets", [[SECRET, "old"], ["old", SECRET], ["a", "b", SECRET]])
def test_any_active_secret_may_have_signed(secrets):
    WOO.verify(signed(SIGNATURE), BODY, secrets)


def test_the_signature_is_over_the_raw_bytes_not_over_what_they_mean():
    raw = rb'{"u":"https:\/\/shop.kz\/"}'
    WOO.verify(signed("Zi+KulSec0l1z2wBrZgqe7wfVN0wBWWCWpEZhpmT7No="), raw, [SECRET])
    again = json.dumps(json.loads(raw)).encode()
    with pytest.raises(BadSignature):
        WOO.verify(signed("Zi+KulSec0l1z2wBrZgqe7wfVN0wBWWCWpEZhpmT7No="), again, [SECRET])


def test_one_flipped_byte_anywhere_breaks_the_signature():
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        with pytest.raises(BadSignature):
            WOO.verify(signed(SIGNATURE), bytes(changed), [SECRET])


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({}, [SECRET]),
        (signed(""), [SECRET]),
        (signed("тайна"), [SECRET]),
        (signed(SIGNATURE[:-1]), [SECRET]),
        (signed(SIGNATURE.lower()), [SECRET]),
        (signed(SIGNATURE), ["another"]),
        (signed(SIGNATURE), []),
        (signed(SIGNATURE), [""]),
        ({"X-WC-Webhook-Signature": SIGNATURE}, [SECRET]),  # the door lower-cases names
    ],
)
def test_anything_else_is_a_bad_signature(headers, secrets):
    with pytest.raises(BadSignature):
        WOO.verify(headers, BODY, secrets)


def test_an_empty_secret_signs_nothing():
    digest = hmac.new(b"", BODY, hashlib.sha256).digest()
    with pytest.raises(BadSignature):
        WOO.verify(signed(base64.b64encode(digest).decode()), BODY, ["", ""])


@pytest.mark.parametrize(
    ("stored", "decoded"),
    [
        ("plain", "plain"),
        ("&amp;lt;", "&lt;"),  # once
        ("&#39;&#x27;&#0039;&#X27;", "''''"),
        ("&#60;&#62;&#38;&#34;&#x3C;&#x3e;&#x26;&#x22;", '<>&"<>&"'),
        ("&copy;&nbsp;&apos;&#33;&lt", "&copy;&nbsp;&apos;&#33;&lt"),
    ],
)
def test_entities_are_decoded_as_wordpress_does(stored, decoded):
    assert secret_decode(stored) == decoded


# --- Ping, answer, key -----------------------------------------------------------------------


def test_the_ping_is_known_without_a_signature_and_answered_200():
    assert WOO.is_ping({}, b"webhook_id=17")
    assert WOO.answer({}, b"webhook_id=17", now=datetime.now(UTC)).status == 200


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"webhook_id="),
        ({}, b"webhook_id=1&id=2"),
        ({}, b"webhook_id=1\n"),
        ({}, b'{"id":9001}'),
        ({}, b""),
        (signed("x"), b"webhook_id=17"),
    ],
)
def test_nothing_else_is_a_ping(headers, body):
    assert not WOO.is_ping(headers, body)


def test_the_same_news_has_the_same_key_whatever_the_delivery_id():
    first = WOO.event_key({"x-wc-webhook-delivery-id": "a"}, BODY)
    again = WOO.event_key({"x-wc-webhook-delivery-id": "b"}, BODY)
    assert first == again
    assert first.startswith("9001:")


def test_two_orders_of_one_second_have_different_keys():
    headers = {"x-wc-webhook-delivery-id": "same"}
    assert WOO.event_key(headers, b'{"id":1}') != WOO.event_key(headers, b'{"id":2}')
    assert WOO.event_key(headers, b'{"id":1}') != WOO.event_key(headers, b'{"id":1,"a":2}')


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"id":"x"}', b'{"id":' + b"[" * 100_000])
def test_a_body_without_an_order_has_a_key_too(body):
    assert WOO.event_key({}, body).startswith("unknown:")


# --- What an order says ----------------------------------------------------------------------


def test_an_order_with_click_and_coupon():
    assert order("order.created__processing_with_click_and_coupon") == OrderSnapshot(
        external_id="9001",
        number="KZ-9001",
        status="paid",
        raw_status="processing",
        currency="KZT",
        placed_at=datetime(2026, 11, 18, 9, 30, tzinfo=UTC),
        source_updated_at=datetime(2026, 11, 18, 9, 31, 5, tzinfo=UTC),
        fulfilled_at=None,
        click_id=CLICK,
        promo_codes=("aigerim10",),
        customer_phone="+77010000001",
        customer_email="buyer@example.kz",
        lines=(
            OrderLineSnapshot(
                line_id="501",
                sku="ALMA-30",
                name="Сыворотка ALMA 30 мл",
                quantity=2,
                amount_minor=2_295_000,
            ),
            OrderLineSnapshot(
                line_id="502", sku="", name="Маска ALMA", quantity=1, amount_minor=404_100
            ),
        ),
    )


def test_the_click_is_found_in_the_landing_page_woocommerce_remembers():
    landed = order("order.created__landing_page_only")
    assert landed.click_id == "0199a1c25d6e7f809a1b2c3d4e5f6072"
    assert landed.promo_codes == ()


def test_an_order_nobody_brought():
    organic = order("order.created__organic")
    assert (organic.click_id, organic.promo_codes) == (None, ())
    assert (organic.customer_phone, organic.customer_email) == (None, None)


def test_a_completed_order_is_fulfilled_when_the_shop_says():
    done = order("order.updated__completed")
    assert done.status == "fulfilled"
    assert done.fulfilled_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_an_old_shop_without_that_time_is_fulfilled_at_its_last_change():
    done = order("order.updated__completed", date_completed_gmt=None)
    assert done.fulfilled_at == datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)


def test_a_part_refund_is_shared_by_the_lines_amounts():
    lines = order("order.updated__part_refunded").lines
    assert [line.returned_minor for line in lines] == [85_028, 14_972]
    assert [line.returned_quantity for line in lines] == [0, 0]


def test_a_deleted_refund_gives_it_back():
    lines = order("order.updated__refund_deleted").lines
    assert [line.returned_minor for line in lines] == [0, 0]


def test_a_refunded_order_came_back_whole():
    back = order("order.updated__refunded")
    assert back.status == "returned"
    assert [line.returned_minor for line in back.lines] == [2_295_000, 404_100]
    assert [line.returned_quantity for line in back.lines] == [2, 1]


def test_what_is_refunded_beyond_the_goods_was_delivery():
    refunds = [{"id": 1, "total": "-27000.00"}, {"id": 2, "total": "-500.00"}]
    lines = order("order.updated__part_refunded", refunds=refunds).lines
    assert [line.returned_minor for line in lines] == [2_295_000, 404_100]


@given(st.lists(st.integers(0, 3_000_000), max_size=4), st.lists(st.integers(0, 10**7), max_size=6))
def test_refunds_never_exceed_a_line_and_always_sum_up(refunds, totals):
    value = read("order.created__organic")
    value["line_items"] = [
        {"id": n, "quantity": 1, "total": f"{total / 100:.2f}"} for n, total in enumerate(totals)
    ]
    value["refunds"] = [{"total": f"-{refund / 100:.2f}"} for refund in refunds]
    (snapshot,) = parse(value)
    assert sum(line.returned_minor for line in snapshot.lines) == min(sum(refunds), sum(totals))
    assert all(0 <= line.returned_minor <= line.amount_minor for line in snapshot.lines)


def test_tax_outside_the_line_totals_belongs_to_what_the_buyer_paid():
    (line,) = order("order.created__tax_outside_totals").lines
    assert (line.amount_minor, line.tax_minor) == (2_295_000, 316_552)


def test_tax_already_inside_the_line_totals_is_not_added_again():
    (line,) = order("order.created__tax_inside_totals").lines
    assert (line.amount_minor, line.tax_minor) == (2_295_000, 316_552)


@pytest.mark.parametrize(
    ("raw_status", "status"),
    [
        ("pending", "created"),
        ("on-hold", "created"),
        ("processing", "paid"),
        ("wc-processing", "paid"),
        ("Processing", "paid"),
        ("completed", "fulfilled"),
        ("cancelled", "cancelled"),
        ("failed", "cancelled"),
        ("trash", "cancelled"),
        ("refunded", "returned"),
        ("handed-to-courier", "unmapped"),
        ("x" * 64, "unmapped"),
    ],
)
def test_statuses(raw_status, status):
    assert order("order.created__organic", status=raw_status).status == status


def test_an_unknown_status_keeps_its_word():
    strange = order("order.updated__custom_status")
    assert (strange.status, strange.raw_status) == ("unmapped", "handed-to-courier")


@pytest.mark.parametrize(
    ("own_map", "status"),
    [
        ({"handed-to-courier": "fulfilled"}, "fulfilled"),
        ({"handed-to-courier": "nonsense"}, "unmapped"),
        ({"handed-to-courier": None}, "unmapped"),
        ("not a map", "unmapped"),
        (None, "unmapped"),
    ],
)
def test_a_shop_may_have_words_of_its_own(own_map, status):
    value = read("order.updated__custom_status")
    (snapshot,) = parse(value, {"status_map": own_map})
    assert snapshot.status == status


def test_the_shops_word_wins_over_ours():
    (snapshot,) = parse(read("order.updated__completed"), {"status_map": {"completed": "paid"}})
    assert snapshot.status == "paid"


def test_a_draft_of_a_checkout_says_nothing():
    assert parse(read("order.created__checkout_draft")) == []


def test_a_trashed_order_is_removed():
    assert parse(read("order.deleted__trash")) == [
        OrderRemoval(external_id="9001", raw_status="deleted")
    ]


def test_a_signed_rest_error_is_refused_by_its_code():
    with pytest.raises(UnknownPayload, match="woocommerce_rest_cannot_view"):
        parse(read("order.updated__rest_error"))


@pytest.mark.parametrize(
    "value",
    ["{click_id}", "", "a b", "x" * 65, 17, None, ["a"], {"a": 1}, "ж" * 8, "a\0b"],
)
def test_what_is_no_click_id_is_none(value):
    meta = [{"id": 1, "key": "_cpa_click_id", "value": value}]
    assert order("order.created__organic", meta_data=meta).click_id is None


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.kz/?cpa_click={click_id}",
        "https://shop.kz/?cpa_click=",
        "https://shop.kz/#cpa_click=abc",
        "https://[::1/?cpa_click=abc",
        "https://shop.kz/?" + "&".join(f"a{n}=1" for n in range(200)) + "&cpa_click=abc",
        7,
    ],
)
def test_a_landing_page_without_a_click_id(url):
    meta = [{"id": 1, "key": "_wc_order_attribution_session_entry", "value": url}]
    assert order("order.created__organic", meta_data=meta).click_id is None


def test_the_key_of_the_click_can_be_another():
    value = read("order.created__organic")
    value["meta_data"] = [{"id": 1, "key": "our_click", "value": CLICK}]
    (snapshot,) = parse(value, {"click_meta_key": "our_click"})
    assert snapshot.click_id == CLICK


@pytest.mark.parametrize(
    ("billing", "phone"),
    [
        ({"phone": "+7 701 000 00 01"}, "+77010000001"),
        ({"phone": "7010000001", "country": "KZ"}, "+77010000001"),
        ({"phone": "8 (701) 000-00-01", "country": ""}, "+77010000001"),
        ({"phone": "0312 123456", "country": "KG"}, "+996312123456"),
        ({"phone": "12", "country": "KZ"}, None),
        ({"phone": "call me", "country": "ZZ"}, None),
        ({"phone": ""}, None),
        ({}, None),
    ],
)
def test_phones_become_e164_or_nothing(billing, phone):
    assert order("order.created__organic", billing=billing).customer_phone == phone


def test_words_for_people_are_cut_and_ids_are_not():
    value = read("order.created__organic")
    value["line_items"][0] |= {"name": "я" * 999, "sku": "s" * 999}
    (snapshot,) = parse(value)
    assert (len(snapshot.lines[0].name), len(snapshot.lines[0].sku)) == (255, 128)


def test_a_cancelled_order():
    gone = order("order.updated__cancelled")
    assert (gone.status, gone.fulfilled_at) == ("cancelled", None)


def test_no_fixture_lies_about_unread():
    assert {path.stem for path in fixtures(HERE)} == TESTED_BY_NAME


# --- What it refuses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "instead", "reason"),
    [
        (("id",), GONE, "id: not a whole number"),
        (("id",), "9001", "id: not a whole number"),
        (("id",), 0, "id: not within"),
        (("status",), GONE, "status: missing or empty"),
        (("status",), 5.5, "status: not text"),
        (("currency",), "XXX", "currency: unknown currency 'XXX'"),
        (("currency",), GONE, "currency: missing"),
        (("date_created_gmt",), None, "date_created_gmt: missing"),
        (("date_modified_gmt",), "yesterday", "date_modified_gmt: not a time"),
        (("date_modified_gmt",), "0001-01-01T00:00:00", "date_modified_gmt: year out of range"),
        (("line_items",), GONE, "line_items: not a list"),
        (("line_items", 1), [], "line_items[1]: not an object"),
        (("line_items", 1, "total"), "1,5", "line_items[1].total: not an amount"),
        (("line_items", 1, "total"), "-5.00", "line_items[1].total: negative"),
        (("line_items", 1, "total"), "9" * 20, "line_items[1].total: not an amount"),
        (("line_items", 1, "quantity"), "1", "line_items[1].quantity: not a whole number"),
        (("line_items", 1, "quantity"), 0.5, "line_items[1].quantity: not a whole number"),
        (("line_items", 1, "name"), "a\0b", "line_items[1].name: NUL"),
        (("line_items", 1, "name"), "\ud800", "line_items[1].name: NUL or broken Unicode"),
        (("coupon_lines",), {"code": "x"}, "coupon_lines: not a list"),
        (("refunds",), [{"total": "many"}], "refunds[0].total: not an amount"),
        (("billing",), "x", "billing: not an object"),
    ],
)
def test_a_wrong_shape_is_named_by_its_field(path, instead, reason):
    value = spoiled(read("order.created__processing_with_click_and_coupon"), path, instead)
    with pytest.raises(UnknownPayload) as caught:
        parse(value)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"id":NaN}',
        b'{"id":Infinity}',
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b'{"id":' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_order_at_all(body):
    refuse(body)


def test_a_number_too_large_to_write_out_is_refused_at_once():
    body = json.dumps(read("order.created__organic")).replace(
        '"quantity": 2', '"quantity": 1e999999999999'
    )
    refuse(body.encode(), "quantity: not")


def refuse(body: bytes, reason: str = ".") -> None:
    with pytest.raises(UnknownPayload, match=reason):
        WOO.parse(body, {})


@pytest.mark.parametrize("name", ["order.updated__part_refunded", "order.deleted__trash"])
def test_one_strange_value_anywhere_is_translated_or_refused(name):
    value = read(name)
    for path in paths(value):
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(parse, spoiled(value, path, instead))


@settings(max_examples=300)
@given(st.data())
def test_any_json_anywhere_is_translated_or_refused(data):
    value = read("order.created__processing_with_click_and_coupon")
    path = data.draw(st.sampled_from(list(paths(value))))
    is_translated_or_refused(parse, spoiled(value, path, data.draw(json_values)))


@given(json_values)
def test_any_json_at_all_is_translated_or_refused(value):
    is_translated_or_refused(parse, value)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(body):
    assert not WOO.is_ping({"x-wc-webhook-signature": "x"}, body)
    assert WOO.event_key({}, body)
    with pytest.raises(BadSignature):
        WOO.verify({}, body, [SECRET])
