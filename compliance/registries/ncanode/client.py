"""NCANode over HTTP: a service of our own network that has the national centre's library.

Source: malikzh/NCANode, version 3: POST /cms/sign, /cms/verify, /cms/extract, /x509/info. Not its
/xml/...: the canonical form that it computes refuses a document with a relative namespace, and the
e-invoice's are "esf", "v2.esf" and "abstractInvoice.esf" (docs/adr/0032-ncanode.md).

The key and its password go to it with each signature: they are read for that call, from files, and
stand in no setting, no log and no text of an error.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from compliance.domain.esf_signed import SignedFault, SignedRefused, signer_name
from compliance.registries.ncanode.parse import (
    NO_CONTENT,
    NodeTrouble,
    Trouble,
    base64_read,
    cms_read,
    message_read,
    x509_read,
)
from core.http import OutgoingClient, OutgoingError, OutgoingResponse, inside

# Of one file: the national centre is asked in between whether the certificate is revoked.
TIMEOUT_SECONDS = 20.0
RESPONSE_BYTES_MAX = 4 * 2**20
OK, BAD, BROKEN = 200, 400, 500  # the statuses with which it explains itself
REVOCATION_CHECK = ["OCSP"]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A container of the national centre (.p12) and what opens it."""

    container: bytes = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NcaNode:
    client: OutgoingClient
    base_url: str

    def cms_verify(self, cms: bytes, document: bytes, *, tin: str, at: datetime) -> str:
        """The signer of a signature over exactly these bytes, which is the company `tin`.

        Raises:
            SignedRefused: the signature does not hold, and why.
            NodeTrouble: NCANode has said nothing about it.
        """
        given = {"cms": _text(cms), "revocationCheck": REVOCATION_CHECK}
        # Of a signature that has its content inside, /cms/verify never looks at ours.
        content = self._content(given)
        if content is not None and content != document:
            raise SignedRefused(SignedFault.ANOTHER_DOCUMENT)
        response = self._post("/cms/verify", {**given, "data": _text(document)})
        if response.status != OK:
            # What is no CMS at all, and what it could not compute, are the same answer.
            raise NodeTrouble(Trouble.UNUSABLE, message_read(response.body))
        is_right, certificate = cms_read(response.body)
        certificate.require_ours(tin=tin, at=at)
        if not is_right:
            raise SignedRefused(SignedFault.FORGED)
        return signer_name(certificate.name, tin)

    def certificate_check(self, certificate: bytes, *, tin: str, at: datetime) -> None:
        """A certificate (DER) is the company's, of the national centre, and not revoked.

        Raises:
            SignedRefused: it is not, and why.
            NodeTrouble: NCANode has said nothing about it.
        """
        given = {"certs": [_text(certificate)], "revocationCheck": REVOCATION_CHECK}
        response = self._post("/x509/info", given)
        if response.status != OK:
            raise NodeTrouble(Trouble.UNUSABLE, message_read(response.body))
        x509_read(response.body).require_ours(tin=tin, at=at)

    def cms_sign(self, document: bytes, key: SigningKey) -> bytes:
        """A signature beside the document.

        Raises:
            NodeTrouble: it has not signed; with KEY it could not use the key.
        """
        signer = {"key": _text(key.container), "password": key.password}
        given = {"data": _text(document), "signers": [signer], "detached": True}
        response = self._post("/cms/sign", given)
        if response.status != OK:
            raise NodeTrouble(Trouble.KEY, message_read(response.body))
        return base64_read(response.body, "cms")

    def _content(self, given: dict[str, Any]) -> bytes | None:
        """What a signature has inside; None when it stands beside its document."""
        response = self._post("/cms/extract", given)
        if response.status == OK:
            return base64_read(response.body, "data")
        said = message_read(response.body)
        if said != NO_CONTENT:
            raise NodeTrouble(Trouble.UNUSABLE, said)
        return None

    def _post(self, path: str, values: dict[str, Any]) -> OutgoingResponse:
        """Every question may be repeated: NCANode keeps nothing."""
        try:
            return self.client.request(
                "POST",
                f"{self.base_url}{path}",
                json=values,
                is_idempotent=True,
                accept={OK, BAD, BROKEN},
            )
        except OutgoingError as error:
            raise NodeTrouble(Trouble.DOWN, str(error)) from None


def ncanode() -> NcaNode | None:
    """The one under this installation's settings; None when there is none."""
    if not settings.NCANODE_URL:
        return None
    client = inside(
        settings.NCANODE_URL,
        timeout_seconds=TIMEOUT_SECONDS,
        response_bytes_max=RESPONSE_BYTES_MAX,
    )
    return NcaNode(client, settings.NCANODE_URL)


def signing_key() -> SigningKey:
    """The company's key, read from its files now. Only a process to which they are given can.

    Raises:
        NodeTrouble: there is none here, or it cannot be read.
    """
    try:
        container = Path(settings.NCANODE_KEY_PATH).read_bytes()
        password = Path(settings.NCANODE_PASSWORD_PATH).read_text().strip()
    except (OSError, ValueError) as error:
        raise NodeTrouble(Trouble.KEY, type(error).__name__) from None
    return SigningKey(container, password)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
