"""What the leak guard looks at: how often codes are used, and what their links saw meanwhile.

Each function is one statement for any number of codes. Runs as the system.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from attribution.domain.leak_guard import (
    RECENT,
    USUAL,
    WARM_HOURS,
    BusyHour,
    CodeCounts,
    SeenReferrer,
    Share,
)
from campaigns.models import PromoCode
from core.bulk import array_of
from core.clock import day_of


class Named(NamedTuple):
    """An order that names something as a promo code, by a candidate of its decision."""

    candidate_id: int
    brand_id: int
    participation_id: int
    order_id: int
    text: str
    at: datetime


def uses_named(after_id: int, *, rows: int) -> list[Named]:
    """The next ones behind this candidate, oldest first; no tests, and no sale twice."""
    return [Named(*row) for row in _rows(_NAMED, [after_id, rows])]


_NAMED = """
SELECT k.id, k.brand_id, k.participation_id, k.order_id, k.evidence, o.placed_at
  FROM attribution_candidate k JOIN attribution_order o ON o.id = k.order_id
 WHERE k.id > %s AND k.kind = 'promo_code' AND NOT o.is_test AND o.same_sale_id IS NULL
 ORDER BY k.id LIMIT %s
"""


def counts_of(
    codes: Collection[PromoCode], since: Mapping[int, datetime], *, now: datetime
) -> dict[int, CodeCounts]:
    """{code: its counts}. `since` says from when somebody has decided about a code. Five
    statements."""
    ordered = sorted(codes, key=lambda code: code.pk)
    begins = [max(now - RECENT, since.get(code.pk, now - RECENT)) for code in ordered]
    asked = [array_of(code.pk for code in ordered), array_of(begins)]
    links = [array_of(code.influencer_id for code in ordered),
             array_of(code.campaign_id for code in ordered)]  # fmt: skip
    found = {
        code.pk: CodeCounts(since=moment) for code, moment in zip(ordered, begins, strict=True)
    }
    for row in _rows(_USES, [*asked, USUAL, now]):
        pk, cold, known, usual_cold, usual_known, usual_uses = row
        found[pk] = replace(
            found[pk],
            cold=Share(cold, known),
            cold_usual=Share(usual_cold, usual_known),
            usual_uses=usual_uses,
        )
    _hours_add(found, ordered, asked, now)
    for pk, uses, first_at, opened_at in _rows(_EARLY, [*links, asked[0]]):
        found[pk] = replace(
            found[pk], early_uses=uses, first_use_at=first_at, first_opened_at=opened_at
        )
    _places_add(found, asked, links, begins, now)
    return found


# An order that only has a day stands at midnight: its hour says nothing.
_HAS_HOUR = "(u.at AT TIME ZONE 'Asia/Almaty')::time <> '00:00'"
_ASKED = "unnest(%s::bigint[], %s::timestamptz[]) AS w (code_id, since)"
_USES = f"""
SELECT w.code_id,
       count(*) FILTER (WHERE u.at >= w.since AND u.is_cold),
       count(u.is_cold) FILTER (WHERE u.at >= w.since),
       count(*) FILTER (WHERE u.at < w.since AND u.is_cold),
       count(u.is_cold) FILTER (WHERE u.at < w.since),
       count(*) FILTER (WHERE u.at < w.since)
  FROM {_ASKED} JOIN attribution_codeuse u
    ON u.code_id = w.code_id AND u.at >= w.since - %s AND u.at <= %s
 GROUP BY w.code_id
"""  # noqa: S608  # constants of this module

_EARLY = """
SELECT c.code_id, count(*), min(u.at), c.opened_at
  FROM (SELECT w.code_id, first.opened_at
          FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
               AS w (influencer_id, campaign_id, code_id)
         CROSS JOIN LATERAL (
               SELECT min(d.day_on)::timestamp AT TIME ZONE 'Asia/Almaty' AS opened_at
                 FROM attribution_clickdaily d
                WHERE d.influencer_id = w.influencer_id AND d.campaign_id = w.campaign_id
                  AND d.people > 0) first
         WHERE first.opened_at IS NOT NULL) c
  JOIN attribution_codeuse u ON u.code_id = c.code_id AND u.at < c.opened_at
 GROUP BY c.code_id, c.opened_at
"""


# --- The busiest hour -----------------------------------------------------------------------


def _hours_add(
    found: dict[int, CodeCounts], codes: Sequence[PromoCode], asked: list[str], now: datetime
) -> None:
    """The busiest hour of each code lately and before, and who opened links about it."""
    places = {code.pk: code for code in codes}
    lately: list[tuple[PromoCode, datetime, int]] = []
    for pk, is_recent, begins_at, uses in _rows(_HOURS, [*asked, USUAL, now]):
        if is_recent:
            lately.append((places[pk], begins_at, uses))
        else:
            found[pk] = replace(found[pk], busiest_usual=uses)
    people = dict(
        _rows(
            _PEOPLE,
            [
                array_of(code.pk for code, _at, _uses in lately),
                array_of(code.influencer_id for code, _at, _uses in lately),
                array_of(code.campaign_id for code, _at, _uses in lately),
                array_of(begins_at for _code, begins_at, _uses in lately),
                WARM_HOURS,
            ],
        )
    )
    for code, begins_at, uses in lately:
        hour = BusyHour(begins_at, uses, people.get(code.pk, 0))
        found[code.pk] = replace(found[code.pk], busiest=hour)


_HOURS = f"""
SELECT DISTINCT ON (code_id, is_recent) code_id, is_recent, hour_at, uses
  FROM (SELECT w.code_id, u.at >= w.since AS is_recent, date_trunc('hour', u.at) AS hour_at,
               count(*) AS uses
          FROM {_ASKED} JOIN attribution_codeuse u
            ON u.code_id = w.code_id AND u.at >= w.since - %s AND u.at <= %s
         WHERE {_HAS_HOUR}
         GROUP BY 1, 2, 3) hours
 ORDER BY code_id, is_recent, uses DESC, hour_at DESC
"""  # noqa: S608  # constants of this module
_PEOPLE = """
SELECT w.code_id, sum(h.people)
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
       AS w (code_id, influencer_id, campaign_id, hour_at)
  JOIN attribution_clickhourly h
    ON h.influencer_id = w.influencer_id AND h.campaign_id = w.campaign_id
   AND h.hour_at BETWEEN w.hour_at - make_interval(hours => %s) AND w.hour_at
 GROUP BY w.code_id
"""


# --- Where people come from -----------------------------------------------------------------


def _places_add(
    found: dict[int, CodeCounts],
    asked: list[str],
    links: list[str],
    begins: Sequence[datetime],
    now: datetime,
) -> None:
    """Coupon sites and places abroad among who opened the links. Days are whole ones."""
    days = array_of(day_of(moment).isoformat() for moment in begins)
    parameters = [asked[0], *links, days, USUAL, day_of(now)]
    referrers: dict[int, list[SeenReferrer]] = {}
    for pk, dimension, value, name, people, usual in _rows(_SEEN, parameters):
        if dimension == "referrer":
            referrers.setdefault(pk, []).append(SeenReferrer(value, name, people))
            continue
        is_abroad = not value.startswith("KZ")
        counts = found[pk]
        found[pk] = replace(
            counts,
            abroad=_with(counts.abroad, people, is_abroad=is_abroad),
            abroad_usual=_with(counts.abroad_usual, usual, is_abroad=is_abroad),
        )
    for pk, seen in referrers.items():
        found[pk] = replace(found[pk], referrers=tuple(seen))


def _with(share: Share, people: int, *, is_abroad: bool) -> Share:
    return Share(share.hits + (people if is_abroad else 0), share.total + people)


_SEEN = """
SELECT w.code_id, b.dimension, b.value, coalesce(s.name, ''),
       coalesce(sum(b.people) FILTER (WHERE b.day_on >= w.since_on), 0),
       coalesce(sum(b.people) FILTER (WHERE b.day_on < w.since_on), 0)
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[])
       AS w (code_id, influencer_id, campaign_id, since_on)
  JOIN attribution_clickbreakdown b
    ON b.influencer_id = w.influencer_id AND b.campaign_id = w.campaign_id
   AND b.dimension IN ('referrer', 'place')
   AND b.day_on BETWEEN (w.since_on - %s)::date AND %s
  LEFT JOIN attribution_couponsite s ON s.host = b.value AND s.is_active
 WHERE b.people > 0 AND (b.dimension = 'place' AND b.value <> '' OR s.id IS NOT NULL)
 GROUP BY w.code_id, b.dimension, b.value, s.name
"""


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
