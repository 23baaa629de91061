"""What terms ask of an order beyond its lines: who its buyer is, how far its influencers have come
in the month, what they and the campaign have earned so far. Loaded for a whole batch, and only
what some of its terms ask for. Runs as the system.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from attribution.domain.lifecycle import PROMISED
from attribution.domain.same_sale import NEAR
from attribution.models import Conversion, Order
from campaigns.domain.commission_terms import Buyer
from core import clock
from core.bulk import array_of

Day = tuple[int, date]  # a participation's


def buyers_known(orders: Collection[Order]) -> dict[int, Buyer]:
    """{order: whether its brand has an earlier order of the same buyer}, by the keyed hash of phone
    or address. One query.

    The shop's own word goes first. An earlier order counts unless it was cancelled, is a test or
    tells of another one's sale; one of another source within some days may tell of this very sale.
    Who left neither phone nor address is unknown.
    """
    found = {each.pk: Buyer(each.buyer_told) for each in orders if each.buyer_told}
    asked = [each for each in orders if each.pk not in found and _is_findable(each)]
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(_EARLIER, [f"{NEAR.days} days", array_of(each.pk for each in asked)])
            returning = {pk for (pk,) in cursor.fetchall()}
        for each in asked:
            found[each.pk] = Buyer.RETURNING if each.pk in returning else Buyer.NEW
    return {each.pk: found.get(each.pk, Buyer.UNKNOWN) for each in orders}


def _is_findable(order: Order) -> bool:
    return bool(order.customer_phone_index or order.customer_email_index)


_EARLIER = """
WITH asked AS (
    SELECT id, brand_id, connection_id, placed_at, placed_at - %s::interval AS near_since,
           customer_phone_index AS phone, customer_email_index AS email
      FROM attribution_order WHERE id = ANY (%s::bigint[])
)
SELECT a.id FROM asked a WHERE EXISTS (
    SELECT 1 FROM attribution_order o
     WHERE o.brand_id = a.brand_id AND a.phone <> '' AND o.customer_phone_index = a.phone
       AND o.customer_phone_index <> '' AND o.placed_at < a.placed_at
       AND o.status <> 'cancelled' AND NOT o.is_test AND o.same_sale_id IS NULL
       AND (o.connection_id = a.connection_id OR o.placed_at < a.near_since)
) OR EXISTS (
    SELECT 1 FROM attribution_order o
     WHERE o.brand_id = a.brand_id AND a.email <> '' AND o.customer_email_index = a.email
       AND o.customer_email_index <> '' AND o.placed_at < a.placed_at
       AND o.status <> 'cancelled' AND NOT o.is_test AND o.same_sale_id IS NULL
       AND (o.connection_id = a.connection_id OR o.placed_at < a.near_since)
)
"""


def approved_orders(participation_ids: Collection[int], now: datetime) -> dict[int, int]:
    """{participation: orders with a reward that were approved in this calendar month of
    Kazakhstan so far}. One query."""
    rows = Conversion.objects.filter(
        participation__in=participation_ids,
        status__in=PROMISED,
        commission_minor__gt=0,
        approved_at__gte=month_start(clock.day_of(now)),
    )
    counted = rows.values_list("participation_id").annotate(orders=Count("order", distinct=True))
    return dict(counted)


def month_start(day: date) -> datetime:
    return clock.day_start(day.replace(day=1))


def earned_by_day(participation_ids: Collection[int]) -> dict[Day, int]:
    """{participation and day of orders: what they have earned, waiting for budget or not}. One
    query. The caller holds the campaigns' totals."""
    rows = Conversion.objects.filter(participation__in=participation_ids, commission_minor__gt=0)
    days = rows.values_list("participation_id", TruncDate("ordered_at", tzinfo=clock.ALMATY))
    summed = days.annotate(minor=Sum("commission_minor")).order_by()
    return {(person, day): minor for person, day, minor in summed}


def earned_by_campaign(campaign_ids: Collection[int]) -> dict[int, int]:
    """{campaign: what all its influencers have earned, waiting for budget or not}. One query."""
    rows = Conversion.objects.filter(campaign__in=campaign_ids, commission_minor__gt=0)
    summed = rows.values_list("campaign_id").annotate(minor=Sum("commission_minor"))
    found: dict[int, int] = defaultdict(int)
    found.update(dict(summed.order_by()))
    return found
