"""The three shapes of Tilda's calls as one: brackets, brackets with JSON inside, and JSON.

And what its cookies and its merchants' field names hide. Source: facts/merchants.md 1.3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from attribution.connectors import base
from attribution.connectors.base import UnknownPayload
from attribution.connectors.payload import Fields, is_storable, json_read
from attribution.connectors.php_form import form_read

CLICK = "cpa_click"  # the cookie of our snippet, a hidden field, or a parameter of the page
UTM_COOKIE = "TILDAUTM"
UTM_SEPARATOR = "|||"
PARTS_MAX = 300  # of the cookies of a visitor, or of a page's query
_CLICK_ID = re.compile(rf"[0-9A-Za-z_-]{{1,{base.CLICK_ID_MAX}}}", re.ASCII)
# Letters of merchants who typed "Phone" on a Russian keyboard here and there
_LOOKALIKES = str.maketrans("авекмнорстухіѕј", "abekmhopctyxisj")


def form_of(body: bytes) -> Fields:
    """What was sent, whichever of the three shapes it has.

    Raises:
        UnknownPayload: none of them.
    """
    is_json = body.lstrip()[:1] == b"{"
    return Fields(json_read(body) if is_json else form_read(body))


def payment_of(form: Fields) -> Fields | None:
    """The cart; None for a form without one, which is no order.

    Raises:
        UnknownPayload: something else stands there.
    """
    value = form.raw("payment")
    if isinstance(value, str) and value.strip():
        try:
            value = json_read(value.encode(errors="surrogatepass"))
        except UnknownPayload as error:
            raise form.wrong("payment", error.reason) from None
    return Fields(value, "payment") if value not in (None, "", [], {}) else None


def contact(form: Fields, name: str, *, length_max: int) -> str:
    """A field of the buyer's, by the look of its name: "Рhоne" in Cyrillic letters is Phone too.

    "" when it is absent, too long, or no text: what is wrong about a contact spoils no order.
    """
    for key in sorted(form.keys(), key=lambda key: (key.casefold() != name, key)):
        value = form.raw(key)
        if folded(key) != name or not isinstance(value, str):
            continue
        if 0 < len(value) <= length_max and is_storable(value):
            return value.strip()
    return ""


def folded(key: str) -> str:
    return unicodedata.normalize("NFKC", key).casefold().translate(_LOOKALIKES).strip()


def click_of(form: Fields) -> str | None:
    """The click that led to the order: in the cookies, in a hidden field, or in what the visitor's
    page was opened with. None for whatever else stands there (a macro that nobody expanded)."""
    cookies = dict(_cookies(form.raw("COOKIES")))
    utm = unquote(cookies.get(UTM_COOKIE, ""))
    found = (
        cookies.get(CLICK),
        form.raw(CLICK),
        dict(_parts(utm, UTM_SEPARATOR)).get(CLICK),
        _parameter(form.raw("referer")),
    )
    return next((click for click in map(_click_or_none, found) if click), None)


def _cookies(text: Any) -> Iterator[tuple[str, str]]:
    """Of a repeated name the first counts, as in the browser that sent them."""
    pairs = _parts(text, ";") if isinstance(text, str) else []
    return ((name.strip(), unquote(value.strip())) for name, value in reversed(pairs))


def _parts(text: str, separator: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.split(separator, PARTS_MAX)[:PARTS_MAX])
    return [(name, value) for name, _, value in pairs]


def _parameter(address: Any) -> str | None:
    if not isinstance(address, str):
        return None
    try:
        query = urlsplit(address).query
        return dict(parse_qsl(query, max_num_fields=PARTS_MAX)).get(CLICK)
    except ValueError:
        return None


def _click_or_none(value: Any) -> str | None:
    is_click = isinstance(value, str) and _CLICK_ID.fullmatch(value)
    return value if is_click else None
