"""What a pasted address of a shop becomes as a link's destination: the product, without what
belongs to the visit of the person who copied it. Shapes: facts/marketplaces.md 1.8, 2.8 and 3.

Nothing is looked up: a short link that hides its product is refused. The only key that we add is
our click's, when somebody clicks (`campaigns.domain.deeplink`); one that stands in the address
already is another person's, and goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from campaigns.domain.deeplink import CLICK_PARAMETER
from campaigns.domain.destination import (
    DestinationError,
    DestinationRule,
    destination_parse,
    host_of,
)

WILDBERRIES = (
    *(f"www.wildberries.{country}" for country in ("ru", "kz", "by", "am", "kg", "ge", "uz")),
    "global.wildberries.ru",
)
OZON = ("www.ozon.ru", "www.ozon.kz", "www.ozon.by")
KASPI = ("kaspi.kz",)
FAMILIES = (WILDBERRIES, OZON, KASPI)
SHORT_HOSTS = frozenset({"wb.ru", "l.kaspi.kz"})

# Of Wildberries only what says which product stays: `card` is the product itself on some pages,
# `option` and `size` its variant.
_WILDBERRIES_PRODUCT = re.compile(r"/catalog/[1-9]\d*/(detail\.aspx)?$|/product(/|$)")
_WILDBERRIES_KEPT = ("card", "option", "size")
_OZON_NOISE = frozenset({"at", "avtc", "avte", "keywords"})
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)

IsKept = Callable[[str, str], bool]  # whether a key with its value stays in the query


def product_link(text: str, *, free_origin: str = "") -> str:
    """A pasted address as a link stores it: `destination_parse`, less the noise of a session.

    What stays, stays letter for letter and in its order. Doing it twice changes nothing.

    Raises:
        DestinationError: the first rule that it breaks; SHORT_LINK when it hides its product.
    """
    url = destination_parse(text, free_origin=free_origin)
    parts = urlsplit(url)
    host = _bare(host_of(url))
    if host in SHORT_HOSTS or (host in _bare_hosts(OZON) and parts.path.startswith("/t/")):
        raise DestinationError(DestinationRule.SHORT_LINK, host)
    query = _without(parts.query, _keeps(host, parts.path))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def hosts_of_family(host: str) -> tuple[str, ...]:
    """Every host of the marketplace that `host` is one of; () when it is none of a marketplace.

    A campaign covers a host only once it is on its list: this is for filling the list.
    """
    bare = _bare(host)
    return next((family for family in FAMILIES if bare in _bare_hosts(family)), ())


def _keeps(host: str, path: str) -> IsKept:
    if host in _bare_hosts(WILDBERRIES) and _WILDBERRIES_PRODUCT.match(path):
        return lambda key, value: key in _WILDBERRIES_KEPT and bool(_NUMBER.fullmatch(value))
    if host in _bare_hosts(OZON):
        return lambda key, value: (
            not (key in _OZON_NOISE or (key, value) == ("from", "share") or _is_tracking(key))
        )
    if hosts_of_family(host):
        return lambda key, value: not _is_tracking(key)
    return lambda key, value: key != CLICK_PARAMETER


def _is_tracking(key: str) -> bool:
    """A campaign's mark of somebody else: it would count our visitor as theirs."""
    return key == CLICK_PARAMETER or key.startswith("utm_")


def _without(query: str, is_kept: IsKept) -> str:
    parts = query.split("&") if query else []
    return "&".join(part for part in parts if _part_stays(part, is_kept))


def _part_stays(part: str, is_kept: IsKept) -> bool:
    """Keys are compared as shops read them, so that an encoded letter hides nothing."""
    key, _equals, value = part.partition("=")
    return is_kept(unquote_plus(key).strip().lower(), unquote_plus(value))


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _bare_hosts(family: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_bare, family))
