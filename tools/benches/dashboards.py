"""dashboard_10m: what an influencer's page asks of her clicks, while raw clicks grow tenfold."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tools.benches.row import Row, machine, setting
from tools.benches.servers import BROWSER, REFERER

if TYPE_CHECKING:
    from attribution.selectors.clicks import ClickTotals

CLICKS = 10_000_000
LINKS, LINKS_EACH, DAYS = 2_000, 20, 30  # a hundred influencers; a month
INFLUENCER = 50
REPEATS, REPEATS_RAW = 30, 3
FLAT = 1.5  # of the time at a tenth; the rest is the machine's mood
GOAL = "<= 20 ms, flat"


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds, medians."""

    clicks: int
    ours: float
    raw: float


def dashboard_10m() -> Row:
    """Clicks per link of a month as the influencer, from the sums, against counting raw clicks.

    Both go through the same walls, and must say the same.
    """
    clicks = int(setting("ROWS", CLICKS))
    tenth, whole = _measure(clicks // 10), _measure(clicks - clicks // 10)
    is_flat = whole.ours <= tenth.ours * FLAT
    return Row(
        "dashboard_10m",
        ours=round(whole.ours, 2),
        reference=round(whole.raw, 1),
        ratio=round(whole.ours / whole.raw, 5),
        unit="ms",
        goal=GOAL,
        ok=whole.ours <= 20 and is_flat,
        rounds=REPEATS,
        note=f"{whole.clicks} raw clicks; at {tenth.clicks}: {tenth.ours:.2f} ms, counting raw "
        f"ones {tenth.raw:.0f} ms; a raw click takes {_bytes_per_click(whole.clicks):.0f} bytes "
        f"with its indexes; {machine()}",
    )


def _measure(more: int) -> Figures:
    """With `more` clicks added to those that there are."""
    clicks = _clicks_add(more)
    last_on = _last_on()
    ours, from_sums = _median_ms(REPEATS, lambda: _from_sums(last_on))
    raw, from_raw = _median_ms(REPEATS_RAW, lambda: _from_raw(last_on))
    assert from_sums == from_raw, "the sums do not say what the clicks say"
    assert from_sums, "she has no clicks"
    return Figures(clicks, ours, raw)


def _median_ms(
    repeats: int, ask: Callable[[], dict[int, ClickTotals]]
) -> tuple[float, dict[int, ClickTotals]]:
    taken = []
    answer = ask()  # the first one reads from the disk
    for _ in range(repeats):
        began = time.perf_counter()
        answer = ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), answer


def _link_ids() -> list[int]:
    return [link for link in range(LINKS) if link % (LINKS // LINKS_EACH) == INFLUENCER]


def _last_on() -> date:
    from core import clock

    return clock.today() - timedelta(days=1)


def _from_sums(last_on: date) -> dict[int, ClickTotals]:
    from attribution.selectors.clicks import clicks_by_link
    from core.tenancy.context import acting_as

    first_on = last_on - timedelta(days=DAYS - 1)
    with acting_as(influencer=INFLUENCER):
        return clicks_by_link(link_ids=_link_ids(), first_on=first_on, last_on=last_on)


def _from_raw(last_on: date) -> dict[int, ClickTotals]:
    from django.db import connection

    from attribution.clickpath.sums import MASKS
    from attribution.selectors.clicks import ClickTotals
    from core.clock import day_end, day_start
    from core.tenancy.context import acting_as

    values: dict[str, str | int | datetime | list[int]] = {
        **MASKS,
        "links": _link_ids(),
        "first_at": day_start(last_on - timedelta(days=DAYS - 1)),
        "end_at": day_end(last_on),
    }
    with acting_as(influencer=INFLUENCER), connection.cursor() as cursor:
        cursor.execute(_RAW, values)
        return {link_id: ClickTotals(*totals) for link_id, *totals in cursor.fetchall()}


# --- Clicks ---------------------------------------------------------------------------------


def _clicks_add(clicks: int) -> int:
    """Spread over the links and the days, with the sums of all; how many there are now."""
    from django.db import connection

    from attribution.clickpath.sums import MASKS
    from core.clock import day_start
    from core.tenancy.logins import logged_in_as_owner

    last_on = _last_on()
    first_on = last_on - timedelta(days=DAYS - 1)
    with logged_in_as_owner(), connection.cursor() as cursor:
        # a day of Kazakhstan begins in the UTC day before
        cursor.execute(_PARTITIONS, [first_on - timedelta(days=1), DAYS + 1])
        for number in range(DAYS):
            day_at = day_start(first_on + timedelta(days=number))
            cursor.execute(_FILL, _fill_values(day_at, clicks // DAYS))
        cursor.execute("TRUNCATE attribution_clickdaily")
        cursor.execute(_SUM, MASKS)
        cursor.execute("VACUUM ANALYZE attribution_click")
        cursor.execute("VACUUM ANALYZE attribution_clickdaily")
        cursor.execute("SELECT count(*) FROM attribution_click")
        return int(cursor.fetchone()[0])


def _fill_values(day_at: datetime, clicks: int) -> dict[str, str | float | datetime]:
    return {
        "clicks": clicks,
        "links": LINKS,
        "influencers": LINKS // LINKS_EACH,
        "day_at": day_at,
        "step": 86_400 / max(1, clicks),
        "browser": BROWSER,
        "referer": REFERER,
    }


def _bytes_per_click(clicks: int) -> float:
    from django.db import connection

    from core.tenancy.logins import logged_in_as_owner

    with logged_in_as_owner(), connection.cursor() as cursor:
        cursor.execute(_SIZE)
        return float(cursor.fetchone()[0]) / clicks


# --- SQL ------------------------------------------------------------------------------------

_PARTITIONS = "SELECT attribution_click_partitions_ensure(%s, %s)"
# Every tenth click is a robot's, every thirtieth comes too late.
_FILL = """
INSERT INTO attribution_click (
    click_id, at, link_id, participation_id, campaign_id, brand_id, influencer_id,
    visitor, ip_network, user_agent, referer, sub1, sub2, sub3, sub4, sub5, flags, country, city)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
            || substr(noise, 1, 3) || '8' || substr(noise, 4, 15))::uuid,
       at, link_id, link_id, link_id, link_id %% 7, link_id %% %(influencers)s,
       noise::uuid, '203.0.113.0/24', %(browser)s, %(referer)s, 'story', '', '', '', '',
       CASE WHEN n %% 10 = 3 THEN 1 WHEN n %% 30 = 7 THEN 8 ELSE 16 END, 'KZ', 'Алматы'
  FROM (SELECT n, %(day_at)s + n * %(step)s * interval '1 second' AS at,
               floor(random() * %(links)s)::bigint AS link_id,
               md5(random()::text || n) AS noise
          FROM generate_series(0, %(clicks)s - 1) AS n) AS drawn
"""
_SUM = """
INSERT INTO attribution_clickdaily (
    day_on, link_id, campaign_id, brand_id, influencer_id,
    people, bots, inactive, uniques, unusual)
SELECT (at AT TIME ZONE %(zone)s)::date, link_id, campaign_id, brand_id, influencer_id,
       count(*) FILTER (WHERE flags & %(nobody)s = 0),
       count(*) FILTER (WHERE flags & %(machine)s <> 0),
       count(*) FILTER (WHERE flags & %(nobody)s = %(inactive)s),
       count(*) FILTER (WHERE flags & %(nobody)s = 0), 0
  FROM attribution_click GROUP BY 1, 2, 3, 4, 5
"""
_RAW = """
SELECT link_id,
       count(*) FILTER (WHERE flags & %(nobody)s = 0),
       count(*) FILTER (WHERE flags & %(machine)s <> 0),
       count(*) FILTER (WHERE flags & %(nobody)s = %(inactive)s)
  FROM attribution_click
 WHERE link_id = ANY(%(links)s) AND at >= %(first_at)s AND at < %(end_at)s
 GROUP BY link_id
"""
_SIZE = """
SELECT sum(pg_total_relation_size(child.inhrelid)) FROM pg_inherits AS child
 WHERE child.inhparent = 'attribution_click'::regclass
"""
