"""The first page: money, links, figures, the latest orders. Reads only; runs as the influencer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from attribution.selectors.conversions import (
    Day,
    conversion_page,
    conversions_of_influencer,
    days_of,
    earned_by_stage,
)
from campaigns.selectors import (
    link_list_of_influencer,
)
from core import clock
from core.bps import round_half_up
from exchange.web.formatting import (
    day_short,
    number_text,
    percent_text,
)
from exchange.web.pages import portal
from exchange.web.pages.common import (
    Chart,
    Choice,
    Series,
    Stat,
)
from exchange.web.portal.builders.deals import waiting as deals_task
from exchange.web.portal.builders.earnings import earning_rows
from exchange.web.portal.builders.links import link_cards
from exchange.web.portal.builders.money import outcome_of, payable_of, strip_of, task_of
from influencers.models import Influencer
from payouts.selectors import Ready

HOME_LINKS = 3
HOME_EARNINGS = 10
PERIODS = (7, 30, 90)
CHART_TICKS = 4


def home(influencer: Influencer, *, days: int) -> portal.Home:
    outcome = outcome_of(influencer)
    payable = payable_of(influencer, outcome)
    links = link_list_of_influencer(influencer.pk)
    figures = days_of(
        first_on=clock.today() - timedelta(days=2 * days - 1),
        last_on=clock.today(),
        influencer_id=influencer.pk,
    )
    before, now = figures[:days], figures[days:]
    earned_minor = sum(day.approved_minor + day.held_minor for day in now)
    people = sum(day.people for day in now)
    page = conversion_page(conversions_of_influencer(influencer.pk), rows=HOME_EARNINGS)
    is_payable = isinstance(outcome, Ready)
    return portal.Home(
        name=influencer.name.split()[0],
        payable=payable,
        strip=strip_of(earned_by_stage(influencer.pk), outcome),
        links=link_cards(influencer, links[:HOME_LINKS]),
        links_total=len(links),
        stats=_stats(before, now) if links else [],
        periods=[
            Choice(_("%(count)s days") % {"count": count}, f"?days={count}", count == days)
            for count in PERIODS
        ],
        earnings=earning_rows(page.rows, is_payable=is_payable),
        task=deals_task(influencer) or task_of(payable),
        chart=_chart(now) if earned_minor else None,
        earned_minor=earned_minor,
        per_click_minor=round_half_up(earned_minor, people) if people else None,
    )


def _stats(before: Sequence[Day], now: Sequence[Day]) -> list[Stat]:
    """Clicks, orders, and orders per click; compared to the same number of days before."""
    people = [day.people for day in now]
    orders = [day.orders for day in now]
    rate, rate_before = _rate_bps(now), _rate_bps(before)
    return [
        _stat(_("Clicks"), people, sum(day.people for day in before)),
        _stat(_("Orders"), orders, sum(day.orders for day in before)),
        Stat(
            _("Conversion"),
            percent_text(rate) if rate is not None else "–",
            rate - rate_before if rate is not None and rate_before is not None else None,
            bool(rate and rate_before is not None and rate > rate_before),
        ),
    ]


def _stat(label: str, values: list[int], before: int) -> Stat:
    total = sum(values)
    change = round_half_up((total - before) * 10_000, before) if before else None
    return Stat(label, number_text(total), change, total > before, values)


def _rate_bps(days: Sequence[Day]) -> int | None:
    people = sum(day.people for day in days)
    return round_half_up(sum(day.orders for day in days) * 10_000, people) if people else None


def _chart(days: Sequence[Day]) -> Chart:
    last = len(days) - 1
    ticks = sorted({last * n // (CHART_TICKS - 1) for n in range(CHART_TICKS)})
    return Chart(
        labels=[day_short(day.on) for day in days],
        series=[
            Series(_("approved"), [day.approved_minor // 100 for day in days]),
            Series(_("on hold"), [day.held_minor // 100 for day in days]),
        ],
        ticks=ticks,
    )
