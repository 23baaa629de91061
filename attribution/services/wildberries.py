"""Wildberries' token says everything of itself: it is checked without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.wildberries.client import HOSTS
from attribution.connectors.wildberries.token import (
    Refusal,
    TokenInfo,
    TokenMalformed,
    categories_lacking,
    token_read,
    token_refusal,
)
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, same_seller
from core import clock
from core.errors import Invalid

TOKEN_REFUSALS: Mapping[Refusal, Any] = {
    "personal_token": gettext_lazy(
        "This is a personal token: Wildberries forbids giving it to services. Make a service token."
    ),
    "test_token": gettext_lazy("This is a token of the test environment: it shows no real orders."),
    "expired": gettext_lazy("This token has expired. Make a new one."),
    "missing_analytics": gettext_lazy(
        "The token lacks the category «Analytics»: the order feed needs it."
    ),
    "missing_finance": gettext_lazy(
        "The token lacks the category «Finance»: the sales report needs it."
    ),
    "writable_token": gettext_lazy(
        "This token may change things in your cabinet. Make one that is read-only."
    ),
}


def token_require(token: str) -> TokenInfo:
    """What a Wildberries token says, or Invalid with every reason why we do not take it."""
    try:
        info = token_read(token)
    except TokenMalformed:
        raise _wrong_token(
            [_("This is not a whole token. Copy it again, from the first letter to the last.")]
        ) from None
    reasons = token_refusal(info, clock.now(), allow_test=bool(settings.SANDBOX_URL))
    if reasons:
        raise _wrong_token([str(TOKEN_REFUSALS[reason]) for reason in reasons])
    return info


def _wrong_token(messages: list[str]) -> Invalid:
    return Invalid(" ".join(messages), fields={"token": messages})


def _token_settings(info: TokenInfo) -> dict[str, Any]:
    own: dict[str, Any] = {
        "seller_id": info.seller_id,
        "token_kind": info.kind,
        "token_expires_at": info.expires_at.isoformat(),
        "categories_lacking": categories_lacking(info),
    }
    if settings.SANDBOX_URL:
        own["base_urls"] = {host: f"{settings.SANDBOX_URL}/wildberries/{host}" for host in HOSTS}
    return own


def _read(typed: Typed, known: Connection | None) -> Given:
    token = typed.get("token", "").strip()
    return Given(token=token, settings=_token_settings(token_require(token)))


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
