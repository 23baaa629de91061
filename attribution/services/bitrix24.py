"""Bitrix24: the address of an inbound webhook, tried before it is kept, and the token of the
outgoing one, which its portal shows only once that webhook is made."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import PollConnection
from attribution.connectors.bitrix24.client import DOMAINS
from attribution.models import Connection
from attribution.services.crm import account_require, account_settings
from attribution.services.setup import Given, Setup, Typed, same_seller
from core.errors import Invalid

BITRIX24 = "bitrix24"
URL_CHARS_MAX, APPLICATION_TOKEN_CHARS_MAX = 300, 128
_URL = re.compile(
    r"https://(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.(?P<domain>[a-z0-9.]{1,60})"
    r"/rest/(?P<user>[0-9]{1,10})/(?P<code>[A-Za-z0-9]{6,80})/?(?:[a-z.]{1,60})?",
    re.ASCII,
)
_APPLICATION_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{8,{APPLICATION_TOKEN_CHARS_MAX}}}", re.ASCII)


def url_require(text: str) -> tuple[str, str]:
    """(the portal, what it is asked with) from the address of an inbound webhook.

    Raises:
        Invalid: it is none, or not at the vendor's own domains.
    """
    found = _URL.fullmatch(text.strip()) if len(text) <= URL_CHARS_MAX else None
    if found is None or found["domain"] not in DOMAINS:
        raise Invalid.of(
            "token",
            _(
                "Copy the whole address of the inbound webhook, for example"
                " https://brand.bitrix24.kz/rest/1/….../"
            ),
        )
    return f"{found['name']}.{found['domain']}", f"{found['user']}/{found['code']}"


def _read(typed: Typed, known: Connection | None) -> Given:
    """Later each of the two may be given alone."""
    secret = typed.get("application_token", "").strip()
    if secret and not _APPLICATION_TOKEN.fullmatch(secret):
        raise Invalid.of(
            "application_token", _("Copy the application token from the outgoing webhook.")
        )
    address = typed.get("token", "").strip()
    if known is not None and not address:
        return Given(secret=secret, settings={"seller_id": known.settings["seller_id"]})
    portal, token = url_require(address)
    own: dict[str, Any] = {"seller_id": portal, "base_url": _base_url(portal)}
    if known is not None:  # its fields are read as they were chosen
        own = {**known.settings, **own}
    account = account_require(BITRIX24, PollConnection(token, own), field="token")
    return Given(
        token=token,
        secret=secret,
        settings={
            "seller_id": portal,
            "base_url": own["base_url"],
            **account_settings(account, known),
        },
    )


def _base_url(portal: str) -> str:
    if settings.SANDBOX_URL:
        return f"{settings.SANDBOX_URL}/bitrix24/rest"
    return f"https://{portal}/rest"


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
