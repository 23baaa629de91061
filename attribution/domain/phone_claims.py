"""A phone number that a follower leaves for an influencer, before we forget it. Pure.

Kaspi tells a shop the buyer's number and nothing that could come from a link. A follower who leaves
the same number on the influencer's page, and agrees to it, makes the two comparable: as HMACs under
a key of the brand's own (facts/merchants.md 6.2: a bare hash of a Kazakh number is guessed in
minutes).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from enum import IntEnum

from core.errors import DomainError
from core.phone import PhoneError, phone_parse

TEXT_CHARS_MAX = 40
PEPPER_BYTES = 32
MASKED_DIGITS = 2  # of the end: enough for the follower to recognise their own
# Who buys first and claims then, as with receipts (facts/merchants.md 6.1)
AFTER_ORDER = timedelta(hours=72)
# facts/merchants.md 6.2; the number of a house begins so too, and no buyer on Kaspi has one
MOBILE = re.compile(r"\+77[0-9]{9}")


class PhoneRefusal(IntEnum):
    """Why a number is not taken. Numbers never change: people refer to them."""

    NOT_A_PHONE = 301
    NO_CONSENT = 302
    TOO_MANY_OF_PERSON = 303
    TOO_MANY_OF_INFLUENCER = 304
    NO_SUCH_PAGE = 305
    CONSENT_CHANGED = 306  # another text, or another day in it, since the page was opened


class PhoneRefused(DomainError):
    """Not a number that we can take; `refusal` says why, pages have the words."""

    status = 422

    def __init__(self, refusal: PhoneRefusal) -> None:
        super().__init__(refusal.name, code=f"phone_{refusal.value}")
        self.refusal = refusal


def claim_phone(text: str) -> str:
    """E.164 of a mobile number of Kazakhstan as a person types it: "8 701 000 00 01",
    "7010000001".

    Raises:
        PhoneRefused: it is none.
    """
    typed = text.strip()
    try:
        phone = phone_parse(typed) if 0 < len(typed) <= TEXT_CHARS_MAX else ""
    except PhoneError:
        phone = ""
    if not MOBILE.fullmatch(phone):
        raise PhoneRefused(PhoneRefusal.NOT_A_PHONE)
    return phone


def phone_hmac(pepper: bytes, phone: str) -> str:
    """64 hex digits: equal for the same number under the same pepper, and nothing else."""
    assert len(pepper) == PEPPER_BYTES, len(pepper)
    return hmac.new(pepper, phone.encode(), hashlib.sha256).hexdigest()
