"""Asking Kaspi: its one address, the token, and what its refusals mean.

The token may do everything in the shop's cabinet and never changes, so there is one way to send
it, and that way can only read: `Ask.get`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attribution.connectors.asking import DETAIL_MAX, Asking, beginning, refused
from attribution.connectors.base import HttpResponse, SourceRefused, UnknownPayload
from attribution.connectors.payload import Fields, json_read

BASE_URL = "https://kaspi.kz/shop/api/v2"
MEDIA_TYPE = "application/vnd.api+json"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 429})
TOKEN_LENGTH_MAX = 512
ERRORS_MAX = 50


class Ask(Asking):
    """With the one token of a shop."""

    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        """One question; nothing here can send anything but a GET."""
        return self.client.request(
            "GET",
            self.base_url(BASE_URL) + path,
            headers={
                "X-Auth-Token": self.connection.secret,
                "Content-Type": MEDIA_TYPE,
                "Accept": MEDIA_TYPE,
            },
            params=params,
            accept=STATUSES_ANSWERED,
        )


def refusal(response: HttpResponse) -> SourceRefused:
    return refused(response.status, _detail(response.body))


def _detail(body: bytes) -> str:
    """The titles of a JSON:API error; of anything else its beginning."""
    try:
        errors = Fields(json_read(body)).items("errors", most=ERRORS_MAX)
        titles = [error.text_cut("title", length_max=DETAIL_MAX) for error in errors]
    except UnknownPayload:
        return beginning(body)
    return "; ".join(filter(None, titles))[:DETAIL_MAX]
