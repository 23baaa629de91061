"""A shop of InSales: its address and the password of an application, tried before we keep them."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.connectors.base import PollConnection
from attribution.connectors.insales.client import Ask
from attribution.connectors.insales.listing import probe
from attribution.models import Connection
from attribution.services.setup import Given, Setup, Typed, is_whole, same_seller, trial, trial_told
from core.errors import Invalid

HOST_CHARS_MAX, CREDENTIAL_CHARS_MAX = 253, 200
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)


def _read(typed: Typed, known: Connection | None) -> Given:
    """A new password is of the shop that is known."""
    host = known.settings["seller_id"] if known else host_require(typed.get("shop", ""))
    app_id, password = typed.get("app_id", "").strip(), typed.get("password", "").strip()
    for name, value in (("app_id", app_id), ("password", password)):
        if not is_whole(value, most=CREDENTIAL_CHARS_MAX, without=" :"):
            raise Invalid.of(name, _("Copy it again from the page of the application in InSales."))
    given = Given(
        token=f"{app_id}:{password}",
        settings={"seller_id": host, "base_url": _base_url(host)},
    )
    _try(given)
    return given


def host_require(text: str) -> str:
    """The host of what a person typed as the address of a shop.

    Raises:
        Invalid: it is no address.
    """
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").split("/")[0]
    if len(host) > HOST_CHARS_MAX or not _HOST.fullmatch(host):
        raise Invalid.of(
            "shop", _("Type the address of the shop, for example myshop.myinsales.kz.")
        )
    return host


def _base_url(host: str) -> str:
    if settings.SANDBOX_URL:
        return f"{settings.SANDBOX_URL}/insales"
    return f"https://{host}"


def _try(given: Given) -> None:
    """Raises: Invalid: the shop refuses, or does not answer."""
    with trial_told(
        "password",
        wrong=_("The shop does not take this id with this password."),
        denied=_("This application may not read orders. Give it that right in InSales."),
        silent=_("There is no InSales shop at this address, or it does not answer right now."),
        silent_field="shop",
    ):
        probe(trial(Ask, PollConnection(given.token, given.settings)))


SETUP = Setup(_read, is_same=same_seller, may_follow=same_seller)
