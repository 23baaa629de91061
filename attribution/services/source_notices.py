"""What a source says that is not about an order's state: that it is left, and what the privacy of
its buyers asks of us. Runs as the system, in the event's transaction.

What we hold of a buyer: the sealed bodies of events, and a keyed index of the phone in the order.
Orders, amounts and decisions name nobody and stay (docs: attribution/connectors/shopify/README.md).
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from attribution.connectors.base import SourceNotice
from attribution.models import Connection, InboundEvent, Order, PollCursor
from attribution.services.orders import PHONE_PURPOSE
from core import clock
from core.audit.services import audit_record
from core.crypto import blind_index

UNINSTALLED = "uninstalled"  # the error of a connection whose application was taken out


def source_notice_apply(event: InboundEvent, notice: SourceNotice) -> None:
    """Do what it asks, and write down that it was done."""
    if notice.kind == "uninstalled":
        _connection_leave(event)
    elif notice.kind == "shop_erased":
        _shop_erase(event)
    else:
        _buyer_serve(event, notice)


def _connection_leave(event: InboundEvent) -> None:
    """Its token is void from now on: nothing is asked any more, and the brand is told why."""
    connection = Connection.objects.select_for_update().get(pk=event.connection_id)
    PollCursor.objects.filter(connection=connection).delete()
    connection.token = ""
    if connection.state != Connection.State.OFF:
        connection.state, connection.error = Connection.State.FAILING, UNINSTALLED
    connection.save(update_fields=["token", "state", "error"])
    audit_record("connection.uninstalled", connection)


def _buyer_serve(event: InboundEvent, notice: SourceNotice) -> None:
    """A request to see what we hold changes nothing: the audit says of which orders it is, and the
    brand answers its buyer. Neither names the buyer."""
    orders = _orders_of(event, notice)
    ids = sorted(orders.values_list("external_id", flat=True))
    is_erasure = notice.kind == "buyer_erased"
    erased = _bodies_erase(event, _events_of(event, ids)) if is_erasure else 0
    if is_erasure:
        orders.update(customer_phone_index="", customer_email_index="")
        _own_erase(event)
    audit_record(
        f"connection.{notice.kind}",
        event.connection,
        after={"event": str(event.pk), "orders": ids, "bodies_erased": erased},
    )


def _shop_erase(event: InboundEvent) -> None:
    """The shop has left for good: nothing of any of its buyers stays."""
    everything = InboundEvent.objects.filter(connection_id=event.connection_id)
    erased = _bodies_erase(event, everything)
    orders = Order.objects.filter(connection_id=event.connection_id)
    known = orders.exclude(customer_phone_index="", customer_email_index="")
    count = known.update(customer_phone_index="", customer_email_index="")
    _own_erase(event)
    Connection.objects.filter(pk=event.connection_id).update(state=Connection.State.OFF)
    audit_record(
        "connection.shop_erased",
        event.connection,
        after={"event": str(event.pk), "orders": count, "bodies_erased": erased},
    )


def _orders_of(event: InboundEvent, notice: SourceNotice) -> QuerySet[Order]:
    """Those that the shop names, and those with the buyer's phone."""
    of_buyer = Q(external_id__in=notice.order_ids)
    if notice.phone:
        of_buyer |= Q(customer_phone_index=blind_index(notice.phone, purpose=PHONE_PURPOSE))
    return Order.objects.filter(of_buyer, connection_id=event.connection_id)


def _events_of(event: InboundEvent, order_ids: list[str]) -> QuerySet[InboundEvent]:
    """By their keys, which begin with the order: also those that changed nothing."""
    named = Q(pk__in=[])
    for order_id in order_ids:
        named |= Q(event_key__startswith=f"{order_id}:")
        named |= Q(event_key__startswith=f"{event.source}:{order_id}:")
    return InboundEvent.objects.filter(named, connection_id=event.connection_id)


def _bodies_erase(event: InboundEvent, events: QuerySet[InboundEvent]) -> int:
    """As the purge of old bodies: what still waits for a worker is left to that purge."""
    kept = events.filter(body_purged_at__isnull=True).exclude(pk=event.pk)
    settled = kept.exclude(state=InboundEvent.State.RECEIVED)
    return settled.update(body=b"", headers={}, body_purged_at=clock.now())


def _own_erase(event: InboundEvent) -> None:
    """The request itself names the buyer."""
    InboundEvent.objects.filter(pk=event.pk).update(
        body=b"", headers={}, body_purged_at=clock.now()
    )
