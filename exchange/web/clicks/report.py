"""The page of the click explorer: what was asked, answered from the sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.domain.referrers import site_of
from attribution.models import ClickBreakdown
from attribution.selectors.click_report import (
    ClickScope,
    ClickSums,
    LinkSums,
    TopLinks,
    TopValues,
    click_days,
    click_hours,
    click_links,
    click_sums,
    click_values,
    has_clicks,
)
from campaigns.models import Campaign, TrackingLink
from core import clock
from core.bps import BPS_WHOLE, round_half_up
from core.errors import Invalid
from exchange.web.clicks.asked import PERIODS, SUBS, Asked, Period, period_of
from exchange.web.clicks.words import (
    SHOWN,
    dimension_head,
    dimension_title,
    dimension_word,
    label_of,
    note_of,
    value_word,
)
from exchange.web.formatting import (
    day_full,
    day_short,
    days_text,
    moment_short,
    number_text,
    percent_rough,
    time_text,
)
from exchange.web.pages import clicks as pages
from exchange.web.pages.common import Chart, Choice, Series, Stat
from exchange.web.paging import query_url
from influencers.models import Influencer

HOURS_SHOWN_DAYS = 2  # a chart of more hours than these says nothing
WEEKS_FROM_DAYS = 93
WEEK = 7
HOUR = timedelta(hours=1)
CHART_TICKS = 4
Dimension = ClickBreakdown.Dimension


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the page is narrowed to; the door has found that the reader may have it."""

    campaign: Campaign | None = None
    influencer: Influencer | None = None
    link: TrackingLink | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, at which addresses, with what to choose from."""

    action_url: str
    csv_url: str
    brand_id: int | None = None
    influencer_id: int | None = None
    campaigns: Sequence[Campaign] = ()
    influencers: Sequence[Influencer] = ()
    links: Sequence[TrackingLink] = ()

    @property
    def is_brand(self) -> bool:
        return self.brand_id is not None

    def whose(self, link: TrackingLink) -> str:
        """The other side of a link: a brand reads the influencer, an influencer the brand."""
        return link.influencer.name if self.is_brand else link.campaign.brand_name

    def scope(self, period: Period, asked: Asked, narrowing: Narrowing) -> ClickScope:
        """An influencer's own id stands for itself; a brand may narrow to one of them."""
        one = narrowing.influencer
        return ClickScope(
            first_on=period.first_on,
            last_on=period.last_on,
            brand_id=self.brand_id,
            influencer_id=one.pk if one else self.influencer_id,
            campaign_id=narrowing.campaign.pk if narrowing.campaign else None,
            link_id=narrowing.link.pk if narrowing.link else None,
            dimension=asked.by,
            value=site_of(asked.value) if asked.by == Dimension.REFERRER else asked.value,
        )


def clicks(reader: Reader, asked: Asked, narrowing: Narrowing) -> pages.Clicks:
    """The page. A period that is none leaves the filter alone, with what is wrong with it."""
    try:
        period = period_of(asked)
    except Invalid as refused:
        return _page(reader, asked, narrowing, "refused", refused=refused)
    scope = reader.scope(period, asked, narrowing)
    days = click_days(scope)
    sums = sum(days.values(), _zero(scope))
    if not sums:
        state = "nothing" if has_clicks(scope) else "none"
        return _page(reader, asked, narrowing, state, period=period)
    page = _page(reader, asked, narrowing, "shown", period=period)
    before, compared = _before(scope)
    return replace(
        page,
        stats=_stats(sums, before),
        compared=compared if before else "",
        chart_title=_chart_title(scope),
        chart=_chart_of_hours(scope) if is_hourly(scope) else _chart_of_days(scope, days),
        links=_links(reader, click_links(scope), asked),
        breakdowns=[] if scope.dimension else _breakdowns(reader, scope, asked),
    )


def _page(
    reader: Reader,
    asked: Asked,
    narrowing: Narrowing,
    state: str,
    *,
    period: Period | None = None,
    refused: Invalid | None = None,
) -> pages.Clicks:
    narrowed = _narrowed(asked, narrowing)
    own = [_own_period(asked, period)] if period and asked.is_own_period else []
    return pages.Clicks(
        state=state,  # type: ignore[arg-type]
        filter=_filter(reader, asked, narrowing, [*own, *narrowed], period, refused),
        action_url=reader.action_url,
        clear_url=reader.action_url,
        csv_url=reader.csv_url + query_url(asked.words()) if state == "shown" else "",
        filter_text=_filter_text(narrowed, period) if period else "",
        is_of_one_value=bool(asked.by),
        whose_label=_("Influencer") if reader.is_brand else _("Brand"),
    )


def _zero(scope: ClickScope) -> ClickSums:
    return ClickSums(0, 0, None, None, None) if scope.dimension else ClickSums()


def is_hourly(scope: ClickScope) -> bool:
    """Hours are kept for the last days, and not by property."""
    whole_days = settings.CLICK_HOURLY_DAYS - 1  # before today; of one more the morning is gone
    is_kept = scope.first_on >= clock.today() - timedelta(days=whole_days)
    return is_kept and scope.days <= HOURS_SHOWN_DAYS and not scope.dimension


# --- The filter -----------------------------------------------------------------------------


def _filter(
    reader: Reader,
    asked: Asked,
    narrowing: Narrowing,
    narrowed: list[pages.Narrowed],
    period: Period | None,
    refused: Invalid | None,
) -> pages.Filter:
    words = asked.words()
    first, last = period.text if period else (asked.first, asked.last)
    unseen = ("days", "sub", "by", "value", *(() if reader.links else ("link",)))
    return pages.Filter(
        periods=[_period_choice(days, asked) for days in PERIODS],
        selects=_selects(reader, narrowing),
        narrowed=narrowed,
        kept=[(name, words[name]) for name in unseen if words[name]],
        first=first,
        last=last,
        error=str(refused) if refused else "",
        error_field=next(iter(refused.fields), "") if refused else "",
    )


def _period_choice(days: str, asked: Asked) -> Choice:
    label = _("Today") if days == "1" else _("%(count)s days") % {"count": days}
    other = replace(asked, days=days, first="", last="")
    return Choice(label, query_url(other.words()), asked == other)


def _selects(reader: Reader, narrowing: Narrowing) -> list[pages.Select]:
    """Only lists in which there is something to choose."""
    lists = [
        (
            "campaign",
            _("Campaign"),
            [(each.public_id, each.title) for each in reader.campaigns],
            narrowing.campaign,
        ),
        (
            "influencer",
            _("Influencer"),
            [(each.public_id, each.name) for each in reader.influencers],
            narrowing.influencer,
        ),
        (
            "link",
            _("Link"),
            [(each.public_id, f"{each.campaign.title} · {each.token}") for each in reader.links],
            narrowing.link,
        ),
    ]
    return [
        pages.Select(name, label, _options(found, chosen))
        for name, label, found, chosen in lists
        if len(found) > 1
    ]


def _options(
    found: Sequence[tuple[object, str]], chosen: Campaign | Influencer | TrackingLink | None
) -> list[pages.Option]:
    current = str(chosen.public_id) if chosen else ""
    options = [pages.Option(str(value), label, str(value) == current) for value, label in found]
    return [pages.Option("", _("All"), not current), *options]


def _narrowed(asked: Asked, narrowing: Narrowing) -> list[pages.Narrowed]:
    """Each with the address that takes it away again."""
    campaign, influencer, link = narrowing.campaign, narrowing.influencer, narrowing.link
    found = [
        ("campaign", _("Campaign"), campaign.title if campaign else ""),
        ("influencer", _("Influencer"), influencer.name if influencer else ""),
        ("link", _("Link"), link.token if link else ""),
    ]
    narrowed = [
        pages.Narrowed(label, value, query_url(asked.words(**{name: ""})))
        for name, label, value in found
        if value
    ]
    if asked.by:
        value = value_word(asked.by, asked.value)
        url = query_url(asked.words(by="", value=""))
        narrowed.append(pages.Narrowed(dimension_word(asked.by), value, url))
    return narrowed


def _own_period(asked: Asked, period: Period) -> pages.Narrowed:
    url = query_url(asked.words(**{"from": "", "to": ""}))
    return pages.Narrowed(_("Period"), period_text(period), url)


def _filter_text(narrowed: Sequence[pages.Narrowed], period: Period) -> str:
    """The filter in words, for a page that it has emptied."""
    return " · ".join([period_text(period), *(f"{one.label}: {one.value}" for one in narrowed)])


def period_text(period: Period) -> str:
    if period.days == 1:
        return day_full(period.first_on)
    return f"{day_full(period.first_on)} – {day_full(period.last_on)}"


# --- Figures --------------------------------------------------------------------------------


def _before(scope: ClickScope) -> tuple[ClickSums, str]:
    """The same number of days just before; a day that still runs is compared hour by hour."""
    if is_hourly(scope) and scope.last_on == clock.today() and is_hourly(scope.before):
        span = timedelta(days=scope.days)
        since = clock.day_start(scope.first_on) - span
        hours = click_hours(scope.before, since, _running_hour_end() - span)
        sums = sum(hours.values(), ClickSums())
        return sums, _("Change: against the same hours before.")
    if scope.days == 1:
        return click_sums(scope.before), _("Change: against the day before.")
    said = _("Change: against the period before, %(days)s.") % {"days": days_text(scope.days)}
    return click_sums(scope.before), said


def _stats(sums: ClickSums, before: ClickSums) -> list[Stat]:
    """People and robots apart; what is known of people only, where it is known."""
    return [
        _stat(
            _("People"),
            sums.people,
            before.people,
            why=_("Taps of people who reached the product page. Robots and previews are apart."),
            more_is_better=True,
        ),
        *_stat_known(
            _("Different people"),
            sums.uniques,
            before.uniques,
            why=_(
                "Each person is counted once a day for each link, by a cookie of ours. Who returns"
                " another day is counted again."
            ),
            more_is_better=True,
        ),
        _stat(
            _("Robots and previews"),
            sums.bots,
            before.bots,
            why=_(
                "Search robots, link previews of messengers and browsers that load ahead. They are"
                " answered, and count for nothing."
            ),
        ),
        *_stat_known(
            _("Unusual"),
            sums.unusual,
            before.unusual,
            why=_(
                "People too, and counted: but the address clicked too fast, the link was tapped far"
                " above its pace, or the address is of a data centre or a VPN. Look closer when"
                " their share grows."
            ),
        ),
        *_stat_known(
            _("Too late"),
            sums.inactive,
            before.inactive,
            why=_(
                "People who tapped when the campaign had ended or the link was off. They saw the"
                " fallback page and are not among the people."
            ),
        ),
    ]


def _stat_known(
    label: str, count: int | None, before: int | None, *, why: str, more_is_better: bool = False
) -> Iterator[Stat]:
    if count is not None:
        yield _stat(label, count, before or 0, why=why, more_is_better=more_is_better)


def _stat(label: str, count: int, before: int, *, why: str, more_is_better: bool = False) -> Stat:
    change = round_half_up((count - before) * BPS_WHOLE, before) if before else None
    is_better = more_is_better and count > before
    return Stat(label, number_text(count), change, is_better, why=why)


# --- The chart ------------------------------------------------------------------------------


def _chart_title(scope: ClickScope) -> str:
    if is_hourly(scope):
        return _("By hour")
    return _("By week") if _step_days(scope) == WEEK else _("By day")


def _step_days(scope: ClickScope) -> int:
    """How many days a column has: a week where single days would be too thin to see."""
    return WEEK if scope.days >= WEEKS_FROM_DAYS else 1


def _chart_of_days(scope: ClickScope, days: Mapping[date, ClickSums]) -> Chart:
    step = _step_days(scope)
    starts = [scope.first_on + timedelta(days=n) for n in range(0, scope.days, step)]
    sums = [_bucket(days, start, step) for start in starts]
    head = _("Week from") if step == WEEK else ""
    return _chart([day_short(start) for start in starts], sums, head)


def _bucket(days: Mapping[date, ClickSums], start: date, step: int) -> ClickSums:
    found = (days.get(start + timedelta(days=n)) for n in range(step))
    return sum((ClickSums(one.people, one.bots) for one in found if one), ClickSums())


def _chart_of_hours(scope: ClickScope) -> Chart:
    since = clock.day_start(scope.first_on)
    until = clock.day_end(scope.last_on)
    hours = click_hours(scope, since, until)
    starts = [since + n * HOUR for n in range((until - since) // HOUR)]
    text = time_text if scope.days == 1 else moment_short
    sums = [hours.get(start, ClickSums()) for start in starts]
    return _chart([text(start) for start in starts], sums, _("Hour"))


def _running_hour_end() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0) + HOUR


def _chart(labels: list[str], sums: Sequence[ClickSums], head: str) -> Chart:
    last = len(labels) - 1
    return Chart(
        labels=labels,
        series=[
            Series(_("People"), [each.people for each in sums]),
            Series(_("Robots and previews"), [each.bots for each in sums]),
        ],
        ticks=sorted({last * n // (CHART_TICKS - 1) for n in range(CHART_TICKS)}),
        unit="",
        head=head,
    )


# --- Tables ---------------------------------------------------------------------------------


def _links(reader: Reader, top: TopLinks, asked: Asked) -> pages.Links:
    more = _("More links: %(count)s. All of them are in the CSV.")
    return pages.Links(
        [_link_row(reader, row, asked) for row in top.rows],
        more % {"count": number_text(top.more)} if top.more else "",
    )


def _link_row(reader: Reader, row: LinkSums, asked: Asked) -> pages.LinkRow:
    link, sums = row.link, row.sums
    public_id = str(link.public_id)
    return pages.LinkRow(
        title=link.campaign.title,
        token=link.token,
        url="" if asked.link else query_url(asked.words(link=public_id)),
        people=sums.people,
        bots=sums.bots,
        uniques=sums.uniques,
        unusual=sums.unusual,
        inactive=sums.inactive,
        whose=reader.whose(link),
    )


def _breakdowns(reader: Reader, scope: ClickScope, asked: Asked) -> list[pages.Breakdown]:
    shown = [*SHOWN, asked.sub]
    found = click_values(scope, shown)
    return [_breakdown(reader, each, found.get(each), asked) for each in shown]


def _breakdown(
    reader: Reader, dimension: str, top: TopValues | None, asked: Asked
) -> pages.Breakdown:
    is_known = top is not None and (top.more > 0 or any(row.value for row in top.rows))
    return pages.Breakdown(
        kind=dimension,
        title=dimension_title(dimension),
        head=dimension_head(dimension),
        rows=_value_rows(dimension, top, asked) if top and is_known else [],
        more=_more_values(top) if top and is_known else "",
        empty="" if is_known else _unknown_text(reader, dimension),
        choices=_sub_choices(asked) if dimension in SUBS else [],
    )


def _value_rows(dimension: str, top: TopValues, asked: Asked) -> list[pages.ValueRow]:
    return [
        pages.ValueRow(
            label=label_of(dimension, row.value),
            note=note_of(dimension, row.value),
            url=query_url(asked.words(by=dimension, value=row.value)),
            people=row.people,
            bots=row.bots,
            share=percent_rough(_share_bps(row.people, top.people)),
            percent=_share_bps(row.people, top.people) // 100,
        )
        for row in top.rows
    ]


def _share_bps(part: int, whole: int) -> int:
    return round_half_up(part * BPS_WHOLE, whole) if whole else 0


def _more_values(top: TopValues) -> str:
    if not top.more:
        return ""
    people = top.people - sum(row.people for row in top.rows)
    said = _("More: %(count)s, with people: %(people)s. All of them are in the CSV.")
    return said % {"count": number_text(top.more), "people": number_text(people)}


def _unknown_text(reader: Reader, dimension: str) -> str:
    """Why a table has nothing to tell."""
    if dimension == Dimension.PLACE:
        return _(
            "Places of these clicks are unknown. Cities appear once Birge has loaded a file of"
            " address ranges."
        )
    if dimension == Dimension.DEVICE:
        return _("The devices of these clicks are unknown.")
    if dimension == Dimension.REFERRER:
        return _("No browser or app has told where these clicks came from.")
    said = (
        _("No click had %(key)s. Influencers name their posts with it, as in ?%(key)s=story.")
        if reader.is_brand
        else _("No click had %(key)s. Name a post by adding it to the link, as in ?%(key)s=story.")
    )
    return said % {"key": dimension}


def _sub_choices(asked: Asked) -> list[Choice]:
    return [Choice(sub, f"{query_url(asked.words(sub=sub))}#sub", sub == asked.sub) for sub in SUBS]
