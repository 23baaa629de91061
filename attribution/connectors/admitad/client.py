"""Asking Admitad: the address, the bearer token, and what its refusals mean.

facts/marketplaces.md 4.
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
)

BASE_URL = "https://api.admitad.com"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 429})
TOKEN_LENGTH_MAX = 512
DETAIL_MAX = 200
LIMITED_SECONDS = 60  # where no pause is named
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
        base_url = str(self.connection.settings.get("base_url") or BASE_URL).rstrip("/")
        return self.client.request(
            "GET",
            base_url + path,
            headers={"Authorization": f"Bearer {self.connection.secret}"},
            params=params,
            accept=STATUSES_ANSWERED,
        )

    def page_rows(self, default: int) -> int:
        return int(self.connection.settings.get("page_rows") or default)


def refusal(response: HttpResponse) -> SourceRefused:
    """The typed no. The shape of Admitad's errors is not certain: their beginning, as it is."""
    kind = _REFUSALS.get(response.status, SourceRefused)
    return kind(response.status, response.body[:DETAIL_MAX].decode(errors="replace"))


def limited_seconds(response: HttpResponse) -> int:
    """The pause after a 429: the one that is named, if it is."""
    wait = response.headers.get("retry-after", "").strip()
    if not (wait.isascii() and wait.isdecimal() and len(wait) < 10):
        return LIMITED_SECONDS
    return min(max(int(wait), 1), LIMITED_SECONDS_MAX)
