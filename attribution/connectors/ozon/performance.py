"""Asking Ozon's Performance API: another address, another pair of credentials, a bearer for half an
hour. It is asked for the totals of external traffic only.

facts/marketplaces.md 2.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from attribution.connectors.asking import (
    Asking,
    beginning,
    limited_page,
    limited_seconds,
    refused,
)
from attribution.connectors.base import (
    CredentialsRefused,
    HttpResponse,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_read

BASE_URL = "https://api-performance.ozon.ru"
TOKEN_PATH = "/api/client/token"  # noqa: S105 an address
TAG_PATH = "/api/client/organisation/vendor_tag"
REPORT_PATH = "/api/client/vendors/statistics"
REPORT_TYPE = "TRAFFIC_SOURCES"
STATUSES_ANSWERED = frozenset({200, 400, 401, 403, 404, 409, 429})
ACCESS_TOKEN_MAX = 4_000
UUID_MAX = 64
OZON_HOST = "ozon.ru"


class Limited(Exception):
    """429. `response` names the pause, perhaps."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("429")
        self.response = response

    def page(self, cursor: Mapping[str, Any]) -> PollPage:
        return limited_page(cursor, limited_seconds(self.response))


class Report(NamedTuple):
    """How far a report is. `link` is where it lies once `state` is "OK"."""

    state: str
    link: str
    error: str


class Ask(Asking):
    """With the client of a cabinet's Performance API. `settings` has its `client_id`."""

    def bearer(self) -> Mapping[str, str]:
        """A header that is good for half an hour.

        Raises:
            CredentialsRefused: Ozon does not know this client, or not with this secret.
        """
        response = self._send(
            "POST",
            self._own(TOKEN_PATH),
            {},
            {
                "client_id": str(self.connection.settings.get("client_id") or ""),
                "client_secret": self.connection.secret,
                "grant_type": "client_credentials",
            },
        )
        if response.status in (400, 401, 403):
            raise CredentialsRefused(response.status, beginning(response.body))
        token = _object(response).text("access_token", length_max=ACCESS_TOKEN_MAX)
        if not (token.isascii() and token.isprintable()):
            raise UnknownPayload("access_token: not a token")
        return {"Authorization": f"Bearer {token}"}

    def vendor_tag(self, bearer: Mapping[str, str], organisation: str) -> str:
        """How utm_campaign of this organisation's links has to begin: "vendor_org_42"."""
        url = self._own(TAG_PATH)
        found = self.client.request(
            "GET", url, headers=bearer, params={"orgId": organisation}, accept=STATUSES_ANSWERED
        )
        return _object(found).text("tag", length_max=40)

    def report_order(self, bearer: Mapping[str, str], first_on: date, last_on: date) -> str:
        """Ask for the totals of these days; the id under which they will lie."""
        body = {
            "dateFrom": first_on.isoformat(),
            "dateTo": last_on.isoformat(),
            "type": REPORT_TYPE,
        }
        answer = _object(self._send("POST", self._own(REPORT_PATH), bearer, body))
        return answer.text("UUID", length_max=UUID_MAX)

    def report_state(self, bearer: Mapping[str, str], uuid: str) -> Report:
        url = f"{self._own(REPORT_PATH)}/{uuid}"
        found = self.client.request(
            "GET", url, headers=bearer, params={"vendor": "true"}, accept=STATUSES_ANSWERED
        )
        answer = _object(found)
        return Report(
            answer.text_cut("state", length_max=40),
            answer.text_cut("link", length_max=2_000),
            answer.text_cut("error", length_max=200),
        )

    def report_get(self, bearer: Mapping[str, str], link: str) -> bytes:
        """The file. A link may be relative; it is followed on Ozon's own hosts only."""
        url = urljoin(self._own("/"), link)
        if not self._is_ozons(url):
            raise UnknownPayload(f"link: leads to {urlsplit(url).hostname}")
        response = self.client.request("GET", url, headers=bearer, accept=STATUSES_ANSWERED)
        if response.status != 200:
            _object(response)
        return response.body

    def _is_ozons(self, url: str) -> bool:
        own, other = urlsplit(self._own("/")), urlsplit(url)
        if (own.scheme, own.netloc) == (other.scheme, other.netloc):
            return True
        host = other.hostname or ""
        return other.scheme == "https" and (host == OZON_HOST or host.endswith(f".{OZON_HOST}"))

    def _own(self, path: str) -> str:
        return self.base_url(BASE_URL) + path

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> HttpResponse:
        """Not repeated by itself: a report that was asked for twice is two reports."""
        return self.client.request(
            method, url, headers=headers, json=body, accept=STATUSES_ANSWERED
        )


def _object(response: HttpResponse) -> Fields:
    """The object in a 200.

    Raises:
        Limited: 429.
        SourceRefused: any other status.
    """
    if response.status == 429:
        raise Limited(response)
    if response.status != 200:
        raise refusal(response)
    return Fields(json_read(response.body))


def refusal(response: HttpResponse) -> SourceRefused:
    return refused(response.status, beginning(response.body))
