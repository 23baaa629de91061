"""Asking Ozon: the address, the two headers, and what its refusals mean.

facts/marketplaces.md 2.1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attribution.connectors.asking import DETAIL_MAX, Asking, beginning, limited_page, refused
from attribution.connectors.base import (
    HttpClient,
    HttpResponse,
    PollConnection,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_bytes, json_read

BASE_URL = "https://api-seller.ozon.ru"
ROLES_PATH = "/v1/roles"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 409, 429})
PAUSE_SECONDS_MAX = 86_400
_PAUSE_IN_WORDS = re.compile(r"after ([0-9]{1,6})", re.IGNORECASE)


class Ask(Asking):
    """With a Client-Id and its key."""

    def post(
        self, path: str, body: Mapping[str, Any], *, is_idempotent: bool = True
    ) -> HttpResponse:
        """One question. Everything at Ozon is a POST; reading twice does no harm."""
        return self.client.request(
            "POST",
            self.base_url(BASE_URL) + path,
            headers={
                "Client-Id": str(self.connection.settings.get("client_id") or ""),
                "Api-Key": self.connection.secret,
            },
            json=body,
            is_idempotent=is_idempotent,
            accept=STATUSES_ANSWERED,
        )

    def limited(self, response: HttpResponse, cursor: Mapping[str, Any]) -> PollPage:
        """429: the same page again, after the pause that Ozon names in a header or in its text."""
        delay = max(_pause_named(response) or self.delay_seconds(False), 1)
        return limited_page(cursor, delay)


def _pause_named(response: HttpResponse) -> int | None:
    named = response.headers.get("retry-after", "").strip()
    if not (named.isascii() and named.isdecimal()):
        in_words = _PAUSE_IN_WORDS.search(beginning(response.body))
        named = in_words[1] if in_words else ""
    return min(int(named), PAUSE_SECONDS_MAX) if named else None


def refusal(response: HttpResponse) -> SourceRefused:
    """The typed no, with the message of Ozon's envelope {"code", "message", "details"}."""
    try:
        text = Fields(json_read(response.body)).text_cut("message", length_max=DETAIL_MAX)
    except UnknownPayload:
        text = beginning(response.body)
    return refused(response.status, text)


def answered(response: HttpResponse) -> Fields:
    """The object in a 200.

    Raises:
        SourceRefused: any other status.
        UnknownPayload: a 200 that is no object.
    """
    if response.status != 200:
        raise refusal(response)
    return Fields(json_read(response.body))


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """`expires_at` is None for a key without an end, and where Ozon does not name one."""

    expires_at: datetime | None


def key_read(client: HttpClient, connection: PollConnection, *, now: datetime) -> KeyInfo:
    """What Ozon says about a key; proves at once that it belongs to the Client-Id.

    Raises:
        SourceRefused: it does not work.
        UnknownPayload: the answer is not Ozon's.
    """
    answer = answered(Ask(client, connection, now, lambda _: 1).post(ROLES_PATH, {}))
    return KeyInfo(answer.moment_or_none("expires_at", zone=UTC))


def digest(value: Any) -> str:
    """Equal for equal JSON: 32 hexadecimal digits."""
    return hashlib.sha256(json_bytes(value)).hexdigest()[:32]


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC, as Ozon's filters want it."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
