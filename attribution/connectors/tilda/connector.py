"""Tilda: forms of orders, unsigned. A hint: what it tells waits until a second source says it too.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 1.3, https://help-ru.tilda.cc/forms/webhook
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attribution.connectors.base import (
    BadSignature,
    Snapshot,
    Trust,
    UnknownPayload,
)
from attribution.connectors.doors import Calls
from attribution.connectors.tilda.forms import form_of, payment_of
from attribution.connectors.tilda.orders import order_id, order_parse

# Where Tilda puts the key that the merchant made: a header, or a field of the form.
KEY_NAMES = ("api-key", "api_key", "apikey", "x-api-key", "authorization")
BEARER = "bearer "
PING_BYTES_MAX = 1_024


class Tilda(Calls):
    source = "tilda"
    trust: Trust = "hint"

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """`test=test`, sent when the address is saved; it needs a 200."""
        if len(body) > PING_BYTES_MAX:
            return False
        try:
            form = form_of(body)
        except UnknownPayload:
            return False
        return form.raw("test") == "test" and "payment" not in form

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """The key that the merchant chose, where one was given to us."""
        if not secrets:
            return
        given = list(_keys_given(headers, body))
        matches = [
            hmac.compare_digest(one.encode(errors="replace"), secret.encode())
            for one in given
            for secret in secrets
        ]
        if not any(matches):
            raise BadSignature

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """Its two further attempts bring the same bytes."""
        return f"{_order_id(body)}:{hashlib.sha256(body).hexdigest()}"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        order = order_parse(body, settings)
        return [] if order is None else [order]


def _keys_given(headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    for name in KEY_NAMES:
        value = headers.get(name, "")
        is_bearer = value[: len(BEARER)].lower() == BEARER
        yield value[len(BEARER) :] if is_bearer else value
    try:
        form = form_of(body)
    except UnknownPayload:
        return
    for key in sorted(form.keys()):
        value = form.raw(key)
        if key.casefold() in KEY_NAMES and isinstance(value, str):
            yield value


def _order_id(body: bytes) -> str:
    try:
        form = form_of(body)
        payment = payment_of(form)
        return order_id(form, payment) if payment is not None else "form"
    except UnknownPayload:
        return "unknown"
