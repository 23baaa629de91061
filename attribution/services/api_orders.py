"""Orders that a brand's own server sends: stored once, answered the same way each time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from attribution.connectors.payload import json_bytes
from attribution.models import Connection, IdempotentCall, InboundEvent
from attribution.selectors.known_orders import received_at
from attribution.services.calls import call_store
from attribution.services.idempotency import Call, Reply, call_once
from attribution.services.inbox import Received
from attribution.services.setup import Given, Setup, Typed
from brands.services import api_key_create, api_keys_revoke_old
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as

API = "api"
CONNECTION_NAME = "REST API"
KEYS_KEPT = timedelta(hours=48)  # a caller may repeat itself for a day and more
KEY_SCOPES = ("orders:write", "orders:read")
KEYS_PER_CONNECTION = 2  # the new one, and the one before it while the server is being changed
DIGEST_CHARS = 32
ACCEPTED, KNOWN = 202, 200
ANSWER = ("event_id", "status")


def _nothing_asked(typed: Typed, known: Connection | None) -> Given:
    return Given()


def _key_make(brand_id: int, name: str) -> str:
    """A key that may send and read orders. Of those of this name the last two work."""
    with acting_as(brand=brand_id):
        _key, secret = api_key_create(brand_id=brand_id, name=name, scopes=KEY_SCOPES)
        api_keys_revoke_old(brand_id=brand_id, name=name, keep=KEYS_PER_CONNECTION)
    return secret


SETUP = Setup(_nothing_asked, key_make=_key_make, has_token=False, is_single=True)


class ConnectionOff(DomainError):
    """The brand has switched the API off."""

    code = "connection_off"


def order_receive(
    *, brand_id: int, order: Mapping[str, Any], key: str = "", fingerprint: str = ""
) -> Reply:
    """Store an order. `order` is its checked JSON; `key` the caller's Idempotency-Key, if there is
    one, and `fingerprint` what it stood over.

    Raises:
        KeyReused: the key came with another body.
        CallInFlight: its twin has not been answered yet.
        ConnectionOff: the brand wants nothing by API now.
    """
    with acting_as(system="order by API"):
        call = Call(brand_id, key, fingerprint)
        reply = call_once(call, lambda: _order_store(brand_id, order))
    answer = {name: reply.answer[name] for name in ANSWER}  # jsonb keeps no order
    return reply._replace(answer=answer)


def _order_store(brand_id: int, order: Mapping[str, Any]) -> Reply:
    connection = _connection_ensure(brand_id)
    if connection.state == Connection.State.OFF:
        raise ConnectionOff(_("The REST API is switched off on the page of integrations."))
    external_id = str(order["external_id"])
    digest = hashlib.sha256(json_bytes(order)).hexdigest()[:DIGEST_CHARS]
    fulfilled_at = _fulfilled_at(connection, order)
    body = json_bytes({**order, "fulfilled_at": fulfilled_at and fulfilled_at.isoformat()})
    received = Received(f"{external_id}:{digest}", body)
    stored = call_store(connection, received, InboundEvent.Trust.SIGNED)
    return Reply(
        ACCEPTED if stored.is_new else KNOWN,
        {
            "event_id": str(stored.event_id),
            "status": "accepted" if stored.is_new else "duplicate",
        },
    )


def _fulfilled_at(connection: Connection, order: Mapping[str, Any]) -> datetime | None:
    """The first version that says so begins the hold; later ones do not begin it anew."""
    if order["status"] != "fulfilled":
        return None
    known = received_at(connection.pk, order["external_id"])
    return known or datetime.fromisoformat(order["updated_at"])


def _connection_ensure(brand_id: int) -> Connection:
    """The brand's one connection of the API; made by its first order, if not on its page."""
    found = _connection_of(brand_id)
    if found is not None:
        return found
    lock_for_transaction(f"api connection {brand_id}")
    found = _connection_of(brand_id)
    if found is not None:
        return found
    made = Connection.objects.create(
        brand_id=brand_id, source=API, name=CONNECTION_NAME, secrets="[]"
    )
    audit_record("connection.create", made, after={"source": API, "name": CONNECTION_NAME})
    return made


def _connection_of(brand_id: int) -> Connection | None:
    return Connection.objects.filter(brand_id=brand_id, source=API).order_by("pk").first()


def calls_forget() -> int:
    """Forget answers whose time is over. Returns how many."""
    with acting_as(system="forget calls of the API"):
        old = IdempotentCall.objects.filter(created_at__lt=clock.now() - KEYS_KEPT)
        count, _by_model = old.delete()
    return count
