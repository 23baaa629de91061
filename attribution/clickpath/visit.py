"""What a request says about the visitor: read strictly, believed little. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import unquote_plus

from attribution.clickpath.line import SUB_CHARS_MAX, SUBS

VISITOR_COOKIE = "birge_visitor"
LANGUAGES = ("kk", "ru", "en")  # the first is shown to who asks for none of them
_VISITOR = re.compile(rf"(?:^|[;\s]){VISITOR_COOKIE}=([0-9a-f]{{32}})(?=\s*(?:;|$))")
_LANGUAGE_COOKIE = re.compile(r"(?:^|[;\s])language=(kk|ru|en)(?=\s*(?:;|$))")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SUB_KEYS = {f"sub{n}": n - 1 for n in range(1, SUBS + 1)}
_NO_SUBS = ("",) * SUBS
_REMEMBERED_CHARS_MAX = 512
_SUB_RAW_MAX = SUB_CHARS_MAX * 12  # a character has at most four bytes, a byte at most three marks

Network = IPv4Network | IPv6Network


def token_of(path: str) -> str | None:
    """The token of "/c/{token}", or None when the path is nothing of ours.

    In small letters, as all are stored: people type what they heard, and phones begin with a
    capital.
    """
    token = path.removeprefix("/c/")
    return token.lower() if token != path and _TOKEN.fullmatch(token) else None


def visitor_of(cookies: Iterable[str]) -> str | None:
    """Our visitor's id from the Cookie headers; any other shape counts as no cookie."""
    for cookie in cookies:
        if found := _VISITOR.search(cookie):
            return found[1]
    return None


def subs_of(query: str) -> tuple[str, ...]:
    """sub1..sub5, decoded, each at most 64 characters; the first of several counts."""
    if "sub" not in query:
        return _NO_SUBS
    if len(query) > _REMEMBERED_CHARS_MAX:
        return _subs_of(query)
    return _subs_remembered(query)


def _subs_of(query: str) -> tuple[str, ...]:
    subs = [""] * SUBS
    for part in query.split("&"):
        key, _, value = part.partition("=")
        at = _SUB_KEYS.get(key)
        if at is not None and not subs[at]:
            subs[at] = unquote_plus(value[:_SUB_RAW_MAX], errors="replace")[:SUB_CHARS_MAX]
    return tuple(subs)


_subs_remembered = lru_cache(maxsize=4096)(_subs_of)  # a post's visitors all come with the same


def language_of(cookies: Iterable[str], accept_language: str) -> str:
    """The visitor's choice on our pages, else the browser's first that we speak, else Kazakh."""
    for cookie in cookies:
        if found := _LANGUAGE_COOKIE.search(cookie):
            return found[1]
    wanted = (part.partition(";")[0].strip()[:2].lower() for part in accept_language.split(","))
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks from "10.0.0.0/8, ::1". Raises: ValueError naming the bad one."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visitor is. `address` tells people apart and is never stored (IPv6: the /64 that one
    household has); `network` is cut to /24 (IPv6: /48): a neighbourhood and never a person."""

    address: str | None = None
    network: str | None = None


def origin_of(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> Origin:
    """`peer` is "1.2.3.4:567" or "[::1]:567". X-Forwarded-For is read from its right end, and only
    as far as the hops are `trusted`: what stands left of that anybody may have written.
    """
    return _origin_of(peer.rpartition(":")[0], forwarded, trusted)


def address_of(
    host: str, forwarded: str, trusted: tuple[Network, ...]
) -> IPv4Address | IPv6Address | None:
    """Who really calls: `host`, or the last hop of X-Forwarded-For that is none of ours."""
    address = _address(host)
    for hop in reversed(forwarded.split(",") if forwarded else ()):
        if address is None or not any(address in network for network in trusted):
            break
        address = _address(hop)
    return address


@lru_cache(maxsize=16_384)
def _origin_of(host: str, forwarded: str, trusted: tuple[Network, ...]) -> Origin:
    address = address_of(host, forwarded, trusted)
    if address is None:
        return Origin()
    if isinstance(address, IPv4Address):
        return Origin(str(address), str(ip_network((address, 24), strict=False)))
    household, neighbourhood = (ip_network((address, bits), strict=False) for bits in (64, 48))
    return Origin(str(household), str(neighbourhood))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
