"""Orders in other currencies that wait for a day's rate. Runs as the system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from attribution.domain.rates import TENGE
from attribution.models import ExchangeRate, Order
from attribution.selectors.dossiers import Dossier, Dossiers, Key
from attribution.selectors.news import News
from core.clock import ALMATY, day_of

Rates = dict[tuple[str, date], Decimal]  # {(currency, day): tenge for one unit}

# The day whose rate an order needs: attribution.domain.rates.rate_day says the same of one order.
DAY_ON = TruncDate(Coalesce("fulfilled_at", "placed_at"), tzinfo=ALMATY, output_field=DateField())


def rates_load(dossiers: Dossiers, news: News) -> Rates:
    """Every rate that an order of a batch may ask for, before its news and after. One query, or
    none where all of it is in tenge."""
    orders = [each for each in dossiers.of.values() if each.order is not None]
    currencies = {each.the_order().currency for each in orders} - {TENGE} | news.currencies
    if not currencies:
        return {}
    moments = news.moments.union(*(_moments(each) for each in orders))
    days = {day_of(moment) for moment in moments}
    rows = ExchangeRate.objects.filter(currency__in=currencies, rate_on__in=days)
    rates = rows.values_list("currency", "rate_on", "tenge")
    return {(currency, on): tenge for currency, on, tenge in rates}


def _moments(dossier: Dossier) -> Iterator[datetime]:
    """When the order was placed, and every moment at which its buyer may have had it."""
    order = dossier.the_order()
    yield order.placed_at
    if order.fulfilled_at:
        yield order.fulfilled_at
    if dossier.shown and (fulfilled_at := dossier.shown.snapshot.get("fulfilled_at")):
        yield datetime.fromisoformat(fulfilled_at)
    yield from (move.source_updated_at for move in dossier.moves.values())


def orders_ready(limit: int) -> list[Key]:
    """Waiting orders whose rate is there now. One whose rate is not keeps no other back."""
    known = ExchangeRate.objects.filter(currency=OuterRef("currency"), rate_on=OuterRef("day_on"))
    ready = _waiting().annotate(day_on=DAY_ON).filter(Exists(known)).order_by("pk")
    return list(ready.values_list("connection_id", "external_id")[:limit])


def rates_missing() -> list[tuple[str, date]]:
    """(currency, day) for which orders wait, without one that is there."""
    known = ExchangeRate.objects.filter(currency=OuterRef("currency"), rate_on=OuterRef("day_on"))
    waiting = _waiting().annotate(day_on=DAY_ON).filter(~Exists(known))
    return sorted(waiting.values_list("currency", "day_on").distinct())


def _waiting() -> QuerySet[Order]:
    unrated = Q(rate__isnull=True) | Q(fulfilled_at__isnull=False)
    return Order.objects.exclude(currency=TENGE).filter(unrated, is_rate_final=False, is_test=False)
