"""The blind index of an order's phone. The phone itself stays in the event that brought it."""

from __future__ import annotations

from attribution.connectors.base import ConnectorError, OrderSnapshot
from attribution.models import InboundEvent, Order
from attribution.services.ingest import event_snapshots
from attribution.services.orders import PHONE_PURPOSE
from core.crypto import blind_index
from core.field_rotation import BATCH, rotating


def rotate() -> int:
    """Index the phones of all orders with the newest key; returns how many rows changed.

    Whether an index is new can only be told by making it, so that every run reads all of them.
    """
    done, last = 0, 0
    while orders := _batch(last):
        with rotating():
            done += sum(_index_renew(order) for order in orders)
        last = orders[-1].pk
    return done


def _batch(last: int) -> list[Order]:
    with_phone = Order.objects.exclude(customer_phone_index="")
    return list(with_phone.filter(pk__gt=last).order_by("pk")[:BATCH])


def _index_renew(order: Order) -> bool:
    phone = phone_of(order)
    index = blind_index(phone, purpose=PHONE_PURPOSE) if phone else order.customer_phone_index
    stale = Order.objects.filter(pk=order.pk).exclude(customer_phone_index=index)
    return bool(stale.update(customer_phone_index=index))


def phone_of(order: Order) -> str | None:
    """The first phone that a state of the order brought, which is where the index came from."""
    versions = order.versions.filter(is_applied=True).select_related("event__connection")
    phones = (_phone_in(version.event, order) for version in versions.order_by("number"))
    return next((phone for phone in phones if phone), None)


def _phone_in(event: InboundEvent, order: Order) -> str | None:
    try:
        snapshots = event_snapshots(event)
    except ConnectorError:  # the event is older than its connector's idea of it
        return None
    return next(
        (
            snapshot.customer_phone
            for snapshot in snapshots
            if isinstance(snapshot, OrderSnapshot) and snapshot.external_id == order.external_id
        ),
        None,
    )
