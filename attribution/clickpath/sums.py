"""Sums over clicks: by day, by hour, by property. One set of questions, asked of a batch by the
drain (and added to what is there) and of a whole day by `clicks_rebuild` (and compared with it).

`attribution_click_counted` is the batch or the day, a table of this session; three views on it say
what its sums are. Needs x_system and a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from attribution.domain.click_flags import MACHINE, UNUSUAL, ClickFlag
from core.clock import ALMATY, day_end, day_of, day_start

DIFFERENCES_MAX = 20

MASKS: dict[str, int | str] = {
    "machine": int(MACHINE),
    "inactive": int(ClickFlag.INACTIVE),
    "nobody": int(MACHINE | ClickFlag.INACTIVE),  # no person who reached the product
    "unusual": int(UNUSUAL),
    "new_visitor": int(ClickFlag.NEW_VISITOR),
    "datacentre": int(ClickFlag.DATACENTRE),
    "zone": ALMATY.key,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Moments that let PostgreSQL look at few days: literals, so that it knows when it plans."""

    first_at: datetime
    end_at: datetime

    @classmethod
    def of_day(cls, day_on: date) -> Bounds:
        """A day of Kazakhstan."""
        return cls(day_start(day_on), day_end(day_on))

    def covering_days(self) -> Bounds:
        """Widened to whole days of Kazakhstan."""
        first, last = (Bounds.of_day(day_of(at)) for at in (self.first_at, self.end_at))
        return Bounds(first.first_at, last.end_at)


def sums_prepare(cursor: CursorWrapper) -> None:
    """Make this session's table and views, where it has none yet."""
    cursor.execute("SELECT to_regclass('pg_temp.attribution_click_by_property')")
    if cursor.fetchone()[0] is None:
        cursor.execute(_COUNTED)
        cursor.execute(_BY_DAY, MASKS)
        cursor.execute(_BY_HOUR, MASKS)
        cursor.execute(_BY_PROPERTY, MASKS)


def sums_add() -> None:
    """Add what is counted to the sums."""
    with connection.cursor() as cursor:
        for statement in _ADD:
            cursor.execute(statement)


# --- A whole day ----------------------------------------------------------------------------


def day_differences(day_on: date, *, hours_from: datetime) -> list[str]:
    """Where the sums of a day are not what its clicks say, at most DIFFERENCES_MAX sentences.
    Hours before `hours_from` are no longer kept. Writes nothing that stays."""
    with connection.cursor() as cursor:
        _count_day(cursor, day_on)
        return [
            sentence
            for statement, name in _COMPARE
            for sentence in _differences(cursor, statement, name, _day_values(day_on, hours_from))
        ][:DIFFERENCES_MAX]


def day_rebuild(day_on: date, *, hours_from: datetime) -> None:
    """Make the sums of a day what its clicks say."""
    with connection.cursor() as cursor:
        values = _day_values(day_on, hours_from)
        for statement in _FORGET:
            cursor.execute(statement, values)
        _count_day(cursor, day_on)
        sums_add()
        cursor.execute(_FORGET_HOURS, values)


def _count_day(cursor: CursorWrapper, day_on: date) -> None:
    sums_prepare(cursor)
    bounds = Bounds.of_day(day_on)
    cursor.execute("DELETE FROM attribution_click_counted")
    cursor.execute(_COUNT_DAY, {"first_at": bounds.first_at, "end_at": bounds.end_at})


def _day_values(day_on: date, hours_from: datetime) -> dict[str, date | datetime]:
    bounds = Bounds.of_day(day_on)
    return {
        "day_on": day_on,
        "first_at": bounds.first_at,
        "end_at": bounds.end_at,
        "hours_from": hours_from,
    }


def _differences(
    cursor: CursorWrapper, statement: str, name: str, values: dict[str, date | datetime]
) -> Iterator[str]:
    cursor.execute(statement, values | {"rows": DIFFERENCES_MAX})
    for source, link_id, *row in cursor.fetchall():
        yield f"{name}: link {link_id}, {source} {_text(row)}"


def _text(row: Sequence[object]) -> str:
    return " ".join(str(value) for value in row)


# --- SQL ------------------------------------------------------------------------------------

_COUNTED = """
CREATE TEMPORARY TABLE attribution_click_counted (
    at timestamptz NOT NULL,
    link_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    influencer_id bigint NOT NULL,
    visitor uuid NOT NULL,
    flags smallint NOT NULL,
    device smallint NOT NULL,
    country text NOT NULL,
    city text NOT NULL,
    referer text NOT NULL,
    sub1 text NOT NULL,
    sub2 text NOT NULL,
    sub3 text NOT NULL,
    sub4 text NOT NULL,
    sub5 text NOT NULL,
    is_new_of_day boolean NOT NULL,
    is_new_of_hour boolean NOT NULL
) ON COMMIT DELETE ROWS
"""
_BY_DAY = """
CREATE TEMPORARY VIEW attribution_click_by_day WITH (security_invoker = true) AS
SELECT (at AT TIME ZONE %(zone)s)::date AS day_on, link_id, campaign_id, brand_id, influencer_id,
       count(*) FILTER (WHERE flags & %(nobody)s = 0)::int AS people,
       count(*) FILTER (WHERE flags & %(machine)s <> 0)::int AS bots,
       count(*) FILTER (WHERE flags & %(nobody)s = %(inactive)s)::int AS inactive,
       count(DISTINCT visitor) FILTER (WHERE flags & %(nobody)s = 0 AND is_new_of_day)::int
           AS uniques,
       count(*) FILTER (WHERE flags & %(nobody)s = 0 AND flags & %(unusual)s <> 0)::int AS unusual
  FROM pg_temp.attribution_click_counted GROUP BY 1, 2, 3, 4, 5
"""
_BY_HOUR = """
CREATE TEMPORARY VIEW attribution_click_by_hour WITH (security_invoker = true) AS
SELECT date_trunc('hour', at, 'UTC') AS hour_at, link_id, campaign_id, brand_id, influencer_id,
       count(*) FILTER (WHERE flags & %(nobody)s = 0)::int AS people,
       count(*) FILTER (WHERE flags & %(machine)s <> 0)::int AS bots,
       count(*) FILTER (WHERE flags & %(nobody)s = %(inactive)s)::int AS inactive,
       count(DISTINCT visitor) FILTER (WHERE flags & %(nobody)s = 0 AND is_new_of_hour)::int
           AS uniques,
       count(*) FILTER (WHERE flags & %(nobody)s = 0 AND flags & %(unusual)s <> 0)::int AS unusual
  FROM pg_temp.attribution_click_counted GROUP BY 1, 2, 3, 4, 5
"""
# Clicks that are alike are counted first: what follows is then done once for many.
# A referrer is a host without "www.", or the id of an app (android-app://org.telegram.messenger/).
_BY_PROPERTY = """
CREATE TEMPORARY VIEW attribution_click_by_property WITH (security_invoker = true) AS
SELECT day_on, link_id, campaign_id, brand_id, influencer_id,
       each.dimension::varchar(8) AS dimension, left(each.value, 120)::varchar(120) AS value,
       sum(alike.people)::int AS people, sum(alike.bots)::int AS bots
  FROM (SELECT (at AT TIME ZONE %(zone)s)::date AS day_on, link_id, campaign_id, brand_id,
               influencer_id, device, country, city, referer, sub1, sub2, sub3, sub4, sub5,
               count(*) FILTER (WHERE flags & %(nobody)s = 0) AS people,
               count(*) FILTER (WHERE flags & %(machine)s <> 0) AS bots
          FROM pg_temp.attribution_click_counted
         WHERE flags & %(nobody)s <> %(inactive)s
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14) AS alike
 CROSS JOIN LATERAL (VALUES
       ('device', device::text),
       ('place', btrim(country || ' ' || city)),
       ('referrer', coalesce(lower(substring(
           referer FROM '^[a-z]+(?:-[a-z]+)*://(?:[^/?#@]*@)?(?:www[.])?([^/:?#]+)')), '')),
       ('sub1', sub1), ('sub2', sub2), ('sub3', sub3), ('sub4', sub4), ('sub5', sub5)
       ) AS each (dimension, value)
 WHERE each.value <> '' OR each.dimension NOT LIKE 'sub_'
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_ADD = (
    """
INSERT INTO attribution_clickdaily AS old (
    day_on, link_id, campaign_id, brand_id, influencer_id,
    people, bots, inactive, uniques, unusual)
SELECT * FROM pg_temp.attribution_click_by_day
ON CONFLICT (link_id, day_on) DO UPDATE
   SET people = old.people + excluded.people, bots = old.bots + excluded.bots,
       inactive = old.inactive + excluded.inactive, uniques = old.uniques + excluded.uniques,
       unusual = old.unusual + excluded.unusual
""",
    """
INSERT INTO attribution_clickhourly AS old (
    hour_at, link_id, campaign_id, brand_id, influencer_id,
    people, bots, inactive, uniques, unusual)
SELECT * FROM pg_temp.attribution_click_by_hour
ON CONFLICT (link_id, hour_at) DO UPDATE
   SET people = old.people + excluded.people, bots = old.bots + excluded.bots,
       inactive = old.inactive + excluded.inactive, uniques = old.uniques + excluded.uniques,
       unusual = old.unusual + excluded.unusual
""",
    """
INSERT INTO attribution_clickbreakdown AS old (
    day_on, link_id, campaign_id, brand_id, influencer_id, dimension, value, people, bots)
SELECT * FROM pg_temp.attribution_click_by_property
ON CONFLICT (link_id, day_on, dimension, value) DO UPDATE
   SET people = old.people + excluded.people, bots = old.bots + excluded.bots
""",
)
_COUNT_DAY = """
INSERT INTO pg_temp.attribution_click_counted
SELECT at, link_id, campaign_id, brand_id, influencer_id, visitor, flags, device, country, city,
       referer, sub1, sub2, sub3, sub4, sub5, true, true
  FROM attribution_click WHERE at >= %(first_at)s AND at < %(end_at)s
"""
_COMPARE = (
    (
        """
WITH kept AS (
    SELECT link_id, day_on, people, bots, inactive, uniques, unusual
      FROM attribution_clickdaily WHERE day_on = %(day_on)s
), counted AS (
    SELECT link_id, day_on, people, bots, inactive, uniques, unusual
      FROM pg_temp.attribution_click_by_day
)
(SELECT 'the sums say', * FROM (TABLE kept EXCEPT ALL TABLE counted) LIMIT %(rows)s)
UNION ALL
(SELECT 'the clicks say', * FROM (TABLE counted EXCEPT ALL TABLE kept) LIMIT %(rows)s)
ORDER BY 2, 1
""",
        "by day (people, robots, late, different, unusual)",
    ),
    (
        """
WITH kept AS (
    SELECT link_id, hour_at, people, bots, inactive, uniques, unusual
      FROM attribution_clickhourly
     WHERE hour_at >= greatest(%(first_at)s, %(hours_from)s) AND hour_at < %(end_at)s
), counted AS (
    SELECT link_id, hour_at, people, bots, inactive, uniques, unusual
      FROM pg_temp.attribution_click_by_hour WHERE hour_at >= %(hours_from)s
)
(SELECT 'the sums say', * FROM (TABLE kept EXCEPT ALL TABLE counted) LIMIT %(rows)s)
UNION ALL
(SELECT 'the clicks say', * FROM (TABLE counted EXCEPT ALL TABLE kept) LIMIT %(rows)s)
ORDER BY 2, 1
""",
        "by hour (people, robots, late, different, unusual)",
    ),
    (
        """
WITH kept AS (
    SELECT link_id, dimension, value, people, bots
      FROM attribution_clickbreakdown WHERE day_on = %(day_on)s
), counted AS (
    SELECT link_id, dimension, value, people, bots FROM pg_temp.attribution_click_by_property
)
(SELECT 'the sums say', * FROM (TABLE kept EXCEPT ALL TABLE counted) LIMIT %(rows)s)
UNION ALL
(SELECT 'the clicks say', * FROM (TABLE counted EXCEPT ALL TABLE kept) LIMIT %(rows)s)
ORDER BY 2, 1
""",
        "by property (people, robots)",
    ),
)
_FORGET = (
    "DELETE FROM attribution_clickdaily WHERE day_on = %(day_on)s",
    "DELETE FROM attribution_clickhourly WHERE hour_at >= %(first_at)s AND hour_at < %(end_at)s",
    "DELETE FROM attribution_clickbreakdown WHERE day_on = %(day_on)s",
)
_FORGET_HOURS = """
DELETE FROM attribution_clickhourly
 WHERE hour_at >= %(first_at)s AND hour_at < least(%(end_at)s, %(hours_from)s)
"""
