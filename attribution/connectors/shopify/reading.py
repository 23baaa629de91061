"""Shopify asked beside its calls: lost orders are found, deleted subscriptions made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.base import (
    Endpoint,
    PollPage,
    Snapshot,
)
from attribution.connectors.doors import Lists
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.shopify import listing, subscriptions
from attribution.connectors.shopify.client import Ask
from attribution.connectors.shopify.connector import ORDERS, SOURCE
from attribution.connectors.shopify.orders import order_parse

WEBHOOKS = "webhooks"
TOKEN_KIND = "app"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDERS: Endpoint(ORDERS, {TOKEN_KIND: 1}, round_seconds=900),
    WEBHOOKS: Endpoint(WEBHOOKS, {TOKEN_KIND: 1}, round_seconds=1_800),
}


class ShopifyReading(Lists[Ask]):
    """The REST Admin API, where the brand has given a token to it."""

    source = SOURCE
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        read = subscriptions.page_read if endpoint == WEBHOOKS else listing.page_read
        return read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return [order_parse(Fields(json_read(raw)))]
