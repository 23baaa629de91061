"""GET /c/{token}: record the click, then answer 302. An RSGI application; Django is not here.

granian --interface rsgi attribution.clickpath.app:app
"""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import NamedTuple, Protocol

from redis.asyncio import Redis

from attribution.clickpath import bits, pages
from attribution.clickpath.journal import Journal
from attribution.clickpath.line import Click, line_of
from attribution.clickpath.links import Link, Links, LinksUnavailableError
from attribution.clickpath.moment import Moment
from attribution.clickpath.noise import Noise
from attribution.clickpath.robots import flags_of, may_open_app
from attribution.clickpath.rows import LinkRows
from attribution.clickpath.settings import Settings, settings_of_process
from attribution.clickpath.sink import NotRecordedError, Sink
from attribution.clickpath.stream import Stream, redis_connect
from attribution.clickpath.velocity import Velocity
from attribution.clickpath.visit import (
    VISITOR_COOKIE,
    language_of,
    origin_of,
    subs_of,
    token_of,
    visitor_of,
)
from campaigns.domain.deeplink import app_address, append_click
from core.ids import UUID7_RANDOM_BYTES, uuid7_hex

log = logging.getLogger(__name__)

VISITOR_BYTES = 16
COLLECT_AFTER = 50_000  # new objects: at Python's 700 it looks for garbage several times a batch
COOKIE_SECONDS = 90 * 86_400  # the longest attribution window


class Headers(Protocol):
    def get(self, name: str, /) -> str | None: ...
    def get_all(self, name: str, /) -> list[str]: ...
    def __contains__(self, name: str, /) -> bool: ...


class Scope(Protocol):
    """What granian tells of a request. The path is decoded, the query is not."""

    proto: str
    method: str
    path: str
    query_string: str
    client: str
    headers: Headers


class Reply(Protocol):
    """How granian is told the answer; `close` is a websocket's."""

    def response_empty(self, status: int, headers: list[tuple[str, str]], /) -> None: ...
    def response_str(self, status: int, headers: list[tuple[str, str]], body: str, /) -> None: ...
    def close(self, status: int, /) -> None: ...


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: str = ""


class Process:
    """Everything one click process holds while it runs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.moment = Moment(is_demo=settings.is_demo)
        self._redis: Redis = redis_connect(settings.redis_url)
        self._rows = LinkRows(settings.database_url)
        self.links = Links(self._redis, self._rows.read)
        self._velocity = Velocity(address_max=settings.fast_address, link_max=settings.fast_link)
        self._noise = Noise()
        self.sink = Sink(Stream(self._redis), Journal(settings.journal), self.moment)

    async def start(self) -> None:
        self.links.start()
        await self.sink.start()

    async def stop(self) -> None:
        await self.sink.stop()
        await self.links.stop()
        self._rows.close()
        await self._redis.aclose()

    async def answer(self, scope: Scope) -> Answer:
        if scope.path == "/healthz":
            return Answer(200, [("content-type", "text/plain"), _NO_STORE], "ok\n")
        token = token_of(scope.path)
        if token is None:
            return _page(404, pages.UNKNOWN, scope)
        if scope.method not in ("GET", "HEAD"):
            return Answer(405, [("allow", "GET, HEAD"), _NO_STORE])
        try:
            link = await self.links.get(token)
            return await self._follow(link, scope) if link else _page(404, pages.UNKNOWN, scope)
        except (LinksUnavailableError, NotRecordedError) as error:
            log.warning("a visitor is asked to try again: %s", error)
            return _page(503, pages.UNAVAILABLE, scope)

    async def _follow(self, link: Link, scope: Scope) -> Answer:
        """Record the click, then say where to go.

        Raises: NotRecordedError
        """
        cookies = scope.headers.get_all("cookie")
        known = visitor_of(cookies)
        click = self._click_of(link, scope, known)
        await self.sink.submit(line_of(click))
        if click.flags & bits.INACTIVE:
            target = link.fallback_url or self._explanation(cookies, scope)
        else:
            target = _product(link, click, scope)
        headers = [("location", target), _NO_STORE]
        if known is None:
            headers.append(("set-cookie", self._cookie(click.visitor)))
        return Answer(302, headers)

    def _click_of(self, link: Link, scope: Scope, known: str | None) -> Click:
        """What there is to record. `known` is the visitor whose cookie came along."""
        headers = scope.headers
        milliseconds = self.moment.milliseconds()
        origin = origin_of(
            scope.client, headers.get("x-forwarded-for") or "", self.settings.trusted_proxies
        )
        flags = _flags(scope)
        if not flags & bits.MACHINE:
            flags |= self._velocity.flags_of(milliseconds, origin.address, link.id)
        if known is None:
            flags |= bits.NEW_VISITOR
        if not link.leads_to_product(milliseconds / 1000):
            flags |= bits.INACTIVE
        return Click(
            click_id=uuid7_hex(milliseconds, self._noise.take(UUID7_RANDOM_BYTES)),
            milliseconds=milliseconds,
            link_id=link.id,
            visitor=known or self._noise.take(VISITOR_BYTES).hex(),
            ip_network=origin.network,
            user_agent=headers.get("user-agent") or "",
            referer=headers.get("referer") or "",
            subs=subs_of(scope.query_string),
            flags=flags,
        )

    def _explanation(self, cookies: list[str], scope: Scope) -> str:
        language = language_of(cookies, scope.headers.get("accept-language") or "")
        return f"{self.settings.base_url}/{language}/link-ended/"

    def _cookie(self, visitor: str) -> str:
        secure = "; Secure" if self.settings.is_https else ""
        return (
            f"{VISITOR_COOKIE}={visitor}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; "
            f"SameSite=Lax{secure}"
        )


_NO_STORE = ("cache-control", "no-store")
_PAGE_HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    _NO_STORE,
]


def _product(link: Link, click: Click, scope: Scope) -> str:
    """The page with the click's id in it; in its app, where one is confirmed and may open."""
    page = append_click(link.destination_url, click.click_id)
    opens_app = link.app_package and may_open_app(click.user_agent, click.flags, scope.headers.get)
    return app_address(page, link.app_package) if opens_app else page


def _flags(scope: Scope) -> int:
    headers = scope.headers
    # Present and not readable (bytes beyond ASCII) is a browser's; only none at all is a robot's.
    user_agent = headers.get("user-agent") or ("" if "user-agent" in headers else None)
    return flags_of(scope.method, user_agent, headers.get)


def _page(status: int, message: pages.Message, scope: Scope) -> Answer:
    headers = scope.headers
    language = language_of(headers.get_all("cookie"), headers.get("accept-language") or "")
    return Answer(status, _PAGE_HEADERS, pages.page(message, language))


class App:
    """What granian runs: `__rsgi_init__` and `__rsgi_del__` once per worker process."""

    def __init__(self) -> None:
        self._process: Process | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._process = Process(settings_of_process())
        loop.run_until_complete(self._process.start())
        gc.freeze()  # what is here now stays
        gc.set_threshold(COLLECT_AFTER)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._process:
            loop.run_until_complete(self._process.stop())

    async def __rsgi__(self, scope: Scope, reply: Reply) -> None:
        if scope.proto != "http":
            reply.close(404)
            return
        assert self._process, "granian calls __rsgi_init__ first"
        answer = await self._process.answer(scope)
        if answer.body:
            reply.response_str(answer.status, answer.headers, answer.body)
        else:
            reply.response_empty(answer.status, answer.headers)


app = App()
