"""Shopify's webhooks: orders, and what the privacy of buyers asks of us.

A body says by its own shape what it is: the header that names its topic is not signed.
Source: facts/merchants.md 1.2.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from attribution.connectors.base import (
    BadSignature,
    Doorbell,
    Snapshot,
    SourceNotice,
    Trust,
    UnknownPayload,
)
from attribution.connectors.buyers import phone_of
from attribution.connectors.doors import Calls
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.shopify.orders import ID_MAX, external_id, order_parse

SOURCE = "shopify"
ORDERS = "orders"  # the list that is read beside the calls
# The second family is that of Shopify's newer "Events"
SIGNATURE_HEADERS = ("x-shopify-hmac-sha256", "shopify-hmac-sha256")
BUYER_ORDERS_MAX = 1_000
SHOP_LEFT = {"shop_id", "shop_domain"}  # all that shop/redact says


class Shopify(Calls):
    source = SOURCE
    trust: Trust = "signed"

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """Every signature that the call carries must be right, by one of the secrets."""
        given = [headers[name] for name in SIGNATURE_HEADERS if name in headers]
        expected = [_signature(secret, body) for secret in secrets if secret]
        # Sums, so that all are tried: the time tells nothing about which one matched.
        matches = [
            sum(hmac.compare_digest(each, one.encode(errors="replace")) for each in expected)
            for one in given
        ]
        if not matches or not all(matches):
            raise BadSignature(self.source)

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """Subject and content. The ids of deliveries stand in headers, which nobody signs; a retry
        carries the same bytes."""
        return f"{_subject(body)}:{hashlib.sha256(body).hexdigest()}"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        said = Fields(json_read(body))
        if "order_edit" in said or _is_refund(said):
            return [Doorbell((ORDERS,))]  # orders/updated says it too, with the order's state
        notice = _notice(said)
        return [notice or order_parse(said)]


def _signature(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _is_refund(said: Fields) -> bool:
    return "refund_line_items" in said and "order_id" in said


def _notice(said: Fields) -> SourceNotice | None:
    """app/uninstalled shows the shop; the topics of privacy name its domain, and maybe a buyer."""
    if "myshopify_domain" in said and "line_items" not in said:
        return SourceNotice(kind="uninstalled")
    if "shop_domain" not in said or "line_items" in said:
        return None
    if "orders_requested" in said:
        return _buyer(said, "orders_requested", SourceNotice(kind="buyer_asked"))
    if "orders_to_redact" in said:
        return _buyer(said, "orders_to_redact", SourceNotice(kind="buyer_erased"))
    if said.keys() == SHOP_LEFT:  # nothing else may ever erase a whole shop
        return SourceNotice(kind="shop_erased")
    raise said.wrong("shop_domain", "a call that we do not know")


def _buyer(said: Fields, key: str, notice: SourceNotice) -> SourceNotice:
    ids = said.raw(key) or []
    if not isinstance(ids, list) or len(ids) > BUYER_ORDERS_MAX:
        raise said.wrong(key, "not a list of orders")
    return SourceNotice(
        kind=notice.kind,
        order_ids=tuple(_order_id(said, key, value) for value in ids),
        phone=phone_of(said.child_or_empty("customer")),
    )


def _order_id(said: Fields, key: str, value: Any) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not 0 < value <= ID_MAX:
        raise said.wrong(key, "not a list of orders")
    return str(value)


def _subject(body: bytes) -> str:
    """The order that it is about, or what else it is."""
    try:
        said = Fields(json_read(body))
        if _is_refund(said):
            return external_id(said, "order_id")
        if "order_edit" in said:
            return external_id(said.child("order_edit"), "order_id")
        if (notice := _notice(said)) is not None:
            return notice.kind
        return external_id(said)
    except UnknownPayload:
        return "unknown"
