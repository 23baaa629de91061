"""Ozon's key: it is checked by asking Ozon before we keep it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.base import (
    AccessDenied,
    ConnectorError,
    CredentialsRefused,
    PollConnection,
)
from attribution.connectors.ozon.client import key_read
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, same_seller
from core import clock
from core.errors import Invalid
from core.http import OutgoingError, outgoing

OZON = "ozon"
CLIENT_ID_DIGITS_MAX = 18
KEY_CHARS_MAX = 200
# In the demo and in tests the stand-in rings, from this machine or from a container beside it.
SANDBOX_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

NO_ANSWER = gettext_lazy("Ozon does not answer right now. Try again in some minutes.")


def key_require(client_id: str, key: str) -> dict[str, Any]:
    """The settings of a connection with this key, once Ozon has said that the two belong together.

    Calls Ozon: outside of any transaction.

    Raises:
        Invalid: the fields cannot be right, or Ozon refuses them; in words for the brand.
    """
    own_id, own_key = client_id.strip(), key.strip()
    if not (own_id.isascii() and own_id.isdigit() and len(own_id) <= CLIENT_ID_DIGITS_MAX):
        raise Invalid.of("client_id", _("The Client-Id is a number: copy it from Ozon's settings."))
    if not own_key or len(own_key) > KEY_CHARS_MAX or not own_key.isascii() or " " in own_key:
        raise Invalid.of("token", _("This is not a whole key. Copy it again."))
    own: dict[str, Any] = {"client_id": own_id, "seller_id": own_id}
    if settings.SANDBOX_URL:
        own["base_url"] = f"{settings.SANDBOX_URL}/ozon"
        own["push_networks"] = list(SANDBOX_NETWORKS)
    try:
        info = key_read(outgoing(), PollConnection(own_key, own), now=clock.now())
    except (CredentialsRefused, AccessDenied):
        message = _("Ozon refuses this key with this Client-Id: one of them is wrong or has ended.")
        raise Invalid.of("token", message) from None
    except (ConnectorError, OutgoingError):
        raise Invalid.of("token", str(NO_ANSWER)) from None
    if info.expires_at is not None:
        own["token_expires_at"] = info.expires_at.isoformat()
    return own


def _read(typed: Typed, known: Connection | None) -> Given:
    """A new key is of the account that is known."""
    client_id = known.settings["client_id"] if known else typed.get("client_id", "")
    key = typed.get("token", "")
    return Given(token=key.strip(), settings=key_require(client_id, key))


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
