"""Moments and parts that several samples share."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from campaigns.domain.commission import CommissionTerms
from core import clock
from exchange.web.formatting import day_short, moment_short, month_long
from exchange.web.pages.common import (
    Chart,
    Choice,
    MoneyStrip,
    MonthRow,
    Pager,
    PolicyTerms,
    Series,
    Stage,
    Stat,
    Step,
    Sum,
    Trace,
    TraceRow,
)

POLICY = PolicyTerms(CommissionTerms(percent_bps=700), 30, 21, "code_wins")


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


def ahead(**span: float) -> datetime:
    return clock.now() + timedelta(**span)


def day_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def day_ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def checked_file() -> dict[str, Any]:
    """Where the buttons of a CheckedFile lead."""
    names = ("action_url", "apply_url", "faults_url", "back_url", "list_url")
    return dict.fromkeys(names, "#")


def periods() -> list[Choice]:
    days = [_("7 days"), _("30 days"), _("90 days")]
    return [Choice(label, "#", is_current=label == days[1]) for label in days]


def strip(hold: int = 4_862_000, ready: int = 8_635_000) -> MoneyStrip:
    return MoneyStrip(
        [
            Stage("on_hold", hold, day_short(day_ahead(11))),
            Stage("approved", 3_140_000, day_short(day_ahead(6))),
            Stage("payable", ready, _("now")),
            Stage("paid", 21_490_000, day_short(day_ago(7))),
        ]
    )


def stats() -> list[Stat]:
    return [
        Stat(_("Clicks"), "2 148", 1200, True, [3, 6, 5, 9, 8, 12, 11, 15, 14, 19]),
        Stat(_("Orders"), "96", 900, True, [4, 2, 5, 4, 6, 5, 5, 8, 6, 8]),
        Stat(_("Conversion"), "4,5%", -20, False, [7, 9, 6, 7, 4, 5, 3, 4, 4, 3]),
    ]


def chart() -> Chart:
    days = [day_ago(29 - index) for index in range(30)]
    approved = [max(0, 2000 + 170 * ((index * 7) % 23) - (index > 15) * 260 * (index - 15))
                for index in range(30)]  # fmt: skip
    held = [0 if index < 11 else 300 + 190 * ((index * 5) % 17) for index in range(30)]
    return Chart(
        labels=[day_short(day) for day in days],
        series=[Series(_("approved"), approved), Series(_("on hold"), held)],
        ticks=[0, 10, 20, 29],
    )


def steps() -> list[Step]:
    return [
        Step("click", "done", moment_short(ago(days=13, hours=3)), "Instagram"),
        Step("order", "done", moment_short(ago(days=13, hours=2.7))),
        Step("received", "done", moment_short(ago(days=10))),
        Step("return_window", "now", day_short(day_ahead(11))),
        Step("approval", "later", day_short(day_ahead(11)), _("Even if the brand is silent")),
        Step("payment", "later", day_short(day_ahead(13))),
    ]


def trace() -> Trace:
    code = _("Promo code %(code)s") % {"code": "AIGERIM10"}
    return Trace(
        rows=[
            TraceRow("B", code, moment_short(ago(days=13, hours=2.7)), "decided"),
            TraceRow("A", _("Your link"), moment_short(ago(days=13, hours=3)), "confirms"),
            TraceRow(
                "A",
                _("Another influencer's link"),
                moment_short(ago(days=19)),
                "dropped",
                _("earlier click"),
            ),
        ],
        rule=_("If the link is one influencer's and the code another's, the code's owner gets it."),
    )


def sums() -> list[Sum]:
    return [
        Sum(_("Goods"), 2_499_000),
        Sum(_("Discount"), -249_900),
        Sum(_("Base"), 2_249_100, line=True),
        Sum(_("Rate"), text="× 7%"),
        Sum(_("Reward"), 157_437, line=True, strong=True),
    ]


def month(name: str) -> MonthRow:
    title = f"{_('Bonus for the number of orders')}, {month_long(day_ago(40))}"
    note = _("approved orders: %(count)s") % {"count": 24}
    return MonthRow(name, title, note, 500_000, "approved")


def pager(text: str = "1–10") -> Pager:
    return Pager(text, next_url="#")
