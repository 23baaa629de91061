"""What we have of a connection's orders, for the sources that are read by comparing. Runs as the
system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.models import Conversion, Order, OrderVersion
from campaigns.domain.daily_totals import PREFIX
from core import clock

UNFINISHED_DAYS = 180  # longer than any order is on its way
RETURN_DAYS = 60  # after that a return changes nothing here any more: holds are shorter


def last_event_keys(connection_id: int, external_ids: Sequence[str]) -> Mapping[str, str]:
    """{order: the key of the event that its state comes from}. One query."""
    versions = OrderVersion.objects.filter(
        order__connection_id=connection_id,
        order__external_id__in=external_ids,
        is_applied=True,
    )
    latest = versions.order_by("order_id", "-number").distinct("order_id")
    return dict(latest.values_list("order__external_id", "event__event_key"))


def received_at(connection_id: int, external_id: str) -> datetime | None:
    """When the buyer of an order had it, if that is known and still so."""
    received = Order.objects.filter(
        connection_id=connection_id, external_id=external_id, status=Order.Status.FULFILLED
    )
    return received.values_list("fulfilled_at", flat=True).first()


def known_versions(connection_id: int, external_ids: Sequence[str]) -> Mapping[str, datetime]:
    """{order: the source's own time of what we have of it}, of those that the source itself told.
    One query."""
    known = Order.objects.filter(
        connection_id=connection_id, external_id__in=external_ids, trust__in=CONFIRMED_TRUST
    )
    return dict(known.values_list("external_id", "source_updated_at"))


def open_order_ids(
    connection_id: int, *, after: str, placed_before: datetime, most: int
) -> list[str]:
    """Orders that may still change, by their id: on their way, in the time for returns, or with a
    reward that is not final. One query."""
    now = clock.now()
    statuses = (Order.Status.CREATED, Order.Status.PAID, Order.Status.UNMAPPED)
    on_the_way = Q(status__in=statuses, placed_at__gte=now - timedelta(days=UNFINISHED_DAYS))
    may_return = Q(fulfilled_at__gte=now - timedelta(days=RETURN_DAYS))
    held = Conversion.objects.filter(order_id=OuterRef("pk"), status=Conversion.Status.ON_HOLD)
    received = Q(status=Order.Status.FULFILLED) & (may_return | Q(Exists(held)))
    buyers = Order.objects.exclude(external_id__startswith=PREFIX)  # no source knows a day's total
    found = buyers.filter(
        on_the_way | received,
        connection_id=connection_id,
        external_id__gt=after,
        placed_at__lt=placed_before,
    )
    return list(found.order_by("external_id").values_list("external_id", flat=True)[:most])
