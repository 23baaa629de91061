"""Calls at the doors of their own (postbacks, the REST API): stored once, and told which row it
is. Runs as the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import F

from attribution.models import Connection, InboundEvent
from attribution.services.inbox import WEBHOOK, Received, connection_works, events_store


class Stored(NamedTuple):
    event_id: UUID
    is_new: bool


def call_store(
    connection: Connection,
    received: Received,
    trust: InboundEvent.Trust,
    headers: Mapping[str, str] | None = None,
) -> Stored:
    """Store a call, or find the one that said the same before: of a hundred at once one is new."""
    new = events_store(connection, WEBHOOK, trust, [received], headers)
    if new:
        connection_works(connection)
        return Stored(new[0], is_new=True)
    known = InboundEvent.objects.filter(connection=connection, event_key=received.key)
    event_id = known.values_list("pk", flat=True).get()
    # One that waits may be in a worker's hands: nobody waits for it here.
    known.exclude(state=InboundEvent.State.RECEIVED).update(repeats=F("repeats") + 1)
    return Stored(event_id, is_new=False)
