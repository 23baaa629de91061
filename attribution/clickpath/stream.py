"""The Redis stream that carries clicks to the drain, as the click process sees it."""

from __future__ import annotations

import os
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from attribution.clickpath.journal import StreamId
from attribution.clickpath.names import CLOCK_OFFSET, DRAINED, EPOCH, FIELD, STREAM

TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """Redis at one instant, read in one transaction."""

    run_id: str  # of the server process: another one may have lost what was acknowledged last
    epoch: str | None  # None: Redis was wiped, or nothing was ever sent
    drained_epoch: str
    drained: StreamId
    clock_offset_seconds: int


def redis_connect(url: str) -> Redis:
    """A client that fails within a second and never tries twice: the journal is the second try."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


# One command and not a transaction of three: that halves what a batch costs the click process.
# As text each time: a restarted Redis knows no script, and this one is short.
_ADD = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then
    epoch = ARGV[1]
    redis.call('SET', KEYS[1], epoch)
end
return {epoch, redis.call('XADD', KEYS[2], '*', ARGV[2], ARGV[3])}
"""


class Stream:
    """Raises redis.RedisError or OSError from every method when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, data: bytes) -> tuple[StreamId, str]:
        """One batch as one entry. Returns its id and the epoch of the stream that took it.

        The epoch is made in the same step, so no stream is ever without one.
        """
        answer = self._redis.eval(_ADD, 2, EPOCH, STREAM, epoch_new(), FIELD, data)
        epoch, entry = await cast("Awaitable[list[bytes]]", answer)
        return stream_id(entry), epoch.decode()

    async def epoch_renew(self) -> str:
        """Begin a new epoch: what came before may be incomplete, and everybody sends again."""
        epoch = epoch_new()
        await self._redis.set(EPOCH, epoch)
        return epoch

    async def state(self) -> State:
        pipe = self._redis.pipeline(transaction=True)
        pipe.info("server")
        pipe.mget(EPOCH, DRAINED, CLOCK_OFFSET)
        info, (epoch, drained, offset) = await pipe.execute()
        drained_epoch, _, drained_id = (drained or b" 0-0").partition(b" ")
        return State(
            run_id=str(info["run_id"]),
            epoch=epoch.decode() if epoch else None,
            drained_epoch=drained_epoch.decode(),
            drained=stream_id(drained_id),
            clock_offset_seconds=int(offset or 0),
        )


def epoch_new() -> str:
    return os.urandom(8).hex()


def stream_id(text: bytes) -> StreamId:
    """(milliseconds, sequence) of "1700000000000-3": these compare, the text does not."""
    milliseconds, _, sequence = text.partition(b"-")
    return int(milliseconds), int(sequence)
