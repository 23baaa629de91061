"""WooCommerce asked beside its calls: lost orders are found, switched-off webhooks switched on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.base import (
    Endpoint,
    PollPage,
    Snapshot,
)
from attribution.connectors.doors import Lists
from attribution.connectors.woocommerce import hooks, listing
from attribution.connectors.woocommerce.client import Ask
from attribution.connectors.woocommerce.connector import ORDERS

WEBHOOKS = "webhooks"
TOKEN_KIND = "key"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDERS: Endpoint(ORDERS, {TOKEN_KIND: 2}, round_seconds=900),
    WEBHOOKS: Endpoint(WEBHOOKS, {TOKEN_KIND: 2}, round_seconds=1_800),
}


class WooCommerceReading(Lists[Ask]):
    """The shop's own REST API, where the brand has given a key to it."""

    source = "woocommerce"
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return hooks.page_read(ask) if endpoint == WEBHOOKS else listing.page_read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return listing.record_parse(raw)
