"""Connecting Ozon's report on external traffic: a client of the Performance API, and the tag with
which Ozon wants the brand's links to begin. Both are asked of Ozon before they are kept.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PollConnection,
    SourceRefused,
)
from attribution.connectors.ozon.performance import Ask, Limited
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole, same_seller, trial
from campaigns.services.traffic_tags import traffic_tag_set
from core.errors import Invalid
from core.http import OutgoingError

CLIENT_CHARS_MAX = 200
_TAG = re.compile(r"vendor_org_([0-9]{1,18})", re.ASCII)


def _read(typed: Typed, known: Connection | None) -> Given:
    """A new secret is of the client that is known."""
    client = known.settings["client_id"] if known else typed.get("client_id", "").strip()
    tag = known.settings["seller_id"] if known else _tag_require(typed.get("tag", ""))
    secret = typed.get("token", "").strip()
    for field, text in (("client_id", client), ("token", secret)):
        if not is_whole(text, most=CLIENT_CHARS_MAX):
            raise Invalid.of(field, _("This is not whole. Copy it again."))
    own: dict[str, Any] = {"client_id": client, "seller_id": tag}
    if settings.SANDBOX_URL:
        own["base_url"] = f"{settings.SANDBOX_URL}/ozon/performance"
    _ozon_require(PollConnection(secret, own), tag)
    return Given(token=secret, settings=own)


def _tag_require(text: str) -> str:
    """People copy the tag with what stands around it: a "_" at its end, capital letters."""
    tag = text.strip().lower().rstrip("_")
    if not _TAG.fullmatch(tag):
        raise Invalid.of("tag", _("The tag looks like vendor_org_42: copy it from Ozon's cabinet."))
    return tag


def _ozon_require(asked: PollConnection, tag: str) -> None:
    """Ozon knows the client, and says that this is the tag of its organisation."""
    ask = trial(Ask, asked)
    try:
        said = ask.vendor_tag(ask.bearer(), tag.removeprefix("vendor_org_"))
    except CredentialsRefused:
        raise Invalid.of(
            "token", _("Ozon does not know this client, or not with this secret.")
        ) from None
    except SourceRefused as refused:
        if refused.status in (403, 404):
            raise Invalid.of("tag", _("Ozon says that this tag is not of this client.")) from None
        raise _no_answer() from None
    except (ConnectorError, OutgoingError, Limited):
        raise _no_answer() from None
    if said != tag:
        raise Invalid.of("tag", _("Ozon says that this tag is not of this client."))


def _no_answer() -> Invalid:
    return Invalid.of("token", _("Ozon does not answer right now. Try again in some minutes."))


def _connected(connection: Connection) -> None:
    """From now on the brand's links to Ozon carry a tag that Ozon counts."""
    start = f"{connection.settings['seller_id']}_"
    traffic_tag_set(brand_id=connection.brand_id, platform="ozon", start=start)


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller, connected=_connected)
