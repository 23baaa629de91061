"""Orders that may be one sale: those that have something in common. Runs as the system."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import Q, Sum

from attribution.connectors.receipt.connector import RECEIPT
from attribution.connectors.registry import CRMS
from attribution.domain.lifecycle import CONFIRMED_TRUST, LOST, PROMISED
from attribution.domain.same_sale import NEAR, Sale, Standing
from attribution.models import Conversion, InboundEvent, Order, OrderLine, OrderVersion
from core import clock

FILE = "file"  # the endpoint of what a brand brought: its own word for an order
SWEEP_PLACED, SWEEP_CHANGED = timedelta(days=7), timedelta(days=2)


def sales_like(brand_id: int, order_ids: Collection[int]) -> list[Sale]:
    """These orders of a brand, those of its other sources that may be the same sale, and all that
    count together with any of them. Six queries."""
    near = set(order_ids)
    with connection.cursor() as cursor:
        cursor.execute(_KIN, [NEAR.days, NEAR.days, brand_id, list(order_ids)])
        near |= {pk for (pk,) in cursor.fetchall()}
    named = Order.objects.filter(pk__in=near).values_list("pk", "same_sale_id")
    roots = {root or pk for pk, root in named}
    orders = Order.objects.filter(Q(pk__in=roots) | Q(same_sale__in=roots), is_test=False)
    return _sales(list(orders.order_by("pk")))


_KIN = """
SELECT DISTINCT p.id
  FROM attribution_order o
  JOIN attribution_order p
    ON p.brand_id = o.brand_id AND p.connection_id <> o.connection_id
   AND p.currency = o.currency AND NOT p.is_test
   AND p.placed_at BETWEEN o.placed_at - make_interval(days => %s)
                       AND o.placed_at + make_interval(days => %s)
   AND (p.number IN (o.number, o.external_id) OR p.external_id = o.number
        OR (o.customer_phone_index <> '' AND p.customer_phone_index = o.customer_phone_index))
 WHERE o.brand_id = %s AND o.id = ANY(%s) AND NOT o.is_test
"""


def _sales(orders: Iterable[Order]) -> list[Sale]:
    ids = [order.pk for order in orders]
    lines = OrderLine.objects.filter(order_id__in=ids).order_by().values_list("order_id")
    amounts = dict(lines.annotate(total=Sum("amount_minor")))
    of_files = _of_files(ids)
    standings = _standings(ids)
    return [
        Sale(
            order_id=order.pk,
            connection_id=order.connection_id,
            currency=order.currency,
            names=frozenset({order.number, order.external_id}),
            phone=order.customer_phone_index,
            amount_minor=amounts.get(order.pk, 0),
            placed_at=order.placed_at,
            is_confirmed=order.trust in CONFIRMED_TRUST or order.pk in of_files,
            is_mirror=order.source in CRMS,
            knows_goods=order.source != RECEIPT,
            standing=standings.get(order.pk, Standing.NONE),
            counts_under=order.same_sale_id,
        )
        for order in orders
    ]


def _standings(order_ids: Collection[int]) -> dict[int, Standing]:
    found: dict[int, Standing] = {}
    rows = Conversion.objects.filter(order_id__in=order_ids).exclude(status__in=LOST)
    for order_id, status in rows.values_list("order_id", "status"):
        standing = Standing.PROMISED if status in PROMISED else Standing.BOOKED
        found[order_id] = max(standing, found.get(order_id, standing))
    return found


def _of_files(order_ids: Collection[int]) -> set[int]:
    """Those of which a file of the brand has told."""
    told = OrderVersion.objects.filter(order_id__in=order_ids, event__endpoint=FILE)
    return set(told.values_list("order_id", flat=True))


def endpoints_of(order_ids: Collection[int]) -> dict[int, str]:
    """{order: the endpoint of the event that its state comes from}. One query."""
    versions = OrderVersion.objects.filter(order_id__in=order_ids, is_applied=True)
    latest = versions.order_by("order_id", "-number").distinct("order_id")
    return dict(latest.values_list("order_id", "event__endpoint"))


def orders_to_sweep(*, after: int, most: int) -> list[int]:
    """Orders that may have a same sale, or something to tell of one, and were changed of late."""
    now = clock.now()
    changed = Q(source_updated_at__gte=now - SWEEP_CHANGED)
    found = Order.objects.filter(
        Q(trust=InboundEvent.Trust.HINT, placed_at__gte=now - SWEEP_PLACED)
        | Q(source__in=list(CRMS)) & changed
        | Q(same_sale__isnull=False) & changed,
        pk__gt=after,
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])
