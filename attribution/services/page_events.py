"""Events of a shop's own pages: bounded, stored once, worked on by the inbox as everything else."""

from __future__ import annotations

import logging
from uuid import UUID

import redis

from attribution.connectors.registry import SHOPS
from attribution.domain.page_events import PAGE, PageEvent
from attribution.models import Connection, InboundEvent
from attribution.services.inbox import Received, events_store
from attribution.services.pace import counted
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

SITE_EVENTS_MAX = 120  # of one shop in a minute: two orders a second
NETWORK_EVENTS_MAX = 30  # of one neighbourhood of addresses in one shop


def page_event_record(*, site: str, event: PageEvent, network: str) -> bool:
    """Store what a page told; False when it was known, came too fast, or is of no shop of ours.

    `site` is the public id of a shop's connection, in hex; `network` is where it came from.
    """
    public_id = _site_id(site)
    if public_id is None or not _is_within_pace(public_id, network):
        return False
    with acting_as(system="page event"):
        connection = (
            Connection.objects.filter(public_id=public_id, source__in=SHOPS)
            .exclude(state=Connection.State.OFF)
            .first()
        )
        if connection is None:
            return False
        received = [Received(event.key, event.body())]
        return bool(events_store(connection, PAGE, InboundEvent.Trust.HINT, received))


def _site_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_within_pace(public_id: UUID, network: str) -> bool:
    """Whether a shop and a neighbourhood have sent no more than shops and people do. Redis that is
    away bounds nothing: the events are few, and PostgreSQL keeps each once."""
    site = f"page:{public_id.hex}"
    try:
        return (
            counted(f"{site}:{network}") <= NETWORK_EVENTS_MAX and counted(site) <= SITE_EVENTS_MAX
        )
    except redis.RedisError:
        logger.warning("the pace of page events is not counted: Redis is away")
        return True
