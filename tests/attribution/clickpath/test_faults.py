"""Every 302 that was answered is a row, exactly once, whatever happened to Redis and processes."""

from __future__ import annotations

import asyncio

import pytest

from attribution.clickpath.journal import Journal
from attribution.clickpath.moment import Moment
from attribution.clickpath.names import FIELD, STREAM
from attribution.clickpath.sink import NotRecordedError, Sink
from attribution.clickpath.stream import Stream, redis_connect
from tests.attribution.clickpath.conftest import click_ids, clicks_stored, until


def stored_ids() -> list[str]:
    return sorted(click.click_id.hex for click in clicks_stored())


def test_a_wiped_redis_gets_everything_again_that_was_not_drained(
    committed_cast, valkey, click, drain
):
    token = committed_cast.tulpar.token
    drained = click_ids([click.get(token) for _ in range(5)])
    drain()
    lost = click_ids([click.get(token) for _ in range(5)])
    valkey.client.flushall()
    after = click_ids([click.get(token) for _ in range(5)])
    until(lambda: drain() + len(stored_ids()) >= 15 and len(stored_ids()) == 15)
    assert stored_ids() == sorted(drained + lost + after)


def test_without_redis_clicks_are_answered_from_the_disk_and_stored_when_it_is_back(
    committed_cast, valkey, click_start, drain, tmp_path
):
    journal = tmp_path / "journal"
    click = click_start(journal)
    answered = [click.get(committed_cast.tulpar.token)]
    valkey.kill()
    answered += [click.get(committed_cast.tulpar.token) for _ in range(5)]
    answered += [click.get(committed_cast.sauran.token)]  # never in a cache: from PostgreSQL
    assert [answer.status_code for answer in answered] == [302] * 7
    valkey.start_again()
    until(lambda: valkey.client.exists(STREAM))
    until(lambda: drain() + len(stored_ids()) >= 7 and len(stored_ids()) == 7)
    assert stored_ids() == sorted(click_ids(answered))
    # and what is in PostgreSQL is kept nowhere else
    until(lambda: (click.get("unknown1"), drain(), not list(journal.glob("*.clicks")))[-1])


def test_what_a_killed_click_process_had_answered_is_sent_by_the_next_one(
    committed_cast, valkey, click_start, drain, tmp_path
):
    journal = tmp_path / "journal"
    dying = click_start(journal)
    answered = [dying.get(committed_cast.tulpar.token)]
    valkey.kill()
    answered += [dying.get(committed_cast.tulpar.token) for _ in range(3)]
    dying.kill()
    valkey.start_again()
    click_start(journal)
    until(lambda: valkey.client.exists(STREAM))
    until(lambda: drain() + len(stored_ids()) >= 4 and len(stored_ids()) == 4)
    assert stored_ids() == sorted(click_ids(answered))


def test_a_redis_that_refuses_is_sent_everything_when_it_takes_again(
    committed_cast, valkey, click, drain
):
    token = committed_cast.tulpar.token
    answered = [click.get(token)]
    until(lambda: valkey.client.exists(STREAM))  # a busy machine may answer from the disk first
    sent = valkey.client.xlen(STREAM)
    valkey.client.config_set("maxmemory", "1")  # its data and its epoch stay
    try:
        answered += [click.get(token) for _ in range(3)]
        assert valkey.client.xlen(STREAM) == sent
    finally:
        valkey.client.config_set("maxmemory", "0")
    until(lambda: drain() + len(stored_ids()) >= 4 and len(stored_ids()) == 4)
    assert stored_ids() == sorted(click_ids(answered))


def test_a_click_that_nothing_takes_is_not_answered_as_if_it_were_recorded(
    committed_cast, valkey, click_start, tmp_path
):
    (tmp_path / "file").write_text("a file is no folder")
    click = click_start(tmp_path / "file" / "journal")
    token = committed_cast.tulpar.token
    until(lambda: click.get(token).status_code == 302)  # Redis alone is enough
    valkey.kill()
    refused = click.get(token)
    assert (refused.status_code, "location" in refused.headers) == (503, False)


def test_a_click_process_that_is_asked_to_stop_has_sent_everything(
    committed_cast, valkey, click_start, drain
):
    click = click_start()
    answered = [click.get(committed_cast.tulpar.token) for _ in range(5)]
    click.child.stop()
    assert click.child.process.returncode == 0
    drain()
    assert stored_ids() == sorted(click_ids(answered))


@pytest.fixture
def sink_run(valkey, tmp_path):
    """Run a coroutine with a sink of its own."""

    def run(body, journal=None) -> None:
        async def with_sink() -> None:
            client = redis_connect(valkey.url)
            sink = Sink(Stream(client), journal or Journal(tmp_path / "j"), Moment(is_demo=False))
            await sink.start()
            try:
                await body(sink)
            finally:
                await sink.stop()
                await client.aclose()

        asyncio.run(with_sink())

    return run


def entries(valkey) -> list[list[bytes]]:
    """The lines of each entry; not of those that the click process of other tests sends again."""
    batches = [fields[FIELD.encode()].split(b"\n") for _, fields in valkey.client.xrange(STREAM)]
    return [lines[:-1] for lines in batches if b"\t" not in lines[0]]


def test_what_arrives_together_is_one_entry(valkey, sink_run):
    async def thousand(sink: Sink) -> None:
        await asyncio.gather(*(sink.submit(b"%d\n" % n) for n in range(1000)))

    sink_run(thousand)
    assert entries(valkey) == [[b"%d" % n for n in range(1000)]]


def test_under_load_batches_grow_and_not_their_number(valkey, sink_run):
    async def load(sink: Sink) -> None:
        async def visitor(number: int) -> None:
            for turn in range(20):
                await sink.submit(b"%d-%d\n" % (number, turn))

        await asyncio.gather(*(visitor(number) for number in range(50)))

    sink_run(load)
    sent = entries(valkey)
    lines = [line for batch in sent for line in batch]
    assert len(lines) == len(set(lines)) == 1000
    assert len(sent) <= 100


def test_a_visitor_who_leaves_takes_nobody_along(valkey, sink_run):
    async def two(sink: Sink) -> None:
        leaves, stays = sink.submit(b"leaves\n"), sink.submit(b"stays\n")
        leaves.cancel()
        await stays

    sink_run(two)
    assert entries(valkey) == [[b"leaves", b"stays"]]


def test_when_neither_the_disk_nor_redis_takes_it_the_click_is_refused(valkey, sink_run, tmp_path):
    (tmp_path / "file").write_text("a file is no folder")

    async def lone(sink: Sink) -> None:
        await asyncio.shield(sink.submit(b"with redis\n"))
        valkey.kill()
        with pytest.raises(NotRecordedError):
            await asyncio.shield(sink.submit(b"with nothing\n"))

    sink_run(lone, Journal(tmp_path / "file" / "journal"))
