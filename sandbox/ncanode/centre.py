"""The certification centre behind the stand-in: RSA instead of GOST, or nobody here could sign."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from sandbox.world import State

YEARS = timedelta(days=10 * 365)


def centre_of(
    state: State, now: datetime, which: str = "centre"
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The centre's key and certificate, made when first needed. `which` "other": one that
    NCANode does not know."""
    if which not in state:
        key = _key(which)
        name = _name("CN", "NCA (SANDBOX)" if which == "centre" else "SOMEBODY ELSE")
        certificate = _issue(name, key, name, key, (now - YEARS, now + YEARS))
        state[which] = _pem(key) + certificate.public_bytes(serialization.Encoding.PEM).decode()
    raw = state[which].encode()
    kept = serialization.load_pem_private_key(raw, None)
    assert isinstance(kept, rsa.RSAPrivateKey)
    return kept, x509.load_pem_x509_certificate(raw)


def container_make(
    state: State,
    now: datetime,
    *,
    bin: str,
    person: str,
    span: tuple[datetime, datetime],
    password: str,
    is_of_another_centre: bool,
) -> tuple[bytes, x509.Certificate]:
    """A .p12 as the centre gives it to an employee of a company, and its certificate."""
    centre_key, centre = centre_of(state, now, "other" if is_of_another_centre else "centre")
    key = _key(bin)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, person),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, "IIN900101300007"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"BIN{bin}"),
        ]
    )
    certificate = _issue(subject, key, centre.subject, centre_key, span)
    container = pkcs12.serialize_key_and_certificates(
        b"sandbox", key, certificate, None,
        serialization.BestAvailableEncryption(password.encode()),
    )  # fmt: skip
    return container, certificate


def is_issued(state: State, now: datetime, certificate: x509.Certificate) -> bool:
    key, centre = centre_of(state, now)
    return certificate.issuer == centre.subject and is_signed(
        key.public_key(), certificate.signature, certificate.tbs_certificate_bytes
    )


def is_signed(key: object, signature: bytes, content: bytes) -> bool:
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def text64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@cache
def _key(owner: str) -> rsa.RSAPrivateKey:
    """One for each owner while the process lives: making one takes longer than all the rest."""
    return rsa.generate_private_key(65537, 2048)


def _issue(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    span: tuple[datetime, datetime],
) -> x509.Certificate:
    usage = x509.KeyUsage(True, True, *[False] * 7)  # digitalSignature, nonRepudiation: to sign
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(usage, critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _name(kind: str, text: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(f"{kind}={text}")


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
