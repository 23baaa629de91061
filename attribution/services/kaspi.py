"""Kaspi's token: what we ask of it before we keep it.

It may do everything in the shop's cabinet and says nothing of itself, so that only Kaspi can tell
whether it is right: it is asked once, cheaply, while the brand waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import ConnectorError, PollConnection, SourceRefused
from attribution.connectors.kaspi.client import TOKEN_LENGTH_MAX, Ask
from attribution.connectors.kaspi.orders import order_is_seen, token_probe
from attribution.models import Connection, Order
from attribution.services.setup import Given, Setup, Typed, is_whole, same_token, trial
from core.errors import Invalid
from core.http import OutgoingError
from core.tenancy.context import acting_as


def token_settings(token: str) -> dict[str, Any]:
    """The settings of a connection with this token, once Kaspi has taken it.

    Raises:
        Invalid: no token, one that Kaspi refuses, or no answer from Kaspi.
    """
    secret = token.strip()
    if not is_whole(secret, most=TOKEN_LENGTH_MAX):
        raise Invalid.of(
            "token",
            _("This is not a whole token. Copy it again, from the first letter to the last."),
        )
    own: dict[str, Any] = {}
    if settings.SANDBOX_URL:
        own["base_url"] = f"{settings.SANDBOX_URL}/kaspi/shop/api/v2"
    try:
        token_probe(trial(Ask, PollConnection(secret, own)))
    except SourceRefused as refused:
        if refused.status in (401, 403):
            raise Invalid.of(
                "token", _("Kaspi does not take this token. Copy it from the cabinet.")
            ) from None
        raise _no_answer() from None
    except (ConnectorError, OutgoingError):
        raise _no_answer() from None
    return own


def has_orders(connection: Connection) -> bool:
    """Whether there is an order to tell its shop by."""
    with acting_as(system="know a shop"):
        return Order.objects.filter(connection=connection).exists()


def is_shop_of(connection: Connection, own: Mapping[str, Any], token: str) -> bool:
    """Whether a token is of the shop of a connection: it shows the newest order there.

    Raises:
        Invalid: Kaspi does not answer.
    """
    with acting_as(system="know a shop"):
        newest = Order.objects.filter(connection=connection).order_by("-placed_at").first()
    if newest is None:
        return False
    try:
        return shop_shows_order(PollConnection(token.strip(), own), newest.external_id)
    except (ConnectorError, OutgoingError):
        raise _no_answer() from None


def shop_shows_order(asked: PollConnection, number: str) -> bool:
    """Whether the shop of this token has the order.

    Raises:
        ConnectorError, OutgoingError: Kaspi said neither yes nor no.
    """
    return order_is_seen(trial(Ask, asked), number)


def _no_answer() -> Invalid:
    return Invalid.of(
        "token", _("Kaspi does not answer us right now. Your token was not kept: try again.")
    )


def _read(typed: Typed, known: Connection | None) -> Given:
    """Without a token a new shop is never asked: its exports are uploaded."""
    token = typed.get("token", "").strip()
    if not token and known is None:
        return Given()
    return Given(token=token, settings=token_settings(token))


def _is_same(known: Connection, given: Given) -> bool:
    """A token says nothing of its owner: it is tried on an order of theirs."""
    if not given.token:
        return False
    return same_token(known, given) or is_shop_of(known, given.settings, given.token)


def _may_follow(known: Connection, given: Given) -> bool:
    """Before the first order nobody can tell."""
    return not has_orders(known) or is_shop_of(known, given.settings, given.token)


SETUP = Setup(_read, is_same=_is_same, may_follow=_may_follow)
