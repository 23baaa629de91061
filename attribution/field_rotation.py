"""The blind indexes of an order's buyer. Phone and address stay in the event that brought them."""

from __future__ import annotations

from attribution.connectors.base import ConnectorError, OrderSnapshot
from attribution.models import InboundEvent, Order
from attribution.services.ingest import event_snapshots
from attribution.services.orders import EMAIL_PURPOSE, PHONE_PURPOSE
from core.crypto import blind_index
from core.field_rotation import BATCH, rotating


def rotate() -> int:
    """Index the buyers of all orders with the newest key; returns how many rows changed.

    Whether an index is new can only be told by making it, so that every run reads all of them.
    """
    done, last = 0, 0
    while orders := _batch(last):
        with rotating():
            done += sum(_index_renew(order) for order in orders)
        last = orders[-1].pk
    return done


def _batch(last: int) -> list[Order]:
    with_buyer = Order.objects.exclude(customer_phone_index="", customer_email_index="")
    return list(with_buyer.filter(pk__gt=last).order_by("pk")[:BATCH])


def _index_renew(order: Order) -> bool:
    phone, email = buyer_of(order)
    old_phone, old_email = order.customer_phone_index, order.customer_email_index
    indexes = {
        "customer_phone_index": blind_index(phone, purpose=PHONE_PURPOSE) if phone else old_phone,
        "customer_email_index": blind_index(email, purpose=EMAIL_PURPOSE) if email else old_email,
    }
    stale = Order.objects.filter(pk=order.pk).exclude(**indexes)
    return bool(stale.update(**indexes))


def buyer_of(order: Order) -> tuple[str | None, str | None]:
    """The first phone and the first address that a state of the order brought, which is where its
    indexes came from."""
    versions = order.versions.filter(is_applied=True).select_related("event__connection")
    told = [_told_by(version.event, order) for version in versions.order_by("number")]
    phones = (each.customer_phone for each in told if each and each.customer_phone)
    emails = (each.customer_email for each in told if each and each.customer_email)
    return next(phones, None), next(emails, None)


def _told_by(event: InboundEvent, order: Order) -> OrderSnapshot | None:
    try:
        snapshots = event_snapshots(event)
    except ConnectorError:  # the event is older than its connector's idea of it
        return None
    orders = (each for each in snapshots if isinstance(each, OrderSnapshot))
    return next((each for each in orders if each.external_id == order.external_id), None)
