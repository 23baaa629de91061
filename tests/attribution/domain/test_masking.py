"""What people may read of a stored event: canaries in every corner, and a readable order."""

import json
from pathlib import Path

import pytest

from attribution.domain.masking import BODY_CHARS_MAX, HIDDEN, body_masked

FIXTURES = Path(__file__).parents[1] / "connectors"
ORDER = {
    "id": 48213,
    "number": "48213",
    "status": "completed",
    "total": "22491.00",
    "customer_ip_address": "203.0.113.9",
    "customer_note": "CANARY note",
    "billing": {
        "first_name": "CANARY",
        "phone": "+7 701 000 00 01",
        "email": "canary@example.org",
        "id": "CANARY",
        "order": {"id": "CANARY", "status": "CANARY"},
    },
    "line_items": [{"id": 1, "name": "Жүн көрпе", "sku": "BLANKET", "quantity": 2, "price": 12.5}],
    "coupon_lines": [{"id": 1, "code": "aigerim10", "description": "CANARY"}],
    "meta_data": [
        {"id": 1, "key": "_cpa_click_id", "value": "01a1fcd5"},
        {"id": 2, "key": "_billing_address", "value": "CANARY street 5"},
        {"id": 3, "key": "_cpa_click_id", "value": "CANARY <script>"},
    ],
    "refunds": [{"id": 7, "reason": "CANARY", "total": "-500.00"}],
    "name": "CANARY",
}


def masked(value) -> dict:
    text = body_masked(json.dumps(value, ensure_ascii=False).encode())
    assert text is not None
    return json.loads(text)


def test_an_order_is_readable_and_its_buyer_is_not():
    shown = masked(ORDER)
    assert "CANARY" not in json.dumps(shown)
    assert {key: shown[key] for key in ("id", "number", "status", "total")} == {
        "id": 48213,
        "number": "48213",
        "status": "completed",
        "total": "22491.00",
    }
    assert shown["line_items"] == [
        {"id": 1, "name": "Жүн көрпе", "sku": "BLANKET", "quantity": 2, "price": "12.5"}
    ]
    assert shown["coupon_lines"][0]["code"] == "aigerim10"
    assert [entry["value"] for entry in shown["meta_data"]] == ["01a1fcd5", HIDDEN, HIDDEN]
    assert set(shown["billing"]) == set(ORDER["billing"])  # that there is one, one may know
    assert shown["billing"]["phone"] == HIDDEN


@pytest.mark.parametrize("text", ["call +7 701 000 00 01", "to canary@example.org please"])
def test_a_shown_field_hides_what_looks_like_a_persons(text):
    shown = masked({"number": "1", "line_items": [{"name": text}]})["line_items"][0]["name"]
    assert HIDDEN in shown
    assert "701" not in shown
    assert "@" not in shown


def test_an_order_id_of_a_marketplace_is_no_phone():
    row = {"srid": "77010000001.0.0", "nmId": 310200411, "destinationCity": "Алматы"}
    assert masked({"currency": "KZT", "order": row})["order"] == {
        "srid": "77010000001.0.0",
        "nmId": 310200411,
        "destinationCity": HIDDEN,
    }


def test_nothing_is_told_apart_from_hidden():
    assert masked({"phone": None, "email": "", "set_paid": True, "customer_id": 7}) == {
        "phone": None,
        "email": "",
        "set_paid": True,
        "customer_id": HIDDEN,
    }


@pytest.mark.parametrize(
    "raw", [b"", b"webhook_id=5", b"\xff\xfe", b'{"a": ', b"[" * 100_000, b'{"id": NaN'],
)  # fmt: skip
def test_what_is_no_json_is_not_shown(raw):
    assert body_masked(raw) is None


def test_a_long_body_is_cut():
    text = body_masked(json.dumps({"line_items": [{"sku": "x" * 150}] * 500}).encode())
    assert text is not None
    assert len(text) == BODY_CHARS_MAX + 1
    assert text.endswith("…")


@pytest.mark.parametrize(
    "path", sorted(FIXTURES.rglob("fixtures/*.json")), ids=lambda path: path.stem
)
def test_recorded_events_keep_their_order_and_lose_their_buyer(path):
    raw = path.read_bytes()
    text = body_masked(raw)
    assert text is not None
    order = json.loads(raw)
    billing = order.get("billing") if isinstance(order, dict) else None
    for value in filter(None, (billing or {}).values()):
        assert f'"{value}"' not in text


def test_a_form_is_shown_as_json_and_masked_like_it():
    raw = b"admitad_id=77&type=sale&buyer=%D0%90%D0%B9&order_id=%2B7+701+000+00+01&order_sum="
    text = body_masked(raw)
    assert text is not None
    assert json.loads(text) == {
        "admitad_id": "77",
        "type": "sale",
        "buyer": "••••",
        "order_id": "••••",
        "order_sum": "",
    }


@pytest.mark.parametrize("raw", [b"a=%ff&b=1", b"a=1&b", b"=1&b=2", b"a=1\n&b=2"])
def test_what_is_nearly_a_form_is_not_shown(raw):
    assert body_masked(raw) is None


def shown(raw: str) -> dict:
    text = body_masked(raw.encode())
    assert text is not None
    return json.loads(text)


def test_a_cart_of_tilda_is_readable_and_its_buyer_is_not():
    said = shown(
        "Name=CANARY&Phone=%2B77010000001&payment[orderid]=1557604691&payment[amount]=25500"
        "&payment[products][0][name]=%D0%96%D2%AF%D0%BD&payment[delivery_address]=CANARY"
        "&COOKIES=CANARY&Api-Key=CANARY&formid=form1"
    )
    assert "CANARY" not in json.dumps(said)
    assert said["payment"]["orderid"] == "1557604691"
    assert said["payment"]["products"] == {"name": "Жүн"}
    assert said["formid"] == "form1"


def test_an_object_within_a_text_is_hidden_as_a_whole():
    said = shown("tranid=1:2&payment=%7B%22orderid%22%3A%221%22%2C%22name%22%3A%22CANARY%22%7D")
    assert said == {"tranid": "1:2", "payment": HIDDEN}


def test_the_calls_of_crms_show_whose_they_are_and_no_token():
    said = shown(
        "event=ONCRMDEALUPDATE&data[FIELDS][ID]=7405&ts=1766047124"
        "&auth[application_token]=CANARY&auth[member_id]=CANARY"
    )
    assert said["data"] == {"FIELDS": {"ID": "7405"}}
    assert (said["event"], said["ts"]) == ("ONCRMDEALUPDATE", "1766047124")
    assert "CANARY" not in json.dumps(said)
    lead = shown(
        "leads[status][0][id]=25399013&leads[status][0][name]=CANARY&leads[status][0][price]=25500"
        "&account[subdomain]=demo&leads[status][0][custom_fields][0][values][0][value]=CANARY"
    )
    assert lead["leads"]["status"]["price"] == "25500"
    assert lead["account"] == {"subdomain": "demo"}
    assert "CANARY" not in json.dumps(lead)


def test_a_form_of_many_brackets_is_shown_or_not_and_breaks_nothing():
    deep = "a" + "[b]" * 3_000 + "=1&c=2"
    assert shown(deep)["c"] == HIDDEN
    assert shown("a=1&a[b]=2&a[b][c]=3")["a"] == HIDDEN
