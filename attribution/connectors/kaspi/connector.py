"""Kaspi, by polling its JSON:API: there is no push, no "changed since" and no click or code.

What is sure and what is not is told in the README beside this file.
Source: facts/marketplaces.md sections 3, 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    Endpoint,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    PollPage,
    Snapshot,
)
from attribution.connectors.buyers import phone_or_none
from attribution.connectors.doors import Lists
from attribution.connectors.kaspi import orders
from attribution.connectors.kaspi.client import Ask
from attribution.connectors.payload import Fields, json_read

ORDERS = "orders"
ORDER_REFRESH = "order_refresh"
TOKEN_KIND = "shop"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDERS: Endpoint(ORDERS, {TOKEN_KIND: 1}, round_seconds=300),
    # Five questions a page; at three a second that is two seconds
    ORDER_REFRESH: Endpoint(ORDER_REFRESH, {TOKEN_KIND: 2}, round_seconds=3_600),
}
_READ: Mapping[str, Callable[[Ask, Mapping[str, Any]], PollPage]] = {
    ORDERS: orders.page_read,
    ORDER_REFRESH: orders.refresh_read,
}
CURRENCY = "KZT"
# CANCELLING and a return that was asked for are not decided yet: the order counts as not received
# meanwhile, so that nothing is approved, and nothing is lost if it is withdrawn.
STATUS: Mapping[str, OrderStatus] = {
    "APPROVED_BY_BANK": "created",
    "ACCEPTED_BY_MERCHANT": "created",
    "CANCELLING": "created",
    "KASPI_DELIVERY_RETURN_REQUESTED": "created",
    "COMPLETED": "fulfilled",
    "CANCELLED": "cancelled",
    "RETURNED": "returned",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS_MIN, MILLISECONDS_MAX = 946_684_800_000, 7_258_118_399_999  # 2000 to 2199


class Kaspi(Lists[Ask]):
    source = "kaspi"
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return _READ[endpoint](ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        """Both endpoints keep the same record."""
        return [order_parse(Fields(json_read(raw)))]


def order_parse(record: Fields) -> OrderSnapshot:
    """The version time is when we read: Kaspi itself names none, nor when goods were received."""
    read_at = record.moment("read_at", zone=UTC)
    order = record.child("order")
    code = order.text("code", length_max=base.NUMBER_MAX)
    raw_status = order.text("status", length_max=base.RAW_STATUS_MAX)
    status = STATUS.get(raw_status, "unmapped")
    return OrderSnapshot(
        external_id=code,
        number=code,
        status=status,
        raw_status=raw_status,
        currency=CURRENCY,
        placed_at=_moment(order, "creationDate"),
        source_updated_at=read_at,
        fulfilled_at=read_at if status == "fulfilled" else None,
        lines=_lines(record, is_returned=status == "returned"),
        customer_phone=_phone(order),
    )


def _lines(record: Fields, *, is_returned: bool) -> tuple[OrderLineSnapshot, ...]:
    """The lines that are left: of a line that was cancelled as a whole nothing remains."""
    lines: dict[str, OrderLineSnapshot] = {}
    for entry in record.items("entries", most=base.LINES_MAX):
        line = _line(entry, is_returned=is_returned)
        if line.line_id in lines:
            raise entry.wrong("id", "twice in one order")
        lines[line.line_id] = line
    if not lines:
        raise record.wrong("entries", "none")
    return tuple(line for line in lines.values() if line.quantity)


def _line(entry: Fields, *, is_returned: bool) -> OrderLineSnapshot:
    quantity, amount_minor = _worth(entry)
    offer = entry.child_or_empty("offer")
    has_code = offer.text_or_none("code") is not None
    return OrderLineSnapshot(
        line_id=entry.text("id", length_max=base.EXTERNAL_ID_MAX),
        sku=offer.text("code", length_max=base.SKU_MAX) if has_code else "",
        name=offer.text_cut("name", length_max=base.NAME_MAX),
        quantity=quantity,
        amount_minor=amount_minor,
        returned_quantity=quantity if is_returned else 0,
        returned_minor=amount_minor if is_returned else 0,
    )


def _worth(entry: Fields) -> tuple[int, int]:
    """Pieces and tiyn of a line as it stands now.

    A partial cancel lowers the quantity; whether totalPrice follows at once is not certain, so
    the smaller of it and price by quantity counts. Goods by weight are one piece of their total.
    """
    total_minor = _amount(entry, "totalPrice")
    if entry.text_or_none("unitType") not in (None, "PIECES"):
        return 1, total_minor
    quantity = entry.integer("quantity", most=base.QUANTITY_MAX)
    if entry.raw("basePrice") is None:
        return quantity, total_minor
    return quantity, min(total_minor, quantity * _amount(entry, "basePrice"))


def _amount(entry: Fields, name: str) -> int:
    amount_minor = entry.money_minor(name, CURRENCY)
    if amount_minor < 0:
        raise entry.wrong(name, "negative")
    return amount_minor


def _moment(order: Fields, name: str) -> datetime:
    at = order.integer(name, least=MILLISECONDS_MIN, most=MILLISECONDS_MAX)
    return EPOCH + timedelta(milliseconds=at)


def _phone(order: Fields) -> str | None:
    """E.164 of a living order's buyer; +0(000)-… is what remains of one in the archive."""
    customer = order.child_or_empty("customer")
    return phone_or_none(customer.text_cut("cellPhone", length_max=base.PHONE_MAX))
