"""Admitad with us as its publisher: postbacks that hint, statistics that are read and believed.

What is sure and what is not is told in the README beside this file.
Source: facts/marketplaces.md sections 4, 5 and 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.admitad import actions, postback
from attribution.connectors.admitad.client import Ask
from attribution.connectors.base import (
    Doorbell,
    Endpoint,
    IPAddress,
    PollPage,
    Snapshot,
    Trust,
)
from attribution.connectors.doors import Lists, UnsignedCalls
from attribution.connectors.payload import Fields, json_read

ACTIONS = "actions"
TOKEN_KIND = "publisher"  # noqa: S105 a kind, there is only one
ENDPOINTS: Mapping[str, Endpoint] = {
    ACTIONS: Endpoint(ACTIONS, {TOKEN_KIND: 2}, round_seconds=600),
}


class Admitad(Lists[Ask]):
    """The statistics."""

    source = "admitad"
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return actions.page_read(ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return [actions.action_parse(Fields(json_read(raw)))]


class AdmitadPostback(UnsignedCalls):
    """The postback. `body` is the form of a POST, or the query where nothing was posted."""

    source = "admitad"
    trust: Trust = "hint"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """Admitad names no addresses that we could be sure of: the secret path is all."""
        postback.caller_check(body)

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return postback.event_key(body)

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """The hint, and the bell that has it confirmed at once. A decline only rings: nobody loses
        a reward, not even a hinted one, because an unsigned call says so."""
        order, bell = postback.parse(body), Doorbell((ACTIONS,))
        return [bell] if order.status == "cancelled" else [order, bell]
