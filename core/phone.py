"""Phone numbers in the one form we store: E.164, e.g. +77010000001."""

from __future__ import annotations

import phonenumbers


class PhoneError(ValueError):
    """Not a phone number that can exist."""


def phone_parse(text: str, *, region: str = "KZ") -> str:
    """E.164 of what a person typed ("8 701 000 00 01" is +77010000001).

    Raises:
        PhoneError: no such number can exist.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneError(str(error)) from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneError("no such number can exist")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_mask(e164: str) -> str:
    """+7 701 *** ** 01: enough to recognise, too little to call."""
    return f"{e164[:2]} {e164[2:5]} *** ** {e164[-2:]}"
