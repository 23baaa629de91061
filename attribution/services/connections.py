"""A brand's sources of orders: connecting one, changing its secret, switching it off and on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from django.utils.translation import gettext as _

from attribution.connectors.receipt.connector import RECEIPT
from attribution.connectors.registry import POLLS
from attribution.models import Connection, PollCursor
from attribution.selectors.connections import connection_secrets
from attribution.services import (
    acquirer,
    admitad,
    amocrm,
    api_orders,
    bitrix24,
    insales,
    kaspi,
    ozon,
    ozon_traffic,
    postbacks,
    shopify,
    taplink,
    tilda,
    wildberries,
    woocommerce,
)
from attribution.services.doorbell import cursors_hurry
from attribution.services.polling import cursors_ensure
from attribution.services.setup import NAME_ONLY, Given, Setup
from brands.models import Brand
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, Invalid, NotFound
from core.tenancy.context import acting_as

NAME_CHARS_MAX = 80
CONNECTIONS_MAX = 20
SECRETS_KEPT = 2  # the new one, and the one before it while the shop is being changed

SETUPS: Mapping[str, Setup] = {
    "woocommerce": woocommerce.SETUP,
    "shopify": shopify.SETUP,
    "wildberries": wildberries.SETUP,
    "ozon": ozon.SETUP,
    "ozon_traffic": ozon_traffic.SETUP,
    "kaspi": kaspi.SETUP,
    "insales": insales.SETUP,
    "taplink": taplink.SETUP,
    "tilda": tilda.SETUP,
    "amocrm": amocrm.SETUP,
    "bitrix24": bitrix24.SETUP,
    "admitad": admitad.SETUP,
    "file": NAME_ONLY,
    "acquirer": acquirer.SETUP,
    postbacks.POSTBACK: postbacks.SETUP,
    api_orders.API: api_orders.SETUP,
    RECEIPT: NAME_ONLY,
}


class ConnectionConflict(DomainError):
    """The connection's state does not allow it."""

    code = "connection_state"


def connection_create(
    *, brand: Brand, source: str, name: str, **typed: str
) -> tuple[Connection, str]:
    """Connect a source; where we make its secret or key also that, shown once ("" else).

    `typed` are the fields of the source's form beside its name.

    Raises:
        NotFound: no such source.
        Invalid: no name, or a token that we cannot or may not use (every reason is said).
        ConnectionConflict: the same account, or too many sources, are connected already.
    """
    if source not in SETUPS:
        raise NotFound(_("There is no such source."))
    title = _name_require(name)
    setup = SETUPS[source]
    given = setup.read(typed, None)
    if setup.has_token:
        _new_require(brand, source, given)
    secret = secrets.token_urlsafe(32) if setup.makes_secret and not given.is_unsigned else ""
    with acting_as(system="connect a source"):
        if setup.is_single and Connection.objects.filter(brand=brand, source=source).exists():
            raise ConnectionConflict(_("This is connected already: see its page."))
        connection = _create(brand, source, title, given, secret or given.secret)
        if source in POLLS and given.token:
            cursors_ensure(connection)
        if setup.key_make is not None:
            secret = setup.key_make(brand.pk, title)
        setup.connected(connection)
    return connection, secret


def _new_require(brand: Brand, source: str, given: Given) -> None:
    with acting_as(system="connect a source"):
        known = list(Connection.objects.filter(brand=brand, source=source).order_by("id"))
    if any(SETUPS[source].is_same(each, given) for each in known):
        raise ConnectionConflict(
            _("This seller is connected already. Give the new token to that connection.")
        )


def _create(brand: Brand, source: str, title: str, given: Given, secret: str) -> Connection:
    if Connection.objects.filter(brand=brand).count() >= CONNECTIONS_MAX:
        raise ConnectionConflict(_("There are 20 connections already. Write to support."))
    connection = Connection.objects.create(
        brand=brand,
        source=source,
        name=title,
        token=given.token,
        secrets=json.dumps([secret] if secret else []),
        settings=dict(given.settings),
    )
    audit_record("connection.create", connection, after={"source": source, "name": title})
    return connection


def connection_secret_rotate(*, connection_id: int) -> tuple[Connection, str]:
    """A new secret for a source that signs with ours, or a new key, shown once. The one before
    works on until the next rotation, so that nothing is refused while the shop is being changed.

    Raises:
        NotFound: no such connection.
        ConnectionConflict: a source with a token and no secret of ours.
    """
    with acting_as(system="rotate a secret"):
        connection = _locked(connection_id)
        if not has_secret(connection):
            raise ConnectionConflict(_("This source has a token: give it a new one."))
        secret = _secret_renew(connection)
        audit_record("connection.secret_rotate", connection)
    return connection, secret


def has_secret(connection: Connection) -> bool:
    """Whether we make what its calls are signed or let in with."""
    setup = SETUPS[connection.source]
    return setup.key_make is not None or (
        setup.makes_secret and bool(connection_secrets(connection))
    )


def _secret_renew(connection: Connection) -> str:
    if (key_make := SETUPS[connection.source].key_make) is not None:
        return key_make(connection.brand_id, connection.name)
    secret = secrets.token_urlsafe(32)
    _secret_put(connection, secret)
    connection.save(update_fields=["secrets"])
    return secret


def _secret_put(connection: Connection, secret: str) -> None:
    """The newest; the one before it is kept."""
    others = [each for each in connection_secrets(connection) if each != secret]
    connection.secrets = json.dumps([secret, *others][:SECRETS_KEPT])


def connection_token_change(*, connection_id: int, **typed: str) -> Connection:
    """A new token for a source that we ask: the same seller's, before the old one ends.

    `typed` are the fields of the source's form for it. What was not typed in again stays.

    Raises:
        NotFound: no such connection.
        ConnectionConflict: a source that has none.
        Invalid: a token that we may not use, or another seller's.
    """
    with acting_as(system="change a token"):
        known = _locked(connection_id)
    setup = SETUPS[known.source]
    if not setup.has_token:
        raise ConnectionConflict(_("This source has a secret and no token."))
    given = setup.read(typed, known)
    if not setup.may_follow(known, given):
        message = _("This is another seller's token. Connect it as a new source.")
        raise Invalid.of("token", message)
    with acting_as(system="change a token"):
        connection = _locked(connection_id)
        _given_put(connection, given)
        if connection.source in POLLS and connection.token:
            cursors_ensure(connection)  # one that had files only is asked from now on
        PollCursor.objects.filter(connection=connection).update(  # what limited the old one is over
            next_at=clock.now(), failures=0, limited_until=None
        )
        setup.connected(connection)
        audit_record("connection.token_change", connection)
    return connection


def _given_put(connection: Connection, given: Given) -> None:
    connection.settings.pop("token_expires_at", None)  # a key of Ozon may have no end
    connection.settings |= given.settings
    connection.token = given.token or connection.token
    if given.secret:
        _secret_put(connection, given.secret)
    connection.state, connection.error = Connection.State.NEW, ""
    connection.save(update_fields=["settings", "token", "secrets", "state", "error"])


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
        is_asked = connection.source in POLLS and bool(connection.token)
        if not is_asked or connection.state == Connection.State.OFF:
            raise ConnectionConflict(_("This source is not read by us now."))
        # A pause that the source itself asked for stays: only those after failures are cut.
        cursors_hurry(PollCursor.objects.filter(connection=connection, failures__gt=0))
    return connection


def _name_require(name: str) -> str:
    title = name.strip()
    if not title or len(title) > NAME_CHARS_MAX:
        message = _("Name the source, so that you recognise it.")
        raise Invalid.of("name", message)
    return title


def _locked(connection_id: int) -> Connection:
    found = Connection.objects.select_for_update().filter(pk=connection_id).first()
    if found is None:
        raise NotFound(_("There is no such connection."))
    return found
