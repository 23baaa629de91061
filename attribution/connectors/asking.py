"""What asking is like at every source that is polled: who asks, what a no means, how long a pause.

Each source's `client.py` adds its address, its credentials and its own words to this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    HttpClient,
    HttpResponse,
    PaymentRequired,
    PollConnection,
    PollPage,
    SourceRefused,
)

DETAIL_MAX = 200  # characters of a source's own text that ops see
LIMITED_SECONDS = 60  # where no pause is named
LIMITED_SECONDS_MAX = 3_600
_REFUSALS: Mapping[int, type[SourceRefused]] = {
    401: CredentialsRefused,
    402: PaymentRequired,
    403: AccessDenied,
}


@dataclass(frozen=True, slots=True)
class Asking:
    """One poll of one endpoint: who asks, with what, when, and how long to wait afterwards.

    `delay_seconds` takes whether the page was the last of its round.
    """

    client: HttpClient
    connection: PollConnection
    now: datetime
    delay_seconds: Callable[[bool], int]

    def base_url(self, default: str) -> str:
        """The source's address; settings["base_url"] replaces it (sandbox, tests)."""
        return str(self.connection.settings.get("base_url") or default).rstrip("/")

    def page_rows(self, default: int) -> int:
        return int(self.connection.settings.get("page_rows") or default)


AskT = TypeVar("AskT", bound=Asking)


def limited_page(cursor: Mapping[str, Any], seconds: int) -> PollPage:
    """429: nothing was read, and the same page is asked again after this pause."""
    return PollPage((), cursor, seconds, is_last=False, is_limited=True)


def limited_seconds(response: HttpResponse) -> int:
    """The pause after a 429 of a source without rules of its own: the one it names, if it does."""
    wait = response.headers.get("retry-after", "").strip()
    if not (wait.isascii() and wait.isdecimal() and len(wait) < 10):
        return LIMITED_SECONDS
    return min(max(int(wait), 1), LIMITED_SECONDS_MAX)


def refused(status: int, detail: str) -> SourceRefused:
    """The typed no."""
    return _REFUSALS.get(status, SourceRefused)(status, detail)


def beginning(body: bytes) -> str:
    """Of a text whose shape is not known, as much as ops see."""
    return body[:DETAIL_MAX].decode(errors="replace")
