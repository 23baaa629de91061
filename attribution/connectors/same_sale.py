"""What another source says of a sale, as an event of the order under which it counts.

We write it ourselves (attribution.services.same_sale), in our own words, and read it here.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    ORDER_STATUSES,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from core.money import MINOR_MAX

SAME_SALE = "same_sale"  # the endpoint of these events


def told_bytes(snapshot: OrderSnapshot) -> bytes:
    plain: dict[str, Any] = asdict(snapshot)
    for name in ("placed_at", "source_updated_at", "fulfilled_at"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return json_bytes(plain)


def told_read(raw: bytes) -> list[Snapshot]:
    """Raises: UnknownPayload."""
    said = Fields(json_read(raw))
    status = status_known(said.raw("status"))
    codes, discounted = said.raw("promo_codes"), said.raw("discounted_codes") or []
    if not isinstance(codes, list) or not isinstance(discounted, list):
        raise said.wrong("promo_codes", "not a list")
    return [
        OrderSnapshot(
            external_id=said.text("external_id", length_max=base.EXTERNAL_ID_MAX),
            number=said.text_cut("number", length_max=base.NUMBER_MAX),
            status=status,
            raw_status=said.text_cut("raw_status", length_max=base.RAW_STATUS_MAX),
            currency=said.currency("currency"),
            placed_at=said.moment("placed_at", zone=UTC),
            source_updated_at=said.moment("source_updated_at", zone=UTC),
            fulfilled_at=said.moment_or_none("fulfilled_at", zone=UTC),
            lines=tuple(map(_line, said.items("lines", most=base.LINES_MAX))),
            click_id=said.text_or_none("click_id"),
            promo_codes=tuple(map(str, codes)),
            discounted_codes=tuple(map(str, discounted)),
            is_test=said.flag("is_test"),
        )
    ]


def status_known(said: Any) -> OrderStatus:
    return next((status for status in ORDER_STATUSES if status == said), "unmapped")


def _line(line: Fields) -> OrderLineSnapshot:
    return OrderLineSnapshot(
        line_id=line.text("line_id", length_max=base.EXTERNAL_ID_MAX),
        sku=line.text_cut("sku", length_max=base.SKU_MAX),
        name=line.text_cut("name", length_max=base.NAME_MAX),
        amount_minor=line.integer("amount_minor", most=MINOR_MAX),
        returned_minor=line.integer("returned_minor", most=MINOR_MAX),
        quantity=line.integer("quantity", most=base.QUANTITY_MAX),
    )
