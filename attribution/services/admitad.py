"""Admitad's token: what we ask of it before we keep it.

It says nothing of its account, so that only Admitad can tell whether it is right: it is asked
once, cheaply, while the brand waits.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.admitad.actions import token_probe
from attribution.connectors.admitad.client import TOKEN_LENGTH_MAX, Ask
from attribution.connectors.base import PollConnection
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole, trial, trial_told
from core.errors import Invalid


def token_settings(token: str) -> dict[str, Any]:
    """The settings of a connection with this token, once Admitad has taken it. Outside of any
    transaction.

    Raises:
        Invalid: no token, one that Admitad refuses, or no answer from Admitad.
    """
    secret = token.strip()
    if not is_whole(secret, most=TOKEN_LENGTH_MAX):
        raise Invalid.of(
            "token",
            _("This is not a whole token. Copy it again, from the first letter to the last."),
        )
    own: dict[str, Any] = {}
    if settings.SANDBOX_URL:
        own["base_url"] = f"{settings.SANDBOX_URL}/admitad"
    with trial_told(
        "token",
        wrong=_("Admitad does not take this token: it is wrong or has ended."),
        denied=_("This token may not read the statistics of Admitad. Make one with that right."),
        silent=_("Admitad does not answer us right now. Your token was not kept: try again."),
    ):
        token_probe(trial(Ask, PollConnection(secret, own)))
    return own


def _read(typed: Typed, known: Connection | None) -> Given:
    token = typed.get("token", "").strip()
    return Given(token=token, settings=token_settings(token))


SETUP = Setup(_read)
