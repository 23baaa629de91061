"""Tilda: what its forms do not say and the brand does: the currency, and when they are sent."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole
from core.errors import Invalid
from core.money import MINOR_DIGITS

KEY_CHARS_MIN, KEY_CHARS_MAX = 8, 200
AFTER_PAYMENT = "after_payment"


def _read(typed: Typed, known: Connection | None) -> Given:
    """Nothing can be asked: the first form says whether all is right. The key is the merchant's
    own, and Tilda works without one."""
    key = typed.get("api_key", "").strip()
    if key and not is_whole(key, least=KEY_CHARS_MIN, most=KEY_CHARS_MAX):
        raise Invalid.of(
            "api_key", _("The key has from 8 to 200 Latin letters, digits and signs, no spaces.")
        )
    if known is not None:
        return Given(secret=key)
    currency = typed.get("currency", "")
    if currency not in MINOR_DIGITS:
        raise Invalid.of("currency", _("Choose the currency of the prices."))
    own: dict[str, Any] = {
        "currency": currency,
        "is_after_payment": typed.get("sent") == AFTER_PAYMENT,
        "hold_from_paid": True,  # Tilda never says that goods were received
    }
    return Given(secret=key, settings=own)


SETUP = Setup(_read)
