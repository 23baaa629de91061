"""The first page: money, from click to approval, campaigns, and what waits."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attribution.selectors.connections import connection_list
from attribution.selectors.orders import Figures, figures_of, people_of
from campaigns.selectors import applications_count, campaign_list_of_brand
from campaigns.selectors.deals import post_first, posts_to_check
from core import clock
from core.bps import BPS_WHOLE, round_half_up
from exchange.web.brand.builders.campaigns import campaign_rows
from exchange.web.brand.builders.money import reserved_minor
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_long, money_text, number_text, percent_text
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Choice, Stat, Task

PERIODS = (7, 30, 90)
CAMPAIGNS_SHOWN = 8


def overview(desk: Desk, *, days: int) -> pages.Overview:
    brand_id, last_on = desk.brand.pk, clock.today()
    first_on = last_on - timedelta(days=days - 1)
    figures = figures_of(brand_id, first_on=first_on, last_on=last_on)
    clicks = people_of(brand_id, first_on=first_on, last_on=last_on)
    campaigns = campaign_list_of_brand(desk.brand)
    return pages.Overview(
        status=desk.brand.state,
        free_minor=desk.free_minor,
        reserved_minor=reserved_minor(brand_id, campaigns),
        funnel=_funnel(clicks, figures),
        stats=_stats(figures),
        periods=[
            Choice(_("%(count)s days") % {"count": count}, f"?days={count}", count == days)
            for count in PERIODS
        ],
        campaigns=campaign_rows(desk, campaigns[:CAMPAIGNS_SHOWN]),
        top_up_url=f"{desk.url('money')}#top-up",
        orders_url=f"{desk.url('review')}?status=on_hold",
        campaign_new_url=desk.url("campaign_new"),
        connect_url=desk.url("integrations"),
        is_connected=bool(connection_list(brand_id)),
        may_edit=desk.member.may_write,
        checks=desk.waiting.orders,
        checks_due_at=desk.waiting.first_at,
        runway_days=desk.runway_days,
        task=_task(desk),
        posts=_posts(desk),
    )


def _funnel(clicks: int, figures: Figures) -> list[pages.FunnelStep]:
    steps = [
        (_("Clicks"), clicks),
        (_("Orders"), figures.orders),
        (_("Received"), figures.received),
        (_("Approved"), figures.approved),
    ]
    before = [None, *(count for _label, count in steps)]
    return [
        pages.FunnelStep(label, count, _share_bps(count, whole))
        for (label, count), whole in zip(steps, before, strict=False)
    ]


def _share_bps(part: int, whole: int | None) -> int | None:
    """None where there is no share: nothing before, or codes brought more orders than clicks."""
    if not whole or part > whole:
        return None
    return round_half_up(part * BPS_WHOLE, whole)


def _stats(figures: Figures) -> list[Stat]:
    cost_bps = _share_bps(figures.cost_minor, figures.sales_minor)
    returned_bps = _share_bps(figures.returned, figures.orders)
    return [
        Stat(_("Sales"), money_text(figures.sales_minor)),
        Stat(_("Rewards"), money_text(figures.reward_minor)),
        Stat(_("Cost of sales"), "–" if cost_bps is None else percent_text(cost_bps)),
        Stat(_("Returns"), "–" if returned_bps is None else percent_text(returned_bps)),
    ]


def _task(desk: Desk) -> Task | None:
    """Influencers who wait for an answer."""
    count = applications_count(desk.brand)
    if not count:
        return None
    title = ngettext("%(count)s application", "%(count)s applications", count)
    return Task(
        tone="wait",
        icon="users-round",
        title=title % {"count": number_text(count)},
        text=_("Influencers wait for your answer."),
        url=desk.url("campaigns"),
        button=_("Look at them"),
    )


def _posts(desk: Desk) -> Task | None:
    """Posts at a fixed fee that wait for the brand's word; the button opens the first."""
    count = posts_to_check(desk.brand.pk)
    first = post_first(desk.brand.pk) if count else None
    if first is None or first.review_until is None:
        return None
    title = ngettext("%(count)s post to check", "%(count)s posts to check", count)
    text = _("The text does not start with an ad label: look at the screenshot.")
    if first.has_label:
        text = _("Without your answer the first is accepted on %(day)s.") % {
            "day": day_long(first.review_until)
        }
    return Task(
        tone="hold",
        icon="banknote",
        title=title % {"count": number_text(count)},
        text=text,
        url=desk.url("deal", first.deal.public_id),
        button=_("Look at it"),
    )
