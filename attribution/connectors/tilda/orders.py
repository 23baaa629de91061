"""A cart of Tilda as an order of ours. Source: facts/merchants.md 1.3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot
from attribution.connectors.buyers import email_or_none, phone_or_none
from attribution.connectors.payload import Fields, is_storable
from attribution.connectors.php_form import items_of
from attribution.connectors.tilda.forms import click_of, contact, form_of, payment_of
from attribution.connectors.tilda.prices import price_minor
from core.money import MINOR_DIGITS, MINOR_MAX, allocate

CURRENCY = "KZT"
UNPAID_IDS = ("", "0")
PRODUCT_CHARS_MAX = 1_000
PIECES_DIGITS_MAX = 6
# "Товар (SKU, опции) x 2 ≡ 1960" and "Товар=1000"
_PRODUCT = re.compile(
    r"(?P<name>[^≡=]*?)(?:\s[xх×]\s?(?P<pieces>[0-9]{1,6}))?\s?[≡=](?P<amount>[^≡=]{1,40})",
    re.DOTALL,
)


def order_parse(body: bytes, settings: Mapping[str, Any]) -> OrderSnapshot | None:
    """The order in a call; None for a form without a cart.

    Tilda names no moment: it is the one at which we got the call (`received_at` of the settings).

    Raises:
        UnknownPayload: not the documented shape.
    """
    form = form_of(body)
    payment = payment_of(form)
    if payment is None:
        return None
    at = Fields(settings, "settings").moment("received_at", zone=UTC)
    currency = currency_of(settings)
    number = order_id(form, payment)
    is_paid = bool(settings.get("is_after_payment")) or _has_payment_id(payment)
    promo_code = payment.text_cut("promocode", length_max=base.PROMO_CODE_MAX)
    return OrderSnapshot(
        external_id=number,
        number=number[: base.NUMBER_MAX],
        status="paid" if is_paid else "created",
        raw_status=payment.text_cut("sys", length_max=base.RAW_STATUS_MAX) or "order",
        currency=currency,
        placed_at=at,
        source_updated_at=at,
        lines=_lines(payment, currency),
        click_id=click_of(form),
        promo_codes=(promo_code,) if promo_code else (),
        customer_phone=phone_or_none(contact(form, "phone", length_max=base.PHONE_MAX)),
        customer_email=email_or_none(contact(form, "email", length_max=base.EMAIL_MAX)),
    )


def order_id(form: Fields, payment: Fields) -> str:
    """The number of the order; without one, that of the form that was sent."""
    if payment.text_or_none("orderid") is not None:
        return payment.text("orderid", length_max=base.EXTERNAL_ID_MAX)
    return form.text("tranid", length_max=base.EXTERNAL_ID_MAX)


def currency_of(settings: Mapping[str, Any]) -> str:
    """Tilda names none: it is what the brand said of its shop."""
    currency = settings.get("currency")
    return currency if isinstance(currency, str) and currency in MINOR_DIGITS else CURRENCY


def _has_payment_id(payment: Fields) -> bool:
    return (payment.text_or_none("systranid") or "") not in UNPAID_IDS


def _lines(payment: Fields, currency: str) -> tuple[OrderLineSnapshot, ...]:
    """What was bought, each for what was paid for it: a discount of the cart is shared over it.

    When one of the goods names no amount, all of them are one line.
    """
    products = items_of(payment.raw("products"))
    if len(products) > base.LINES_MAX:
        raise payment.wrong("products", f"more than {base.LINES_MAX} entries")
    lines = [_line(payment, product, n, currency) for n, product in enumerate(products, 1)]
    known = [line for line in lines if line is not None]
    is_known = bool(known) and len(known) == len(lines)
    goods = sum(line.amount_minor for line in known) if is_known else None
    net = _net(payment, goods, currency)
    if not is_known:
        return (OrderLineSnapshot(line_id="1", sku="", name="", quantity=1, amount_minor=net),)
    parts = allocate(net, [line.amount_minor for line in known]) if goods else [0] * len(known)
    return tuple(replace(line, amount_minor=part) for line, part in zip(known, parts, strict=True))


def _net(payment: Fields, goods: int | None, currency: str) -> int:
    """What the goods cost after the discount of the cart, and never more than what was paid: so
    much of it as is delivery has earned nobody anything."""
    paid = price_minor(payment, "amount", currency)
    before = price_minor(payment, "subtotal", currency) if goods is None else goods
    if before is None:
        if paid is None:
            raise payment.wrong("amount", "missing or empty")
        return paid
    net = max(before - (price_minor(payment, "discount", currency) or 0), 0)
    net = net if paid is None else min(net, paid)
    if net > MINOR_MAX:
        raise payment.wrong("products", "not an amount")
    return net


def _line(payment: Fields, product: Any, n: int, currency: str) -> OrderLineSnapshot | None:
    """None when it says no amount. Its place in the cart names it: two goods of one article differ
    by their options only."""
    if isinstance(product, str):
        return _line_of_text(payment, product, n, currency)
    fields = Fields(product, f"payment.products[{n - 1}]")
    pieces = _pieces(fields.raw("quantity"))
    amount = price_minor(fields, "amount", currency)
    if amount is None:
        price = price_minor(fields, "price", currency)
        amount = price * pieces if price is not None else None
    if amount is None:
        return None
    return OrderLineSnapshot(
        line_id=str(n),
        sku=fields.text_cut("sku", length_max=base.SKU_MAX),
        name=fields.text_cut("name", length_max=base.NAME_MAX),
        quantity=pieces,
        amount_minor=amount,
    )


def _line_of_text(payment: Fields, product: str, n: int, currency: str) -> OrderLineSnapshot | None:
    if not is_storable(product):
        raise payment.wrong(f"products[{n - 1}]", "NUL or broken Unicode")
    found = _PRODUCT.fullmatch(product.strip()) if len(product) <= PRODUCT_CHARS_MAX else None
    if found is None:
        return None
    said = Fields({"amount": found["amount"]}, f"payment.products[{n - 1}]")
    amount = price_minor(said, "amount", currency)
    if amount is None:
        return None
    return OrderLineSnapshot(
        line_id=str(n),
        sku="",
        name=found["name"].strip()[: base.NAME_MAX],
        quantity=_pieces(found["pieces"]),
        amount_minor=amount,
    )


def _pieces(value: Any) -> int:
    """One, where no whole number of pieces is said: by weight, for example."""
    text = str(value).strip()
    is_whole = text.isascii() and text.isdecimal() and len(text) <= PIECES_DIGITS_MAX
    return max(int(text), 1) if is_whole else 1
