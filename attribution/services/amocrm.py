"""amoCRM: the address of an account and a long-lived token, tried before they are kept."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.amocrm.client import DOMAINS, TOKEN_LENGTH_MAX, token_ends_at
from attribution.connectors.base import PollConnection
from attribution.models import Connection
from attribution.services.crm import account_require, account_settings
from attribution.services.setup import Given, Setup, Typed, is_whole, same_seller
from core.errors import Invalid
from core.money import MINOR_DIGITS

AMOCRM = "amocrm"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def host_require(text: str) -> str:
    """The host of an account, from what a person typed: its address, or its name alone.

    Raises:
        Invalid: nothing at the vendor's own domains.
    """
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").split("/")[0]
    name, _dot, domain = host.partition(".")
    if not _NAME.fullmatch(name) or (domain or DOMAINS[0]) not in DOMAINS:
        raise Invalid.of(
            "address", _("Type the address of your account, for example brand.amocrm.ru.")
        )
    return f"{name}.{domain or DOMAINS[0]}"


def _read(typed: Typed, known: Connection | None) -> Given:
    """A new token is of the account that is known."""
    host = known.settings["host"] if known else host_require(typed.get("address", ""))
    token = typed.get("token", "").strip()
    if not is_whole(token, most=TOKEN_LENGTH_MAX):
        raise Invalid.of(
            "token",
            _("This is not a whole token. Copy it again, from the first letter to the last."),
        )
    own: dict[str, Any] = {"host": host, "base_url": _base_url(host)}
    if known is None:
        own["currency"] = _currency(typed)
    account = account_require(AMOCRM, PollConnection(token, own), field="token")
    if (ends_at := token_ends_at(token)) is not None:
        own["token_expires_at"] = ends_at.isoformat()
    return Given(token=token, settings={**own, **account_settings(account, known)})


def _base_url(host: str) -> str:
    return f"{settings.SANDBOX_URL}/amocrm" if settings.SANDBOX_URL else f"https://{host}"


def _currency(typed: Typed) -> str:
    currency = typed.get("currency", "")
    if currency not in MINOR_DIGITS:
        raise Invalid.of("currency", _("Choose the currency of the prices."))
    return currency


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
