"""Asking Kaspi: its one address, the token, and what its refusals mean.

The token may do everything in the shop's cabinet and never changes, so there is one way to send
it, and that way can only read: `Ask.get`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    HttpClient,
    HttpResponse,
    PollConnection,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_read

BASE_URL = "https://kaspi.kz/shop/api/v2"
MEDIA_TYPE = "application/vnd.api+json"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 429})
TOKEN_LENGTH_MAX = 512
DETAIL_MAX = 200
ERRORS_MAX = 50
LIMITED_SECONDS = 60  # Kaspi names neither a limit nor a pause
LIMITED_SECONDS_MAX = 3_600
_REFUSALS: Mapping[int, type[SourceRefused]] = {401: CredentialsRefused, 403: AccessDenied}


@dataclass(frozen=True, slots=True)
class Ask:
    """One poll: who asks, when, and how long to wait afterwards.

    `delay_seconds` takes whether the page was the last of its round.
    """

    client: HttpClient
    connection: PollConnection
    now: datetime
    delay_seconds: Callable[[bool], int]

    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        """One question; nothing here can send anything but a GET."""
        base_url = str(self.connection.settings.get("base_url") or BASE_URL).rstrip("/")
        return self.client.request(
            "GET",
            base_url + path,
            headers={
                "X-Auth-Token": self.connection.secret,
                "Content-Type": MEDIA_TYPE,
                "Accept": MEDIA_TYPE,
            },
            params=params,
            accept=STATUSES_ANSWERED,
        )

    def page_rows(self, default: int) -> int:
        return int(self.connection.settings.get("page_rows") or default)


def refusal(response: HttpResponse) -> SourceRefused:
    kind = _REFUSALS.get(response.status, SourceRefused)
    return kind(response.status, _detail(response.body))


def limited_seconds(response: HttpResponse) -> int:
    """The pause after a 429: the one that is named, if it is."""
    wait = response.headers.get("retry-after", "").strip()
    if not (wait.isascii() and wait.isdecimal() and len(wait) < 10):
        return LIMITED_SECONDS
    return min(max(int(wait), 1), LIMITED_SECONDS_MAX)


def _detail(body: bytes) -> str:
    """The titles of a JSON:API error; of anything else its beginning."""
    try:
        errors = Fields(json_read(body)).items("errors", most=ERRORS_MAX)
        titles = [error.text_cut("title", length_max=DETAIL_MAX) for error in errors]
    except UnknownPayload:
        return body[:DETAIL_MAX].decode(errors="replace")
    return "; ".join(filter(None, titles))[:DETAIL_MAX]
