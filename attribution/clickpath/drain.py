"""The drain: clicks from the Redis stream into PostgreSQL, exactly once, within a second.

No consumer group: how far it is stands in PostgreSQL, in the transaction of the clicks. After the
COMMIT the stream is trimmed and the click processes are told, so that they may drop their
journals. Everything here may be killed anywhere and begun anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import cast

import redis
from django.db import InterfaceError, OperationalError, connection

from attribution.clickpath.names import BEAT, DRAINED, EPOCH, FIELD, STREAM
from attribution.clickpath.store import (
    PURPOSE,
    Offset,
    OffsetMovedError,
    clicks_store,
    offset_get,
    partitions_ensure,
)
from core import clock
from core.locks import lock_of_process
from core.tenancy.context import acting_as

log = logging.getLogger(__name__)

ENTRIES_MAX = 128  # of one transaction; an entry is a batch of some hundred clicks at most
BLOCK_MILLISECONDS = 200  # how long it waits for a click before it looks whether it is to stop
PAUSE_SECONDS = 0.02  # after a small batch: let some come together
RETRY_SECONDS = 0.5
DAYS_AHEAD = 7
DAYS_AHEAD_SECONDS = 3600.0
REDIS_TIMEOUT_SECONDS = 5.0

Entry = tuple[bytes, dict[bytes, bytes]]

# Only while the stream is the one that was drained: trimming another one would lose its clicks.
_TELL = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3])
    redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. ARGV[2])
end
redis.call('SET', KEYS[4], ARGV[4])
"""


class Drain:
    """One long run. `stop` ends it after the batch that it is at."""

    def __init__(self, client: redis.Redis, stop: threading.Event) -> None:
        self._redis = client
        self._stop = stop
        self._stored = Offset.beginning("")  # as in PostgreSQL
        self._read_up_to = self._stored  # where to read on; begins anew in another epoch
        self._days_ahead_at = -DAYS_AHEAD_SECONDS

    def run(self) -> None:
        """Until `stop`. Outages of PostgreSQL and Redis are waited for; a second drain waits for
        the lock of the first."""
        while not self._stop.is_set():
            try:
                with lock_of_process("click drain") as is_held:
                    if is_held:
                        self._run_alone()
            except (OperationalError, InterfaceError, OffsetMovedError) as error:
                log.warning("the drain begins anew: %s", error)
                connection.close()
            self._stop.wait(RETRY_SECONDS)

    def _run_alone(self) -> None:
        self.begin()
        while not self._stop.is_set():
            self._days_ahead()
            try:
                entries = self.turn()
            except (redis.RedisError, OSError) as error:
                log.warning("the drain waits for Redis: %s", error)
                self._stop.wait(RETRY_SECONDS)
            else:
                if 0 < entries < ENTRIES_MAX // 4:
                    self._stop.wait(PAUSE_SECONDS)

    def begin(self) -> None:
        """Take up where the last COMMIT of any drain has left it. Needs to be alone."""
        self._stored = self._read_up_to = offset_get()

    def turn(self) -> int:
        """Store what the stream has, at most ENTRIES_MAX entries; how many there were."""
        seconds = int(self._redis.time()[0])
        self._recognise()
        entries = self._read()
        if entries:
            self._store(entries)
            seconds = int(self._stored.last_id.partition("-")[0]) // 1000  # ids are milliseconds
        self._tell(seconds)
        return len(entries)

    def _recognise(self) -> None:
        """Another epoch is another stream: read it from its beginning, whatever its ids are."""
        epoch = cast("bytes", self._redis.get(EPOCH) or b"").decode()
        if epoch != self._read_up_to.epoch:
            log.info("the drain begins at the start of epoch %s", epoch)
            self._read_up_to = Offset.beginning(epoch)

    def _read(self) -> list[Entry]:
        answer = self._redis.xread(
            {STREAM: self._read_up_to.last_id}, count=ENTRIES_MAX, block=BLOCK_MILLISECONDS
        )
        # [[stream, entries]], of the one stream that was asked for
        return cast("list[list[list[Entry]]]", answer)[0][1] if answer else []

    def _store(self, entries: Sequence[Entry]) -> None:
        last_id = entries[-1][0].decode()
        after = Offset(self._read_up_to.epoch, last_id)
        stored = clicks_store(_lines_of(entries), before=self._stored, after=after)
        self._stored = self._read_up_to = after
        if stored.quarantined:
            log.warning("%d lines are no clicks of ours: see the quarantine", stored.quarantined)
        log.debug("%d lines, %d new clicks, up to %s", stored.lines, stored.clicks, last_id)

    def _tell(self, seconds: int) -> None:
        """Trim what is stored, and let the click processes and /readyz know how far that is.
        Also in quiet turns: the one before may have died between its COMMIT and this."""
        last_id = self._stored.last_id
        keys = (EPOCH, STREAM, DRAINED, BEAT)
        self._redis.eval(_TELL, 4, *keys, self._stored.epoch, last_id, _next(last_id), seconds)

    def _days_ahead(self) -> None:
        """Partitions of the coming days, made before their first click waits for one."""
        if time.monotonic() - self._days_ahead_at < DAYS_AHEAD_SECONDS:
            return
        with acting_as(system=PURPOSE):
            partitions_ahead_ensure()
        self._days_ahead_at = time.monotonic()


def partitions_ahead_ensure() -> int:
    """Yesterday to a week from now; how many were missing. Needs x_system."""
    yesterday = clock.now().astimezone(UTC).date() - timedelta(days=1)
    return partitions_ensure(yesterday, DAYS_AHEAD + 2)


def redis_connect(url: str) -> redis.Redis:
    """Bytes in and out; a read may take longer than the block it asks for."""
    return redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )


def _lines_of(entries: Sequence[Entry]) -> list[bytes]:
    batches = (fields.get(FIELD.encode(), b"") for _, fields in entries)
    return [line for batch in batches for line in batch.split(b"\n") if line]


def _next(stream_id: str) -> str:
    """The first id behind `stream_id`."""
    milliseconds, _, sequence = stream_id.partition("-")
    return f"{milliseconds}-{int(sequence) + 1}"
