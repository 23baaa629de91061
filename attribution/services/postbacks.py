"""Postbacks: judged, stored and answered while their sender waits; worked on by the inbox."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from attribution.connectors.postback import reasons
from attribution.connectors.postback.connector import Taken, refused_body, take
from attribution.connectors.postback.presets import PRESETS
from attribution.connectors.postback.reading import Call
from attribution.connectors.postback.reasons import Reason, Rejected
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import connection_by_endpoint, connection_secrets
from attribution.selectors.known_orders import received_at
from attribution.services.calls import call_store
from attribution.services.inbox import WEBHOOK, Received, bad_signature_count, kept_headers
from attribution.services.setup import Given, Setup, Typed
from core import clock
from core.errors import Invalid
from core.money import MINOR_DIGITS

POSTBACK = "postback"
REFUSED_KEPT_PER_HOUR = 100  # of one connection: a broken template calls for every visitor


def _read(typed: Typed, known: Connection | None) -> Given:
    """Raises: Invalid for a preset or a currency that nobody has."""
    preset = PRESETS.get(typed.get("preset", ""))
    if preset is None:
        raise Invalid.of("preset", _("Choose whose names your system uses."))
    currency = typed.get("currency", "")
    if currency not in MINOR_DIGITS:
        raise Invalid.of("currency", _("Choose a currency."))
    own = {"preset": preset.name, "currency": currency}
    return Given(settings=own, is_unsigned=not preset.signature)


SETUP = Setup(_read, makes_secret=True, has_token=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sender is told. `parameter` is the one that is to blame for a rejection."""

    status: Literal["accepted", "duplicate", "rejected"]
    event_id: UUID | None = None
    reason: Reason | None = None
    parameter: str = ""


def postback_receive(*, endpoint_token: str, call: Call, headers: Mapping[str, str]) -> Verdict:
    """Judge and store a call. Runs as the system; the answer may leave after COMMIT."""
    connection = connection_by_endpoint(POSTBACK, endpoint_token)
    if connection is None:
        return Verdict("rejected", reason=reasons.ADDRESS_UNKNOWN)
    own = connection.settings
    preset = PRESETS[own["preset"]]
    secrets = connection_secrets(connection)
    try:
        taken = take(call, preset, secrets=secrets, currency=own["currency"], now=clock.now())
    except Rejected as rejected:
        return _refuse(connection, call, headers, rejected)
    key = f"{taken.external_id}:{taken.digest}"
    body = taken.body(preset.name, fulfilled_at=_fulfilled_at(connection, taken))
    trust = InboundEvent.Trust(taken.trust)
    stored = call_store(connection, Received(key, body), trust, _plain(headers))
    return Verdict("accepted" if stored.is_new else "duplicate", stored.event_id)


def _fulfilled_at(connection: Connection, taken: Taken) -> datetime | None:
    """The first approval begins the hold; saying it again does not begin it anew."""
    if taken.status != "fulfilled":
        return None
    return received_at(connection.pk, taken.external_id) or taken.at


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """A referring address may hold the query, with all that is in it."""
    return {name: value for name, value in headers.items() if name.lower() != "referer"}


# --- What is not taken ----------------------------------------------------------------------


def _refuse(
    connection: Connection, call: Call, headers: Mapping[str, str], rejected: Rejected
) -> Verdict:
    """Into the log of the connection, so that its people find the mistake; each mistake once, and
    so many an hour."""
    bad_signature_count(connection.pk)
    _refused_keep(connection, call, headers, rejected)
    return Verdict("rejected", reason=rejected.reason, parameter=rejected.parameter)


def _refused_keep(
    connection: Connection, call: Call, headers: Mapping[str, str], rejected: Rejected
) -> None:
    now = clock.now()
    body = refused_body(call, rejected.reason)
    digest = hashlib.sha256(body).hexdigest()
    key = f"{rejected.reason.code}:{rejected.parameter}:{digest}"
    mine = InboundEvent.objects.filter(brand_id=connection.brand_id, connection=connection)
    if mine.filter(event_key=key).update(repeats=F("repeats") + 1):
        return
    recent = mine.filter(
        state=InboundEvent.State.REFUSED, received_at__gte=now - timedelta(hours=1)
    )
    if recent[:REFUSED_KEPT_PER_HOUR].count() >= REFUSED_KEPT_PER_HOUR:
        return
    row = InboundEvent(
        connection=connection,
        brand_id=connection.brand_id,
        source=connection.source,
        endpoint=WEBHOOK,
        event_key=key,
        trust=InboundEvent.Trust.HINT,
        headers=kept_headers(_plain(headers)),
        body=body,
        body_sha256=digest,
        state=InboundEvent.State.REFUSED,
        error=str(rejected),
        received_at=now,
        finished_at=now,
    )
    InboundEvent.objects.bulk_create([row], ignore_conflicts=True)
