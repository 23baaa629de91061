"""Whether a file is the e-invoice that was handed out, signed by our company.

Four questions, none of which stands for another: is the content ours, does the signature cover all
of it, is the certificate our company's and valid on the day, and is the signature right. The last
one is answered here for RSA only, and nowhere here whether the certificate is one of the national
centre and not revoked: that is what NCANode, or a second person, is for (docs/adr/0032-ncanode.md).

A signature beside the file (CMS) is not read here at all: NCANode reads it.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from xml.etree.ElementTree import Element, ParseError, canonicalize, tostring

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from compliance.domain.xmldsig import DS, SignatureFault, SignatureRefused, signature_read

SIGNATURE = f"{{{DS}}}Signature"
# Where the national centre writes a company's BIN (NCANode, CertificateWrapper).
BIN_PLACES = (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.SERIAL_NUMBER)


class SignedFault(StrEnum):
    """Why a file is not the signed e-invoice."""

    NOT_XML = SignatureFault.NOT_XML.value
    NOT_SIGNED = SignatureFault.NOT_SIGNED.value
    NOT_WHOLE = SignatureFault.NOT_WHOLE.value
    UNKNOWN_METHOD = SignatureFault.UNKNOWN_METHOD.value
    NO_CERTIFICATE = SignatureFault.NO_CERTIFICATE.value
    FORGED = SignatureFault.FORGED.value
    ANOTHER_DOCUMENT = "another_document"
    ANOTHER_SIGNER = "another_signer"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNTRUSTED = "untrusted"


class SignedRefused(ValueError):
    def __init__(self, fault: SignedFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose certificate a signature names. `is_computed`: the signature is right (RSA)."""

    name: str
    certificate: bytes  # DER
    is_computed: bool


PEM_EDGE = b"-----"
DER_SEQUENCE = 0x30


def cms_bytes(raw: bytes) -> bytes | None:
    """A signature beside the file (CMS), as programs save it: bare, in base64, or with the lines
    of PEM. None: it is no such thing."""
    if raw[:1] == bytes([DER_SEQUENCE]):
        return raw
    lines = [line for line in raw.split(b"\n") if not line.startswith(PEM_EDGE)]
    try:
        found = base64.b64decode(b"".join(b"".join(lines).split()), validate=True)
    except binascii.Error:
        return None
    return found if found[:1] == bytes([DER_SEQUENCE]) else None


def signed_check(exported: str, signed: bytes, *, tin: str, at: datetime) -> Signer:
    """The signer of a file that is the exported document, signed as a whole with a certificate of
    the company `tin` that is valid at that moment.

    Raises:
        SignedRefused: it is not, and why.
    """
    _require_same(exported, signed)
    try:
        signature = signature_read(signed)
    except SignatureRefused as refused:
        raise SignedRefused(SignedFault(refused.fault.value)) from None
    certificate = signature.certificate
    _require_ours(certificate, tin)
    require_valid_at(at, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    return Signer(
        name=signer_name(_common_name(certificate), tin),
        certificate=certificate.public_bytes(Encoding.DER),
        is_computed=signature.is_computed,
    )


def signer_name(common_name: str, tin: str) -> str:
    """A person and a company. The certificate has the person's IIN too: that is nobody's here."""
    return f"{printable(common_name)}, BIN{tin}"


def printable(text: str) -> str:
    """Somebody else's words, as a database and a page can hold them."""
    return "".join(letter for letter in text if letter.isprintable())


def _common_name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def require_valid_at(at: datetime, begins: datetime, ends: datetime) -> None:
    """A certificate counts on the day.

    Raises:
        SignedRefused: not yet, or no more.
    """
    if at < begins:
        raise SignedRefused(SignedFault.NOT_YET_VALID)
    if at > ends:
        raise SignedRefused(SignedFault.EXPIRED)


def _require_same(exported: str, signed: bytes) -> None:
    root = _parsed(signed)
    if next(root.iter(SIGNATURE), None) is None:
        raise SignedRefused(SignedFault.NOT_SIGNED)
    for parent in [*root.iter()]:
        for child in [each for each in parent if each.tag == SIGNATURE]:
            parent.remove(child)
    if _canonical(root) != _canonical(_parsed(exported.encode())):
        raise SignedRefused(SignedFault.ANOTHER_DOCUMENT)


def _parsed(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise SignedRefused(SignedFault.NOT_XML) from None
    return root


def _canonical(root: Element) -> str:
    """As XML compares: signing programs trim blanks between elements and rename prefixes."""
    text: str = canonicalize(
        tostring(root, encoding="unicode"), strip_text=True, rewrite_prefixes=True
    )
    return text


def _require_ours(certificate: x509.Certificate, tin: str) -> None:
    try:
        names = [
            name.value
            for place in BIN_PLACES
            for name in certificate.subject.get_attributes_for_oid(place)
        ]
    except ValueError:
        raise SignedRefused(SignedFault.NO_CERTIFICATE) from None
    if f"BIN{tin}" not in names:
        raise SignedRefused(SignedFault.ANOTHER_SIGNER)
