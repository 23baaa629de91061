"""Make a comparison of days: its cells are collected, worked out, and kept as they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from attribution.domain.lift import Lift, LiftCell, days_between, lift_estimate
from attribution.domain.lift_table import CityDay
from attribution.models import LiftReport
from attribution.selectors.lift import city_key, clicks_by_city, clicks_by_day, orders_by_day
from campaigns.models import Campaign
from core.audit.services import audit_record
from core.tenancy.context import acting_as

OnBy = LiftReport.OnBy


@dataclass(frozen=True, slots=True)
class LiftAsked:
    """`on_days` as the brand named them; None: days with at least `clicks_min` clicks are on.
    `cities` are the brand's own counts, with which neither `source` nor the days are asked for."""

    source: str = ""
    first_on: date | None = None
    last_on: date | None = None
    on_days: Collection[date] | None = None
    clicks_min: int = 1
    cities: Sequence[CityDay] = ()


def lift_report_make(*, campaign: Campaign, asked: LiftAsked) -> LiftReport:
    """Compare, and keep what was compared.

    Raises:
        LiftImpossible: too little to say anything; nothing is kept.
    """
    with acting_as(system="report a lift"):
        cells = _city_cells(campaign, asked) if asked.cities else _shop_cells(campaign, asked)
        lift = lift_estimate(cells)
        report = LiftReport.objects.create(
            brand_id=campaign.brand_id,
            campaign=campaign,
            source="" if asked.cities else asked.source,
            on_by=_on_by(asked),
            first_on=min(cell.day for cell in cells),
            last_on=max(cell.day for cell in cells),
            cells=[[each.unit, each.day.isoformat(), each.is_on, each.orders] for each in cells],
            result=asdict(lift),
        )
        audit_record(
            "lift.report",
            report,
            after={"first": str(report.first_on), "last": str(report.last_on)},
        )
    return report


def cells_of(report: LiftReport) -> list[LiftCell]:
    return [
        LiftCell(unit, date.fromisoformat(day), is_on, orders)
        for unit, day, is_on, orders in report.cells
    ]


def lift_of(report: LiftReport) -> Lift:
    return Lift(**report.result)


def _on_by(asked: LiftAsked) -> LiftReport.OnBy:
    if asked.cities:
        by_clicks = any(each.is_on is None for each in asked.cities)
    else:
        by_clicks = asked.on_days is None
    return OnBy.CLICKS if by_clicks else OnBy.HAND


def _shop_cells(campaign: Campaign, asked: LiftAsked) -> list[LiftCell]:
    assert asked.first_on is not None, asked
    assert asked.last_on is not None, asked
    span = (asked.first_on, asked.last_on)
    orders = orders_by_day(campaign.brand_id, asked.source, *span)
    on_days = asked.on_days
    if on_days is None:
        clicks = clicks_by_day(campaign, *span)
        on_days = {day for day, people in clicks.items() if people >= asked.clicks_min}
    return [LiftCell("", day, day in on_days, orders.get(day, 0)) for day in days_between(*span)]


def _city_cells(campaign: Campaign, asked: LiftAsked) -> list[LiftCell]:
    days = [each.day for each in asked.cities]
    clicks = clicks_by_city(campaign, min(days), max(days))

    def is_on(each: CityDay) -> bool:
        if each.is_on is not None:
            return each.is_on
        return clicks.get((city_key(each.city), each.day), 0) >= asked.clicks_min

    return [LiftCell(each.city, each.day, is_on(each), each.orders) for each in asked.cities]
