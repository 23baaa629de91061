"""The State Revenue Committee's portal (KGD): who is an entrepreneur, who pays VAT.

The token is personal, free, and issued on request at the portal. Source: facts/kazakhstan.md 3.4
(b). Identity numbers travel in the query of these addresses: nothing here logs them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings

from compliance.registries.base import RegisterAnswer
from compliance.registries.kgd.parse import Reading, taxpayer_read, vat_read
from core.clock import day_of
from core.http import OutgoingClient, OutgoingError, outgoing

TIMEOUT_SECONDS = 10.0
RESPONSE_BYTES_MAX = 256 * 1024
ENTREPRENEUR = "IP"


@dataclass(frozen=True, slots=True)
class KgdRegister:
    """`base_url` ends before the name of the service, e.g. ".../isnaportalsync/public"."""

    client: OutgoingClient
    base_url: str
    token: str = field(repr=False)
    name: str = "kgd"

    def entrepreneur_check(self, *, iin: str, checked_at: datetime) -> RegisterAnswer:
        def read(body: bytes, on: date) -> Reading:
            return taxpayer_read(body, code=iin, kind=ENTREPRENEUR, on=on)

        params = {
            "taxpayerCode": iin,
            "taxpayerType": ENTREPRENEUR,
            "name": "",
            "print": "false",
        }
        return self._ask("taxpayer-data", params, read, checked_at)

    def vat_payer_check(self, *, number: str, checked_at: datetime) -> RegisterAnswer:
        def read(body: bytes, on: date) -> Reading:
            return vat_read(body, code=number, on=on)

        return self._ask("search-payer-data", {"taxpayerCode": number}, read, checked_at)

    def _ask(
        self,
        service: str,
        params: dict[str, str],
        read: Callable[[bytes, date], Reading],
        checked_at: datetime,
    ) -> RegisterAnswer:
        if not self.token:
            return _silence("no portal token is set", checked_at)
        url = f"{self.base_url.rstrip('/')}/{service}"
        try:
            # 200 alone: what 204 or another 2xx would mean is not written anywhere.
            response = self.client.request(
                "GET", url, params=params, headers={"X-Portal-Token": self.token}, accept={200}
            )
        except OutgoingError as error:
            return _silence(str(error), checked_at)
        reading = read(response.body, day_of(checked_at))
        return RegisterAnswer(
            answer=reading.answer,
            name=reading.name,
            registered_on=reading.registered_on,
            ended_on=reading.ended_on,
            raw=response.body.decode(errors="replace").replace("\0", "\ufffd"),
            reason=reading.reason,
            checked_at=checked_at,
        )


def kgd_register() -> KgdRegister:
    """The register under this installation's settings (in the demo: the sandbox's)."""
    client = outgoing(timeout_seconds=TIMEOUT_SECONDS, response_bytes_max=RESPONSE_BYTES_MAX)
    return KgdRegister(client, base_url=settings.KGD_URL, token=settings.KGD_TOKEN)


def _silence(reason: str, checked_at: datetime) -> RegisterAnswer:
    return RegisterAnswer(answer="unknown", reason=reason, checked_at=checked_at)
