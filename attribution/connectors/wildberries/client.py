"""Asking Wildberries: addresses, the token, and what its refusals mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any

from attribution.connectors.asking import DETAIL_MAX, Asking, limited_page, refused
from attribution.connectors.base import (
    HttpResponse,
    PollPage,
    SourceRefused,
)
from attribution.connectors.payload import Fields, json_bytes

MOSCOW = timezone(timedelta(hours=3))  # no summer time since 2014; times without a zone are these

ANALYTICS, FINANCE, COMMON = "seller-analytics-api", "finance-api", "common-api"
STATISTICS, RETURNS, MARKETPLACE = "statistics-api", "returns-api", "marketplace-api"
HOSTS = (ANALYTICS, FINANCE, COMMON, STATISTICS, RETURNS, MARKETPLACE)
STATUSES_ANSWERED = frozenset({200, 204, 400, 401, 402, 403, 404, 422, 429})
BODY_SHOWN_MAX = 4_000
EVENT_KEY_MAX = 200
PAGE_ROWS_MAX = 100_000


class Ask(Asking):
    """With a token of one of the kinds."""

    def send(
        self,
        method: str,
        host: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """One question. Reading twice does no harm, so POST may be repeated too.

        Some tokens are taken bare and not after "Bearer": a 401 is asked once more the other way.
        """
        first, second = ("Bearer ", "")
        if self.connection.settings.get("auth") == "raw":
            first, second = second, first

        def send_as(scheme: str) -> HttpResponse:
            return self.client.request(
                method,
                self._base_url(host) + path,
                headers={"Authorization": scheme + self.connection.secret},
                params=params,
                json=body,
                is_idempotent=True,
                accept=STATUSES_ANSWERED,
            )

        response = send_as(first)
        return send_as(second) if response.status == 401 else response

    def _base_url(self, host: str) -> str:
        """settings["base_urls"] = {"finance-api": "https://…"} replaces a host (sandbox, tests)."""
        own = self.connection.settings.get("base_urls") or {}
        return str(own.get(host) or f"https://{host}.wildberries.ru").rstrip("/")

    def limited(self, response: HttpResponse, cursor: Mapping[str, Any]) -> PollPage:
        """429: the same page again, after the pause the source names."""
        wait = response.headers.get("x-ratelimit-retry") or response.headers.get("retry-after")
        named = int(wait) if wait and wait.isascii() and wait.isdecimal() else None
        delay = max(named or self.delay_seconds(False), 1)
        return limited_page(cursor, delay)


def refusal(response: HttpResponse) -> SourceRefused:
    """What a definite no means, with the reason in Wildberries' own words."""
    text = _reason(response.body)[:DETAIL_MAX]
    return refused(response.status, text)


def _reason(body: bytes) -> str:
    """Of {"errors": text or a list of texts}, or {"title", "detail"}; else the body as it is."""
    raw = body[:BODY_SHOWN_MAX].decode(errors="replace")
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if not isinstance(answer, dict):
        return raw
    errors = answer.get("errors")
    said = errors if isinstance(errors, list) else [errors]
    if errors in (None, "", []):
        said = [answer.get("title"), answer.get("detail")]
    return ": ".join(part for part in said if isinstance(part, str) and part) or raw


def event_key(kind: str, row: Fields, names: Sequence[str]) -> str:
    """What makes the row news, e.g. "wb:fin:77:1001"; its hash, when a part of that is odd."""
    parts = [row.raw(name) for name in names]
    text = ":".join(str(part) for part in parts)
    is_plain = all(isinstance(part, str | int) and part != "" for part in parts)
    if not is_plain or len(text) > EVENT_KEY_MAX or not text.isprintable():
        text = "sha256:" + hashlib.sha256(json_bytes(row.plain())).hexdigest()
    return f"wb:{kind}:{text}"
