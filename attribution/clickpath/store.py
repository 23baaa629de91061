"""Clicks into PostgreSQL: one transaction takes a batch of lines, its sums and the new offset.

What the click process has no time for is found out here: the device, the place, data centres, and
whether a visitor is new to the link on that day.

Exactly once, although lines may come twice: the offset moves in the same transaction, a click id
that is known is left out, and the sums count only what was really added. The only COPY of the
product, so that a change of driver stays small.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from attribution.clickpath.line import COLUMNS, LINK_ID_FIELD
from attribution.clickpath.names import STREAM
from attribution.clickpath.sums import MASKS, Bounds, sums_add, sums_prepare
from core import clock
from core.crash import crash_point
from core.tenancy.context import acting_as

PURPOSE = "click drain"
LINE_KEPT_BYTES = 8192
REASON_CHARS = 300


class OffsetMovedError(RuntimeError):
    """Another drain has moved the offset: this one has lost its lock and must begin anew."""


@dataclass(frozen=True, slots=True)
class Offset:
    """How far the stream is stored. `epoch` names the stream's life in Redis."""

    epoch: str
    last_id: str

    @classmethod
    def beginning(cls, epoch: str) -> Offset:
        return cls(epoch, "0-0")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: `clicks` are new, `quarantined` no clicks, the rest was known."""

    lines: int
    clicks: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class _Refused:
    line: bytes
    reason: str


def offset_get() -> Offset:
    """The offset of the last COMMIT; of a fresh database, the beginning."""
    with acting_as(system=PURPOSE), connection.cursor() as cursor:
        cursor.execute(_OFFSET_READ, [STREAM])
        row = cursor.fetchone()
    return Offset(*row) if row else Offset.beginning("")


def partitions_ensure(first_on: date, days: int) -> int:
    """Make the missing partitions of these UTC days; how many there were. Needs x_system."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT attribution_click_partitions_ensure(%s, %s)", [first_on, days])
        row = cursor.fetchone()
    assert row
    return int(row[0])


def clicks_store(lines: Sequence[bytes], *, before: Offset, after: Offset) -> Stored:
    """Store whole COPY lines and move the offset, or do nothing at all.

    Raises:
        OffsetMovedError: the stored offset is not `before`.
        OperationalError, InterfaceError: PostgreSQL is away; nothing was stored.
    """
    with acting_as(system=PURPOSE), connection.cursor() as cursor:
        _offset_move(cursor, before, after)
        cursor.execute(_STAGING)
        refused = _copy(cursor, lines)
        refused += _strangers(cursor, lines)
        clicks = _store(cursor)
        cursor.execute(_STORED_COUNT, [clicks, STREAM])
        _quarantine(cursor, refused)
        crash_point("click_drain.stored")
    crash_point("click_drain.committed")
    return Stored(len(lines), clicks, len(refused))


def _offset_move(cursor: CursorWrapper, before: Offset, after: Offset) -> None:
    """Lock the offset for this transaction, and find out whether it is still ours."""
    to, now = (after.epoch, after.last_id), clock.now()
    cursor.execute(_OFFSET_MOVE, (*to, now, STREAM, before.epoch, before.last_id))
    if cursor.rowcount == 0 and before == Offset.beginning(""):
        cursor.execute(_OFFSET_FIRST, (STREAM, *to, now))
    if cursor.rowcount != 1:
        raise OffsetMovedError(f"the offset of {STREAM} is no longer {before}")


def _copy(cursor: CursorWrapper, lines: Sequence[bytes]) -> list[_Refused]:
    """COPY the lines into the staging table; halve a block that is refused until the line that
    poisons it stands alone."""
    if not lines:
        return []
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            cursor.copy_expert(_COPY, io.BytesIO(b"".join(line + b"\n" for line in lines)))
            if cursor.rowcount != len(lines):  # a line "\." ends a COPY and swallows the rest
                raise DataError(f"{cursor.rowcount} rows of {len(lines)} lines")
    except (DataError, IntegrityError) as error:
        if len(lines) == 1:
            return [_Refused(lines[0], str(error).partition("\n")[0])]
        half = len(lines) // 2
        return _copy(cursor, lines[:half]) + _copy(cursor, lines[half:])
    return []


def _strangers(cursor: CursorWrapper, lines: Sequence[bytes]) -> list[_Refused]:
    """The lines of links that we do not have."""
    cursor.execute(_UNKNOWN_LINKS)
    unknown = {str(link_id).encode() for (link_id,) in cursor.fetchall()}
    if not unknown:
        return []
    return [
        _Refused(line, "unknown link")
        for line in lines
        if line.count(b"\t") > LINK_ID_FIELD and line.split(b"\t")[LINK_ID_FIELD] in unknown
    ]


def _store(cursor: CursorWrapper) -> int:
    """Add the staged clicks and their sums; how many were new."""
    bounds = _days_ensure(cursor)
    if bounds is None:
        return 0
    sums_prepare(cursor)
    days = bounds.covering_days()
    cursor.execute(_STORE, MASKS | {"first_at": days.first_at, "end_at": days.end_at})
    clicks: int = cursor.rowcount
    if clicks:
        sums_add()
    return clicks


def _days_ensure(cursor: CursorWrapper) -> Bounds | None:
    """Clicks that come late, or from the demo's future, find their day. First and last moment."""
    cursor.execute(_DAYS)
    days = cursor.fetchall()
    for day_on, _first_at, _last_at in days:
        partitions_ensure(day_on, 1)
    if not days:
        return None
    return Bounds(min(first for _, first, _ in days), max(last for _, _, last in days))


def _quarantine(cursor: CursorWrapper, refused: Iterable[_Refused]) -> None:
    for one in refused:
        digest = hashlib.sha256(one.line).hexdigest()
        kept, reason = one.line[:LINE_KEPT_BYTES], one.reason[:REASON_CHARS]
        cursor.execute(_QUARANTINE, (digest, kept, reason, clock.now()))


# --- SQL ------------------------------------------------------------------------------------
# COPY is refused under row-level security, so lines land in a table of this session first. It is
# typed: what is no uuid, moment or number is refused there, and only there.

_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS attribution_click_staging (
    click_id uuid NOT NULL,
    at timestamptz NOT NULL CHECK (at >= '2024-01-01' AND at < '2100-01-01'),
    link_id bigint NOT NULL,
    visitor uuid NOT NULL,
    ip_network inet,
    user_agent text NOT NULL,
    referer text NOT NULL,
    sub1 text NOT NULL,
    sub2 text NOT NULL,
    sub3 text NOT NULL,
    sub4 text NOT NULL,
    sub5 text NOT NULL,
    flags smallint NOT NULL CHECK (flags >= 0)
) ON COMMIT DELETE ROWS
"""
_COPY = f"COPY attribution_click_staging ({', '.join(COLUMNS)}) FROM STDIN"
_UNKNOWN_LINKS = """
SELECT DISTINCT link_id FROM attribution_click_staging staged
 WHERE NOT EXISTS (SELECT FROM campaigns_trackinglink link WHERE link.id = staged.link_id)
"""
_DAYS = """
SELECT (at AT TIME ZONE 'UTC')::date, min(at), max(at) FROM attribution_click_staging GROUP BY 1
"""

# One statement: what it adds is what is counted, and "seen before" means before this batch.
# A visitor whose cookie we have just made (NEW_VISITOR) has never been seen.
_STORE = """
WITH networks AS MATERIALIZED (
    SELECT found.ip_network, place.country, place.city, centre.network IS NOT NULL AS is_datacentre
      FROM (SELECT DISTINCT ip_network FROM attribution_click_staging
             WHERE ip_network IS NOT NULL) AS found
      LEFT JOIN LATERAL (
          SELECT country, city FROM attribution_addressrange
           WHERE kind = 'geography' AND network && found.ip_network
           ORDER BY abs(masklen(network) - masklen(found.ip_network)) LIMIT 1) AS place ON true
      LEFT JOIN LATERAL (
          SELECT network FROM attribution_addressrange
           WHERE kind = 'datacentre' AND network >>= found.ip_network LIMIT 1) AS centre ON true
), added AS (
    INSERT INTO attribution_click (
        click_id, at, link_id, participation_id, campaign_id, brand_id, influencer_id,
        visitor, ip_network, user_agent, referer, sub1, sub2, sub3, sub4, sub5, flags,
        device, country, city)
    SELECT staged.click_id, staged.at, link.id, link.participation_id, link.campaign_id,
           link.brand_id, link.influencer_id, staged.visitor, staged.ip_network,
           staged.user_agent, staged.referer, staged.sub1, staged.sub2, staged.sub3,
           staged.sub4, staged.sub5,
           staged.flags | CASE WHEN networks.is_datacentre THEN %(datacentre)s ELSE 0 END,
           CASE WHEN staged.user_agent LIKE '%%iPad%%' OR staged.user_agent LIKE '%%Tablet%%'
                  OR staged.user_agent LIKE '%%PlayBook%%' OR staged.user_agent LIKE '%%Silk/%%'
                THEN 2
                WHEN staged.user_agent LIKE '%%Mobi%%' OR staged.user_agent LIKE '%%iPhone%%'
                  OR staged.user_agent LIKE '%%iPod%%'
                THEN 1
                WHEN staged.user_agent LIKE '%%Android%%' THEN 2
                WHEN staged.user_agent LIKE '%%Windows NT%%'
                  OR staged.user_agent LIKE '%%Macintosh%%'
                  OR staged.user_agent LIKE '%%X11%%' OR staged.user_agent LIKE '%%CrOS%%'
                THEN 3
                ELSE 0 END,
           coalesce(networks.country, ''), coalesce(networks.city, '')
      FROM attribution_click_staging staged
      JOIN campaigns_trackinglink link ON link.id = staged.link_id
      LEFT JOIN networks ON networks.ip_network = staged.ip_network
    ON CONFLICT (click_id, at) DO NOTHING
    RETURNING *
)
INSERT INTO pg_temp.attribution_click_counted
SELECT at, link_id, campaign_id, brand_id, influencer_id, visitor, flags, device, country, city,
       referer, sub1, sub2, sub3, sub4, sub5,
       flags & %(new_visitor)s <> 0 OR NOT EXISTS (
           SELECT FROM attribution_click seen
            WHERE seen.visitor = added.visitor AND seen.link_id = added.link_id
              AND seen.at >= %(first_at)s AND seen.at < %(end_at)s
              AND (seen.at AT TIME ZONE %(zone)s)::date = (added.at AT TIME ZONE %(zone)s)::date
              AND seen.flags & %(nobody)s = 0),
       flags & %(new_visitor)s <> 0 OR NOT EXISTS (
           SELECT FROM attribution_click seen
            WHERE seen.visitor = added.visitor AND seen.link_id = added.link_id
              AND seen.at >= %(first_at)s AND seen.at < %(end_at)s
              AND date_trunc('hour', seen.at, 'UTC') = date_trunc('hour', added.at, 'UTC')
              AND seen.flags & %(nobody)s = 0)
  FROM added
"""
_OFFSET_READ = "SELECT epoch, last_id FROM attribution_drainoffset WHERE stream = %s"
_OFFSET_MOVE = """
UPDATE attribution_drainoffset SET epoch = %s, last_id = %s, updated_at = %s
 WHERE stream = %s AND epoch = %s AND last_id = %s
"""
_OFFSET_FIRST = """
INSERT INTO attribution_drainoffset (stream, epoch, last_id, stored, updated_at)
VALUES (%s, %s, %s, 0, %s) ON CONFLICT DO NOTHING
"""
_STORED_COUNT = "UPDATE attribution_drainoffset SET stored = stored + %s WHERE stream = %s"
_QUARANTINE = """
INSERT INTO attribution_clickquarantine (line_sha256, line, reason, created_at)
VALUES (%s, %s, %s, %s) ON CONFLICT (line_sha256) DO NOTHING
"""
