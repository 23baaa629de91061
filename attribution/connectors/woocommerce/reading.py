"""WooCommerce asked beside its calls: lost orders are found, switched-off webhooks switched on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from attribution.connectors.base import (
    Endpoint,
    HttpClient,
    PollConnection,
    PollPage,
    Snapshot,
)
from attribution.connectors.woocommerce import hooks, listing
from attribution.connectors.woocommerce.client import Ask
from attribution.connectors.woocommerce.connector import ORDERS

WEBHOOKS = "webhooks"
TOKEN_KIND = "key"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDERS: Endpoint(ORDERS, {TOKEN_KIND: 2}, round_seconds=900),
    WEBHOOKS: Endpoint(WEBHOOKS, {TOKEN_KIND: 2}, round_seconds=1_800),
}


class WooCommerceReading:
    """The shop's own REST API, where the brand has given a key to it."""

    source = "woocommerce"
    endpoints: Mapping[str, Endpoint] = ENDPOINTS

    def endpoints_open(self, secret: str) -> Collection[str]:
        """All: what a key may do is not written in it."""
        return self.endpoints

    def fetch(
        self,
        client: HttpClient,
        endpoint: str,
        cursor: Mapping[str, Any],
        connection: PollConnection,
        *,
        now: datetime,
    ) -> PollPage:
        ask = Ask(client, connection, now, ENDPOINTS[endpoint].delays(TOKEN_KIND))
        return hooks.page_read(ask) if endpoint == WEBHOOKS else listing.page_read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return listing.record_parse(raw)
