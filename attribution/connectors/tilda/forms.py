"""The three shapes of Tilda's calls as one: brackets, brackets with JSON inside, and JSON.

And what its cookies and its merchants' field names hide. Source: facts/merchants.md 1.3.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from attribution.connectors.base import UnknownPayload
from attribution.connectors.click_ids import CLICK_PARAMETER, click_of_url, click_or_none
from attribution.connectors.payload import Fields, is_storable, json_read
from attribution.connectors.php_form import form_read

UTM_COOKIE = "TILDAUTM"
UTM_SEPARATOR = "|||"
PARTS_MAX = 300  # of the cookies of a visitor
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
    """The click that led to the order: the cookie of our snippet, a hidden field, or what the
    visitor's page was opened with. None for whatever else stands there."""
    cookies = dict(_cookies(form.raw("COOKIES")))
    utm = unquote(cookies.get(UTM_COOKIE, ""))
    told = (
        cookies.get(CLICK_PARAMETER),
        form.raw(CLICK_PARAMETER),
        dict(_parts(utm, UTM_SEPARATOR)).get(CLICK_PARAMETER),
    )
    found = [*map(click_or_none, told), click_of_url(form.raw("referer"))]
    return next((click for click in found if click), None)


def _cookies(text: Any) -> Iterator[tuple[str, str]]:
    """Of a repeated name the first counts, as in the browser that sent them."""
    pairs = _parts(text, ";") if isinstance(text, str) else []
    return ((name.strip(), unquote(value.strip())) for name, value in reversed(pairs))


def _parts(text: str, separator: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in text.split(separator, PARTS_MAX)[:PARTS_MAX])
    return [(name, value) for name, _, value in pairs]
