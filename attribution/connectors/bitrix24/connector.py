"""Bitrix24: events that ring, with a token that says whose they are, and deals that are read.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 2.2.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attribution.connectors.base import (
    BadSignature,
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
from attribution.connectors.bitrix24 import deals
from attribution.connectors.bitrix24.client import Ask
from attribution.connectors.crm.deals import deal_parse
from attribution.connectors.crm.reading import changes_read, known_read
from attribution.connectors.crm.stages import Account
from attribution.connectors.doors import Calls, Lists, bell_key
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.php_form import form_read

SOURCE = "bitrix24"
DEALS, DEALS_KNOWN = "deals", "deals_known"
TOKEN_KIND = "webhook"  # noqa: S105 a kind, there is only one
# Two questions a second in the long run, fifty at once; a page is three, or a few more for goods.
ENDPOINTS: Mapping[str, Endpoint] = {
    DEALS: Endpoint(DEALS, {TOKEN_KIND: 3}, round_seconds=900),
    DEALS_KNOWN: Endpoint(DEALS_KNOWN, {TOKEN_KIND: 5}, round_seconds=3_600),
}
CHANGED = ("ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY")
DELETED = "ONCRMDEALDELETE"
MEMBER_CHARS_MAX, EVENT_CHARS_MAX, KEY_PART_MAX = 64, 60, 40


class Bitrix24(Lists[Ask]):
    """The deals."""

    source = SOURCE
    endpoints = ENDPOINTS
    ask = Ask
    token_kind = TOKEN_KIND

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        if endpoint == DEALS_KNOWN:
            return known_read(SOURCE, ask, cursor, lambda ids: deals.deals_named(ask, ids))
        return changes_read(
            SOURCE, ask, cursor, lambda since, page: deals.deals_changed(ask, since, page)
        )

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        """Both lists keep the same record."""
        return deal_parse(Fields(json_read(raw)))

    def account(self, client: HttpClient, connection: PollConnection, *, now: datetime) -> Account:
        """As of CrmConnector."""
        return deals.account_read(Ask(client, connection, now, lambda _is_last: 1))


class Bitrix24Event(Calls):
    """The outgoing webhook: the id of a deal, the portal's name, and its application_token. That
    token is in every call as it is: it keeps strangers out, and proves nothing of the content."""

    source = SOURCE
    trust: Trust = "hint"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """The portal must be the one that was connected, and the member the one that called
        first."""
        try:
            auth = Fields(form_read(body)).child("auth")
            domain = auth.text("domain", length_max=253).lower()
            member = auth.text("member_id", length_max=MEMBER_CHARS_MAX)
        except UnknownPayload as error:
            raise CallRefused(400, error.reason) from None
        if domain != settings.get("seller_id"):
            raise CallRefused(403, "not this portal")
        if not hmac.compare_digest(
            member.encode(), str(settings.get("member_id", member)).encode()
        ):
            raise CallRefused(403, "not this member")

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """The application_token that the brand gave us; until it has, every call is refused, and
        the deals are read all the same."""
        try:
            token = Fields(form_read(body)).child("auth").text_or_none("application_token") or ""
        except UnknownPayload:
            raise BadSignature from None
        matches = [hmac.compare_digest(token.encode(), secret.encode()) for secret in secrets]
        if not token or not any(matches):
            raise BadSignature

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """A deal may change often in a second: one bell is enough for it."""
        try:
            form = Fields(form_read(body))
            event = form.text_cut("event", length_max=EVENT_CHARS_MAX)
            deal = form.child("data").child("FIELDS").text("ID", length_max=KEY_PART_MAX)
            return f"bell:{event}:{deal}:{form.text('ts', length_max=KEY_PART_MAX)}"
        except UnknownPayload:
            return bell_key(body)

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """A deal that was deleted is in no list of changes: those that we know are looked at."""
        form = Fields(form_read(body))
        event = form.text_cut("event", length_max=EVENT_CHARS_MAX).upper()
        member = form.child("auth").text("member_id", length_max=MEMBER_CHARS_MAX)
        endpoints = {**dict.fromkeys(CHANGED, (DEALS,)), DELETED: (DEALS_KNOWN,)}.get(event)
        return [Doorbell(endpoints, (("member_id", member),))] if endpoints else []
