"""A shop on Shopify: Shopify makes the secret that its calls are signed with; a token to its API,
which may come later, lets us make the webhooks ourselves and find what they lose."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import PollConnection
from attribution.connectors.shopify.client import TOKEN_LENGTH_MAX, Ask
from attribution.connectors.shopify.listing import probe
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole, same_seller, trial, trial_told
from core.errors import Invalid

DOMAIN = ".myshopify.com"
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)


def _read(typed: Typed, known: Connection | None) -> Given:
    """What was not typed in again stays; at first the secret must be there. A new token is of the
    shop that is known."""
    secret, token = typed.get("secret", "").strip(), typed.get("token", "").strip()
    domain = known.settings["seller_id"] if known else _domain_require(typed.get("shop", ""))
    if not (secret or (known and token)):
        raise Invalid.of("secret", _("Without the secret nobody can tell whose calls they are."))
    for name, value in (("secret", secret), ("token", token)):
        if value and not is_whole(value, most=TOKEN_LENGTH_MAX):
            raise Invalid.of(name, _("Copy it again, from the first letter to the last."))
    own = {"seller_id": domain, "base_url": _base_url(domain)}
    given = Given(token=token, secret=secret, settings=own)
    if token:
        _try(given)
    return given


def _domain_require(text: str) -> str:
    """Raises: Invalid: no address of a shop at Shopify."""
    typed = text.strip().lower().removeprefix("https://").split("/")[0]
    handle = typed.removesuffix(DOMAIN)
    if not _HANDLE.fullmatch(handle):
        message = _("Type the address that ends with .myshopify.com: it is in Settings, Domains.")
        raise Invalid.of("shop", message)
    return handle + DOMAIN


def _base_url(domain: str) -> str:
    if settings.SANDBOX_URL:
        return f"{settings.SANDBOX_URL}/shopify/{domain.removesuffix(DOMAIN)}"
    return f"https://{domain}"


def _try(given: Given) -> None:
    """Raises: Invalid: the shop refuses, or does not answer."""
    with trial_told(
        "token",
        wrong=_("The shop does not take this token."),
        denied=_("This token may not read orders. Give the application the scope read_orders."),
        silent=_("There is no shop at this address, or Shopify does not answer right now."),
        silent_field="shop",
    ):
        probe(trial(Ask, PollConnection(given.token, given.settings)))


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
