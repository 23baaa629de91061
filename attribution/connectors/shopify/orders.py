"""An order of Shopify as an order of ours: the same shape in its webhooks and its REST list.

Source: facts/merchants.md 1.2; what is certain and what not is told in the README beside this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot, OrderStatus
from attribution.connectors.buyers import email_of, phone_of
from attribution.connectors.click_ids import CLICK_PARAMETER, click_of_url, click_or_none
from attribution.connectors.payload import Fields
from core.money import MINOR_MAX

FINANCIAL: Mapping[str, OrderStatus] = {
    "pending": "created",
    "authorized": "created",
    "partially_paid": "created",
    "paid": "paid",
    "partially_refunded": "paid",
    "refunded": "returned",
    "voided": "cancelled",
}
SHIPPED = "fulfilled"
ID_MAX = 2**64 - 1  # an unsigned number of 64 bits
ATTRIBUTES_MAX, TAX_LINES_MAX, REFUNDS_MAX, FULFILLMENTS_MAX = 200, 50, 200, 500


class Back(NamedTuple):
    quantity: int
    minor: int


def order_parse(order: Fields) -> OrderSnapshot:
    """Raises: UnknownPayload, and nothing else."""
    status, raw_status = status_of(order)
    currency = order.currency("currency")
    updated_at = order.moment("updated_at", zone=UTC)
    return OrderSnapshot(
        external_id=external_id(order),
        number=number_of(order),
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=order.moment("created_at", zone=UTC),
        source_updated_at=updated_at,
        fulfilled_at=_shipped_at(order, updated_at) if status == "fulfilled" else None,
        click_id=_click_id(order),
        promo_codes=_promo_codes(order),
        discounted_codes=_discounted_codes(order),
        customer_phone=_phone(order),
        customer_email=_email(order),
        is_test=order.flag("test"),
        lines=_lines(order, currency, is_back=status == "returned"),
    )


def external_id(order: Fields, key: str = "id") -> str:
    """Text: such numbers are longer than what JavaScript can hold."""
    return str(order.integer(key, least=1, most=ID_MAX))


def number_of(order: Fields) -> str:
    return order.text_cut("name", length_max=base.NUMBER_MAX) or external_id(order)


def status_of(order: Fields) -> tuple[OrderStatus, str]:
    """Ours, and the words of the shop. Shopify has no word for "received": what it has shipped
    whole, and is paid for, counts as received."""
    if order.raw("cancelled_at"):
        return "cancelled", "cancelled"
    financial = order.text("financial_status", length_max=30).lower()
    shipped = order.text_cut("fulfillment_status", length_max=30).lower()
    status = FINANCIAL.get(financial, "unmapped")
    if status == "paid" and shipped == SHIPPED:
        status = "fulfilled"
    return status, f"{financial}/{shipped or 'unfulfilled'}"


def _shipped_at(order: Fields, updated_at: datetime) -> datetime:
    """When the last parcel left."""
    parcels = order.items_or_empty("fulfillments", most=FULFILLMENTS_MAX)
    times = [parcel.moment_or_none("created_at", zone=UTC) for parcel in parcels]
    return max([at for at in times if at], default=updated_at)


# --- Money -----------------------------------------------------------------------------------


def _money(item: Fields, key: str, currency: str, *, default: str | None = None) -> int:
    """Always the shop's own money: `<key>_set.shop_money`, or `<key>` where there is no set."""
    shop_money = item.child_or_empty(f"{key}_set").child_or_empty("shop_money")
    given, name = (shop_money, "amount") if "amount" in shop_money else (item, key)
    amount = given.money_minor(name, currency, default=default)
    if amount < 0:
        raise given.wrong(name, "negative")
    return amount


def _lines(order: Fields, currency: str, *, is_back: bool) -> tuple[OrderLineSnapshot, ...]:
    is_tax_inside = order.flag("taxes_included")
    refunded = _refunded(order, currency, is_tax_inside=is_tax_inside)
    return tuple(
        _line(item, currency, refunded, is_tax_inside=is_tax_inside, is_back=is_back)
        for item in order.items("line_items", most=base.LINES_MAX)
    )


def _line(
    item: Fields,
    currency: str,
    refunded: Mapping[str, Back],
    *,
    is_tax_inside: bool,
    is_back: bool,
) -> OrderLineSnapshot:
    line_id = external_id(item)
    quantity = item.integer("quantity", most=base.QUANTITY_MAX)
    tax_minor = _sum(item, "tax_lines", "price", currency, most=TAX_LINES_MAX)
    discount = _sum(item, "discount_allocations", "amount", currency, most=base.LINES_MAX)
    goods = max(_money(item, "price", currency) * quantity - discount, 0)
    amount_minor = _in_range(item, goods if is_tax_inside else goods + tax_minor)
    whole = Back(quantity, amount_minor)
    back = whole if is_back else _back(item, whole, refunded.get(line_id))
    return OrderLineSnapshot(
        line_id=line_id,
        sku=item.text_cut("sku", length_max=base.SKU_MAX),
        name=item.text_cut("name", length_max=base.NAME_MAX)
        or item.text_cut("title", length_max=base.NAME_MAX),
        quantity=quantity,
        amount_minor=amount_minor,
        tax_minor=tax_minor,
        returned_quantity=back.quantity,
        returned_minor=back.minor,
    )


def _in_range(item: Fields, minor: int) -> int:
    """A price within reason times a number of pieces within reason may not be."""
    if minor > MINOR_MAX:
        raise item.wrong("price", "out of range")
    return minor


def _sum(item: Fields, name: str, key: str, currency: str, *, most: int) -> int:
    return sum(_money(part, key, currency) for part in item.items_or_empty(name, most=most))


def _refunded(order: Fields, currency: str, *, is_tax_inside: bool) -> Mapping[str, Back]:
    """{line: what its refunds gave back}: the goods of refund lines, never the transactions, which
    hold the delivery too."""
    found: dict[str, Back] = {}
    for refund in order.items_or_empty("refunds", most=REFUNDS_MAX):
        for part in refund.items_or_empty("refund_line_items", most=base.LINES_MAX):
            line_id = external_id(part, "line_item_id")
            quantity = part.integer("quantity", most=base.QUANTITY_MAX)
            minor = _money(part, "subtotal", currency, default="0")
            if not is_tax_inside:
                minor += _money(part, "total_tax", currency, default="0")
            known = found.get(line_id, Back(0, 0))
            found[line_id] = Back(known.quantity + quantity, known.minor + minor)
    return found


def _back(item: Fields, whole: Back, refunded: Back | None) -> Back:
    """What came back: by the refunds, and what `current_quantity` says was taken off besides."""
    gone, minor = refunded or Back(0, 0)
    gone = min(gone, whole.quantity)
    minor = minor or _share(whole, gone)  # some refunds name pieces and no sum
    edited = 0
    if item.raw("current_quantity") is not None:
        left = item.integer("current_quantity", most=base.QUANTITY_MAX)
        edited = max(whole.quantity - left - gone, 0)
    return Back(gone + edited, min(minor + _share(whole, edited), whole.minor))


def _share(whole: Back, quantity: int) -> int:
    return whole.minor * quantity // whole.quantity if whole.quantity else 0


# --- Whose it may be --------------------------------------------------------------------------


def _click_id(order: Fields) -> str | None:
    """From the cart's attributes (our snippet), else the pages of the visit that Shopify keeps."""
    attributes = order.items_or_empty("note_attributes", most=ATTRIBUTES_MAX)
    named = [each.raw("value") for each in attributes if each.raw("name") == CLICK_PARAMETER]
    pages = (order.raw("landing_site"), order.raw("referring_site"))
    return _first([*map(click_or_none, named), *map(click_of_url, pages)])


def _promo_codes(order: Fields) -> tuple[str, ...]:
    """As buyers typed them; case is folded where codes are matched."""
    codes = order.items_or_empty("discount_codes", most=base.PROMO_CODES_MAX)
    return tuple(code.text_cut("code", length_max=base.PROMO_CODE_MAX) for code in codes)


def _discounted_codes(order: Fields) -> tuple[str, ...]:
    codes = order.items_or_empty("discount_codes", most=base.PROMO_CODES_MAX)
    return base.discounted(_promo_codes(order), [each.is_positive("amount") for each in codes])


def _phone(order: Fields) -> str | None:
    """Absent unless Shopify lets the application see buyers' data."""
    billing = order.child_or_empty("billing_address")
    country = billing.text_cut("country_code", length_max=2).upper() or "KZ"
    others = (order.child_or_empty("customer"), billing, order.child_or_empty("shipping_address"))
    return _first(phone_of(each, region=country) for each in (order, *others))


def _email(order: Fields) -> str | None:
    return _first(email_of(order, name) for name in ("email", "contact_email"))


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
