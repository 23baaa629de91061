"""Orders in other currencies that wait for a day's rate. Runs as the system."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from attribution.domain.rates import TENGE
from attribution.models import ExchangeRate, Order
from core.clock import ALMATY

# The day whose rate an order needs: attribution.domain.rates.rate_day says the same of one order.
DAY_ON = TruncDate(Coalesce("fulfilled_at", "placed_at"), tzinfo=ALMATY, output_field=DateField())


def orders_ready(limit: int) -> list[int]:
    """Ids of waiting orders whose rate is there now. One whose rate is not keeps no other back."""
    known = ExchangeRate.objects.filter(currency=OuterRef("currency"), rate_on=OuterRef("day_on"))
    ready = _waiting().annotate(day_on=DAY_ON).filter(Exists(known)).order_by("pk")
    return list(ready.values_list("pk", flat=True)[:limit])


def rates_missing() -> list[tuple[str, date]]:
    """(currency, day) for which orders wait, without one that is there."""
    known = ExchangeRate.objects.filter(currency=OuterRef("currency"), rate_on=OuterRef("day_on"))
    waiting = _waiting().annotate(day_on=DAY_ON).filter(~Exists(known))
    return sorted(waiting.values_list("currency", "day_on").distinct())


def _waiting() -> QuerySet[Order]:
    unrated = Q(rate__isnull=True) | Q(fulfilled_at__isnull=False)
    return Order.objects.exclude(currency=TENGE).filter(unrated, is_rate_final=False, is_test=False)
