"""A shop on WooCommerce: its calls are signed with our secret; a key to its REST API, which may
come later, lets us find what its calls lost. The key is tried before we keep it."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import PollConnection
from attribution.connectors.woocommerce.client import KEY_LENGTH_MAX, Ask
from attribution.connectors.woocommerce.connector import READS_REFUNDS
from attribution.connectors.woocommerce.listing import probe
from attribution.domain.shop_address import shop_root
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole, trial, trial_told
from core.errors import Invalid
from core.http import OutgoingRefused

FIELDS = ("address", "consumer_key", "consumer_secret")


def _read(typed: Typed, known: Connection | None) -> Given:
    """Nothing typed: the shop only calls us. A new key is of the shop that is known."""
    address, key, secret = (typed.get(name, "").strip() for name in FIELDS)
    if known is None and not (address or key or secret):
        return Given()
    root = _root(address, known)
    for name, value in (("consumer_key", key), ("consumer_secret", secret)):
        if not is_whole(value, most=KEY_LENGTH_MAX, without=" :"):
            raise Invalid.of(name, _("Copy it again, from the first letter to the last."))
    own = {"seller_id": root.partition("://")[2], "base_url": root, READS_REFUNDS: True}
    given = Given(token=f"{key}:{secret}", settings=own)
    _try(given)
    return given


def _root(address: str, known: Connection | None) -> str:
    """Raises: Invalid: no address of a shop that we may call."""
    if not address and known is not None and "base_url" in known.settings:
        return str(known.settings["base_url"])
    sandbox = settings.SANDBOX_URL
    if sandbox and address.startswith(f"{sandbox}/shop/"):
        return address.rstrip("/")
    try:
        return shop_root(address)
    except ValueError:
        message = _("Type the address of the shop as buyers see it: https://shop.kz")
        raise Invalid.of("address", message) from None


def _try(given: Given) -> None:
    """Raises: Invalid: the shop refuses, or does not answer."""
    silent = _(
        "There is no WooCommerce at this address, or it does not answer right now. Its permalinks"
        " must not be “plain”."
    )
    with trial_told(
        "consumer_key",
        wrong=_("The shop does not take this key."),
        denied=_("This key may not read the orders of the shop."),
        silent=silent,
        silent_field="address",
    ):
        try:
            probe(trial(Ask, PollConnection(given.token, given.settings)))
        except OutgoingRefused:
            message = _(
                "We may not call this address, or it leads on to another one: type that one."
            )
            raise Invalid.of("address", message) from None


def _is_same(known: Connection, given: Given) -> bool:
    """Of shops that gave no address nobody can tell."""
    address = given.settings.get("base_url")
    return address is not None and known.settings.get("base_url") == address


def _may_follow(known: Connection, given: Given) -> bool:
    """Another shop is another source: its orders have numbers of their own."""
    return known.settings.get("base_url") in (None, given.settings.get("base_url"))


SETUP = Setup(_read, is_same=_is_same, may_follow=_may_follow, makes_secret=True)
