"""Where clicks go before their visitors are answered: the journal and the stream.

Everything that arrives while two writes are on their way goes out together as the next one, so
load makes batches larger and not more numerous. `submit` returns when the batch is safe: in Redis
and in the page cache, or, while Redis is away, on the disk. A keeper looks once a second whether
Redis is back or has forgotten anything, sends again, and drops what the drain has stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from redis.exceptions import RedisError

from attribution.clickpath.journal import Journal, Segment, chunks_of, synchronise
from attribution.clickpath.moment import Moment
from attribution.clickpath.stream import State, Stream

log = logging.getLogger(__name__)

WRITES_IN_FLIGHT_MAX = 2
KEEPER_SECONDS = 1.0
ADOPT_TURNS = 30  # how often, in keeper turns, files of dead neighbours are looked for


class NotRecordedError(Exception):
    """Neither Redis nor the disk took the click: it must not be answered as if they had."""


class _Batch:
    """Lines that go out together, and for each of them the future its visitor waits for."""

    __slots__ = ("lines", "waiters")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.waiters: list[asyncio.Future[None]] = []

    def is_safe(self) -> None:
        for waiter in self.waiters:
            if not waiter.done():  # the visitor has left
                waiter.set_result(None)

    def is_refused(self, error: NotRecordedError) -> None:
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(error)
                waiter.exception()  # seen: visitors who have left do not ask for it


class Sink:
    """One per process, on its event loop."""

    def __init__(self, stream: Stream, journal: Journal, moment: Moment) -> None:
        self._stream = stream
        self._journal = journal
        self._moment = moment
        self._waiting: _Batch | None = None
        self._writes: set[asyncio.Task[None]] = set()
        self._is_redis_up = False
        self._run_id: str | None = None
        self._epoch: str | None = None
        self._keeper: asyncio.Task[None] | None = None

    # --- Life -------------------------------------------------------------------------------

    async def start(self) -> None:
        self._adopt()
        await self._look()
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Wait for every batch; what is not yet drained stays in the journal for the next start."""
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        self._flush()
        while self._writes:
            await asyncio.gather(*self._writes, return_exceptions=True)
        self._journal.rotate()
        await self._look()
        self._journal.close()

    # --- Clicks -----------------------------------------------------------------------------

    def submit(self, line: bytes) -> asyncio.Future[None]:
        """Done when the line is safe. Who cancels it leaves; the line is recorded all the same.

        Raises: NotRecordedError, from the future.
        """
        loop = asyncio.get_running_loop()
        batch = self._waiting
        if batch is None:
            batch = self._waiting = _Batch()
            loop.call_soon(self._flush)
        waiter: asyncio.Future[None] = loop.create_future()
        batch.lines.append(line)
        batch.waiters.append(waiter)
        return waiter

    def _flush(self) -> None:
        batch = self._waiting
        if batch is None or len(self._writes) >= WRITES_IN_FLIGHT_MAX:
            return
        self._waiting = None
        task = asyncio.create_task(self._write(batch))
        self._writes.add(task)
        task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writes.discard(task)
        self._flush()

    async def _write(self, batch: _Batch) -> None:
        try:
            await self._make_safe(b"".join(batch.lines))
        except Exception as error:
            log.exception("a batch of %d clicks is not recorded", len(batch.lines))
            batch.is_refused(NotRecordedError(str(error)))
        else:
            batch.is_safe()

    async def _make_safe(self, data: bytes) -> None:
        segment = self._journal_append(data)
        if segment is None:
            if not await self._send(data, None):
                raise NotRecordedError("neither the journal nor Redis takes it")
            return
        segment.writes_in_flight += 1
        try:
            if not await self._send(data, segment):
                segment.is_unsent = True
                await asyncio.get_running_loop().run_in_executor(None, synchronise, segment)
        finally:
            segment.writes_in_flight -= 1

    def _journal_append(self, data: bytes) -> Segment | None:
        try:
            return self._journal.append(data)
        except OSError:
            log.exception("the click journal in %s refuses", self._journal.folder)
            return None

    async def _send(self, data: bytes, segment: Segment | None) -> bool:
        """Whether Redis has it. An ambiguous answer is a no: twice is harmless, never is not."""
        if not self._is_redis_up:
            return False
        try:
            entry, epoch = await self._stream.add(data)
        except (RedisError, OSError) as error:
            self._redis_lost(error)
            return False
        if epoch != self._epoch:
            self._epoch_seen(epoch)
        if segment is not None:
            segment.sent_up_to(entry)
        return True

    # --- The keeper -------------------------------------------------------------------------

    async def _keep(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(KEEPER_SECONDS)
            turn += 1
            if turn % ADOPT_TURNS == 0:
                self._adopt()
            await self._look()

    async def _look(self) -> None:
        """One turn: is Redis there, is it the one we knew, what is to be sent or dropped."""
        try:
            state = await self._stream.state()
            await self._recognise(state)
            await self._send_again()
        except (RedisError, OSError) as error:
            self._redis_lost(error)
            return
        self._moment.tell(state.clock_offset_seconds)
        self._drop_drained(state)

    async def _recognise(self, state: State) -> None:
        is_new_server = self._run_id is not None and self._run_id != state.run_id
        epoch = state.epoch
        if epoch is None or is_new_server:
            # A restarted Redis may have lost its last second although the epoch's key survived.
            epoch = await self._stream.epoch_renew()
        self._run_id = state.run_id
        if epoch != self._epoch:
            self._epoch_seen(epoch)
        self._is_redis_up = True

    def _epoch_seen(self, epoch: str) -> None:
        """Another stream than the one we wrote to: everything not yet drained is sent again."""
        self._epoch = epoch
        for segment in self._journal.segments:
            segment.is_unsent = True
            segment.last_id = None

    def _redis_lost(self, error: Exception) -> None:
        if self._is_redis_up:
            log.warning("Redis is away, clicks go to the disk: %s", error)
        self._is_redis_up = False

    async def _send_again(self) -> None:
        if any(segment.is_unsent for segment in self._journal.segments):
            self._journal.rotate()
        for segment in self._journal.closed:
            if segment.is_unsent and segment.writes_in_flight == 0:
                await self._segment_send(segment)

    async def _segment_send(self, segment: Segment) -> None:
        segment.is_unsent = False  # before: a wipe meanwhile sets it again
        try:
            for chunk in chunks_of(segment):
                entry, epoch = await self._stream.add(chunk)
                if epoch != self._epoch:
                    self._epoch_seen(epoch)
                segment.sent_up_to(entry)
        except BaseException:
            segment.is_unsent = True
            raise

    def _drop_drained(self, state: State) -> None:
        """Forget what is in PostgreSQL, and begin a new file so that this one's turn comes."""
        is_same_stream = state.drained_epoch == self._epoch
        closed = self._journal.closed
        for segment in closed:
            if is_same_stream and segment.is_drained(state.drained):
                self._journal.drop(segment)
        if len(closed) <= 1:
            self._journal.rotate()

    def _adopt(self) -> None:
        try:
            adopted = self._journal.adopt()
        except OSError:
            log.exception("the click journal in %s cannot be read", self._journal.folder)
            return
        if adopted:
            log.warning("sending again what %d dead click processes left", adopted)
