"""Which orders of a file are news. Runs as the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.models import Connection, InboundEvent, Order
from attribution.selectors.known_orders import last_event_keys
from attribution.services.inbox import Received


class Kept(NamedTuple):
    """A record as it waits for the brand's word. `key` is equal where a file says the same."""

    key: str
    order: str
    body: str


def records_new(connection: Connection, upload_id: int, records: Sequence[Kept]) -> list[Received]:
    """Those that say something else than the order's present state.

    A state that was left and comes back (A, B, A; an upload that was undone and is brought again)
    is news of its own and gets a key of its own. Three queries, however many records.
    """
    orders = [record.order for record in records]
    last = last_event_keys(connection.pk, orders)
    used = dict(
        InboundEvent.objects.filter(
            connection=connection, event_key__in=[record.key for record in records]
        ).values_list("event_key", "state")
    )
    confirmed = set(
        Order.objects.filter(
            connection=connection, external_id__in=orders, trust__in=CONFIRMED_TRUST
        ).values_list("external_id", flat=True)
    )
    new = []
    for record in records:
        if record.key not in used:
            new.append(Received(record.key, record.body.encode()))
        elif not _is_known(record, last, used[record.key], confirmed):
            new.append(Received(f"{record.key}:{upload_id}", record.body.encode()))
    return new


def _is_known(record: Kept, last: Mapping[str, str], state: str, confirmed: set[str]) -> bool:
    """Whether an event of these words is what the order's state comes from, or will be; of an order
    that its source has shown, a file tells nothing twice."""
    if record.order in confirmed:
        return True
    if record.order not in last:
        return state == InboundEvent.State.RECEIVED
    return last[record.order].startswith(record.key)
