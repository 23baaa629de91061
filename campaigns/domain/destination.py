"""Where a link may lead: a page of a shop, on a host that the brand named. Stored, never taken
from a visitor's query.

Browsers and libraries disagree about backslashes, blanks, user names and look-alike letters, so
nothing that has them is let in; hosts are kept in the ASCII form in which DNS knows them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

URL_CHARS_MAX = 500
HOSTS_MAX = 20
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ASCII_KEPT = "".join(map(chr, range(0x21, 0x7F)))


class DestinationRule(StrEnum):
    """Which rule an address breaks, so that a form can say it."""

    LENGTH = "length"
    CHARACTERS = "characters"
    SCHEME = "scheme"
    USER_NAME = "user_name"
    PORT = "port"
    HOST = "host"
    FOREIGN_HOST = "foreign_host"
    SHORT_LINK = "short_link"  # of a marketplace: nobody sees where it leads


class DestinationError(ValueError):
    """The address breaks `rule`. `found` is the host where that helps."""

    def __init__(self, rule: DestinationRule, found: str = "") -> None:
        super().__init__(f"{rule}: {found}" if found else str(rule))
        self.rule = rule
        self.found = found


def destination_parse(text: str, *, free_origin: str = "") -> str:
    """The address as it is stored: https, ASCII, the host in small letters.

    `free_origin` is one origin that is exempt from scheme, port and host ("http://127.0.0.1:8002":
    the sandbox's shop in the demo).

    Raises:
        DestinationError: the first rule that it breaks.
    """
    url = text.strip()
    _require_plain(url)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        raise DestinationError(DestinationRule.HOST) from None
    if "@" in parts.netloc:
        raise DestinationError(DestinationRule.USER_NAME)
    if free_origin and f"{parts.scheme}://{parts.netloc}" == free_origin:
        return _ascii(parts.scheme, parts.netloc, parts.path, parts.query, parts.fragment)
    if parts.scheme != "https":
        raise DestinationError(DestinationRule.SCHEME)
    if port not in (None, 443):
        raise DestinationError(DestinationRule.PORT)
    name = host_parse(host)
    stored = _ascii("https", name, parts.path, parts.query, parts.fragment)
    if len(stored) > URL_CHARS_MAX:
        raise DestinationError(DestinationRule.LENGTH)
    return stored


def host_parse(text: str) -> str:
    """A host's name in ASCII and small letters: "Алма.kz" is xn--80aa6ae.kz.

    Raises:
        DestinationError: not the name of a host on the Internet (an address of four numbers is
            none, nor is a name without a dot).
    """
    try:
        host = text.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise DestinationError(DestinationRule.HOST, text[:80]) from None
    labels = host.split(".")
    is_name = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not is_name or labels[-1][0].isdigit() or len(host) > 253:
        raise DestinationError(DestinationRule.HOST, host[:80])
    return host


def host_of(url: str) -> str:
    """The host of a stored address."""
    return urlsplit(url).hostname or ""


def host_require(url: str, allowed_hosts: Collection[str]) -> None:
    """Pass when a stored address is on one of these hosts, with or without "www.".

    Raises:
        DestinationError: it is not.
    """
    host = host_of(url)
    if host.removeprefix("www.") not in {allowed.removeprefix("www.") for allowed in allowed_hosts}:
        raise DestinationError(DestinationRule.FOREIGN_HOST, host)


def _require_plain(url: str) -> None:
    if not url or len(url) > URL_CHARS_MAX:
        raise DestinationError(DestinationRule.LENGTH)
    if not url.isprintable() or any(char in url for char in '\\ "<>^`{|}'):
        raise DestinationError(DestinationRule.CHARACTERS)


def _ascii(scheme: str, netloc: str, *rest: str) -> str:
    """What is ASCII stays letter for letter: shops sign and compare their addresses."""
    path, query, fragment = (quote(part, safe=_ASCII_KEPT) for part in rest)
    return urlunsplit((scheme, netloc, path or "/", query, fragment))
