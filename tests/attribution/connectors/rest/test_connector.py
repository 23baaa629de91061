"""Orders of the REST API as they are stored, in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot, UnknownPayload
from attribution.connectors.rest.connector import RestOrders, returned_minor
from tests.attribution.connectors.shapes import GONE, STRANGE, assert_storable, paths, spoiled

ORDER = {
    "external_id": "KZ-1042",
    "status": "fulfilled",
    "occurred_at": "2026-11-20T09:00:00+00:00",
    "updated_at": "2026-11-21T09:00:00+00:00",
    "fulfilled_at": "2026-11-21T08:00:00+00:00",
    "currency": "KZT",
    "click_id": "01926b7a5c1e7d3a9b2e4f60718293a4",
    "promo_codes": ["AIGERIM10"],
    "customer": {"phone": "+77010000001", "email": "Buyer@example.org", "is_new": True},
    "lines": [
        {"line_id": "1", "sku": "ALMA-30", "name": "Алма", "quantity": 3, "returned_quantity": 1,
         "amount_minor": 2_550_000},
    ],
}  # fmt: skip


def parse(order) -> list:
    return RestOrders().parse(json.dumps(order).encode(), {})


def test_an_order_is_read_whole():
    assert parse(ORDER) == [
        OrderSnapshot(
            external_id="KZ-1042",
            number="KZ-1042",
            status="fulfilled",
            raw_status="fulfilled",
            currency="KZT",
            placed_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
            source_updated_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
            fulfilled_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
            click_id="01926b7a5c1e7d3a9b2e4f60718293a4",
            promo_codes=("AIGERIM10",),
            customer_phone="+77010000001",
            customer_email="buyer@example.org",
            buyer_told="new",
            lines=(
                OrderLineSnapshot(
                    line_id="1",
                    sku="ALMA-30",
                    name="Алма",
                    quantity=3,
                    amount_minor=2_550_000,
                    returned_quantity=1,
                    returned_minor=850_000,
                ),
            ),
        )
    ]


def test_a_returned_order_came_back_whole():
    ((order,),) = (parse(ORDER | {"status": "returned"}),)
    assert (order.lines[0].returned_quantity, order.lines[0].returned_minor) == (3, 2_550_000)


@pytest.mark.parametrize(
    ("amount", "back", "quantity", "minor"),
    [(100, 0, 3, 0), (100, 1, 3, 33), (100, 2, 3, 67), (100, 3, 3, 100), (1, 1, 2, 1)],
)
def test_what_pieces_are_of_an_amount(amount, back, quantity, minor):
    assert returned_minor(amount, back=back, quantity=quantity) == minor


def test_a_phone_that_is_none_and_a_customer_who_is_not_named_are_nobody():
    for customer in (None, {}, {"phone": "soon", "email": "nobody"}):
        (order,) = parse(ORDER | {"customer": customer})
        assert (order.customer_phone, order.customer_email) == (None, None)


def test_a_line_that_comes_twice_is_refused():
    with pytest.raises(UnknownPayload, match="comes twice"):
        parse(ORDER | {"lines": ORDER["lines"] * 2})


def test_what_is_stored_is_translated_or_refused_however_it_is_spoiled():
    for path in paths(ORDER):
        for instead in (GONE, *STRANGE):
            try:
                (snapshot,) = parse(spoiled(ORDER, path, instead))
            except UnknownPayload as error:
                assert error.reason.isprintable()  # noqa: PT017 both ways are right
            else:
                assert_storable(snapshot)
