"""How to reach a buyer, as far as what a source holds can be a number or an address."""

from __future__ import annotations

from attribution.connectors.base import EMAIL_MAX, PHONE_MAX
from attribution.connectors.payload import Fields
from core.phone import PhoneError, phone_parse


def phone_or_none(text: str, *, region: str = "KZ") -> str | None:
    """E.164; `region` is where a number without a country code is from."""
    try:
        return phone_parse(text[:PHONE_MAX], region=region)
    except PhoneError:
        return None


def email_or_none(text: str) -> str | None:
    return text.lower() if "@" in text and len(text) <= EMAIL_MAX else None


def phone_of(person: Fields, *, region: str = "KZ") -> str | None:
    return phone_or_none(person.text_cut("phone", length_max=PHONE_MAX), region=region)


def email_of(person: Fields, name: str = "email") -> str | None:
    return email_or_none(person.text_cut(name, length_max=EMAIL_MAX + 1))
