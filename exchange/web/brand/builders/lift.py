"""Comparisons of days with and without a campaign: the list, one of them, its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.domain.lift import Lift, LiftCell
from attribution.models import LiftReport
from attribution.selectors.lift import lift_list
from attribution.services.lift import cells_of, lift_of
from campaigns.models import Campaign
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full, day_short, number_text
from exchange.web.pages import lift as pages
from exchange.web.pages.common import Chart, Fact, Series
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import word_of

TICKS = 6


def lifts(desk: Desk, campaign: Campaign) -> pages.Lifts:
    return pages.Lifts(
        title=campaign.title,
        back_url=desk.url("campaign", campaign.public_id),
        action_url=desk.url("lifts", campaign.public_id),
        rows=[_row(desk, report) for report in lift_list(campaign)],
        may_write=desk.member.may_write,
    )


def _row(desk: Desk, report: LiftReport) -> pages.LiftRow:
    return pages.LiftRow(
        url=desk.url("lift", report.public_id),
        span=_span(report.first_on, report.last_on),
        what=_what(report),
        result=_headline(lift_of(report)),
    )


def lift(desk: Desk, report: LiftReport) -> pages.LiftReport:
    found, cells = lift_of(report), cells_of(report)
    return pages.LiftReport(
        title=report.campaign.title,
        back_url=desk.url("lifts", report.campaign.public_id),
        csv_url=desk.url("lift_csv", report.public_id),
        span=_span(report.first_on, report.last_on),
        what=_what(report),
        headline=_headline(found),
        interval=_("With 95%% certainty: from %(low)s to %(high)s")
        % {"low": _signed(found.low), "high": _signed(found.high)},
        is_told_apart=found.is_told_apart,
        facts=_facts(report, found, cells),
        chart=_chart(cells),
    )


def _span(first_on: date, last_on: date) -> str:
    return f"{day_full(first_on)} – {day_full(last_on)}"


def _what(report: LiftReport) -> str:
    return str(word_of("source", report.source)) if report.source else _("Cities")


def _headline(found: Lift) -> str:
    text = _("%(extra)s orders with the campaign") % {"extra": _signed(found.extra)}
    return text if found.percent is None else f"{text} ({_signed(found.percent)}%)"


def _signed(value: float) -> str:
    """Whole, with its sign: "+14", "−3"."""
    whole = round(value)
    sign = "+" if whole > 0 else "\N{MINUS SIGN}" if whole < 0 else ""
    return f"{sign}{number_text(abs(whole))}"


def _facts(report: LiftReport, found: Lift, cells: Sequence[LiftCell]) -> list[Fact]:
    by_clicks = report.on_by == LiftReport.OnBy.CLICKS
    cities = len({cell.unit for cell in cells})
    return [
        Fact(_("Days with the campaign"), number_text(found.on_days)),
        Fact(_("Days without"), number_text(found.off_days)),
        Fact(_("Orders with the campaign"), number_text(found.orders_on)),
        Fact(_("Orders without"), number_text(found.orders_off)),
        Fact(_("Expected without the campaign"), number_text(round(found.expected))),
        Fact(_("How far days vary"), f"{found.dispersion:.1f}".replace(".", ",")),
        Fact(_("Days were named"), _("by clicks") if by_clicks else _("by hand")),
        *([Fact(_("Cities"), number_text(cities))] if cities > 1 else []),
    ]


def _chart(cells: Sequence[LiftCell]) -> Chart:
    """Orders of all cities by day: those where it ran, and the others."""
    days = sorted({cell.day for cell in cells})
    on, off = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for cell in cells:
        side = on if cell.is_on else off
        side[cell.day] += cell.orders
    step = max(1, len(days) // TICKS)
    return Chart(
        labels=[day_short(day) for day in days],
        series=[
            Series(_("With the campaign"), list(on.values())),
            Series(_("Without"), list(off.values())),
        ],
        ticks=list(range(0, len(days), step)),
        unit="",
    )


def lift_csv(report: LiftReport) -> FileResponse:
    header = [_("Day"), _("City"), _("With the campaign"), _("Orders")]
    return csv_answer("lift.csv", header, _csv_rows(cells_of(report)))


def _csv_rows(cells: Sequence[LiftCell]) -> Iterator[list[str]]:
    for cell in cells:
        yield [cell.day.isoformat(), cell.unit, "1" if cell.is_on else "0", str(cell.orders)]
