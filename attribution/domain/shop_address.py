"""The address of a shop as a person types it, made into the root of its API. Pure.

Only https, only a name of the open Internet, never a number: what that name leads to is judged
again at every call (core.http).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

ADDRESS_CHARS_MAX = 300
HOST_CHARS_MAX = 253
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)*", re.ASCII)
# Names that lead nowhere outside: they are refused here, so that the words are right
_INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def shop_root(text: str) -> str:
    """ "https://host/path" without an end slash; a shop may live in a folder of its site.

    Raises:
        ValueError: not such an address.
    """
    typed = text.strip()
    if not 0 < len(typed) <= ADDRESS_CHARS_MAX:
        raise ValueError("no address")
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme != "https" or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("not the plain address of a site")
    if parts.port not in (None, 443):
        raise ValueError("only the port of https")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path):
        raise ValueError("not a folder of a site")
    return f"https://{_host(parts.hostname or '')}{path}"


def _host(name: str) -> str:
    """Kazakh and Russian names as the network knows them."""
    try:
        host = name.encode("idna").decode().lower()
    except UnicodeError:
        raise ValueError("not a name of a site") from None
    if len(host) > HOST_CHARS_MAX or not _HOST.fullmatch(host) or host.endswith(_INSIDE):
        raise ValueError("not a name of a site")
    return host
