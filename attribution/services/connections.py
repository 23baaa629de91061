"""A brand's sources of orders: connecting one, changing its secret, switching it off and on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.registry import FILES, POLLS, SOURCES
from attribution.connectors.wildberries.client import HOSTS
from attribution.connectors.wildberries.token import (
    Refusal,
    TokenInfo,
    TokenMalformed,
    categories_lacking,
    token_read,
    token_refusal,
)
from attribution.models import Connection, PollCursor
from attribution.selectors.connections import connection_secrets
from attribution.services import admitad, kaspi
from attribution.services.doorbell import cursors_hurry
from attribution.services.ozon import OZON, key_require
from attribution.services.polling import cursors_ensure
from brands.models import Brand
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.tenancy.context import acting_as

NAME_CHARS_MAX = 80
CONNECTIONS_MAX = 20
SECRETS_KEPT = 2  # the new one, and the one before it while the shop is being changed

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


class ConnectionConflict(DomainError):
    """The connection's state does not allow it."""

    code = "connection_state"


def connection_create(
    *, brand: Brand, source: str, name: str, token: str = "", client_id: str = ""
) -> tuple[Connection, str]:
    """Connect a source; for one that calls us also the secret it signs with, shown once.

    A source that we ask gives its `token` instead, and there is no secret to show (""); Ozon's is
    a key that works with the account's `client_id` only.

    Raises:
        NotFound: no such source.
        Invalid: no name, or a token that we cannot or may not use (every reason is said).
        ConnectionConflict: the same seller, or too many sources, are connected already.
    """
    if source not in SOURCES:
        raise NotFound(_("There is no such source."))
    title = _name_require(name)
    if source in POLLS:
        return _polled_create(brand, source, title, token, client_id), ""
    secret = secrets.token_urlsafe(32)
    return _create(brand, source, title, secret, {}), secret


def _polled_create(brand: Brand, source: str, title: str, token: str, client_id: str) -> Connection:
    """Without a token a source whose cabinet exports files is never asked."""
    if source in FILES and not token.strip():
        return _create(brand, source, title, "", {})
    own = _settings_of(source, token, client_id)
    with acting_as(system="connect a source"):
        known = list(Connection.objects.filter(brand=brand, source=source).order_by("id"))
    if any(_is_same_account(each, own, token) for each in known):
        raise ConnectionConflict(
            _("This seller is connected already. Give the new token to that connection.")
        )
    with acting_as(system="connect a source"):
        connection = _create(brand, source, title, token.strip(), own)
        cursors_ensure(connection)
    return connection


def _is_same_account(known: Connection, own: Mapping[str, Any], token: str) -> bool:
    """By what a token says of its owner; one that says nothing is tried on an order of theirs,
    where the source can be asked for one."""
    if "seller_id" in own:
        return bool(known.settings.get("seller_id") == own["seller_id"])
    if known.source == admitad.ADMITAD:
        return token.strip() in connection_secrets(known)
    return token.strip() in connection_secrets(known) or kaspi.is_shop_of(known, own, token)


def _create(brand: Brand, source: str, title: str, secret: str, own: dict[str, Any]) -> Connection:
    with acting_as(system="connect a source"):
        if Connection.objects.filter(brand=brand).count() >= CONNECTIONS_MAX:
            raise ConnectionConflict(_("There are 20 connections already. Write to support."))
        connection = Connection.objects.create(
            brand=brand,
            source=source,
            name=title,
            secrets=json.dumps([secret] if secret else []),
            settings=own,
        )
        audit_record("connection.create", connection, after={"source": source, "name": title})
    return connection


def connection_secret_rotate(*, connection_id: int) -> tuple[Connection, str]:
    """A new secret for a source that calls us, shown once. The one before works on until the next
    rotation, so that nothing is refused while the shop is being changed.

    Raises:
        NotFound: no such connection.
        ConnectionConflict: a source that we ask has a token and no secret.
    """
    with acting_as(system="rotate a secret"):
        connection = _locked(connection_id)
        if connection.source in POLLS:
            raise ConnectionConflict(_("This source has a token: give it a new one."))
        secret = secrets.token_urlsafe(32)
        _secrets_put(connection, [secret, *connection_secrets(connection)][:SECRETS_KEPT])
        audit_record("connection.secret_rotate", connection)
    return connection, secret


def connection_token_change(*, connection_id: int, token: str) -> Connection:
    """A new token for a source that we ask: the same seller's, before the old one ends.

    Raises:
        NotFound: no such connection.
        ConnectionConflict: a source that calls us has no token.
        Invalid: a token that we may not use, or another seller's.
    """
    with acting_as(system="change a token"):
        known = _locked(connection_id)
    if known.source not in POLLS:
        raise ConnectionConflict(_("This source has a secret and no token."))
    own = _settings_of(known.source, token, known.settings.get("client_id", ""))
    if not _may_follow(known, own, token):
        raise _wrong_token([_("This is another seller's token. Connect it as a new source.")])
    with acting_as(system="change a token"):
        connection = _locked(connection_id)
        connection.settings.pop("token_expires_at", None)  # a key of Ozon may have no end
        connection.settings |= own
        connection.state, connection.error = Connection.State.NEW, ""
        connection.save(update_fields=["settings", "state", "error"])
        _secrets_put(connection, [token.strip()])
        cursors_ensure(connection)  # one that had files only is asked from now on
        PollCursor.objects.filter(connection=connection).update(  # what limited the old one is over
            next_at=clock.now(), failures=0, limited_until=None
        )
        audit_record("connection.token_change", connection)
    return connection


def _may_follow(known: Connection, own: Mapping[str, Any], token: str) -> bool:
    """Whether a token is the same seller's; before the first order of Kaspi, and of an account of
    Admitad, nobody can tell."""
    if "seller_id" in own:
        return _is_same_account(known, own, token)
    if known.source == admitad.ADMITAD:
        return True
    return not kaspi.has_orders(known) or kaspi.is_shop_of(known, own, token)


def _secrets_put(connection: Connection, kept: list[str]) -> None:
    connection.secrets = json.dumps(kept)
    connection.save(update_fields=["secrets"])


def connection_switch(*, connection_id: int, is_on: bool) -> Connection:
    """Off: calls are refused as unknown and nothing is asked. On: it goes on where it stopped.

    Raises:
        NotFound: no such connection.
    """
    with acting_as(system="switch a source"):
        connection = _locked(connection_id)
        was_on = connection.state != Connection.State.OFF
        if was_on == is_on:
            return connection
        connection.state = Connection.State.NEW if is_on else Connection.State.OFF
        connection.silent_since = None  # whoever was told not to speak is not silent
        connection.save(update_fields=["state", "silent_since"])
        if is_on:
            cursors_hurry(PollCursor.objects.filter(connection=connection))
        audit_record("connection.switch", connection, after={"is_on": is_on})
    return connection


def connection_read_now(*, connection_id: int) -> Connection:
    """Ask a polled source as soon as its own limits allow.

    Raises:
        NotFound: no such connection.
        ConnectionConflict: it is off, or calls us by itself.
    """
    with acting_as(system="read a source"):
        connection = _locked(connection_id)
        if connection.source not in POLLS or connection.state == Connection.State.OFF:
            raise ConnectionConflict(_("This source is not read by us now."))
        # A pause that the source itself asked for stays: only those after failures are cut.
        cursors_hurry(PollCursor.objects.filter(connection=connection, failures__gt=0))
    return connection


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


TOKEN_SETTINGS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "wildberries": lambda token: _token_settings(token_require(token)),
    "kaspi": kaspi.token_settings,
    "admitad": admitad.token_settings,
}


def _settings_of(source: str, token: str, client_id: str) -> dict[str, Any]:
    """What a token says of itself, or its source of it. Outside of any transaction."""
    if source == OZON:
        return key_require(client_id, token)
    return TOKEN_SETTINGS[source](token)


def _name_require(name: str) -> str:
    title = name.strip()
    if not title or len(title) > NAME_CHARS_MAX:
        message = _("Name the source, so that you recognise it.")
        raise Invalid(message, fields={"name": [message]})
    return title


def _locked(connection_id: int) -> Connection:
    found = Connection.objects.select_for_update().filter(pk=connection_id).first()
    if found is None:
        raise NotFound(_("There is no such connection."))
    return found
