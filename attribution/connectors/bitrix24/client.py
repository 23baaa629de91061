"""Asking Bitrix24: through the inbound webhook of the brand's portal, whose address is the secret.

facts/merchants.md 2.2; https://apidocs.bitrix24.ru/limits.html. Only methods that read are named
anywhere in this connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.asking import DETAIL_MAX, Asking, beginning, limited_seconds, refused
from attribution.connectors.base import HttpResponse, UnknownPayload
from attribution.connectors.crm.reading import Limited
from attribution.connectors.payload import Fields, json_read

# The vendor's own domains: nothing else is ever asked. Portals on servers of their own are not.
DOMAINS = (
    "bitrix24.kz",
    "bitrix24.ru",
    "bitrix24.by",
    "bitrix24.com",
    "bitrix24.eu",
    "bitrix24.de",
)
STATUSES_ANSWERED = frozenset({200, 400, 401, 402, 403, 404, 429, 503})
TOO_OFTEN = "QUERY_LIMIT_EXCEEDED"
PAUSE_SECONDS = 10  # the bucket loses two questions a second
PAGE_ROWS = 50  # of every list, always


class Ask(Asking):
    """With the user and the code of the inbound webhook: "1/abc…"."""

    def call(self, method: str, params: Mapping[str, Any]) -> Fields:
        """The answer of one method, with `result` in it.

        Raises:
            Limited: too often, or too long.
            SourceRefused, UnknownPayload.
        """
        response = self.client.request(
            "POST",
            f"{self.base_url('')}/{self.connection.secret}/{method}.json",
            json=dict(params),
            is_idempotent=True,
            accept=STATUSES_ANSWERED,
            hidden=self.connection.secret,
        )
        if response.status == 429:
            raise Limited(limited_seconds(response))
        if response.status == 200:
            return Fields(json_read(response.body))
        code, said = _error(response)
        if code == TOO_OFTEN:
            raise Limited(PAUSE_SECONDS)
        raise refused(response.status, said)


def _error(response: HttpResponse) -> tuple[str, str]:
    """(the code, the words) of an error; of anything else its beginning."""
    try:
        answer = Fields(json_read(response.body))
        code = answer.text_cut("error", length_max=DETAIL_MAX)
        words = answer.text_cut("error_description", length_max=DETAIL_MAX)
    except UnknownPayload:
        return "", beginning(response.body)
    return code, f"{code} {words}".strip()[:DETAIL_MAX]
