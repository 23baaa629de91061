"""Where a tracking link may lead, and how the click's id gets into the address.

The destination is checked once, when it is stored; the click process then only joins strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import parse_qsl, quote

import idna

CLICK_PARAMETER = "cpa_click"
DESTINATION_CHARS_MAX = 500
HTTPS_PORT = "443"

_HTTPS = re.compile(r"https://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
# Everything that RFC 3986 lets stand in a path, query and fragment: kept byte for byte.
_KEPT = "%/:?#[]@!$&'()*+,;=-._~"
# Browsers drop tabs and line breaks and read a backslash as a slash: both hide the real host.
# Blanks, invisible characters and halves of a surrogate pair have no place in an address at all.
_REFUSED = re.compile(
    r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff]"
)
_WILDCARD = "*."


class DestinationRule(StrEnum):
    """Which rule an address breaks, so that a form can say it."""

    LENGTH = "length"
    CHARACTERS = "characters"
    SCHEME = "scheme"
    USERINFO = "userinfo"
    HOST = "host"
    PORT = "port"
    HOST_NOT_ALLOWED = "host_not_allowed"
    CLICK_PARAMETER = "click_parameter"


class DestinationError(ValueError):
    """The address breaks `rule`; `found` is the part that breaks it."""

    def __init__(self, rule: DestinationRule, found: str = "") -> None:
        super().__init__(f"{rule}: {found!r}")
        self.rule = rule
        self.found = found


def destination_check(url: str, allowed_hosts: Iterable[str]) -> str:
    """The address to store for a link: https, a host the campaign allows, nothing hidden in it.

    `allowed_hosts` are exact names; "*.shop.kz" allows every name below shop.kz, not itself. An
    international name is compared and stored in its ASCII form, so that a look-alike of an
    allowed name is another name. Letters outside ASCII behind the host are percent-encoded; what
    is encoded already stays byte for byte.

    Raises:
        DestinationError: the first rule that the address breaks.
    """
    text = url.strip(" ")
    if not text or len(text) > DESTINATION_CHARS_MAX:
        raise DestinationError(DestinationRule.LENGTH, str(len(text)))
    hidden = _REFUSED.search(text)
    if hidden:
        raise DestinationError(DestinationRule.CHARACTERS, hidden.group())
    parts = _HTTPS.fullmatch(text)
    if parts is None:
        raise DestinationError(DestinationRule.SCHEME, text.partition(":")[0])
    host = _host_of(parts[1])
    if not _is_allowed(host, allowed_hosts):
        raise DestinationError(DestinationRule.HOST_NOT_ALLOWED, host)
    stored = f"https://{host}{quote(parts[2], safe=_KEPT)}"
    if len(stored) > DESTINATION_CHARS_MAX:
        raise DestinationError(DestinationRule.LENGTH, str(len(stored)))
    _require_no_click_parameter(stored)
    return stored


def host_normalise(host: str) -> str:
    """A host name in the one form we compare: lower-case ASCII, punycode where it is not.

    Raises:
        DestinationError: not a name with a dot; addresses by number are refused too.
    """
    try:
        name = idna.encode(host, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        raise DestinationError(DestinationRule.HOST, host) from None
    last_label = name.rpartition(".")[2]
    if "." not in name or not last_label or last_label[0].isdigit():
        raise DestinationError(DestinationRule.HOST, host)
    return name


def append_click(url: str, click_id: str) -> str:
    """The address with `cpa_click=<id>` as the last parameter of its query."""
    before, after = click_parts(url)
    return f"{before}{click_id}{after}"


def click_parts(url: str) -> tuple[str, str]:
    """What stands before and after a click's id in a stored address.

    The click process keeps the pair per link, so that a click costs one concatenation.
    """
    address, hash_sign, fragment = url.partition("#")
    if "?" not in address:
        joint = "?"
    elif address.endswith(("?", "&")):
        joint = ""
    else:
        joint = "&"
    return f"{address}{joint}{CLICK_PARAMETER}=", f"{hash_sign}{fragment}"


def _host_of(authority: str) -> str:
    if "@" in authority:
        raise DestinationError(DestinationRule.USERINFO, authority)
    name, colon, port = authority.partition(":")
    if colon and port != HTTPS_PORT:
        raise DestinationError(DestinationRule.PORT, port)
    return host_normalise(name)


def _is_allowed(host: str, allowed_hosts: Iterable[str]) -> bool:
    return any(_matches(host, allowed) for allowed in allowed_hosts)


def _matches(host: str, allowed: str) -> bool:
    if allowed.startswith(_WILDCARD):
        return host.endswith(f".{host_normalise(allowed.removeprefix(_WILDCARD))}")
    return host == host_normalise(allowed)


def _require_no_click_parameter(url: str) -> None:
    """Two click ids in one address: shops read the first, which would be somebody else's."""
    query = url.partition("#")[0].partition("?")[2]
    for name, _value in parse_qsl(query, keep_blank_values=True):
        if name == CLICK_PARAMETER:
            raise DestinationError(DestinationRule.CLICK_PARAMETER, name)
