"""Wildberries, by facts/marketplaces.md 1.2, 1.3, 1.5, 1.6: what a row of each list means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.connectors.base import (
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.wildberries.connector import (
    CLAIMS,
    ENDPOINTS,
    FBS_STATUSES,
    FINANCE_REPORT,
    ORDER_FEED,
    SUPPLIER_ORDERS,
    SUPPLIER_SALES,
    Wildberries,
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

HERE = Path(__file__).parent
WB = Wildberries()
SRID = "eb.r9d3c1f0a7e5b4d6c8f2a.0.0"


def read(name: str) -> dict:
    return json.loads((HERE / "fixtures" / f"{name}.json").read_text())


def parse(endpoint: str, value) -> list:
    return WB.parse(endpoint, raw_json(value))


def order(detail: str) -> OrderSnapshot:
    (snapshot,) = parse(ORDER_FEED, read(f"order_feed__{detail}"))
    assert isinstance(snapshot, OrderSnapshot)
    return snapshot


def evidence(detail: str, **changes) -> list[EvidenceSnapshot]:
    return parse(FINANCE_REPORT, read(f"finance_report__{detail}") | changes)


def test_a_unit_ordered_is_an_order_of_one_line():
    assert order("created") == OrderSnapshot(
        external_id=SRID,
        number=SRID,
        status="created",
        raw_status="created",
        currency="KZT",
        placed_at=datetime(2026, 11, 18, 18, 4, 11, tzinfo=UTC),
        source_updated_at=datetime(2026, 11, 18, 18, 4, 11, tzinfo=UTC),
        lines=(
            OrderLineSnapshot(
                line_id=SRID, sku="310200411", name="", quantity=1, amount_minor=693_000
            ),
        ),
    )


def test_a_buyout_is_fulfilled_when_it_changed():
    bought = order("buyout")
    assert bought.status == "fulfilled"
    assert bought.fulfilled_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    assert bought.lines[0].amount_minor == 693_050


@pytest.mark.parametrize(
    ("detail", "status", "raw_status"),
    [
        ("cancel", "cancelled", "cancel"),
        ("return", "returned", "return"),
        ("return_defective", "returned", "returnDefective"),
        ("unknown_status", "unmapped", "assembling"),
    ],
)
def test_statuses(detail, status, raw_status):
    snapshot = order(detail)
    assert (snapshot.status, snapshot.raw_status) == (status, raw_status)
    assert snapshot.fulfilled_at is None


@pytest.mark.parametrize(("detail", "back"), [("return", 1), ("cancel", 0), ("buyout", 0)])
def test_a_return_brings_back_the_whole_line(detail, back):
    (line,) = order(detail).lines
    assert (line.returned_quantity, line.returned_minor) == (back, back * line.amount_minor)


def test_the_currency_is_the_sellers():
    assert order("return_defective").currency == "RUB"


def test_a_time_without_a_zone_is_moscows():
    value = read("order_feed__created")
    value["order"]["createdAt"] = "2026-11-18T21:04:11"
    (snapshot,) = parse(ORDER_FEED, value)
    assert snapshot.placed_at == datetime(2026, 11, 18, 18, 4, 11, tzinfo=UTC)


def test_a_row_with_a_substitute_article_is_evidence():
    assert evidence("substitute_article") == [
        EvidenceSnapshot(
            external_id=SRID,
            line_id=SRID,
            kind="wb_substitute_article",
            value="SUB-77120",
            occurred_at=datetime(2026, 11, 22, 7, 0, tzinfo=UTC),
            currency="KZT",
            amounts=(
                ("retailPrice", 990_000),
                ("retailAmount", 609_800),
                ("retailPriceWithDisc", 693_000),
                ("forPay", 561_240),
            ),
        )
    ]


def test_a_row_with_a_promo_code_is_evidence():
    (found,) = evidence("promo_uuid")
    assert (found.kind, found.value) == ("wb_promo_uuid", "7f0d6f6a-2b1e-4c55-9a43-2d1f0a5b6c7d")


def test_a_row_may_carry_both():
    assert [one.kind for one in evidence("both_codes")] == [
        "wb_substitute_article",
        "wb_promo_uuid",
    ]


@pytest.mark.parametrize("detail", ["no_code", "nil_codes"])
def test_a_row_without_a_code_says_nothing(detail):
    assert evidence(detail) == []


def test_a_row_without_a_code_may_be_strange_otherwise():
    assert evidence("no_code", srid=None, saleDt="?", currency="XXX") == []


def test_a_row_of_a_return_says_so():
    (found,) = evidence("return")
    assert found.is_return
    assert dict(found.amounts)["forPay"] == -561_240
    assert not evidence("substitute_article")[0].is_return


def test_a_sale_time_without_a_zone_is_moscows():
    (found,) = evidence("moscow_time")
    assert found.occurred_at == datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


# --- What became of a unit, in lists of its own ----------------------------------------------


def moved(endpoint: str, detail: str, **changes) -> list[tuple]:
    """(kind, row, moment) of each, all of them of one piece of the unit."""
    moves = parse(endpoint, read(f"{endpoint}__{detail}") | changes)
    for move in moves:
        assert isinstance(move, LineMoveSnapshot)
        assert (move.external_id, move.line_id, move.quantity) == (SRID, SRID, 1)
    return [(move.kind, move.move_id, move.source_updated_at) for move in moves]


@pytest.mark.parametrize("detail", ["sale", "sale_without_amounts"])
def test_a_sale_is_a_receipt_whatever_its_amounts(detail):
    sold_at = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    assert moved(SUPPLIER_SALES, detail) == [("receipt", "sale:S20114477001", sold_at)]


@pytest.mark.parametrize("for_pay", [-5612.4, 5612.4, 0])
def test_a_return_is_one_by_its_prefix_and_not_by_a_sign(for_pay):
    back_at = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    found = moved(SUPPLIER_SALES, "return", forPay=for_pay)
    assert found == [("return", "sale:R20119988123", back_at)]
    assert moved(SUPPLIER_SALES, "sale", forPay=for_pay)[0][0] == "receipt"


def test_an_order_that_is_not_cancelled_says_nothing():
    assert moved(SUPPLIER_ORDERS, "open") == []


@pytest.mark.parametrize(
    ("detail", "at"),
    [
        ("cancelled", datetime(2026, 11, 19, 21, 0, tzinfo=UTC)),
        ("cancelled_without_date", datetime(2026, 11, 20, 5, 15, 40, tzinfo=UTC)),
    ],
)
def test_a_cancelled_order_was_withdrawn(detail, at):
    assert moved(SUPPLIER_ORDERS, detail) == [("withdrawal", "order", at)]


@pytest.mark.parametrize("detail", ["approved", "approved_kept"])
def test_an_approved_claim_is_a_return_also_when_the_buyer_keeps_the_goods(detail):
    back_at = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    move_id = "claim:0199b0c2-11aa-7c00-9d3e-5a6b7c8d9e0f"
    assert moved(CLAIMS, detail) == [("return", move_id, back_at)]


@pytest.mark.parametrize("detail", ["review", "refused"])
def test_another_claim_is_no_news(detail):
    assert moved(CLAIMS, detail) == []


@pytest.mark.parametrize(
    ("endpoint", "detail", "field", "instead", "reason"),
    [
        (SUPPLIER_SALES, "sale", "saleID", "D1", "saleID: unknown kind 'D'"),
        (SUPPLIER_SALES, "sale", "saleID", GONE, "saleID: missing"),
        (SUPPLIER_SALES, "sale", "date", "0001-01-01T00:00:00", "date: year out of range"),
        (SUPPLIER_SALES, "sale", "srid", None, "srid: missing"),
        (SUPPLIER_ORDERS, "cancelled", "isCancel", "true", "isCancel: neither true nor false"),
        (SUPPLIER_ORDERS, "cancelled", "cancelDate", "soon", "cancelDate: not a time"),
        (CLAIMS, "approved", "status", 7, "status: unknown status 7"),
        (CLAIMS, "approved", "dt_update", GONE, "dt_update: missing"),
        (CLAIMS, "approved", "srid", "", "srid: missing"),
    ],
)
def test_a_wrong_shape_of_the_others_is_named_by_its_field(
    endpoint, detail, field, instead, reason
):
    with pytest.raises(UnknownPayload) as caught:
        parse(endpoint, spoiled(read(f"{endpoint}__{detail}"), (field,), instead))
    assert caught.value.reason.startswith(reason)


# --- Any shape at all ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "instead", "reason"),
    [
        (("currency",), "XXX", "currency: unknown currency 'XXX'"),
        (("order",), GONE, "order: not an object"),
        (("order", "srid"), "", "order.srid: missing or empty"),
        (("order", "srid"), "x" * 129, "order.srid: longer than 128"),
        (("order", "status"), None, "order.status: missing"),
        (("order", "updatedAt"), GONE, "order.updatedAt: missing"),
        (("order", "createdAt"), "soon", "order.createdAt: not a time"),
        (("order", "sellerPrice"), GONE, "order.sellerPrice: not an amount"),
        (("order", "sellerPrice"), -1, "order.sellerPrice: negative"),
        (("order", "nmId"), "310200411", "order.nmId: not a whole number"),
    ],
)
def test_a_wrong_shape_in_the_feed_is_named_by_its_field(path, instead, reason):
    with pytest.raises(UnknownPayload) as caught:
        parse(ORDER_FEED, spoiled(read("order_feed__created"), path, instead))
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("field", "instead", "reason"),
    [
        ("srid", GONE, "srid: missing"),
        ("currency", None, "currency: missing"),
        ("saleDt", GONE, "saleDt: missing"),
        ("forPay", "many", "forPay: not an amount"),
        ("articleSubstitution", ["SUB"], "articleSubstitution: not text"),
        ("articleSubstitution", "S" * 129, "articleSubstitution: longer than 128"),
    ],
)
def test_a_wrong_shape_in_the_report_is_named_by_its_field(field, instead, reason):
    value = read("finance_report__substitute_article")
    with pytest.raises(UnknownPayload) as caught:
        parse(FINANCE_REPORT, spoiled(value, (field,), instead))
    assert caught.value.reason.startswith(reason)


def endpoint_of(fixture: Path) -> str:
    return fixture.stem.split("__")[0]


@pytest.mark.parametrize("fixture", fixtures(HERE), ids=lambda path: path.stem)
def test_one_strange_value_anywhere_is_translated_or_refused(fixture):
    value = json.loads(fixture.read_text())

    def read_row(changed) -> list:
        return parse(endpoint_of(fixture), changed)

    for path in paths(value):
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(read_row, spoiled(value, path, instead))


@settings(max_examples=200)
@given(st.data())
def test_any_json_anywhere_is_translated_or_refused(data):
    fixture = data.draw(st.sampled_from(fixtures(HERE)))
    value = json.loads(fixture.read_text())
    path = data.draw(st.sampled_from(list(paths(value))))
    changed = spoiled(value, path, data.draw(json_values))
    is_translated_or_refused(lambda one: parse(endpoint_of(fixture), one), changed)


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
@given(value=json_values)
def test_any_json_at_all_is_translated_or_refused(endpoint, value):
    is_translated_or_refused(lambda one: parse(endpoint, one), value)


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"order":NaN}'])
def test_what_is_no_row_at_all(endpoint, raw):
    with pytest.raises(UnknownPayload):
        WB.parse(endpoint, raw)


@pytest.mark.parametrize(
    ("endpoint", "kind", "is_last", "seconds"),
    [
        (ORDER_FEED, "service", False, 60),
        (ORDER_FEED, "service", True, 60),
        (ORDER_FEED, "basic", False, 10_800),
        (ORDER_FEED, "basic", True, 10_800),
        (FINANCE_REPORT, "service", False, 60),
        (FINANCE_REPORT, "service", True, 3_600),
        (FINANCE_REPORT, "basic", False, 43_200),
        (FINANCE_REPORT, "basic", True, 43_200),
        (SUPPLIER_ORDERS, "service", False, 60),
        (SUPPLIER_ORDERS, "service", True, 1_800),
        (SUPPLIER_ORDERS, "basic", False, 10_800),
        (SUPPLIER_ORDERS, "basic", True, 10_800),
        (SUPPLIER_SALES, "service", False, 60),
        (SUPPLIER_SALES, "service", True, 1_800),
        (SUPPLIER_SALES, "basic", False, 7_200),
        (SUPPLIER_SALES, "basic", True, 7_200),
        (CLAIMS, "service", False, 3),
        (CLAIMS, "service", True, 3_600),
        (CLAIMS, "basic", False, 3_600),
        (FBS_STATUSES, "service", False, 1),
        (FBS_STATUSES, "service", True, 1_800),
        (FBS_STATUSES, "basic", False, 3_600),
    ],
)
def test_pauses_are_those_of_the_kind_of_token(endpoint, kind, is_last, seconds):
    assert ENDPOINTS[endpoint].delay_seconds(kind, is_last=is_last) == seconds
