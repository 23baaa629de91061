"""What a brand or an influencer asks about clicks. Reads the sums, never the clicks.

Runs as the side whose clicks they are: the filters here choose the index and are the second wall.
The sums know one property at a time. Which devices came from which place nobody has counted, so a
scope that is narrowed to a value (`dimension`) can be told by day and by link, and no further.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from attribution.domain.referrers import SITES, hosts_of
from attribution.models import ClickBreakdown, ClickDaily, ClickHourly
from campaigns.models import Participation, TrackingLink
from core.errors import NotFound
from influencers.models import Influencer

TOP_ROWS = 20
CHOICES_MAX = 500  # of a list to choose from; whoever is not in it is found through the links
Dimension = ClickBreakdown.Dimension
COUNTS = ("people", "bots", "inactive", "uniques", "unusual")
COUNTS_OF_VALUES = ("people", "bots")  # all that is kept by property


@dataclass(frozen=True, slots=True)
class ClickScope:
    """Which clicks: of a brand or of an influencer (or of both), over days of Kazakhstan, both
    ends included. `dimension` and `value` narrow to one value of one property."""

    first_on: date
    last_on: date
    brand_id: int | None = None
    influencer_id: int | None = None
    campaign_id: int | None = None
    link_id: int | None = None
    dimension: str = ""
    value: str = ""

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def before(self) -> ClickScope:
        """The same number of days just before."""
        span = timedelta(days=self.days)
        return replace(self, first_on=self.first_on - span, last_on=self.last_on - span)

    @property
    def owners(self) -> dict[str, int]:
        """What every table of sums can be filtered by."""
        names = ("brand_id", "influencer_id", "campaign_id", "link_id")
        given = {name: getattr(self, name) for name in names}
        assert given["brand_id"] or given["influencer_id"], self
        return {name: pk for name, pk in given.items() if pk is not None}


@dataclass(frozen=True, slots=True)
class ClickSums:
    """Counts of clicks: people who reached the product, robots and previews, people who came too
    late. `uniques` are people counted once a day and link, `unusual` those of the people that look
    odd. The last three are None where only a property's sums were read."""

    people: int = 0
    bots: int = 0
    inactive: int | None = 0
    uniques: int | None = 0
    unusual: int | None = 0

    def __bool__(self) -> bool:
        return bool(self.people or self.bots or self.inactive)

    def __add__(self, other: ClickSums) -> ClickSums:
        return ClickSums(
            self.people + other.people,
            self.bots + other.bots,
            _added(self.inactive, other.inactive),
            _added(self.uniques, other.uniques),
            _added(self.unusual, other.unusual),
        )


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class LinkSums:
    """A link with its campaign, its influencer, and its counts."""

    link: TrackingLink
    sums: ClickSums


@dataclass(frozen=True, slots=True)
class ValueSums:
    """A value of a property; of a referrer the site's name (domain.referrers) or the host."""

    value: str
    people: int
    bots: int


@dataclass(frozen=True, slots=True)
class TopLinks:
    """The links with most people, and how many more there are."""

    rows: list[LinkSums]
    more: int


@dataclass(frozen=True, slots=True)
class TopValues:
    """The values with most people; `total` is of all of them, those not shown too."""

    rows: list[ValueSums]
    more: int
    people: int
    bots: int


# --- Sums and series ------------------------------------------------------------------------


def click_sums(scope: ClickScope) -> ClickSums:
    """Everything of the scope in one row. One query."""
    rows, counts = _by_day(scope)
    return _sums(rows.aggregate(**_summed(counts)))


def click_days(scope: ClickScope) -> dict[date, ClickSums]:
    """{day: counts}, without the days that have none. One query."""
    rows, counts = _by_day(scope)
    days = rows.order_by().values("day_on").annotate(**_summed(counts))
    return {row["day_on"]: _sums(row) for row in days}


def click_hours(scope: ClickScope, since: datetime, until: datetime) -> dict[datetime, ClickSums]:
    """{hour: counts} from `since` to before `until`, without empty hours. One query. Only the
    last days are kept by hour, and no property is."""
    assert not scope.dimension, scope
    rows = ClickHourly.objects.filter(hour_at__gte=since, hour_at__lt=until, **scope.owners)
    hours = rows.order_by().values("hour_at").annotate(**_summed(COUNTS))
    return {row["hour_at"]: _sums(row) for row in hours}


def has_clicks(scope: ClickScope) -> bool:
    """Whether whoever asks has had any click at all, whatever the days and the filters."""
    whose = "brand_id" if scope.brand_id else "influencer_id"
    return ClickDaily.objects.filter(**{whose: scope.owners[whose]}).exists()


def _by_day(scope: ClickScope) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """The rows that answer a scope, and which counts they have."""
    days = {"day_on__range": (scope.first_on, scope.last_on), **scope.owners}
    if not scope.dimension:
        return ClickDaily.objects.filter(**days), COUNTS
    is_referrer = scope.dimension == Dimension.REFERRER
    values = hosts_of(scope.value) if is_referrer else (scope.value,)
    rows = ClickBreakdown.objects.filter(dimension=scope.dimension, value__in=values, **days)
    return rows, COUNTS_OF_VALUES


def _summed(counts: Sequence[str]) -> dict[str, Sum]:
    return {f"all_{name}": Sum(name) for name in counts}


def _sums(row: Mapping[str, Any]) -> ClickSums:
    """Nothing summed is 0; what was not asked for is unknown."""
    people, bots, *others = (
        row[f"all_{name}"] or 0 if f"all_{name}" in row else None for name in COUNTS
    )
    return ClickSums(people or 0, bots or 0, *others)


# --- Links ----------------------------------------------------------------------------------


def click_links(scope: ClickScope, *, rows: int = TOP_ROWS) -> TopLinks:
    """The links with most people. Three queries."""
    found, counts = _by_day(scope)
    by_link = found.order_by().values("link_id").annotate(**_summed(counts))
    first = list(by_link.order_by("-all_people", "-all_bots", "link_id")[:rows])
    total = found.aggregate(count=Count("link_id", distinct=True))["count"]
    links = _links_of(scope, [row["link_id"] for row in first])
    return TopLinks(
        [LinkSums(links[row["link_id"]], _sums(row)) for row in first if row["link_id"] in links],
        total - len(first),
    )


def _links_of(scope: ClickScope, link_ids: Sequence[int]) -> Mapping[int, TrackingLink]:
    """With the influencer for a brand; an influencer knows who they are."""
    links = TrackingLink.objects.select_related("campaign")
    return (links.select_related("influencer") if scope.brand_id else links).in_bulk(link_ids)


# --- Properties -----------------------------------------------------------------------------


def click_values(
    scope: ClickScope, dimensions: Sequence[str], *, rows: int = TOP_ROWS
) -> dict[str, TopValues]:
    """{property: its values with most people}. One query for all of them together.

    Hosts of one site are one value here. A property without a click is left out.
    """
    assert not scope.dimension, "the sums do not cross two properties"
    days = {"day_on__range": (scope.first_on, scope.last_on), **scope.owners}
    found = ClickBreakdown.objects.filter(dimension__in=dimensions, **days).order_by()
    by_value = found.values("dimension", "value").annotate(**_summed(COUNTS_OF_VALUES))
    sql, given = by_value.query.sql_with_params()
    sites = [(host, site) for site, hosts in SITES.items() for host in hosts]
    names = [[host for host, _site in sites], [site for _host, site in sites]]
    with connection.cursor() as cursor:
        cursor.execute(_TOP_VALUES.format(by_value=sql), [*given, *names, rows])
        return _tops(cursor.fetchall())


def _tops(found: Sequence[tuple[Any, ...]]) -> dict[str, TopValues]:
    tops: dict[str, TopValues] = {}
    for dimension, value, people, bots, all_values, all_people, all_bots in found:
        top = tops.setdefault(
            dimension, TopValues([], all_values, people=all_people, bots=all_bots)
        )
        top.rows.append(ValueSums(value, people, bots))
    return {each: replace(top, more=top.more - len(top.rows)) for each, top in tops.items()}


# Summed by value first: only then, of few rows, is a host looked up and the first ones found.
_TOP_VALUES = """
WITH by_value (dimension, value, people, bots) AS ({by_value}), by_site AS (
    SELECT dimension, coalesce(site.name, value) AS value,
           sum(people)::bigint AS people, sum(bots)::bigint AS bots
      FROM by_value
      LEFT JOIN unnest(%s::text[], %s::text[]) AS site (host, name)
             ON dimension = 'referrer' AND site.host = value
     GROUP BY 1, 2
), ranked AS (
    SELECT by_site.*, count(*) OVER whole AS all_values,
           sum(people) OVER whole AS all_people, sum(bots) OVER whole AS all_bots,
           row_number() OVER (PARTITION BY dimension ORDER BY people DESC, bots DESC, value) AS rank
      FROM by_site WINDOW whole AS (PARTITION BY dimension)
)
SELECT dimension, value, people, bots, all_values, all_people::bigint, all_bots::bigint
  FROM ranked WHERE rank <= %s ORDER BY dimension, rank
"""


# --- What may be chosen to narrow by --------------------------------------------------------


def click_influencers(brand_id: int, *, campaign_id: int | None = None) -> list[Influencer]:
    """Who takes or took part in a brand's campaigns, or in one of them, by name. One query."""
    parts = Participation.objects.filter(brand_id=brand_id)
    if campaign_id is not None:
        parts = parts.filter(campaign_id=campaign_id)
    found = Influencer.objects.filter(pk__in=parts.values("influencer_id"))
    return list(found.order_by("name", "pk")[:CHOICES_MAX])


def click_influencer_access(brand_id: int, public_id: UUID) -> Influencer:
    """Raises: NotFound for one who never took part in this brand's campaigns."""
    parts = Participation.objects.filter(brand_id=brand_id).values("influencer_id")
    found = Influencer.objects.filter(public_id=public_id, pk__in=parts).first()
    if found is None:
        raise NotFound(_("There is no such influencer."))
    return found


def click_link_access(brand_id: int, public_id: UUID) -> TrackingLink:
    """Raises: NotFound for another brand's."""
    links = TrackingLink.objects.select_related("campaign", "influencer")
    found = links.filter(brand_id=brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such link."))
    return found
