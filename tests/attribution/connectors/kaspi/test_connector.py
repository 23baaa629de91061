"""Kaspi, by facts/marketplaces.md section 3: what an order of an answer means."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attribution.connectors.kaspi as package
from attribution.connectors.base import (
    OrderLineSnapshot,
    OrderSnapshot,
    PollConnection,
    PollRecord,
    UnknownPayload,
)
from attribution.connectors.kaspi.connector import (
    ENDPOINTS,
    ORDER_REFRESH,
    ORDERS,
    Kaspi,
)
from core.http import OutgoingResponse
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
KASPI = Kaspi()
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ENTRY = ("included", 0, "attributes")
ORDER = ("data", 0, "attributes")


class Canned:
    """A client that answers what it was given."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        return OutgoingResponse(200, {}, self.body)


def answer(detail: str) -> dict:
    return json.loads((HERE / "fixtures" / f"orders__{detail}.json").read_text())


def records(value, orders=None, now=NOW) -> tuple[PollRecord, ...]:
    known = {"orders": orders} if orders else {}
    connection = PollConnection("token", {}, **known)
    return KASPI.fetch(Canned(raw_json(value)), ORDERS, {}, connection, now=now).records


def parse(value) -> list:
    """All the way: an answer of Kaspi, the record that is kept of it, the order."""
    return [order for one in records(value) for order in KASPI.parse(ORDERS, one.body)]


def order(detail: str) -> OrderSnapshot:
    (snapshot,) = parse(answer(detail))
    return snapshot


def test_a_completed_order():
    assert order("completed") == OrderSnapshot(
        external_id="701234567",
        number="701234567",
        status="fulfilled",
        raw_status="COMPLETED",
        currency="KZT",
        placed_at=datetime(2025, 11, 18, 6, 10, 0, 415_000, tzinfo=UTC),
        source_updated_at=NOW,
        fulfilled_at=NOW,
        lines=(
            OrderLineSnapshot(
                line_id="NzAxMjM0NTY3IyMw",
                sku="ALMA-30",
                name="Сыворотка",
                quantity=1,
                amount_minor=1_849_000,
            ),
        ),
    )


@pytest.mark.parametrize(
    ("detail", "status", "raw_status"),
    [
        ("approved_by_bank", "created", "APPROVED_BY_BANK"),
        ("sign_required", "created", "APPROVED_BY_BANK"),
        ("accepted", "created", "ACCEPTED_BY_MERCHANT"),
        ("pickup", "created", "ACCEPTED_BY_MERCHANT"),
        ("cancelling", "created", "CANCELLING"),
        ("return_requested", "created", "KASPI_DELIVERY_RETURN_REQUESTED"),
        ("cancelled", "cancelled", "CANCELLED"),
        ("returned", "returned", "RETURNED"),
        ("unknown_status", "unmapped", "ARRIVED_BACKWARD"),
    ],
)
def test_statuses(detail, status, raw_status):
    snapshot = order(detail)
    assert (snapshot.status, snapshot.raw_status) == (status, raw_status)
    assert snapshot.fulfilled_at is None


def test_a_return_brings_back_everything():
    (line,) = order("returned").lines
    assert (line.returned_quantity, line.returned_minor) == (1, 1_849_000)
    (line,) = order("cancelled").lines
    assert (line.returned_quantity, line.returned_minor) == (0, 0)


def test_a_phone_is_one_only_while_the_order_lives():
    assert order("accepted").customer_phone == "+77012345678"
    assert order("completed").customer_phone is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("7012345678", "+77012345678"),
        ("77012345678", "+77012345678"),
        ("87012345678", "+77012345678"),
        (7012345678, "+77012345678"),
        ("+0(000)-000-00-00", None),
        ("+0(000)-***-**-**", None),
        ("0000000000", None),
        ("12", None),
        ("", None),
        (None, None),
    ],
)
def test_phones(text, phone):
    (snapshot,) = parse(spoiled(answer("accepted"), (*ORDER, "customer", "cellPhone"), text))
    assert snapshot.customer_phone == phone


def test_a_part_that_was_cancelled_counts_no_more_though_its_total_lags_behind():
    """Two of a line at 18 490 became one while totalPrice still says two; the other line went."""
    (line,) = order("part_cancelled").lines
    assert (line.quantity, line.amount_minor) == (1, 1_849_000)


def test_a_discount_in_the_total_is_believed():
    value = spoiled(answer("accepted"), (*ENTRY, "totalPrice"), 17000.55)
    assert parse(value)[0].lines[0].amount_minor == 1_700_055


def test_goods_by_weight_are_one_piece_of_their_total():
    (line,) = order("by_weight").lines
    assert (line.quantity, line.amount_minor) == (1, 270_055)


def test_floats_of_tenge_become_exact_tiyn():
    raw = raw_json(answer("accepted")).replace(b'"basePrice": 18490.0', b'"basePrice": 0.29')
    record = KASPI.fetch(Canned(raw), ORDERS, {}, PollConnection("t"), now=NOW).records[0]
    assert KASPI.parse(ORDERS, record.body)[0].lines[0].amount_minor == 29


def test_nobodys_name_or_address_is_kept():
    (record,) = records(answer("accepted"))
    text = record.body.decode()
    kept = json.loads(text)
    assert kept["order"]["customer"] == {"cellPhone": "7012345678"}
    for personal in ("Айгерим", "formattedAddress", "latitude", "NzAxMTExMTExMQ"):
        assert personal not in text
        assert json.dumps(personal)[1:-1] not in text


# --- What is news ----------------------------------------------------------------------------


class Knows:
    """The orders that we have, by the key of their last event."""

    def __init__(self, **last_keys: str) -> None:
        self.keys = {code.removeprefix("n"): key for code, key in last_keys.items()}

    def last_keys(self, external_ids):
        return {code: self.keys[code] for code in external_ids if code in self.keys}

    def open_after(self, external_id, *, placed_before, most):
        return ()


def key_of(value, last_key: str | None = None) -> str | None:
    found = records(value, Knows(n701234567=last_key) if last_key else None)
    return found[0].event_key if found else None


def test_a_key_tells_code_status_and_quantity():
    key = key_of(answer("completed"))
    assert key.startswith("kaspi:701234567:COMPLETED:1:")
    assert key.endswith(":0")


def test_what_is_known_is_no_news():
    first = key_of(answer("completed"))
    assert key_of(answer("completed"), first) is None


def test_a_masked_phone_is_no_news():
    masked = spoiled(answer("accepted"), (*ORDER, "customer", "cellPhone"), "+0(000)-000-00-00")
    assert key_of(masked) == key_of(answer("accepted"))


def test_the_order_of_lines_is_no_news():
    value = answer("part_cancelled")
    turned = answer("part_cancelled")
    turned["data"][0]["relationships"]["entries"]["data"].reverse()
    assert key_of(turned) == key_of(value)


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ((*ENTRY, "quantity"), 2),
        ((*ENTRY, "totalPrice"), 18000.0),
        ((*ENTRY, "basePrice"), 18000.0),
        ((*ORDER, "status"), "CANCELLING"),
    ],
)
def test_another_status_quantity_or_total_is_news(path, instead):
    first = key_of(answer("accepted"))
    second = key_of(spoiled(answer("accepted"), path, instead), first)
    assert second is not None
    assert second.endswith(":1")


def test_a_state_that_comes_back_is_news_again():
    """A return that was asked for and withdrawn: the order is received once more."""
    first = key_of(answer("completed"))
    asked = key_of(answer("return_requested"), first)
    back = key_of(answer("completed"), asked)
    assert (asked[-2:], back[-2:]) == (":1", ":2")
    assert back != first
    assert key_of(answer("completed"), back) is None


def test_an_order_that_came_from_a_file_is_news_when_kaspi_shows_it():
    assert key_of(answer("completed"), "file:701234567:x").endswith(":0")


def test_one_bad_order_does_not_take_its_page_with_it():
    value = answer("completed")
    value["data"] += [{"id": 7}, {"attributes": {"code": "7" * 65}}]
    found = records(value)
    assert [one.event_key.split(":")[1] for one in found] == ["701234567", "?", "?"]
    assert len({one.event_key for one in found}) == 3
    with pytest.raises(UnknownPayload):
        KASPI.parse(ORDERS, found[1].body)


# --- Wrong shapes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "instead", "reason"),
    [
        ((*ORDER, "code"), GONE, "order.code: missing"),
        ((*ORDER, "code"), "7" * 65, "order.code: longer than 64"),
        ((*ORDER, "status"), None, "order.status: missing"),
        ((*ORDER, "status"), "S" * 65, "order.status: longer than 64"),
        ((*ORDER, "creationDate"), "2025-11-18", "order.creationDate: not a whole number"),
        ((*ORDER, "creationDate"), 1763446200, "order.creationDate: not within"),
        ((*ORDER, "customer", "cellPhone"), ["7"], "order.customer.cellPhone: not text"),
        (("data", 0, "relationships"), GONE, "entries: none"),
        (("included",), GONE, "entries[0].totalPrice: not an amount"),
        (("included", 0, "id"), "x", "entries[0].totalPrice: not an amount"),
        ((*ENTRY, "quantity"), GONE, "entries[0].quantity: not a whole number"),
        ((*ENTRY, "quantity"), 1.5, "entries[0].quantity: not a whole number"),
        ((*ENTRY, "quantity"), -1, "entries[0].quantity: not within"),
        ((*ENTRY, "totalPrice"), -1, "entries[0].totalPrice: negative"),
        ((*ENTRY, "basePrice"), -1, "entries[0].basePrice: negative"),
        ((*ENTRY, "totalPrice"), "many", "entries[0].totalPrice: not an amount"),
        ((*ENTRY, "offer", "code"), "S" * 129, "entries[0].offer.code: longer than 128"),
        ((*ENTRY, "offer", "name"), [], "entries[0].offer.name: not text"),
    ],
)
def test_a_wrong_shape_is_named_by_its_field(path, instead, reason):
    with pytest.raises(UnknownPayload) as caught:
        parse(spoiled(answer("accepted"), path, instead))
    assert caught.value.reason.startswith(reason)


def test_a_line_that_is_named_twice_is_refused():
    value = answer("accepted")
    lines = value["data"][0]["relationships"]["entries"]["data"]
    lines.append(lines[0])
    with pytest.raises(UnknownPayload, match="twice in one order"):
        parse(value)


@pytest.mark.parametrize("fixture", fixtures(HERE), ids=lambda path: path.stem)
def test_one_strange_value_anywhere_is_translated_or_refused(fixture):
    value = json.loads(fixture.read_text())
    for path in paths(value):
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(parse, spoiled(value, path, instead))


@settings(max_examples=200)
@given(st.data())
def test_any_json_anywhere_is_translated_or_refused(data):
    value = json.loads(data.draw(st.sampled_from(fixtures(HERE))).read_text())
    path = data.draw(st.sampled_from(list(paths(value))))
    is_translated_or_refused(parse, spoiled(value, path, data.draw(json_values)))


@given(value=json_values)
def test_any_json_at_all_is_translated_or_refused(value):
    is_translated_or_refused(parse, value)
    is_translated_or_refused(lambda one: KASPI.parse(ORDERS, raw_json(one)), value)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"order":NaN}'])
def test_what_is_no_record_at_all(raw):
    with pytest.raises(UnknownPayload):
        KASPI.parse(ORDERS, raw)


# --- Pauses and the token --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "is_last", "seconds"),
    [
        (ORDERS, False, 1),
        (ORDERS, True, 300),
        (ORDER_REFRESH, False, 2),
        (ORDER_REFRESH, True, 3_600),
    ],
)
def test_pauses(endpoint, is_last, seconds):
    assert ENDPOINTS[endpoint].delay_seconds("shop", is_last=is_last) == seconds


def test_there_is_one_way_to_send_the_token_and_it_is_get():
    """Every place of the connector that calls out, by its text: one, and its method is a word."""
    calls = [
        node
        for path in Path(package.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "request"
    ]
    (call,) = calls
    assert isinstance(call.args[0], ast.Constant)
    assert call.args[0].value == "GET"
