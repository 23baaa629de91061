"""Amounts as merchants' forms write them: text, numbers, spaces between thousands, commas."""

from __future__ import annotations

import re
from decimal import Decimal

from attribution.connectors.payload import Fields
from core.money import minor_of

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f']")
# The last separator is the one before the fraction. A lone comma before three digits is refused:
# nobody can say whether "1,200" is a thousand.
_POINT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?", re.ASCII)
_COMMA = re.compile(r"[0-9]{1,15},([0-9]{1,2}|[0-9]{4,10})", re.ASCII)
_GROUPS_POINT = re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,10}", re.ASCII)
_GROUPS_COMMA = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,10}", re.ASCII)


def price_plain(text: str) -> str | None:
    """ "1 200,50" as "1200.50"; None when it is no amount, negative, or could be two."""
    bare = _SPACES.sub("", text)
    if _POINT.fullmatch(bare):
        return bare
    if _COMMA.fullmatch(bare):
        return bare.replace(",", ".")
    if _GROUPS_POINT.fullmatch(bare):
        return bare.replace(",", "")
    if _GROUPS_COMMA.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    return None


def price_minor(fields: Fields, key: str, currency: str) -> int | None:
    """Minor units; None when the field is absent or empty.

    Raises:
        UnknownPayload: anything else that is no amount, or a negative one.
    """
    value = fields.raw(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise fields.wrong(key, "not an amount")
    plain = price_plain(value) if isinstance(value, str) else value
    try:
        minor = minor_of(plain, currency) if plain is not None else -1
    except (ValueError, ArithmeticError):
        raise fields.wrong(key, "not an amount") from None
    if minor < 0:
        raise fields.wrong(key, "not an amount")
    return minor
