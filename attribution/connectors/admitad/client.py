"""Asking Admitad: the address, the bearer token, and what its refusals mean.

facts/marketplaces.md 4.
"""

from __future__ import annotations

from collections.abc import Mapping

from attribution.connectors.asking import Asking, beginning, refused
from attribution.connectors.base import HttpResponse, SourceRefused

BASE_URL = "https://api.admitad.com"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 429})
TOKEN_LENGTH_MAX = 512


class Ask(Asking):
    """Whose bearer token asks."""

    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        return self.client.request(
            "GET",
            self.base_url(BASE_URL) + path,
            headers={"Authorization": f"Bearer {self.connection.secret}"},
            params=params,
            accept=STATUSES_ANSWERED,
        )


def refusal(response: HttpResponse) -> SourceRefused:
    """The shape of Admitad's errors is not certain: their beginning, as it is."""
    return refused(response.status, beginning(response.body))
