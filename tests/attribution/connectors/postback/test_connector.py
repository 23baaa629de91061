"""Postbacks: what each preset reads, who signed, and what is refused with which number."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.base import OrderRemoval, UnknownPayload
from attribution.connectors.postback.connector import Postback, is_macro, refused_body, take
from attribution.connectors.postback.presets import PRESETS
from attribution.connectors.postback.reading import Call, parameters, sign, signed_text
from attribution.connectors.postback.reasons import REASONS, Rejected
from tests.attribution.connectors.shapes import GONE, STRANGE, assert_storable, paths, spoiled

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TS = str(int(NOW.timestamp()))
SECRET = "pb_secret_demo"
CLICK = "01926b7a5c1e7d3a9b2e4f60718293a4"
UNSIGNED = sorted(set(PRESETS) - {"native"})
# A sale of each platform, as a merchant's template for it tells one
SALES = {
    "native": {
        "clickid": CLICK, "order_id": "KZ-1042", "status": "approved", "sum": "25500.00",
        "currency": "KZT", "promo_code": "AIGERIM10", "ts": TS,
    },
    "keitaro": {
        "subid": CLICK, "tid": "KZ-1042", "status": "sale", "sum": "25500.00", "currency": "KZT",
        "payout": "999.00", "from": "net", "postback_key": "hush",
    },
    "affise": {
        "clickid": CLICK, "action_id": "KZ-1042", "status": "1", "sum": "25500.00",
        "currency": "KZT", "goal": "sale", "promo_code": "AIGERIM10", "secure": "hush",
    },
    "admitad": {
        "uid": CLICK, "order_id": "KZ-1042", "price": "25500.00", "currency_code": "KZT",
        "quantity": "1", "position_id": "1", "position_count": "1", "promocode": "AIGERIM10",
        "postback": "1", "postback_key": "hush", "payment_type": "sale", "status": "approved",
    },
    "tune": {
        "transaction_id": CLICK, "adv_sub": "KZ-1042", "amount": "25500.00", "status": "approved",
        "promo_code": "AIGERIM10", "security_token": "hush", "goal_id": "7",
    },
    "everflow": {
        "transaction_id": CLICK, "order_id": "KZ-1042", "amount": "25500.00", "nid": "1",
        "status": "approved", "coupon_code": "AIGERIM10", "verification_token": "hush",
    },
}  # fmt: skip


def call_of(said: dict[str, str]) -> Call:
    return Call(urlencode(said, quote_via=quote).encode())


def signed(said: dict[str, str], secret: str = SECRET) -> dict[str, str]:
    return {**said, "sig": sign(said, secret)}


def sale(preset: str, **changes: str | None) -> dict[str, str]:
    said = {k: v for k, v in (SALES[preset] | changes).items() if v is not None}
    return signed(said) if preset == "native" else said


def taken(preset: str, call: Call, *, secrets=(SECRET,), currency="KZT"):
    return take(call, PRESETS[preset], secrets=secrets, currency=currency, now=NOW)


def order_of(preset: str, call: Call, *, fulfilled_at=None):
    body = taken(preset, call).body(preset, fulfilled_at=fulfilled_at)
    (snapshot,) = Postback().parse(body, {})
    return snapshot


def refusal(preset: str, call: Call, **options) -> tuple[str, str]:
    with pytest.raises(Rejected) as refused:
        taken(preset, call, **options)
    return refused.value.reason.code, refused.value.parameter


# --- What is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_sale_is_read_from_every_preset(preset):
    order = order_of(preset, call_of(sale(preset)), fulfilled_at=NOW)
    assert (order.external_id, order.number, order.status) == ("KZ-1042", "KZ-1042", "fulfilled")
    assert (order.currency, order.lines[0].amount_minor) == ("KZT", 2_550_000)
    assert (order.click_id, order.fulfilled_at) == (CLICK, NOW)
    assert order.promo_codes == (() if preset == "keitaro" else ("AIGERIM10",))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("form", ["query", "form", "json", "both"])
def test_query_form_and_json_say_the_same(preset, form):
    said = sale(preset)
    text = urlencode(said).encode()
    name = PRESETS[preset].order
    rest = {key: value for key, value in said.items() if key != name}
    call = {
        "query": Call(text),
        "form": Call(b"", text),
        "json": Call(b"", json.dumps(said).encode()),
        "both": Call(urlencode({name: said[name]}).encode(), urlencode(rest).encode()),
    }[form]
    assert taken(preset, call) == taken(preset, Call(text))


@pytest.mark.parametrize(
    ("preset", "word", "status"),
    [
        *(("native", *pair) for pair in (("pending", "created"), ("paid", "paid"),
          ("approved", "fulfilled"), ("declined", "cancelled"), ("returned", "returned"))),
        *(("affise", *pair) for pair in (("1", "fulfilled"), ("2", "created"), ("3", "cancelled"),
          ("5", "created"))),
        *(("keitaro", *pair) for pair in (("lead", "created"), ("SALE", "fulfilled"),
          ("rejected", "cancelled"), ("trash", "cancelled"), ("deposit", "unmapped"))),
        *(("tune", *pair) for pair in (("approved", "fulfilled"), ("pending", "created"),
          ("rejected", "cancelled"))),
        ("everflow", "4", "unmapped"),
    ],
)  # fmt: skip
def test_each_platforms_words_of_a_status(preset, word, status):
    order = order_of(preset, call_of(sale(preset, status=word)))
    assert (order.status, order.raw_status) == (status, word)


def test_without_a_status_a_sale_is_pending():
    order = order_of("tune", call_of(sale("tune", status=None)))
    assert (order.status, order.raw_status) == ("created", "pending")


def test_keitaros_senders_may_say_what_their_words_mean():
    said = sale("keitaro", status="deposit", sale_status="confirmed, deposit", lead_status="reg")
    assert taken("keitaro", call_of(said)).status == "fulfilled"


def test_a_payout_is_never_the_value_of_an_order():
    said = sale("keitaro", sum=None)
    assert refusal("keitaro", call_of(said)) == ("parameter_missing", "sum")


def test_a_decline_may_leave_the_amount_out_and_takes_the_order_back():
    said = sale("tune", status="rejected", amount=None)
    assert order_of("tune", call_of(said)) == OrderRemoval(
        external_id="KZ-1042", raw_status="rejected"
    )


def test_what_comes_back_comes_back_whole():
    (line,) = order_of("native", call_of(sale("native", status="returned"))).lines
    assert (line.returned_minor, line.returned_quantity) == (2_550_000, 1)


def test_each_position_of_admitad_is_an_order_of_its_own():
    said = sale("admitad", position_count="2", position_id="2")
    assert order_of("admitad", call_of(said)).external_id == "KZ-1042#2"
    said = sale("admitad", position_count="2", position_id=None)
    assert refusal("admitad", call_of(said)) == ("parameter_missing", "position_id")


def test_a_currency_that_is_not_named_is_the_connections():
    order = taken("tune", call_of(sale("tune")), currency="USD").body("tune", fulfilled_at=None)
    assert Postback().parse(order, {})[0].currency == "USD"


def test_passwords_and_signatures_are_never_stored():
    for preset in PRESETS:
        call = call_of(sale(preset))
        stored = taken(preset, call).body(preset, fulfilled_at=None)
        refused = refused_body(call, REASONS[0])
        for body in (stored, refused):
            assert b"hush" not in body
            assert b'"sig"' not in body


def test_equal_news_has_one_digest_and_every_change_another():
    first = taken("tune", call_of(sale("tune"))).digest
    assert taken("tune", call_of(sale("tune", security_token="other", goal_id="8"))).digest == first
    for change in (
        {"status": "pending"}, {"amount": "25500.01"}, {"promo_code": "DANA15"},
        {"adv_sub": "KZ-1043"}, {"currency": "USD"},
    ):  # fmt: skip
        assert taken("tune", call_of(sale("tune", **change))).digest != first


# --- Who signed ------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_worked_vector():
    said = dict(
        parse_qsl(
            "clickid=01J9Z7Q4K8&currency=KZT&goal=sale&order_id=KZ-1042&status=approved"
            "&sum=25500.00&ts=1767225600"
        )
    )
    assert sign(said, SECRET) == "d169f3147ee4b0110e26fa5cf0231e13a56c2e4f1f58f3ba46a2852b67202a0c"
    assert signed_text({"b": "a b", "a": "ә/~"}, "sig") == "a=%D3%99%2F~&b=a%20b"


def test_two_secrets_work_while_one_is_rotated_and_no_secret_lets_nobody_in():
    call = call_of(sale("native"))
    assert taken("native", call, secrets=["new", SECRET]).external_id == "KZ-1042"
    for secrets in (["new"], [], [""]):
        assert refusal("native", call, secrets=secrets) == ("signature_wrong", "sig")
    said = {k: v for k, v in sale("native").items() if k != "sig"}
    assert refusal("native", call_of(said)) == ("signature_missing", "sig")


@pytest.mark.parametrize("form", ["query", "form", "json"])
def test_no_byte_of_a_signed_call_may_change(form):
    said = sale("native")
    raw = json.dumps(said).encode() if form == "json" else urlencode(said).encode()

    def call(text: bytes) -> Call:
        return Call(text) if form == "query" else Call(b"", text)

    assert taken("native", call(raw)).external_id == "KZ-1042"
    for place, bit in product(range(len(raw)), (1, 2, 4, 8, 16, 32, 64, 128)):
        text = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
        with pytest.raises(Rejected):
            taken("native", call(text))


def test_a_signature_in_capitals_or_with_more_behind_it_is_wrong():
    said = sale("native")
    for wrong in (said["sig"].upper(), said["sig"] + "0", said["sig"][:-1], "ә"):
        assert refusal("native", call_of({**said, "sig": wrong}))[0] == "signature_wrong"


# --- What is refused -------------------------------------------------------------------------

MACROS = [
    "{clickid}", "{{order_id}}", "${sum}", "[[[subid]]]", "<click>", "%transaction_id%",
    "%7Bclickid%7D", "{clickid", "abc{sub1}", "25500{sum", "[subid", "#tid#", "{}", "abc]]]",
    "sum}",
]  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS)
def test_a_template_that_nobody_filled_in_is_refused_by_name(preset):
    for name in PRESETS[preset].read():
        said = sale(preset, **{name: "{macro}"})
        assert refusal(preset, call_of(said)) == ("unexpanded_macro", name)
    pasted = Call(PRESETS[preset].query().encode())
    code, _name = refusal(preset, pasted)
    assert code in ("unexpanded_macro", "signature_wrong")


@pytest.mark.parametrize("macro", MACROS)
def test_whole_and_half_macros_are_seen(macro):
    assert is_macro(macro)
    assert refusal("tune", call_of(sale("tune", transaction_id=macro)))[0] == "unexpanded_macro"


@pytest.mark.parametrize("text", ["#1042", "KZ-1042", "50%", "A&B", "МХЛ50", "", "a#b", "1>0x"])
def test_what_is_no_macro_is_none(text):
    assert not is_macro(text)


def test_a_macro_in_what_nobody_reads_loses_no_sale():
    assert taken("affise", call_of(sale("affise", custom_field1="{sub4}"))).external_id == "KZ-1042"


@pytest.mark.parametrize(
    "amount",
    ["1e30", "NaN", "Infinity", "-1", "-0.00", "25 500", "25500,00", "1_000", "٢٥", "0x10", "",
     "9" * 25, "1" * 17, "1e3", "abc", "+5"],
)  # fmt: skip
def test_an_amount_is_a_plain_decimal_that_is_not_negative(amount):
    code, name = refusal("tune", call_of(sale("tune", amount=amount)))
    missing = amount.lower() in ("", "nan")  # a variable that was never set
    assert (code, name) == ("parameter_missing" if missing else "amount_invalid", "amount")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"adv_sub": None}, ("parameter_missing", "adv_sub")),
        ({"adv_sub": "undefined"}, ("parameter_missing", "adv_sub")),
        ({"adv_sub": " "}, ("parameter_missing", "adv_sub")),
        ({"adv_sub": "9" * 129}, ("value_too_long", "adv_sub")),
        ({"adv_sub": "9" * 2_000}, ("value_too_long", "adv_sub")),
        ({"currency": "XXX"}, ("currency_unknown", "currency")),
        ({"currency": "₸"}, ("currency_unknown", "currency")),
        ({"promo_code": "A" * 65}, ("value_too_long", "promo_code")),
        ({"status": "s" * 65}, ("value_too_long", "status")),
        ({"transaction_id": "of-another-network", "promo_code": None},
         ("click_not_ours", "transaction_id")),
        ({"adv_sub": "a\0b"}, ("not_readable", "adv_sub")),
    ],
)  # fmt: skip
def test_each_mistake_has_its_reason(changes, wrong):
    assert refusal("tune", call_of(sale("tune", **changes))) == wrong


def test_a_foreign_click_beside_a_promo_code_is_passed_over():
    order = order_of("tune", call_of(sale("tune", transaction_id="of-another-network")))
    assert (order.click_id, order.promo_codes) == (None, ("AIGERIM10",))


@pytest.mark.parametrize("ts", ["0", "1e9", "17637156000000", "soon", str(int(TS) + 301)])
def test_a_signed_time_is_unix_seconds_and_has_been(ts):
    assert refusal("native", call_of(sale("native", ts=ts))) == ("time_invalid", "ts")


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        (Call(b"a=1&a=2"), ("parameter_repeated", "a")),
        (Call(b"a=1", b"a=1"), ("parameter_repeated", "a")),
        (Call(b"a=\xff"), ("not_readable", "")),
        (Call(b"&".join(b"p%d=" % n for n in range(101))), ("not_readable", "")),
        (Call(b"", b"{"), ("not_readable", "")),
        (Call(b"", b"[]"), ("not_readable", "")),
        (Call(b"", b'{"amount": 25500.00}'), ("value_not_text", "amount")),
        (Call(b"", b'{"amount": NaN}'), ("not_readable", "")),
        (Call(b"", b'{"amount": {}}'), ("value_not_text", "amount")),
        (Call(b"", b'{"amount": true}'), ("value_not_text", "amount")),
        (Call(b"", b'{"a":' * 10_000), ("not_readable", "")),
        (Call(b"", b'{"a": "\\ud800"}'), ("not_readable", "a")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_as_parameters(call, wrong):
    assert refusal("tune", call) == wrong


def test_a_whole_number_of_json_is_exact_and_taken():
    said = {**sale("tune"), "amount": 25500}
    order = order_of("tune", Call(b"", json.dumps(said).encode()))
    assert order.lines[0].amount_minor == 2_550_000


def test_every_reason_has_a_number_of_its_own_that_never_changes():
    assert [reason.number for reason in REASONS] == list(range(1, 16))
    assert len({reason.code for reason in REASONS}) == 15
    assert [reason.code for reason in REASONS[:4]] == [
        "not_readable", "parameter_repeated", "parameter_missing", "unexpanded_macro",
    ]  # fmt: skip


# --- Anything at all -------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(sorted(SALES["tune"])), st.text(max_size=30), min_size=3))
def test_any_values_are_an_order_or_a_reason(said):
    try:
        found = taken("tune", call_of(SALES["tune"] | said))
    except Rejected as rejected:
        assert rejected.reason in REASONS  # noqa: PT017 both ways are right
    else:
        (snapshot,) = Postback().parse(found.body("tune", fulfilled_at=None), {})
        assert_storable(snapshot)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_parameters_or_a_reason(query, body):
    try:
        said = parameters(Call(query, body))
    except Rejected as rejected:
        assert rejected.reason in REASONS  # noqa: PT017 both ways are right
    else:
        json.dumps(said).encode()


def test_what_is_stored_is_translated_or_refused_however_it_is_spoiled():
    stored = json.loads(taken("tune", call_of(sale("tune"))).body("tune", fulfilled_at=NOW))
    for path in paths(stored):
        for instead in (GONE, *STRANGE):
            body = json.dumps(spoiled(stored, path, instead)).encode()
            try:
                (snapshot,) = Postback().parse(body, {})
            except UnknownPayload as error:
                assert error.reason.isprintable()  # noqa: PT017 both ways are right
            else:
                assert_storable(snapshot)


def test_what_was_refused_can_never_become_an_order():
    body = refused_body(call_of(sale("tune")), REASONS[0])
    with pytest.raises(UnknownPayload):
        Postback().parse(body, {})
