"""Asking a WooCommerce shop: its address, a consumer key and its secret, what its refusals mean.

HTTP Basic over HTTPS: https://developer.woocommerce.com/docs/apis/rest-api/authentication/
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from attribution.connectors.asking import Asking, beginning, refused
from attribution.connectors.base import HttpResponse, SourceRefused, UnknownPayload
from attribution.connectors.payload import Fields, json_read

API = "/wp-json/wc/v3"
KEY_LENGTH_MAX = 128
STATUSES_ANSWERED = frozenset({200, 201, 400, 401, 403, 404, 429})


class Ask(Asking):
    """With "consumer key:consumer secret" as the token."""

    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        return self._ask("GET", path, params=params)

    def put(self, path: str, value: Mapping[str, Any]) -> HttpResponse:
        """What may be said twice without harm."""
        return self._ask("PUT", path, json=dict(value), is_idempotent=True)

    def _ask(self, method: str, path: str, **question: Any) -> HttpResponse:
        credentials = base64.b64encode(self.connection.secret.encode()).decode()
        return self.client.request(
            method,
            self.base_url("") + API + path,
            headers={"Authorization": f"Basic {credentials}", "Accept": "application/json"},
            accept=STATUSES_ANSWERED,
            **question,
        )


def refusal(response: HttpResponse) -> SourceRefused:
    """{"code", "message", "data"} of WordPress; a page of something in between as it begins."""
    try:
        detail = Fields(json_read(response.body)).text_cut("code", length_max=100)
    except UnknownPayload:
        detail = ""
    return refused(response.status, detail or beginning(response.body))


def rows_of(response: HttpResponse, *, most: int) -> list[Fields]:
    """The objects of a list.

    Raises:
        SourceRefused: a definite no.
        UnknownPayload: something that is no such list answered.
    """
    if response.status != 200:
        raise refusal(response)
    listed = json_read(response.body)
    if not isinstance(listed, list) or len(listed) > most:
        raise UnknownPayload("body: not a list of this API")
    return [Fields(row, f"[{number}]") for number, row in enumerate(listed)]
