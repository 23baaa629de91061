"""The one way out: every HTTP call of Birge to somebody else's machine goes through here.

Only https, only port 443, only public addresses: the name is resolved here, once per connection,
every address of it is judged, and the connection goes to the judged address and nowhere else (a
name that changes between check and use gains nothing). Redirects are not followed. One origin is
free of these rules: SANDBOX_URL, the stand-in of the outside world in the demo and in tests; or,
for a client that is made for it (`inside`), a service of our own network that the settings name.

Every call has a deadline for the whole of it, a cap on what it may read, and retries only where
repeating does no harm. Addresses are logged without their query: identity numbers travel there.
"""

from __future__ import annotations

import email.utils
import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpcore
import httpx
import stamina
from django.conf import settings

logger = logging.getLogger(__name__)

HTTPS_PORT = 443
TIMEOUT_SECONDS = 15.0  # the whole call, from the name to the last byte
CONNECT_SECONDS_MAX = 5.0
RESPONSE_BYTES_MAX = 16 * 2**20
ATTEMPTS_MAX = 3
BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 0.5, 5.0
STATUS_OK = range(200, 300)
STATUS_TRANSIENT = frozenset({500, 502, 503, 504})
USER_AGENT = "Birge/1.0"

Resolver = Callable[[str, int], list[str]]


class OutgoingError(Exception):
    """A call to somebody else's machine that brought no usable answer."""


class OutgoingRefused(OutgoingError):
    """We did not call, or stopped listening: address, scheme, redirect or size against the rules.

    Asking again gives the same; somebody has to correct an address.
    """


class OutgoingTimeout(OutgoingError):
    """The deadline passed. The other side may or may not have done what was asked."""


class OutgoingFailed(OutgoingError):
    """No connection, a broken answer (`status` None), or a status that was not accepted."""

    def __init__(self, message: str, response: OutgoingResponse | None = None) -> None:
        super().__init__(message)
        self.response = response

    @property
    def status(self) -> int | None:
        return self.response.status if self.response else None

    @property
    def retry_after_seconds(self) -> int | None:
        return self.response.retry_after_seconds if self.response else None


@dataclass(frozen=True, slots=True)
class OutgoingResponse:
    """A whole answer. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def retry_after_seconds(self) -> int | None:
        """The pause the other side asks for: X-Ratelimit-Retry or Retry-After (seconds or date)."""
        for name in ("x-ratelimit-retry", "retry-after"):
            text = self.headers.get(name, "").strip()
            if text.isascii() and text.isdecimal():
                return int(text)
        return _seconds_until(self.headers.get("retry-after", ""), self.headers.get("date", ""))


def _seconds_until(later: str, now: str) -> int | None:
    """Between two HTTP dates; both are the other side's, so that its clock does not matter."""
    try:
        moment = email.utils.parsedate_to_datetime(later)
        start = email.utils.parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0, int((moment - start).total_seconds()))
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class OutgoingClient:
    """What may leave, and how patiently. `free_origin` is exempt from the address rules.

    One object is one policy; it holds no connection and may be shared by threads.
    """

    timeout_seconds: float = TIMEOUT_SECONDS
    response_bytes_max: int = RESPONSE_BYTES_MAX
    attempts_max: int = ATTEMPTS_MAX
    free_origin: str = ""
    resolve: Resolver = field(default_factory=lambda: resolve_host)

    def request(  # noqa: PLR0913 each is a part of one call
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        is_idempotent: bool = False,
        accept: Container[int] = STATUS_OK,
        hidden: str = "",
    ) -> OutgoingResponse:
        """One call, repeated only if it is a GET or HEAD, or said to be idempotent.

        `accept` are the statuses the caller knows what to do with; any other one is an error.
        `hidden` is the part of the path that is a credential: no log and no error shows it.

        Raises:
            OutgoingRefused: our rules forbid the address or the answer.
            OutgoingTimeout: no whole answer within `timeout_seconds`.
            OutgoingFailed: no connection, a broken answer, or another status.
        """
        request = _build(
            method, _url(url, params), headers=headers or {}, json=json, content=content
        )
        if not is_idempotent and method not in ("GET", "HEAD"):
            return self._request_once(request, accept, hidden)
        for attempt in stamina.retry_context(
            on=_is_worth_repeating,
            attempts=self.attempts_max,
            timeout=None,
            wait_initial=BACKOFF_SECONDS,
            wait_max=BACKOFF_SECONDS_MAX,
            wait_jitter=BACKOFF_SECONDS,
        ):
            with attempt:
                return self._request_once(request, accept, hidden)
        raise AssertionError("a retry loop ends with an answer or an error")

    def _request_once(
        self, request: httpx.Request, accept: Container[int], hidden: str
    ) -> OutgoingResponse:
        started = time.monotonic()
        where = f"{request.method} {request.url.copy_with(query=None, userinfo=b'')}"
        if hidden:
            where = where.replace(hidden, "***")
        try:
            response = self._send(request, deadline=started + self.timeout_seconds)
        except httpcore.TimeoutException:
            raise OutgoingTimeout(f"{where}: no answer in {self.timeout_seconds:g} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise OutgoingFailed(f"{where}: {type(error).__name__}") from None
        elapsed_ms = round((time.monotonic() - started) * 1000)
        logger.info("outgoing %s: %s in %s ms", where, response.status, elapsed_ms)
        if response.status not in accept:
            raise OutgoingFailed(f"{where}: status {response.status}", response)
        return response

    def _send(self, request: httpx.Request, deadline: float) -> OutgoingResponse:
        is_free = bool(self.free_origin) and _origin(request.url) == _origin(_url(self.free_origin))
        if not is_free:
            _require_public_url(request.url)
        pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            network_backend=_JudgingBackend(self.resolve, deadline, is_free=is_free),
        )
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        # httpcore speaks to the wire here, not httpx: only it lets us open the connection.
        with (
            pool,
            pool.stream(
                request.method, url, headers=request.headers.raw, content=request.read()
            ) as answer,
        ):
            headers = {
                name.decode("ascii").lower(): value.decode("latin-1")
                for name, value in answer.headers
            }
            if 300 <= answer.status < 400:
                raise OutgoingRefused(f"{request.url.host} answered with a redirect")
            body = _read_capped(headers, answer.iter_stream(), self.response_bytes_max)
        return OutgoingResponse(answer.status, headers, body)


def outgoing(
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    response_bytes_max: int = RESPONSE_BYTES_MAX,
    attempts_max: int = ATTEMPTS_MAX,
) -> OutgoingClient:
    """The client to use, under this installation's settings."""
    return OutgoingClient(
        timeout_seconds=timeout_seconds,
        response_bytes_max=response_bytes_max,
        attempts_max=attempts_max,
        free_origin=settings.SANDBOX_URL,
    )


def inside(
    origin: str,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    response_bytes_max: int = RESPONSE_BYTES_MAX,
    attempts_max: int = ATTEMPTS_MAX,
) -> OutgoingClient:
    """A client for one service of our own network, whose address stands in the settings and never
    comes from a user."""
    return OutgoingClient(
        timeout_seconds=timeout_seconds,
        response_bytes_max=response_bytes_max,
        attempts_max=attempts_max,
        free_origin=origin,
    )


def resolve_host(host: str, port: int) -> list[str]:
    """Every address of a name, in the system's order. OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public_address(address: str) -> bool:
    """Whether an address belongs to the open Internet.

    Of IPv6 only what is written plainly: with an IPv4 address inside (mapped, translated,
    tunnelled) it is refused, wherever that one may lead.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # also an IPv6 address with a zone: that is a neighbour
        return False
    if parsed.version == 6 and any(parsed in network for network in _WRAPPED):
        return False
    return parsed.is_global and not (
        parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified or parsed.is_private
    )


_WRAPPED = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible, long dead
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local, long dead
    )
)


def _build(
    method: str, url: httpx.URL, *, headers: Mapping[str, str], **body: Any
) -> httpx.Request:
    common = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    try:
        return httpx.Request(method, url, headers={**common, **headers}, **body)
    except UnicodeError:  # the header itself is not told: it is a token, as a rule
        raise OutgoingRefused("a header with letters that no header may have") from None


def _url(url: str, params: Mapping[str, str] | None = None) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        return parsed.copy_merge_params(dict(params)) if params else parsed
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise OutgoingRefused("not an address") from None


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    default = HTTPS_PORT if url.scheme == "https" else 80
    return url.scheme, url.host, url.port or default


def _require_public_url(url: httpx.URL) -> None:
    if url.scheme != "https":
        raise OutgoingRefused(f"only https leaves this house, not {url.scheme or 'a bare path'}")
    if url.userinfo:
        raise OutgoingRefused("an address with a user name in it")
    if not url.host:
        raise OutgoingRefused("an address without a host")
    if _origin(url)[2] != HTTPS_PORT:
        raise OutgoingRefused(f"only port {HTTPS_PORT}, not {url.port}")


def _read_capped(headers: Mapping[str, str], stream: Iterable[bytes], bytes_max: int) -> bytes:
    """The body, refused as soon as it is larger than allowed (also when only announced so)."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > bytes_max:
        raise OutgoingRefused(f"answer of {announced} bytes, at most {bytes_max} are read")
    chunks, size = [], 0
    for chunk in stream:
        size += len(chunk)
        if size > bytes_max:
            raise OutgoingRefused(f"answer larger than {bytes_max} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _is_worth_repeating(error: Exception) -> bool | float:
    """A time-out, a broken connection, or a server's trouble; its own pause is kept if short."""
    if isinstance(error, OutgoingTimeout):
        return True
    if not isinstance(error, OutgoingFailed):
        return False
    if error.status is not None and error.status not in STATUS_TRANSIENT:
        return False
    pause_seconds = error.retry_after_seconds
    if pause_seconds is None:
        return True
    return pause_seconds <= BACKOFF_SECONDS_MAX and max(float(pause_seconds), BACKOFF_SECONDS)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _JudgingBackend(httpcore.NetworkBackend):
    """Opens connections: resolves, judges every address, and connects to what it judged."""

    def __init__(self, resolve: Resolver, deadline: float, *, is_free: bool) -> None:
        self._resolve = resolve
        self._deadline = deadline
        self._is_free = is_free
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.NetworkError | httpcore.TimeoutException
        failure = httpcore.ConnectError(f"no address for {host}")
        for address in self._addresses(host, port):
            seconds = min(_seconds_left(self._deadline), CONNECT_SECONDS_MAX)
            try:
                stream = self._plain.connect_tcp(address, port, seconds, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """All or none: a name with one private address among public ones is up to something."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            return []
        if not self._is_free and not all(map(is_public_address, addresses)):
            raise OutgoingRefused(f"{host} is not an address of the open Internet")
        return addresses


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline, so that drops of bytes do not add up."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _seconds_left(self._deadline)
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _seconds_left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("deadline passed")
    return seconds
