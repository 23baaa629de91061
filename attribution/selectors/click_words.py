"""Which orders a click may speak in."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from attribution.domain.match import CLOCK_SKEW
from attribution.domain.page_events import PAGE_CLICK
from attribution.models import Click, LateEvidence, Order
from attribution.selectors.dossiers import Key
from campaigns.domain.terms import WINDOW_DAYS_MAX

WINDOW = timedelta(days=WINDOW_DAYS_MAX)


def orders_of_click(click: Click) -> list[Key]:
    """Those that name the click or another one of its visitor, by themselves or by their page, as
    long after it as any window lasts. The oldest first. Runs as the system."""
    visits = Click.objects.filter(
        visitor=click.visitor,
        brand_id=click.brand_id,
        at__range=(click.at - WINDOW, click.at + WINDOW),
    )
    ids = list(visits.values_list("click_id", flat=True))
    said = LateEvidence.objects.filter(
        brand_id=click.brand_id, kind=PAGE_CLICK, value__in=[each.hex for each in ids]
    )
    named = Q(click_id__in=ids)
    for connection_id, name in said.values_list("connection_id", "order_external_id"):
        by_name = Q(external_id=name) | Q(number=name)
        named |= Q(connection_id=connection_id) & by_name
    orders = Order.objects.filter(
        named,
        brand_id=click.brand_id,
        placed_at__range=(click.at - CLOCK_SKEW, click.at + WINDOW),
    )
    return list(orders.order_by("placed_at", "id").values_list("connection_id", "external_id"))
