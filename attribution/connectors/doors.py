"""What most connectors answer alike: how a source calls us, and how one is asked for its lists.

A source that differs overrides what differs. `base` says what each method promises.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic

from attribution.connectors.asking import AskT
from attribution.connectors.base import (
    Endpoint,
    HttpClient,
    IPAddress,
    PollConnection,
    PollPage,
    WebhookAnswer,
)


class Calls:
    """A source that calls from any address, never for practice, and is content with "ok"."""

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """No addresses are named: the secret path is all, and the signature where there is one."""

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        return False

    def answer(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookAnswer:
        return WebhookAnswer()

    def refusal(self, status: int, reason: str, code: str = "") -> WebhookAnswer:
        return WebhookAnswer(status, body=reason.encode())


class UnsignedCalls(Calls):
    """Nobody signs: whatever comes is a hint, equal when its bytes are."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """There is no signature."""

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return bell_key(body)


def bell_key(body: bytes) -> str:
    """Of a call that only rings."""
    return f"bell:{hashlib.sha256(body).hexdigest()}"


class Lists(ABC, Generic[AskT]):
    """A source that is asked for lists, with credentials of one kind."""

    endpoints: Mapping[str, Endpoint]
    ask: type[AskT]
    token_kind: str

    def endpoints_open(self, secret: str) -> Collection[str]:
        """All: what these credentials may do is not written in them."""
        return self.endpoints

    def fetch(
        self,
        client: HttpClient,
        endpoint: str,
        cursor: Mapping[str, Any],
        connection: PollConnection,
        *,
        now: datetime,
    ) -> PollPage:
        delays = self.endpoints[endpoint].delays(self.kind_of(connection.secret))
        return self.page_read(endpoint, self.ask(client, connection, now, delays), cursor)

    def kind_of(self, secret: str) -> str:
        """By which the pauses of an endpoint are named."""
        return self.token_kind

    @abstractmethod
    def page_read(self, endpoint: str, ask: AskT, cursor: Mapping[str, Any]) -> PollPage:
        """Ask for one page; raises what `fetch` does."""
