"""Asking a shop of InSales: its address, its application's password, what its refusals mean."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from attribution.connectors.asking import Asking, beginning, refused
from attribution.connectors.base import HttpResponse, SourceRefused

STATUSES_ANSWERED = frozenset({200, 400, 401, 402, 403, 404, 429})


class Ask(Asking):
    """With the id of an application and its password, as HTTP Basic."""

    def get(self, path: str, params: Mapping[str, str]) -> HttpResponse:
        """One question to the shop of settings["base_url"]."""
        credentials = base64.b64encode(self.connection.secret.encode()).decode()
        return self.client.request(
            "GET",
            self.base_url("") + path,
            headers={"Authorization": f"Basic {credentials}", "Accept": "application/json"},
            params=params,
            accept=STATUSES_ANSWERED,
        )


def refusal(response: HttpResponse) -> SourceRefused:
    """The shape of its errors is not certain: their beginning, as it is."""
    return refused(response.status, beginning(response.body))
