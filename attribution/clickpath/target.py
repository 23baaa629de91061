"""A stored URL as the Location header can carry it. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

_ASCII_KEPT = "".join(map(chr, range(0x21, 0x7F)))


def header_url(url: str) -> str:
    """`url` in ASCII: an international host in punycode, other letters percent-encoded; what is
    ASCII already stays as it is. "" when it is no address of a page, or one that browsers read
    differently than we do (backslash, blanks, user names): a link never leads there.
    """
    if not url.isprintable() or any(mark in url for mark in "\\ "):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc if parts.netloc.isascii() else _punycode(parts.netloc)
    except ValueError:  # UnicodeError too
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in host:
        return ""
    if url.isascii():
        return url
    rest = (quote(part, safe=_ASCII_KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, *rest))


def _punycode(netloc: str) -> str:
    host, colon, port = netloc.partition(":")
    return host.encode("idna").decode("ascii") + colon + port
