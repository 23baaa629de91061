"""Asking amoCRM: the account's own address, a long-lived token, what its refusals mean.

facts/merchants.md 2.1; https://www.amocrm.ru/developers/content/crm_platform/leads-api. We only
read: nothing here can send anything but a GET.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attribution.connectors.asking import DETAIL_MAX, Asking, beginning, limited_seconds, refused
from attribution.connectors.base import HttpResponse, SourceRefused, UnknownPayload
from attribution.connectors.crm.reading import Limited
from attribution.connectors.payload import Fields, json_read

# The vendor's own domains: nothing else is ever asked.
DOMAINS = ("amocrm.ru", "amocrm.com", "kommo.com")
TOKEN_LENGTH_MAX = 4_096
NOTHING_FOUND = 204
STATUSES_ANSWERED = frozenset({200, 204, 400, 401, 402, 403, 404, 429})
ROWS_MAX = 250  # of any list
SECONDS_MAX = 7_258_118_399  # unix seconds of 2199


class Ask(Asking):
    """With the token of an integration of the brand's own account."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> HttpResponse:
        """One question.

        Raises:
            Limited: too often.
        """
        response = self.client.request(
            "GET",
            self.base_url("") + path,
            headers={"Authorization": f"Bearer {self.connection.secret}"},
            params=params or {},
            accept=STATUSES_ANSWERED,
        )
        if response.status == 429:
            raise Limited(limited_seconds(response))
        return response

    def listed(self, path: str, name: str, params: Mapping[str, str]) -> list[Fields]:
        """The rows below _embedded; an empty list is answered with no content at all.

        Raises:
            Limited, SourceRefused, UnknownPayload.
        """
        response = self.get(path, params)
        if response.status == NOTHING_FOUND:
            return []
        if response.status != 200:
            raise refusal(response)
        return Fields(json_read(response.body)).child("_embedded").items(name, most=ROWS_MAX)


def token_ends_at(token: str) -> datetime | None:
    """When a long-lived token ends, if it is a JWT that says so: it is read and not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = Fields(json_read(base64.urlsafe_b64decode(padded)))
        return datetime.fromtimestamp(claims.integer("exp", least=1, most=SECONDS_MAX), UTC)
    except (UnknownPayload, binascii.Error, ValueError):
        return None


def ids_filter(ids: Sequence[Any]) -> dict[str, str]:
    return {f"filter[id][{n}]": str(each) for n, each in enumerate(ids)}


def refusal(response: HttpResponse) -> SourceRefused:
    """The detail of an application/problem+json; of anything else its beginning."""
    try:
        said = Fields(json_read(response.body)).text_cut("detail", length_max=DETAIL_MAX)
    except UnknownPayload:
        said = ""
    return refused(response.status, said or beginning(response.body))
