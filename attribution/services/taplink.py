"""Taplink: the secret phrase that its webhooks are signed with, and where it asks for a code."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed
from core.errors import Invalid

SECRET_CHARS_MIN, SECRET_CHARS_MAX = 8, 200
FIELD_CHARS_MAX = 80


def _read(typed: Typed, known: Connection | None) -> Given:
    """Nothing can be asked: the first signed event says whether the phrase is right."""
    secret = typed.get("secret", "").strip()
    if not SECRET_CHARS_MIN <= len(secret) <= SECRET_CHARS_MAX:
        message = _("The secret phrase has from 8 to 200 characters: copy it from Taplink.")
        raise Invalid.of("secret", message)
    own = {"hold_from_paid": True}  # Taplink never says that goods were received
    if known is not None:
        return Given(secret=secret, settings=own)
    field = typed.get("code_field", "").strip()[:FIELD_CHARS_MAX]
    return Given(secret=secret, settings={**own, "code_field": field})


SETUP = Setup(_read)
