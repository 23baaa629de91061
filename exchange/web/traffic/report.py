"""The page of what marketplaces count themselves: sums per influencer, and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.ozon.traffic import SOURCE as OZON_TRAFFIC
from attribution.selectors.traffic import TagScope, TagSum, has_tag_days, other_tags, tag_sums
from campaigns.models import Campaign
from exchange.web.clicks.asked import Period, period_up_to_today
from exchange.web.formatting import amount_text, day_full, days_text, number_text
from exchange.web.pages import traffic as pages
from exchange.web.pages.common import Choice, Stat
from exchange.web.paging import query_url
from exchange.web.words import word_of
from influencers.models import Influencer

PERIODS = ("7", "28", "90")  # days up to today
PERIOD_DEFAULT = "28"
MARKETPLACES = {OZON_TRAFFIC: "ozon"}
DAYS_SHOWN = 60  # rows of the table of days; all of them are in the CSV
PAYS_BRAND = gettext_lazy(
    "Totals that the marketplace counts itself by the tag in a link (grade C). They name no order"
    " and no buyer, so nothing is paid from them. What pays: vouchers of Ozon, substitute articles"
    " of Wildberries, promo codes."
)
PAYS_INFLUENCER = gettext_lazy(
    "Totals that the marketplace counts itself by the tag in your link (grade C). They name no"
    " order, so nothing is paid from them: your rewards come from orders with your code, voucher or"
    " article."
)
PAYS_TOTALS = gettext_lazy(
    "Totals that the marketplace counts itself by the tag in a link (grade C). Campaigns that chose"
    " to pay by them do: each day that is over is a reward of its own. Elsewhere orders pay, by"
    " promo code, voucher or article, and nothing is paid from these totals."
)


@dataclass(frozen=True, slots=True)
class TrafficReader:
    """Who looks, at which addresses; narrowed to `campaign`, which the reader may have."""

    action_url: str
    csv_url: str
    brand_id: int | None = None
    influencer_id: int | None = None
    campaign: Campaign | None = None
    connect_url: str = ""

    @property
    def is_brand(self) -> bool:
        return self.brand_id is not None

    def scope(self, days: str) -> TagScope:
        period = period_of(days)
        return TagScope(
            period.first_on,
            period.last_on,
            self.brand_id,
            self.influencer_id,
            self.campaign.pk if self.campaign else None,
        )

    def words(self, days: str) -> dict[str, str]:
        """For an address; what is usual is left out."""
        return {
            "days": "" if days == PERIOD_DEFAULT else days,
            "campaign": str(self.campaign.public_id) if self.campaign else "",
        }


def marketplace_name(source: str) -> str:
    """Ozon's report is a source of its own, and its marketplace is Ozon."""
    return str(word_of("source", MARKETPLACES.get(source, source)))


def days_asked(given: str) -> str:
    return given if given in PERIODS else PERIOD_DEFAULT


def period_of(days: str) -> Period:
    return period_up_to_today(days)


def traffic(reader: TrafficReader, days: str) -> pages.Traffic:
    """Five queries at most."""
    scope = reader.scope(days)
    found = tag_sums(scope)
    others = _others_text(scope) if reader.is_brand and reader.campaign is None else ""
    state = "shown" if found or others else "nothing"
    if state == "nothing" and not has_tag_days(
        brand_id=reader.brand_id, influencer_id=reader.influencer_id
    ):
        state = "none"
    names = Names.of(reader, found)
    return pages.Traffic(
        state=state,  # type: ignore[arg-type]
        whose_label=_("Influencer") if reader.is_brand else _("Brand"),
        periods=[_period_choice(reader, each, days) for each in PERIODS],
        pays=_pays_text(reader, names),
        csv_url=reader.csv_url + query_url(reader.words(days)) if found else "",
        clear_url=reader.action_url,
        filter_text=_filter_text(reader, days),
        narrowed=reader.campaign.title if reader.campaign else "",
        stats=_stats(found),
        people=_people(names, found),
        days=[names.row(each, is_of_day=True) for each in found[:DAYS_SHOWN]],
        more=_more_text(len(found)),
        others=others,
        connect_url=reader.connect_url,
    )


def _pays_text(reader: TrafficReader, names: Names) -> str:
    if any(campaign.totals_from for campaign in names.campaigns.values()):
        return str(PAYS_TOTALS)
    return str(PAYS_BRAND if reader.is_brand else PAYS_INFLUENCER)


def _period_choice(reader: TrafficReader, days: str, current: str) -> Choice:
    url = reader.action_url + query_url(reader.words(days))
    return Choice(days_text(int(days)), url, days == current)


def _filter_text(reader: TrafficReader, days: str) -> str:
    period = period_of(days)
    span = f"{day_full(period.first_on)} – {day_full(period.last_on)}"
    return f"{reader.campaign.title}, {span}" if reader.campaign else span


@dataclass(frozen=True, slots=True)
class Names:
    """Whose the sums are, in words."""

    is_brand: bool
    influencers: dict[int, Influencer]
    campaigns: dict[int, Campaign]

    @classmethod
    def of(cls, reader: TrafficReader, found: Sequence[TagSum]) -> Names:
        people = {each.influencer_id for each in found} if reader.is_brand else set()
        campaigns = {each.campaign_id for each in found}
        return cls(
            reader.is_brand,
            Influencer.objects.in_bulk(people),
            Campaign.objects.in_bulk(campaigns),
        )

    def row(self, one: TagSum, *, is_of_day: bool = False) -> pages.SumRow:
        """A brand reads the influencer, an influencer the brand."""
        campaign = self.campaigns[one.campaign_id]
        whose = self.influencers[one.influencer_id].name if self.is_brand else campaign.brand_name
        return pages.SumRow(
            name=whose,
            title=campaign.title,
            source=marketplace_name(one.source),
            visits=one.visits,
            ordered=one.ordered,
            amount="" if one.amount_minor is None else amount_text(one.amount_minor, one.currency),
            day=one.day_on if is_of_day else None,
        )


def _people(names: Names, found: Sequence[TagSum]) -> list[pages.SumRow]:
    """Sums over the period, most visits first."""
    sums: dict[tuple[int, str, str], TagSum] = {}
    for one in found:
        key = (one.participation_id, one.source, one.currency)
        sums[key] = one if key not in sums else _added(sums[key], one)
    most = sorted(sums.values(), key=lambda one: (-(one.visits or 0), one.participation_id))
    return [names.row(one) for one in most]


def _added(one: TagSum, other: TagSum) -> TagSum:
    """Of the same participation on two days."""
    return replace(
        one,
        visits=_sum([one.visits, other.visits]),
        ordered=_sum([one.ordered, other.ordered]),
        amount_minor=_sum([one.amount_minor, other.amount_minor]),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """None is what nobody named, and not 0."""
    named = [value for value in values if value is not None]
    return sum(named) if named else None


def _stats(found: Sequence[TagSum]) -> list[Stat]:
    visits, ordered = _sum(one.visits for one in found), _sum(one.ordered for one in found)
    stats = [
        Stat(_("Visits"), _count_text(visits)),
        Stat(_("Ordered, pieces"), _count_text(ordered)),
    ]
    for currency in sorted({one.currency for one in found}):
        worth = _sum(one.amount_minor for one in found if one.currency == currency)
        if worth is not None:
            stats.append(Stat(_("Ordered for"), amount_text(worth, currency)))
    return stats


def _count_text(count: int | None) -> str:
    return "–" if count is None else number_text(count)


def _more_text(rows: int) -> str:
    if rows <= DAYS_SHOWN:
        return ""
    said = _("%(count)s rows more are in the CSV.")
    return said % {"count": number_text(rows - DAYS_SHOWN)}


def _others_text(scope: TagScope) -> str:
    """The brand's own campaigns, which Ozon counts in the same report."""
    tags, visits = other_tags(scope)
    if not tags:
        return ""
    said = _("Other tags of yours, which are none of Birge's: %(tags)s, visits: %(visits)s.")
    return said % {"tags": number_text(tags), "visits": number_text(visits)}
