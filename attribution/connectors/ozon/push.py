"""Ozon's push: unsigned, so a doorbell and nothing more. facts/marketplaces.md 2.2.

What it says of an order is not read: it only makes us ask the lists at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from attribution.connectors.base import (
    CallRefused,
    Doorbell,
    IPAddress,
    Snapshot,
    UnknownPayload,
    WebhookAnswer,
)
from attribution.connectors.payload import Fields, json_read

NETWORKS = ("195.34.21.0/24", "185.73.192.0/22", "91.223.93.0/24")
PING = "TYPE_PING"
OUR_NAME, OUR_VERSION = "birge", "1.0"
TYPE_MAX = 64
MESSAGE_MAX = 200

FBS_LIST, FBO_LIST = "fbs_postings", "fbo_postings"
NEWS: Mapping[str, tuple[str, ...]] = {
    "TYPE_NEW_POSTING": (FBS_LIST,),
    "TYPE_STATE_CHANGED": (FBS_LIST,),
    "TYPE_POSTING_CANCELLED": (FBS_LIST,),
    "TYPE_POSTING_SHIPPED": (FBS_LIST,),
    "TYPE_FBO_POSTING_NEW": (FBO_LIST,),
    "TYPE_FBO_POSTING_STATE_CHANGED": (FBO_LIST,),
    "TYPE_FBO_POSTING_CANCELLED": (FBO_LIST,),
    "TYPE_ORDER_NEW": (FBS_LIST, FBO_LIST),
    "TYPE_ORDER_STATE_CHANGED": (FBS_LIST, FBO_LIST),
    "TYPE_ORDER_CANCELLED": (FBS_LIST, FBO_LIST),
}
# Of stocks, prices, dates and chats (which hold people's words): answered, and not even stored.
NOT_ORDERS = frozenset(
    {
        "TYPE_CUTOFF_DATE_CHANGED",
        "TYPE_DELIVERY_DATE_CHANGED",
        "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED",
        "TYPE_FBO_STOCKS_CHANGED",
        "TYPE_STOCKS_CHANGED",
        "TYPE_CREATE_OR_UPDATE_ITEM",
        "TYPE_CREATE_ITEM",
        "TYPE_UPDATE_ITEM",
        "TYPE_PRICE_INDEX_CHANGED",
        "TYPE_NEW_MESSAGE",
        "TYPE_UPDATE_MESSAGE",
        "TYPE_MESSAGE_READ",
        "TYPE_CHAT_CLOSED",
        "TYPE_DESCRIPTION_CATEGORY_TREE_CHANGED",
    }
)
UNKNOWN, MISSED = "ERROR_UNKNOWN", "ERROR_PARAMETER_VALUE_MISSED"


def caller_check(address: IPAddress | None, body: bytes, settings: Mapping[str, Any]) -> None:
    """The address, a readable body with a type, and the seller (which some types do not name).

    settings["push_networks"] replaces Ozon's networks (sandbox, tests).

    Raises:
        CallRefused: what Ozon would not send to this connection.
    """
    networks = settings.get("push_networks") or NETWORKS
    if address is None or not any(address in ip_network(network) for network in networks):
        raise CallRefused(403, "this address may not call here", UNKNOWN)
    try:
        push = Fields(json_read(body))
        kind = push.text_or_none("message_type")
        seller = push.text_or_none("seller_id")
    except UnknownPayload as error:
        raise CallRefused(400, error.reason, UNKNOWN) from None
    if kind is None:
        raise CallRefused(400, "message_type is missing", MISSED)
    if seller is not None and seller != str(settings.get("client_id")):
        raise CallRefused(403, "another seller's notification", UNKNOWN)


def kind_of(body: bytes) -> str:
    """The type of a push; "" when it has none. Never raises."""
    try:
        return Fields(json_read(body)).text_cut("message_type", length_max=TYPE_MAX)
    except UnknownPayload:
        return ""


def event_key(body: bytes) -> str:
    """The event's own id where the type has one, else what the push is about. Never raises."""
    try:
        push = Fields(json_read(body))
        kind = push.text_cut("message_type", length_max=TYPE_MAX)
        own_id = push.text_cut("uuid", length_max=TYPE_MAX)
        about = [
            push.text_or_none(name) or ""
            for name in ("posting_number", "new_state", "changed_state_date")
        ]
    except UnknownPayload:
        return "push:" + hashlib.sha256(body).hexdigest()
    if own_id and own_id.isprintable():
        return f"push:{kind}:{own_id}"
    news = "|".join((kind, *about)).encode() if about[0] else body
    return f"push:{hashlib.sha256(news).hexdigest()}"


def parse(body: bytes) -> list[Snapshot]:
    """The lists to read again; nothing for a type that says nothing of orders or is new."""
    push = Fields(json_read(body))
    endpoints = NEWS.get(push.text("message_type", length_max=TYPE_MAX))
    return [Doorbell(endpoints)] if endpoints else []


def answer(body: bytes, now: datetime) -> WebhookAnswer:
    """Ozon counts anything else as a fault of ours, also for duplicates and unknown types."""
    if kind_of(body) == PING:
        said = now.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        return _json(200, {"version": OUR_VERSION, "name": OUR_NAME, "time": said})
    return _json(200, {"result": True})


def refusal(status: int, reason: str, code: str) -> WebhookAnswer:
    error = {"code": code or UNKNOWN, "message": reason[:MESSAGE_MAX], "details": None}
    return _json(status, {"error": error})


def _json(status: int, value: Mapping[str, Any]) -> WebhookAnswer:
    return WebhookAnswer(status, "application/json", json.dumps(value).encode())
