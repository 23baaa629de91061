"""InSales: unsigned webhooks that ring, and a list of orders that is read and believed.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 1.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.base import (
    Doorbell,
    Endpoint,
    PollPage,
    Snapshot,
    Trust,
)
from attribution.connectors.doors import Lists, UnsignedCalls
from attribution.connectors.insales import listing
from attribution.connectors.insales.client import Ask
from attribution.connectors.insales.orders import order_parse
from attribution.connectors.payload import Fields, json_read

SOURCE = "insales"
ORDERS = "orders"
TOKEN_KIND = "app"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDERS: Endpoint(ORDERS, {TOKEN_KIND: 1}, round_seconds=900),
}


class InSales(Lists[Ask]):
    """The list."""

    source = SOURCE
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return listing.page_read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return [order_parse(Fields(json_read(raw)))]


class InSalesWebhook(UnsignedCalls):
    """The webhook. It may be XML or JSON, whole or forged: it only says that there is news."""

    source = SOURCE
    trust: Trust = "hint"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        return [Doorbell((ORDERS,))]
