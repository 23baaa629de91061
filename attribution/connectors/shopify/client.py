"""Asking a Shopify shop: the REST Admin API with an application's access token.

https://shopify.dev/docs/api/admin-rest (legacy since October 2024, and served on); the token goes
into X-Shopify-Access-Token, a 429 names its pause in Retry-After as "2.0".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from attribution.connectors.asking import LIMITED_SECONDS, LIMITED_SECONDS_MAX, Asking, beginning
from attribution.connectors.asking import refused as refused_by
from attribution.connectors.base import HttpResponse, SourceRefused, UnknownPayload
from attribution.connectors.payload import Fields, json_read

API_VERSION = "2026-01"  # Shopify serves the oldest it still has when this one has ended
TOKEN_LENGTH_MAX = 200
STATUSES_ANSWERED = frozenset({200, 201, 400, 401, 402, 403, 404, 422, 423, 429})
_PAUSE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)


class Ask(Asking):
    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        return self._ask("GET", path, params=params)

    def post(self, path: str, value: Mapping[str, Any]) -> HttpResponse:
        return self._ask("POST", path, json=dict(value))

    def _ask(self, method: str, path: str, **question: Any) -> HttpResponse:
        return self.client.request(
            method,
            f"{self.base_url('')}/admin/api/{API_VERSION}{path}",
            headers={
                "X-Shopify-Access-Token": self.connection.secret,
                "Accept": "application/json",
            },
            accept=STATUSES_ANSWERED,
            **question,
        )


def refusal(response: HttpResponse) -> SourceRefused:
    """{"errors": "text" or an object}."""
    try:
        errors = Fields(json_read(response.body)).raw("errors")
    except UnknownPayload:
        errors = None
    detail = errors[:200] if isinstance(errors, str) else beginning(response.body)
    return refused_by(response.status, detail)


def rows_of(response: HttpResponse, name: str, *, most: int) -> list[Fields]:
    """The objects of the list `name`.

    Raises:
        SourceRefused: a definite no.
        UnknownPayload: something that is no such list answered.
    """
    if response.status != 200:
        raise refusal(response)
    return Fields(json_read(response.body)).items(name, most=most)


def pause_seconds(response: HttpResponse) -> int:
    """Of a 429."""
    text = response.headers.get("retry-after", "").strip()
    if not _PAUSE.fullmatch(text):
        return LIMITED_SECONDS
    return min(max(math.ceil(float(text)), 1), LIMITED_SECONDS_MAX)
