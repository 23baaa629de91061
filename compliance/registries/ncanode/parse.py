"""What NCANode's answers mean. Pure: bytes in, a judgement out.

Source: malikzh/NCANode, version 3 (openapi.yml, CmsService, CertificateService, the DTOs). Its
`valid` is never enough: of a CMS without a signer, or whose signer's certificate is not inside, it
says valid, because it has found nothing wrong.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from compliance.domain.esf_signed import (
    SignedFault,
    SignedRefused,
    printable,
    require_valid_at,
)

REVOCATION_ACTIVE = "OK"  # its OCSP's word for a certificate that is not revoked
NO_CONTENT = "CMS doesn't have signed content"
DETAIL_MAX = 200


class Trouble(StrEnum):
    """Why nothing can be said now. None of these is about the file."""

    DOWN = "down"
    UNUSABLE = "unusable"
    REVOCATION = "revocation"
    KEY = "key"


class NodeTrouble(Exception):
    """NCANode has said nothing about the file. `detail` is its own word, without any secret."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble = trouble
        self.detail = printable(detail)[:DETAIL_MAX]


@dataclass(frozen=True, slots=True)
class NodeCertificate:
    """A certificate as NCANode describes it. `is_valid`: issued by the centre, in its time, and
    not revoked. `unasked` says why its revocation is not known."""

    bin: str
    name: str
    begins_at: datetime
    ends_at: datetime
    is_valid: bool
    is_revoked: bool
    unasked: str

    def require_ours(self, *, tin: str, at: datetime) -> None:
        """It is a certificate of the company `tin` that counts at that moment.

        Raises:
            SignedRefused: it is not.
            NodeTrouble: whether it is revoked is not known.
        """
        if self.bin != tin:
            raise SignedRefused(SignedFault.ANOTHER_SIGNER)
        require_valid_at(at, self.begins_at, self.ends_at)
        if self.is_revoked:
            raise SignedRefused(SignedFault.REVOKED)
        if self.unasked:
            raise NodeTrouble(Trouble.REVOCATION, self.unasked)
        if not self.is_valid:
            raise SignedRefused(SignedFault.UNTRUSTED)


def cms_read(body: bytes) -> tuple[bool, NodeCertificate]:
    """(whether everything is right, the certificate of the one signer) of /cms/verify.

    Raises:
        SignedRefused: no signer, more than one, or one whose certificate is not inside.
        NodeTrouble: not the documented answer.
    """
    answer = object_read(body)
    signers = _typed(answer, "signers", list)
    if len(signers) != 1:
        raise SignedRefused(SignedFault.NO_CERTIFICATE)
    certificates = _typed(_object(signers[0]), "certificates", list)
    if len(certificates) != 1:
        raise SignedRefused(SignedFault.NO_CERTIFICATE)
    return _typed(answer, "valid", bool), _certificate(_object(certificates[0]))


def x509_read(body: bytes) -> NodeCertificate:
    """The one certificate of /x509/info. Raises NodeTrouble: not the documented answer."""
    signers = _typed(object_read(body), "signers", list)
    if len(signers) != 1:
        raise NodeTrouble(Trouble.UNUSABLE, "signers")
    return _certificate(_object(signers[0]))


def base64_read(body: bytes, name: str) -> bytes:
    """A field in base64. Raises NodeTrouble: it is not there."""
    try:
        return base64.b64decode(_typed(object_read(body), name, str), validate=True)
    except binascii.Error:
        raise NodeTrouble(Trouble.UNUSABLE, name) from None


def message_read(body: bytes) -> str:
    """The reason in an answer that is an error. Raises NodeTrouble: it is no answer of NCANode."""
    return str(_typed(object_read(body), "message", str))


def object_read(body: bytes) -> dict[str, Any]:
    """Raises NodeTrouble: it is not JSON, or no object."""
    try:
        return _object(json.loads(body))
    except ValueError:
        raise NodeTrouble(Trouble.UNUSABLE, "not JSON") from None


def _certificate(info: dict[str, Any]) -> NodeCertificate:
    revocations = [_object(each) for each in _typed(info, "revocations", list)]
    subject = _typed(info, "subject", dict)
    reasons = [str(each.get("reason")) for each in revocations if not each.get("revoked")]
    unasked = [reason for reason in reasons if reason != REVOCATION_ACTIVE]
    return NodeCertificate(
        bin=str(subject.get("bin", "")),
        name=str(subject.get("commonName", "")),
        begins_at=_moment(info, "notBefore"),
        ends_at=_moment(info, "notAfter"),
        is_valid=_typed(info, "valid", bool),
        is_revoked=any(each.get("revoked") is True for each in revocations),
        unasked=", ".join(unasked) if revocations else "OCSP",
    )


def _moment(info: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_typed(info, name, str))
    except ValueError:
        raise NodeTrouble(Trouble.UNUSABLE, name) from None
    if moment.tzinfo is None:
        raise NodeTrouble(Trouble.UNUSABLE, name)
    return moment


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NodeTrouble(Trouble.UNUSABLE, "not an object")
    return value


def _typed(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values.get(name)
    if not isinstance(value, kind):
        raise NodeTrouble(Trouble.UNUSABLE, name)
    return value
