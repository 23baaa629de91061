"""Orders and clicks by day, for the comparison of days; and the comparisons there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from attribution.models import ClickBreakdown, ClickDaily, LiftReport, Order
from campaigns.models import Campaign
from core import clock
from core.errors import NotFound

REPORTS_SHOWN = 50


def orders_by_day(brand_id: int, source: str, first_on: date, last_on: date) -> Mapping[date, int]:
    """{day: orders of the whole shop}, without tests, what was cancelled, and what counts under
    another order. One query."""
    placed = Order.objects.filter(
        brand_id=brand_id,
        source=source,
        placed_at__gte=clock.day_start(first_on),
        placed_at__lt=clock.day_end(last_on),
        is_test=False,
        same_sale__isnull=True,
    ).exclude(status=Order.Status.CANCELLED)
    by_day = placed.annotate(day=TruncDate("placed_at", tzinfo=clock.ALMATY)).values_list("day")
    return dict(by_day.annotate(count=Count("pk")).order_by())


def clicks_by_day(campaign: Campaign, first_on: date, last_on: date) -> Mapping[date, int]:
    """{day: people who tapped}. One query."""
    days = ClickDaily.objects.filter(
        brand_id=campaign.brand_id, campaign_id=campaign.pk, day_on__range=(first_on, last_on)
    )
    return dict(days.values_list("day_on").annotate(total=Sum("people")).order_by())


def clicks_by_city(
    campaign: Campaign, first_on: date, last_on: date
) -> Mapping[tuple[str, date], int]:
    """{(city as places name it, small letters; day): people who tapped}. One query."""
    rows = ClickBreakdown.objects.filter(
        brand_id=campaign.brand_id,
        campaign_id=campaign.pk,
        dimension=ClickBreakdown.Dimension.PLACE,
        day_on__range=(first_on, last_on),
    )
    found: dict[tuple[str, date], int] = {}
    for place, day, people in rows.values_list("value", "day_on").annotate(total=Sum("people")):
        key = (city_key(place.partition(" ")[2]), day)
        found[key] = found.get(key, 0) + people
    return found


def city_key(city: str) -> str:
    return city.strip().casefold()


def lift_list(campaign: Campaign) -> list[LiftReport]:
    """Newest first, without their cells."""
    rows = LiftReport.objects.filter(brand_id=campaign.brand_id, campaign=campaign)
    return list(rows.defer("cells").order_by("-pk")[:REPORTS_SHOWN])


def lift_access_for_brand(brand_id: int, public_id: UUID) -> LiftReport:
    """Raises: NotFound for another brand's."""
    rows = LiftReport.objects.select_related("campaign").filter(brand_id=brand_id)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such report."))
    return found
