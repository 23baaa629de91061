"""amoCRM and Kommo: unsigned webhooks that ring, and leads that are read and believed.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attribution.connectors.amocrm import leads
from attribution.connectors.amocrm.client import Ask
from attribution.connectors.base import (
    CallRefused,
    Doorbell,
    Endpoint,
    HttpClient,
    IPAddress,
    PollConnection,
    PollPage,
    Snapshot,
    Trust,
    UnknownPayload,
)
from attribution.connectors.crm.deals import deal_parse
from attribution.connectors.crm.reading import changes_read, known_read
from attribution.connectors.crm.stages import Account
from attribution.connectors.doors import Lists, UnsignedCalls
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.php_form import form_read

SOURCE = "amocrm"
LEADS, LEADS_KNOWN = "leads", "leads_known"
TOKEN_KIND = "integration"  # noqa: S105 a kind, there is only one
# Seven questions a second are allowed to all integrations of an account; a page is at most two.
ENDPOINTS: Mapping[str, Endpoint] = {
    LEADS: Endpoint(LEADS, {TOKEN_KIND: 2}, round_seconds=900),
    LEADS_KNOWN: Endpoint(LEADS_KNOWN, {TOKEN_KIND: 5}, round_seconds=3_600),
}
DELETED = ("delete", "restore")


class AmoCrm(Lists[Ask]):
    """The leads."""

    source = SOURCE
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        if endpoint == LEADS_KNOWN:
            return known_read(SOURCE, ask, cursor, lambda ids: leads.leads_named(ask, ids))
        return changes_read(
            SOURCE, ask, cursor, lambda since, page: leads.leads_changed(ask, since, page)
        )

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        """Both lists keep the same record."""
        return deal_parse(Fields(json_read(raw)))

    def account(self, client: HttpClient, connection: PollConnection, *, now: datetime) -> Account:
        """As of CrmConnector."""
        return leads.account_read(Ask(client, connection, now, lambda _is_last: 1))


class AmoCrmWebhook(UnsignedCalls):
    """The webhook. Anybody could send it: it only says that leads changed, and of which account."""

    source = SOURCE
    trust: Trust = "hint"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """The account that it names must be the one that was connected."""
        try:
            form = Fields(form_read(body))
            account = form.child_or_empty("account")
            named = {
                name: account.text_or_none(name) for name in ("id", "subdomain") if name in account
            }
        except UnknownPayload as error:
            raise CallRefused(400, error.reason) from None
        own = {"id": settings.get("seller_id"), "subdomain": settings.get("subdomain")}
        if not named or any(own[name] != value for name, value in named.items()):
            raise CallRefused(403, "not this account")

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """A lead that was deleted is in no list of changes: those that we know are looked at."""
        actions = form_read(body).get("leads")
        if not isinstance(actions, dict):
            return []
        is_deletion = any(name in actions for name in DELETED)
        return [Doorbell((LEADS, LEADS_KNOWN) if is_deletion else (LEADS,))]
