from __future__ import annotations

from uuid import UUID

from celery import shared_task

from attribution.services import (
    clicks,
    event_log,
    inbox,
    ingest,
    lifecycle,
    polling,
    rates,
    silence,
)


@shared_task
def inbound_events_process(*event_ids: str) -> None:
    ingest.inbound_events_process([UUID(event_id) for event_id in event_ids])


@shared_task
def inbox_sweep() -> int:
    """What the relay does all the time, once a minute: no event waits for one process."""
    return inbox.events_relay()


@shared_task
def connections_poll() -> int:
    """Ask the sources whose time has come for their next page."""
    return polling.connections_poll()


@shared_task
def connections_poll_slow() -> int:
    """As above, those that answer slowly or not at all."""
    return polling.connections_poll(is_slow=True)


@shared_task
def conversions_advance() -> int:
    """Post what waited for budget, and approve what nobody rejected by the end of its hold."""
    return lifecycle.conversions_fund() + lifecycle.conversions_advance()


@shared_task
def clicks_forget() -> None:
    """Clicks, networks and hours whose time has come."""
    clicks.clicks_forget()


@shared_task
def rates_keep_up() -> int:
    """Rates that are missing, and the orders that waited for them."""
    return rates.rates_keep_up()


@shared_task
def silences_find() -> int:
    """Sources that have gone silent, by their own rhythm."""
    return silence.silences_find()


@shared_task
def bodies_purge() -> int:
    """Bodies of events whose time is over."""
    return event_log.bodies_purge()
