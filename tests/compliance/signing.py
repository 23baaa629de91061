"""A signing program of a test: a right RSA signature in the file, with a certificate of a company.

The certificate is its own issuer: whether the national centre has made it, NCANode alone can say.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from compliance.domain.xmldsig import DS, canonical_xml, xml_read

OURS = "251140000313"
OTHERS = "240540000016"
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
LAST_YEAR = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
END = "</esf:invoiceContainer>"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@cache
def key(_whose: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(tin: str, span: tuple[datetime, datetime] = YEAR, whose: str = "") -> str:
    """As the national centre names a company's key: its BIN is in the organisational unit. The key
    is the company's, or that of `whose`."""
    owner = key(whose or tin)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "TEST SIGNER"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"BIN{tin}"),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(owner.public_key())
        .serial_number(1)
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .sign(owner, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def signed(
    document: str,
    *,
    tin: str = OURS,
    x509_text: str | None = None,
    method: str = RSA,
    owner: rsa.RSAPrivateKey | None = None,
) -> bytes:
    """The document with blanks trimmed, as signing programs do, and a signature at its end. By the
    key of the company `tin`, or by `owner`."""
    text = certificate(tin) if x509_text is None else x509_text
    bare = document.strip()
    digest = hashlib.sha256(canonical_xml(xml_read(bare.encode())).encode()).digest()
    info = (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
        f'<ds:Transform Algorithm="{C14N}#WithComments"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(digest).decode()}</ds:DigestValue>"
        "</ds:Reference></ds:SignedInfo>"
    )
    # What is declared above it is part of what is signed.
    shown = info.replace("<ds:SignedInfo>", f'<ds:SignedInfo xmlns:ds="{DS}" xmlns:esf="esf">', 1)
    value = (owner or key(tin)).sign(
        canonical_xml(xml_read(shown.encode())).encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    signature = (
        f'<ds:Signature xmlns:ds="{DS}">{info}'
        f"<ds:SignatureValue>{base64.b64encode(value).decode()}</ds:SignatureValue>"
        "<ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>\n{text}\n</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    return bare.replace(END, f"{signature}{END}").encode()
