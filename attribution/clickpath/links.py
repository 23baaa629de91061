"""Which URL a token stands for: from memory, else from Redis, else from PostgreSQL.

Memory and Redis only save time. A link that is live never answers "unknown" because a cache is
empty, and one that was changed is not served from a cache: `campaigns.link_cache.links_changed`
counts its version up, deletes the copy in Redis and tells every process. Times to live bound what
a lost message can do.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from campaigns.domain.link_cache import INVALIDATE, link_key, link_version_key

log = logging.getLogger(__name__)

MEMORY_SECONDS = 30.0
MEMORY_LINKS_MAX = 200_000
UNKNOWN_SECONDS = 3.0
UNKNOWN_TOKENS_MAX = 10_000
REDIS_SECONDS = 60
LISTEN_SECONDS = 5.0
RECONNECT_SECONDS = 0.5


class LinksUnavailableError(Exception):
    """Nobody can say now whether the token is a link."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the click path needs to know of a tracking link."""

    id: int
    destination_url: str  # as target.header_url makes it; "" leads nowhere
    fallback_url: str  # "" where the campaign has none
    is_on: bool  # the link and its campaign are active, and the budget is not empty
    ends_at: float | None  # Unix seconds
    app_package: str = ""  # the Android app that opens the destination, where one is confirmed

    def leads_to_product(self, seconds: float) -> bool:
        is_over = self.ends_at is not None and seconds >= self.ends_at
        return self.is_on and not is_over and self.destination_url != ""


@dataclass(slots=True)
class _Kept:
    link: Link | None  # None: no such link
    fresh_until: float  # monotonic


ReadRow = Callable[[str], Awaitable[Link | None]]


class Links:
    """One per process, on its event loop. `read_row` asks PostgreSQL and may raise anything."""

    def __init__(self, redis: Redis, read_row: ReadRow) -> None:
        self._redis = redis
        self._read_row = read_row
        self._links: dict[str, _Kept] = {}
        self._unknown: dict[str, float] = {}
        self._loading: dict[str, asyncio.Task[Link | None]] = {}
        self._listener: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listener:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def get(self, token: str) -> Link | None:
        """The link, or None when there is none.

        Raises:
            LinksUnavailableError: not in memory, and neither Redis nor PostgreSQL answers.
        """
        now = time.monotonic()
        kept = self._links.get(token)
        if kept and now < kept.fresh_until:
            return kept.link
        if now < self._unknown.get(token, 0.0):
            return None
        task = self._loading.get(token)
        if task is None:  # a hundred visitors at once ask once
            task = self._loading[token] = asyncio.create_task(self._load(token))
            task.add_done_callback(_error_seen)
        return await asyncio.shield(task)  # one visitor who leaves must not end it for the others

    def forget(self, token: str) -> None:
        """The link has changed. What is known stays for the case that nothing else answers."""
        self._unknown.pop(token, None)
        self._loading.pop(token, None)  # whoever reads now may have read before the change
        if kept := self._links.get(token):
            kept.fresh_until = 0.0

    def forget_all(self) -> None:
        self._unknown.clear()
        self._loading.clear()
        for kept in self._links.values():
            kept.fresh_until = 0.0

    async def _load(self, token: str) -> Link | None:
        task = asyncio.current_task()
        try:
            link = await self._read(token)
        except Exception as error:
            return self._stale(token, error)
        else:
            if self._loading.get(token) is task:
                self._remember(token, link)
            return link
        finally:
            if self._loading.get(token) is task:
                del self._loading[token]

    async def _read(self, token: str) -> Link | None:
        version: int | None = None
        with contextlib.suppress(RedisError, OSError):
            link, version = await self._from_redis(token)
            if link:
                return link
        link = await self._read_row(token)
        if link and version is not None:
            with contextlib.suppress(RedisError, OSError):
                text = json.dumps({"version": version, "link": asdict(link)})
                await self._redis.set(link_key(token), text, ex=REDIS_SECONDS)
        return link

    async def _from_redis(self, token: str) -> tuple[Link | None, int]:
        """The copy, unless it is older than the link's version, and that version."""
        copy, version = await self._redis.mget(link_key(token), link_version_key(token))
        current = int(version or 0)
        if copy is None:
            return None, current
        with contextlib.suppress(ValueError, KeyError, TypeError):  # of another release
            value = json.loads(copy)
            if value["version"] == current:
                return Link(**value["link"]), current
        return None, current

    def _remember(self, token: str, link: Link | None) -> None:
        now = time.monotonic()
        if link is None:
            _make_room(self._unknown, UNKNOWN_TOKENS_MAX)
            self._unknown[token] = now + UNKNOWN_SECONDS
            self._links.pop(token, None)
        else:
            _make_room(self._links, MEMORY_LINKS_MAX)
            self._links[token] = _Kept(link, now + MEMORY_SECONDS)

    def _stale(self, token: str, error: Exception) -> Link | None:
        """Better the link as it was a minute ago than none."""
        kept = self._links.get(token)
        if kept is None:
            raise LinksUnavailableError(str(error)) from error
        log.warning("a link is served from memory: %s", error)
        return kept.link

    async def _listen(self) -> None:
        """Forget what changes; after a gap in listening, trust nothing."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(INVALIDATE)
                    self.forget_all()
                    while True:
                        message = await pubsub.get_message(timeout=LISTEN_SECONDS)
                        if message:
                            self.forget(message["data"].decode("utf-8", "replace"))
            await asyncio.sleep(RECONNECT_SECONDS)


def _make_room(kept: dict[str, _Kept] | dict[str, float], entries_max: int) -> None:
    if len(kept) >= entries_max:
        del kept[next(iter(kept))]  # the oldest


def _error_seen(task: asyncio.Task[Link | None]) -> None:
    """Its waiters have raised it; when all of them have left, nobody needs to."""
    if not task.cancelled():
        task.exception()
