"""WooCommerce order webhooks: order.created, order.updated, order.deleted, order.restored.

What the format promises and what it does not is told in the README beside this file.
Source: facts/merchants.md 1.1, https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    ORDER_STATUSES,
    BadSignature,
    Doorbell,
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
    Trust,
    UnknownPayload,
)
from attribution.connectors.buyers import email_of, phone_of
from attribution.connectors.click_ids import click_of_url, click_or_none
from attribution.connectors.doors import Calls
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.woocommerce.refunds import Back, Sold, returned_of
from core.money import allocate

STATUS: Mapping[str, OrderStatus] = {
    "pending": "created",
    "on-hold": "created",
    "processing": "paid",
    "completed": "fulfilled",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
    "refunded": "returned",
}
DRAFT_STATUSES = {"checkout-draft", "auto-draft"}  # a buyer still typing, not an order yet
CLICK_META_KEY = "_cpa_click_id"  # written by our snippet for WooCommerce
LANDING_META_KEY = "_wc_order_attribution_session_entry"  # written by WooCommerce itself
ORDERS = "orders"  # the list that is read beside the calls
READS_REFUNDS = "reads_refunds"  # a setting: its API may be asked for the details of refunds
META_MAX = 2_000
REFUNDS_MAX = 1_000

_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot)|#0*(3[489]|6[02])|#[xX]0*(2[267]|3[cCeE]));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}


class WooCommerce(Calls):
    source = "woocommerce"
    trust: Trust = "signed"

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """The form `webhook_id=N`, unsigned, sent when the webhook is saved; it needs a 200."""
        return "x-wc-webhook-signature" not in headers and bool(_PING.fullmatch(body))

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        given = headers.get("x-wc-webhook-signature", "").encode(errors="replace")
        keys = [key for secret in secrets for key in _keys(secret)]
        # A list, so that every key is tried: the time tells nothing about which one matched.
        matches = [hmac.compare_digest(_signature(key, body), given) for key in keys]
        if not any(matches):
            raise BadSignature(self.source)

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """Order and content. The delivery id is unsigned, and equal for two orders in a second."""
        return f"{_order_id(body)}:{hashlib.sha256(body).hexdigest()}"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        order = Fields(json_read(body))
        if order.keys() == {"id"}:
            return [OrderRemoval(external_id=external_id(order), raw_status="deleted")]
        _refuse_error_object(order)
        has_details = bool(settings.get(READS_REFUNDS))
        if has_details and needs_details(order):
            return [Doorbell((ORDERS,))]
        return order_parse(order, settings)


def order_parse(
    order: Fields, settings: Mapping[str, Any], refunds: Sequence[Fields] | None = None
) -> list[Snapshot]:
    """An order as the REST API shows it, with the details of its refunds where they were read.
    Empty for a draft."""
    raw_status = raw_status_of(order)
    if raw_status in DRAFT_STATUSES:
        return []
    return [_order(order, raw_status, settings, refunds)]


def raw_status_of(order: Fields) -> str:
    return order.text("status", length_max=base.RAW_STATUS_MAX).lower().removeprefix("wc-")


def needs_details(order: Fields) -> bool:
    """Whether only the details of its refunds say what came back of which line."""
    has_refunds = bool(order.items_or_empty("refunds", most=REFUNDS_MAX))
    return has_refunds and STATUS.get(raw_status_of(order)) != "returned"


def secret_decode(stored: str) -> str:
    """The HMAC key of a secret: WordPress stores it with HTML entities and signs without them.

    Decodes once, and only what wp_specialchars_decode(…, ENT_QUOTES) does.
    """
    return _ENTITY.sub(_entity_text, stored)


def _entity_text(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return _NAMED[name]
    return chr(int(decimal)) if decimal else chr(int(hexadecimal, 16))


def _keys(secret: str) -> set[str]:
    """The text as the merchant typed it, and decoded, when what we hold is the stored form."""
    return {secret, secret_decode(secret)} - {""}


def _signature(key: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest())


def _order_id(body: bytes) -> str:
    try:
        return external_id(Fields(json_read(body)))
    except UnknownPayload:
        return "unknown"


def external_id(order: Fields) -> str:
    return str(order.integer("id", least=1, most=2**63 - 1))


def _refuse_error_object(order: Fields) -> None:
    """A correctly signed REST error: the webhook's author in WordPress lost the right to read."""
    if "status" not in order and {"code", "message"} <= order.keys():
        code = order.text_cut("code", length_max=64)
        raise UnknownPayload(f"status: missing; the shop sent the error {code!r} instead")


def _order(
    order: Fields,
    raw_status: str,
    settings: Mapping[str, Any],
    refunds: Sequence[Fields] | None,
) -> OrderSnapshot:
    currency = order.currency("currency")
    status = _status(raw_status, settings)
    updated_at = order.moment("date_modified_gmt", zone=UTC)
    billing = order.child_or_empty("billing")
    return OrderSnapshot(
        external_id=external_id(order),
        number=order.text_cut("number", length_max=base.NUMBER_MAX) or external_id(order),
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=order.moment("date_created_gmt", zone=UTC),
        source_updated_at=updated_at,
        fulfilled_at=_fulfilled_at(order, status, updated_at),
        click_id=_click_id(order, settings),
        promo_codes=_promo_codes(order),
        discounted_codes=_discounted_codes(order),
        customer_phone=_phone(billing),
        customer_email=email_of(billing),
        lines=_lines(order, currency, status, refunds),
    )


def _status(raw_status: str, settings: Mapping[str, Any]) -> OrderStatus:
    """The shop's own map (settings["status_map"]) wins over ours; a strange word is unmapped."""
    own = settings.get("status_map")
    mapped = own.get(raw_status) if isinstance(own, Mapping) else None
    wanted = mapped or STATUS.get(raw_status)
    return next((status for status in ORDER_STATUSES if status == wanted), "unmapped")


def _fulfilled_at(order: Fields, status: OrderStatus, updated_at: datetime) -> datetime | None:
    completed_at = order.moment_or_none("date_completed_gmt", zone=UTC)
    return completed_at or (updated_at if status == "fulfilled" else None)


def _lines(
    order: Fields, currency: str, status: OrderStatus, refunds: Sequence[Fields] | None
) -> tuple[OrderLineSnapshot, ...]:
    items = order.items("line_items", most=base.LINES_MAX)
    taxes = [_amount(item, "total_tax", currency, default="0") for item in items]
    totals = [_amount(item, "total", currency) for item in items]
    is_tax_inside = _totals_include_tax(order, totals, currency)
    if not is_tax_inside:
        totals = [total + tax for total, tax in zip(totals, taxes, strict=True)]
    sold = [
        Sold(str(item.integer("id", most=2**63 - 1)), _quantity(item), total)
        for item, total in zip(items, totals, strict=True)
    ]
    if status == "returned":
        returned = [Back(line.quantity, line.amount_minor) for line in sold]
    elif refunds is None:
        returned = [Back(0, minor) for minor in _returned(order, totals, currency)]
    else:
        returned = returned_of(refunds, sold, currency, is_tax_inside=is_tax_inside)
    return tuple(
        _line(item, line, tax, back)
        for item, line, tax, back in zip(items, sold, taxes, returned, strict=True)
    )


def _quantity(item: Fields) -> int:
    return item.integer("quantity", most=base.QUANTITY_MAX)


def _line(item: Fields, line: Sold, tax_minor: int, back: Back) -> OrderLineSnapshot:
    return OrderLineSnapshot(
        line_id=line.line_id,
        sku=item.text_cut("sku", length_max=base.SKU_MAX),
        name=item.text_cut("name", length_max=base.NAME_MAX),
        quantity=line.quantity,
        amount_minor=line.amount_minor,
        tax_minor=tax_minor,
        returned_quantity=back.quantity,
        returned_minor=back.minor,
    )


def _amount(item: Fields, key: str, currency: str, *, default: str | None = None) -> int:
    amount = item.money_minor(key, currency, default=default)
    if amount < 0:
        raise item.wrong(key, "negative")
    return amount


def _totals_include_tax(order: Fields, totals: list[int], currency: str) -> bool:
    """Whether the line totals already hold their tax; the order's own sum is the witness.

    Documented is "ex tax", with a doubt for shops whose prices include it. There the tax is
    inside exactly when goods, delivery and fees reach the order's total without it.
    """
    if not order.flag("prices_include_tax"):
        return False
    fees = order.items_or_empty("fee_lines", most=base.LINES_MAX)
    without_tax = (
        sum(totals)
        + order.money_minor("shipping_total", currency, default="0")
        + sum(fee.money_minor("total", currency, default="0") for fee in fees)
    )
    return without_tax == order.money_minor("total", currency, default="0")


def _returned(order: Fields, totals: list[int], currency: str) -> list[int]:
    """What came back of each line. The payload tells the sum of each refund, not its lines, and
    not how many.

    Refunds count against the goods first and are shared in proportion to the lines' amounts;
    what exceeds the goods was delivery and fees, which never earned a commission. Nothing here
    remembers, so a refund that is deleted in the shop simply makes the figures smaller.
    """
    refunds = order.items_or_empty("refunds", most=REFUNDS_MAX)
    refunded = sum(abs(refund.money_minor("total", currency)) for refund in refunds)
    goods = sum(totals)
    if not goods:
        return [0] * len(totals)
    return allocate(min(refunded, goods), totals)


def _click_id(order: Fields, settings: Mapping[str, Any]) -> str | None:
    """Ours if our snippet wrote it, else from the landing page WooCommerce remembers."""
    own_key = settings.get("click_meta_key") or CLICK_META_KEY
    meta = {
        entry.raw("key"): entry.raw("value")
        for entry in order.items_or_empty("meta_data", most=META_MAX)
        if isinstance(entry.raw("key"), str)
    }
    return click_or_none(meta.get(own_key)) or click_of_url(meta.get(LANDING_META_KEY))


def _promo_codes(order: Fields) -> tuple[str, ...]:
    """Raw, as the shop wrote them (it lower-cases); case is folded where codes are matched."""
    coupons = order.items_or_empty("coupon_lines", most=base.PROMO_CODES_MAX)
    return tuple(coupon.text_cut("code", length_max=base.PROMO_CODE_MAX) for coupon in coupons)


def _discounted_codes(order: Fields) -> tuple[str, ...]:
    coupons = order.items_or_empty("coupon_lines", most=base.PROMO_CODES_MAX)
    return base.discounted(_promo_codes(order), [each.is_positive("discount") for each in coupons])


def _phone(billing: Fields) -> str | None:
    country = billing.text_cut("country", length_max=2).upper() or "KZ"
    return phone_of(billing, region=country)
