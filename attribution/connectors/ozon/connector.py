"""Ozon: an unsigned push that rings, and lists that are read and believed.

What is sure and what is not is told in the README beside this file.
Source: facts/marketplaces.md 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from attribution.connectors.base import (
    Endpoint,
    IPAddress,
    PollPage,
    Snapshot,
    Trust,
    WebhookAnswer,
)
from attribution.connectors.doors import Lists, UnsignedCalls
from attribution.connectors.ozon import postings, push, returns
from attribution.connectors.ozon.client import Ask
from attribution.connectors.ozon.push import FBO_LIST, FBS_LIST
from attribution.connectors.payload import Fields, json_read

RETURNS, RETURNS_CHANGED = "returns", "returns_changed"
KEY = "key"  # there is one kind of key
MINUTE, HOUR = 60, 3_600
_EACH_SECOND = {KEY: 1}  # Ozon's own limit is far above it
ENDPOINTS: Mapping[str, Endpoint] = {
    FBS_LIST: Endpoint(FBS_LIST, _EACH_SECOND, round_seconds=10 * MINUTE),
    FBO_LIST: Endpoint(FBO_LIST, _EACH_SECOND, round_seconds=30 * MINUTE),
    RETURNS: Endpoint(RETURNS, _EACH_SECOND, round_seconds=HOUR),
    RETURNS_CHANGED: Endpoint(RETURNS_CHANGED, _EACH_SECOND, round_seconds=6 * HOUR),
}
_READ: Mapping[str, Callable[[Ask, Mapping[str, Any]], PollPage]] = {
    FBS_LIST: partial(postings.page_read, postings.FBS),
    FBO_LIST: partial(postings.page_read, postings.FBO),
    RETURNS: returns.new_read,
    RETURNS_CHANGED: returns.changed_read,
}
_PARSE: Mapping[str, Callable[[Fields], list[Snapshot]]] = {
    FBS_LIST: postings.posting_parse,
    FBO_LIST: postings.posting_parse,
    RETURNS: returns.return_parse,
    RETURNS_CHANGED: returns.return_parse,
}


class Ozon(Lists[Ask]):
    """The lists."""

    source = "ozon"
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = KEY

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return _READ[endpoint](ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return _PARSE[endpoint](Fields(json_read(raw)))


class OzonPush(UnsignedCalls):
    """The push."""

    source = "ozon"
    trust: Trust = "hint"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        push.caller_check(address, body, settings)

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        kind = push.kind_of(body)
        return kind == push.PING or kind in push.NOT_ORDERS

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return push.event_key(body)

    def answer(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookAnswer:
        return push.answer(body, now)

    def refusal(self, status: int, reason: str, code: str = "") -> WebhookAnswer:
        return push.refusal(status, reason, code)

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        return push.parse(body)
