"""InSales: unsigned webhooks that ring, and a list of orders that is read and believed.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 1.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from attribution.connectors.base import (
    Doorbell,
    Endpoint,
    HttpClient,
    IPAddress,
    PollConnection,
    PollPage,
    Snapshot,
    Trust,
    WebhookAnswer,
)
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


class InSales:
    """The list."""

    source = SOURCE
    endpoints: Mapping[str, Endpoint] = ENDPOINTS

    def endpoints_open(self, secret: str) -> Collection[str]:
        """All: what an application may do is not written in its password."""
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
        delays = ENDPOINTS[endpoint].delays(TOKEN_KIND)
        return listing.page_read(Ask(client, connection, now, delays), cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return [order_parse(Fields(json_read(raw)))]


class InSalesWebhook:
    """The webhook. It may be XML or JSON, whole or forged: it only says that there is news."""

    source = SOURCE
    trust: Trust = "hint"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """InSales names no addresses: the secret path is all."""

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        return False

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """There is no signature."""

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return f"bell:{hashlib.sha256(body).hexdigest()}"

    def answer(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookAnswer:
        return WebhookAnswer()

    def refusal(self, status: int, reason: str, code: str = "") -> WebhookAnswer:
        return WebhookAnswer(status, body=reason.encode())

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        return [Doorbell((ORDERS,))]
