"""Exactly once, whatever is killed, sent twice, or nonsense."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection

from attribution.clickpath.line import Click as Visit
from attribution.clickpath.line import line_of
from attribution.clickpath.names import DRAINED, EPOCH, FIELD, STREAM
from attribution.clickpath.store import Offset, OffsetMovedError, clicks_store
from attribution.domain.click_flags import ClickFlag
from attribution.models import ClickDaily, ClickQuarantine, DrainOffset
from attribution.selectors.clicks import click_get, clicks_underway
from core import clock
from core.crash import CRASH
from core.ids import uuid7
from core.tenancy.context import acting_as
from tests.attribution.clickpath.conftest import clicks_stored, until


def visit_line(link: int, *, ago: timedelta = timedelta(), flags: int = 0, **changed: str) -> bytes:
    milliseconds = int((clock.now() - ago).timestamp() * 1000)
    visit = Visit(
        click_id=uuid7(milliseconds).hex,
        milliseconds=milliseconds,
        link_id=link,
        visitor="0" * 32,
        ip_network=None,
        user_agent=changed.get("user_agent", "Mozilla/5.0"),
        referer="",
        subs=("",) * 5,
        flags=flags,
    )
    return line_of(visit)


def send(valkey, *batches: bytes, epoch: str = "first", entry: str = "*") -> None:
    """As the click process does."""
    client = valkey.client
    client.set(EPOCH, epoch)
    for batch in batches:
        client.xadd(STREAM, {FIELD: batch}, id=entry)


def people(link: int) -> int:
    with acting_as(system="test"):
        return sum(ClickDaily.objects.filter(link_id=link).values_list("people", flat=True))


def quarantined() -> dict[bytes, str]:
    with acting_as(system="test"):
        rows = ClickQuarantine.objects.values_list("line", "reason")
        return {bytes(line): reason for line, reason in rows}


@pytest.mark.parametrize(
    ("crash", "stored_at_the_crash"),
    [("click_drain.stored", 0), ("click_drain.committed", 30)],
)
def test_a_drain_that_is_killed_leaves_every_click_exactly_once(
    committed_cast, valkey, drain_start, drain, crash, stored_at_the_crash
):
    link = committed_cast.tulpar.link
    send(valkey, *(visit_line(link) + visit_line(link) for _ in range(15)))
    dying = drain_start(**{CRASH: crash})
    assert dying.process.wait(20) == -9
    assert (len(clicks_stored()), people(link)) == (stored_at_the_crash, stored_at_the_crash)
    assert valkey.client.xlen(STREAM) == 15, "nothing is trimmed that may not be stored"
    drain()
    assert (len(clicks_stored()), people(link)) == (30, 30)
    assert valkey.client.xlen(STREAM) == 0


def test_sigterm_ends_the_drain_well(committed_cast, valkey, drain_start):
    running = drain_start()
    until(lambda: clicks_underway().lag_seconds is not None)
    send(valkey, visit_line(committed_cast.tulpar.link))
    until(clicks_stored, seconds=1.0)
    running.process.terminate()
    assert running.process.wait(5) == 0


def test_a_line_that_comes_again_counts_once(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    line = visit_line(link)
    send(valkey, line + line, line)
    drain()
    send(valkey, line, visit_line(link))
    drain()
    assert (len(clicks_stored()), people(link)) == (2, 2)
    with acting_as(system="test"):
        assert DrainOffset.objects.get().stored == 2


POISON = [
    b"not a click",
    b"\\.",
    b"\0\0\0\0",
    b"\t" * 12,
    b"\xff\xfe",
    b"x" * 20_000,
]


def test_a_poisoned_line_is_set_apart_and_the_rest_goes_through(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    good = [visit_line(link) for _ in range(40)]
    fields = good[0].rstrip(b"\n").split(b"\t")
    bad_uuid = b"\t".join([b"0123", *fields[1:]])
    bad_moment = b"\t".join([fields[0], b"1999-01-01", *fields[2:]])
    bad_flags = b"\t".join([*fields[:-1], b"99999"])
    unknown_link = b"\t".join([*fields[:2], b"987654321", *fields[3:]])
    poison = [*POISON, bad_uuid, bad_moment, bad_flags, unknown_link]
    mixed = [line for pair in zip(good, poison, strict=False) for line in pair]
    mixed += good[len(poison) :]
    send(valkey, b"".join(line.rstrip(b"\n") + b"\n" for line in mixed))
    drain()
    assert (len(clicks_stored()), people(link)) == (40, 40)
    kept = quarantined()
    assert set(kept) == {line[:8192] for line in poison}
    assert kept[unknown_link] == "unknown link"
    assert "invalid input syntax for type uuid" in kept[bad_uuid]
    send(valkey, *poison, epoch="again")
    drain()
    assert len(quarantined()) == len(poison), "a line sent again is one row"


def test_another_epoch_is_read_from_its_beginning_even_if_its_ids_are_older(
    committed_cast, valkey, drain
):
    link = committed_cast.tulpar.link
    send(valkey, visit_line(link), entry="9000000000000-0")
    drain()
    valkey.client.flushall()
    send(valkey, visit_line(link), entry="1000-0", epoch="second")
    drain()
    assert len(clicks_stored()) == 2
    assert valkey.client.get(DRAINED) == b"second 1000-0"


def test_a_stream_that_is_not_the_drained_one_is_not_trimmed(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    send(valkey, visit_line(link), entry="9000000000000-0")
    drain()
    send(valkey, visit_line(link), epoch="second", entry="9000000000000-1")
    valkey.client.delete(EPOCH)  # Redis is being wiped under the drain
    drain()
    assert valkey.client.get(DRAINED) == b"first 9000000000000-0"
    assert valkey.client.xlen(STREAM) == 1
    assert len(clicks_stored()) == 2


def test_a_second_drain_that_lost_its_lock_stores_nothing(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    send(valkey, visit_line(link))
    drain()
    stale = Offset.beginning("")
    with pytest.raises(OffsetMovedError):
        clicks_store([visit_line(link)], before=stale, after=Offset("first", "1-0"))
    assert (len(clicks_stored()), people(link)) == (1, 1)


def test_clicks_of_days_without_a_partition_get_one(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    for ago in (timedelta(days=40), timedelta(days=-40)):
        send(valkey, visit_line(link, ago=ago))
    drain()
    clicks = clicks_stored()
    with acting_as(brand=committed_cast.tulpar.brand):
        assert [click_get(click.click_id) for click in clicks] == clicks
        days = set(ClickDaily.objects.values_list("day_on", flat=True))
        assert days == {clock.day_of(click.at) for click in clicks}
        assert len(days) == 2
    with acting_as(brand=committed_cast.sauran.brand):
        assert click_get(clicks[0].click_id) is None


def test_flags_decide_what_a_click_counts_as(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    inactive, bot, new = ClickFlag.INACTIVE, ClickFlag.BOT, ClickFlag.NEW_VISITOR
    flags = [0, new, inactive, inactive | new, bot, bot | inactive, ClickFlag.HEAD]
    send(valkey, b"".join(visit_line(link, flags=flag) for flag in flags))
    drain()
    with acting_as(system="test"):
        sums = ClickDaily.objects.values_list("people", "inactive", "bots")
        assert list(sums) == [(2, 2, 3)]


def test_the_id_of_a_click_leads_to_one_day(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    for days in (0, 1, 2):
        send(valkey, visit_line(link, ago=timedelta(days=days)))
    drain()
    wanted = clicks_stored()[0]
    moment = wanted.at
    with acting_as(system="test"), connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT FROM attribution_click WHERE click_id = %s AND at BETWEEN %s AND %s",
            [wanted.click_id, moment, moment],
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert plan.count(" on d20") == 1, plan


def test_no_side_reaches_a_day_around_its_parent(committed_cast, valkey, drain):
    send(valkey, visit_line(committed_cast.tulpar.link))
    drain()
    (stored,) = clicks_stored()
    day = f"attribution_click_days.d{stored.at:%Y%m%d}"
    for side in ({"brand": 1}, {"influencer": 1}, {"ops": 1}, {"system": "t"}, {"public": "t"}):
        with (
            pytest.raises(ProgrammingError, match="permission denied for schema"),
            acting_as(**side),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT FROM {day}")
