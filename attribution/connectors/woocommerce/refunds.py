"""The details of refunds: GET /wc/v3/orders/{id}/refunds, which names lines where a webhook only
names sums. https://developer.woocommerce.com/docs/apis/rest-api/v3/order-refunds/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from attribution.connectors import base
from attribution.connectors.payload import Fields
from core.money import allocate

LINE_META_KEY = "_refunded_item_id"  # of a refund's line: the line of the order
META_MAX = 100


class Sold(NamedTuple):
    line_id: str
    quantity: int
    amount_minor: int


class Back(NamedTuple):
    quantity: int
    minor: int


def returned_of(
    refunds: Sequence[Fields], sold: Sequence[Sold], currency: str, *, is_tax_inside: bool
) -> list[Back]:
    """What came back of each line sold.

    What a refund gives back beyond its lines, its delivery and its fees was typed in as a bare
    sum: it counts against what is left of the goods, in proportion. More than was sold of a line
    never came back.
    """
    pieces = dict.fromkeys([line.line_id for line in sold], 0)
    minors = dict(pieces)
    bare = 0
    for refund in refunds:
        left = abs(refund.money_minor("amount", currency))
        for item in refund.items_or_empty("line_items", most=base.LINES_MAX):
            minor = _minor(item, currency, is_tax_inside=is_tax_inside)
            line_id = _line_id(item)
            left -= minor
            if line_id in minors:
                minors[line_id] += minor
                pieces[line_id] += abs(_quantity(item))
        for kind in ("shipping_lines", "fee_lines"):
            items = refund.items_or_empty(kind, most=base.LINES_MAX)
            left -= sum(_minor(item, currency, is_tax_inside=False) for item in items)
        bare += max(left, 0)
    known = [min(minors[line.line_id], line.amount_minor) for line in sold]
    rests = [line.amount_minor - back for line, back in zip(sold, known, strict=True)]
    shares = _shares(bare, rests)
    return [
        Back(min(pieces[line.line_id], line.quantity), back + share)
        for line, back, share in zip(sold, known, shares, strict=True)
    ]


def _shares(bare: int, rests: Sequence[int]) -> list[int]:
    whole = sum(rests)
    return allocate(min(bare, whole), list(rests)) if whole else [0] * len(rests)


def _minor(item: Fields, currency: str, *, is_tax_inside: bool) -> int:
    """Given as negative amounts."""
    total = abs(item.money_minor("total", currency, default="0"))
    return (
        total
        if is_tax_inside
        else total + abs(item.money_minor("total_tax", currency, default="0"))
    )


def _quantity(item: Fields) -> int:
    most = base.QUANTITY_MAX
    return item.integer("quantity", least=-most, most=most)


def _line_id(item: Fields) -> str:
    """Of the order's line; "" where the refund does not name it."""
    for entry in item.items_or_empty("meta_data", most=META_MAX):
        value = entry.raw("value")
        if entry.raw("key") == LINE_META_KEY and isinstance(value, str | int):
            return str(value)
    return ""
