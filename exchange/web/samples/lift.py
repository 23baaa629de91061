"""Invented content for comparisons of days with and without a campaign."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from attribution.lift_forms import LiftForm
from exchange.web.pages.common import Chart, Fact, Series
from exchange.web.pages.lift import LiftReport, LiftRow, Lifts

SPAN = "2026-10-24 – 2026-11-20"
ON = [9, 8, 11, 7, 10, 12, 9] + [0] * 7 + [8, 10, 9, 12, 7, 11, 10] + [0] * 7
OFF = [0] * 7 + [5, 6, 4, 7, 5, 6, 4] + [0] * 7 + [6, 5, 5, 4, 7, 6, 5]


def form() -> LiftForm:
    return LiftForm([("kaspi", "Kaspi")], {"on_by": "hand", "on_days": "7", "clicks_min": "10"})


def lifts() -> Lifts:
    headline = _("%(extra)s orders with the campaign") % {"extra": "+58"}
    return Lifts("Жылы үй", "#", "#", [LiftRow("#", SPAN, "Kaspi", f"{headline} (+77%)")])


def none() -> Lifts:
    return replace(lifts(), rows=[], may_write=False)


def lift() -> LiftReport:
    first = date(2026, 10, 24)
    days = [(first + timedelta(days=n)).strftime("%d.%m") for n in range(len(ON))]
    headline = _("%(extra)s orders with the campaign") % {"extra": "+58"}
    return LiftReport(
        title="Жылы үй",
        back_url="#",
        csv_url="#",
        span=SPAN,
        what="Kaspi",
        headline=f"{headline} (+77%)",
        interval=_("With 95%% certainty: from %(low)s to %(high)s") % {"low": "+29", "high": "+87"},
        is_told_apart=True,
        facts=[Fact(_("Days with the campaign"), "14"), Fact(_("Days without"), "14")],
        chart=Chart(
            days,
            [Series(_("With the campaign"), ON), Series(_("Without"), OFF)],
            list(range(0, len(days), 5)),
            unit="",
        ),
    )
