"""Orders that a brand's own server sends by POST /api/v1/orders (source "api").

The door has checked every field (exchange/api/orders.py); what is stored is its JSON, with
`fulfilled_at` beside what was sent. Source: design/architecture.md section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    ORDER_STATUSES,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
    UnknownPayload,
)
from attribution.connectors.buyers import email_of, phone_of
from attribution.connectors.payload import Fields, json_read
from core.money import MINOR_MAX


class RestOrders:
    source = "api"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        order = Fields(json_read(body))
        status = _status(order)
        external_id = order.text("external_id", length_max=base.EXTERNAL_ID_MAX)
        customer = order.child_or_empty("customer")
        return [
            OrderSnapshot(
                external_id=external_id,
                number=external_id[: base.NUMBER_MAX],
                status=status,
                raw_status=status,
                currency=order.currency("currency"),
                placed_at=order.moment("occurred_at", zone=UTC),
                source_updated_at=order.moment("updated_at", zone=UTC),
                fulfilled_at=order.moment_or_none("fulfilled_at", zone=UTC),
                lines=_lines(order, is_whole=status == "returned"),
                click_id=order.text_cut("click_id", length_max=base.CLICK_ID_MAX) or None,
                promo_codes=(codes := _promo_codes(order)),
                # Documented (exchange.api.order_input): the one that discounted comes first
                discounted_codes=codes[:1] if len(codes) > 1 else (),
                customer_phone=phone_of(customer),
                customer_email=email_of(customer),
                buyer_told=_buyer_told(customer),
            )
        ]


def _status(order: Fields) -> OrderStatus:
    word = order.text("status", length_max=base.RAW_STATUS_MAX)
    return next((status for status in ORDER_STATUSES if status == word), "unmapped")


def _lines(order: Fields, *, is_whole: bool) -> tuple[OrderLineSnapshot, ...]:
    lines = tuple(
        _line(line, is_whole=is_whole) for line in order.items("lines", most=base.LINES_MAX)
    )
    if len({line.line_id for line in lines}) < len(lines):
        raise UnknownPayload("lines: a line_id comes twice")
    return lines


def _line(line: Fields, *, is_whole: bool) -> OrderLineSnapshot:
    quantity = line.integer("quantity", least=1, most=base.QUANTITY_MAX)
    back = line.integer("returned_quantity", most=quantity) if not is_whole else quantity
    amount_minor = line.integer("amount_minor", most=MINOR_MAX)
    return OrderLineSnapshot(
        line_id=line.text("line_id", length_max=base.EXTERNAL_ID_MAX),
        sku=line.text_cut("sku", length_max=base.SKU_MAX),
        name=line.text_cut("name", length_max=base.NAME_MAX),
        quantity=quantity,
        amount_minor=amount_minor,
        returned_quantity=back,
        returned_minor=returned_minor(amount_minor, back=back, quantity=quantity),
    )


def returned_minor(amount_minor: int, *, back: int, quantity: int) -> int:
    """What `back` of `quantity` pieces are of an amount, half a tiyn rounded up; all is all."""
    return (2 * amount_minor * back + quantity) // (2 * quantity)


def _promo_codes(order: Fields) -> tuple[str, ...]:
    codes = order.raw("promo_codes") or []
    if not isinstance(codes, list) or len(codes) > base.PROMO_CODES_MAX:
        raise order.wrong("promo_codes", "not a short list")
    return tuple(
        Fields({"code": code}, order.path(f"promo_codes[{number}]")).text_cut(
            "code", length_max=base.PROMO_CODE_MAX
        )
        for number, code in enumerate(codes)
    )


def _buyer_told(customer: Fields) -> str:
    said = customer.raw("is_new")
    return "" if not isinstance(said, bool) else "new" if said else "returning"
