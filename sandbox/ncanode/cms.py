"""Signatures in the Cryptographic Message Syntax (RFC 5652): made by the library, read here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from sandbox.ncanode.centre import is_signed

SEQUENCE, SET, OCTETS, CONTEXT_0 = 0x30, 0x31, 0x04, 0xA0
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")


class NotCms(ValueError):
    """No signature that this reader knows. The text is what NCANode would say."""


@dataclass(frozen=True)
class Cms:
    """`content` is None when it stands beside its data; `signers` are (signed attributes as they
    are hashed, the digest among them, the signature)."""

    content: bytes | None
    certificates: list[x509.Certificate]
    signers: list[tuple[bytes, bytes, bytes]]

    def is_right(self, data: bytes) -> bool:
        """Every signer's signature is over these data, by the certificate inside. Without a
        certificate nothing is computed, and nothing found wrong: as NCANode does it."""
        return all(
            digest == hashlib.sha256(data).digest()
            and is_signed(certificate.public_key(), signature, attributes)
            for attributes, digest, signature in self.signers
            for certificate in self.certificates
        )


def cms_make(
    data: bytes, key: rsa.RSAPrivateKey, certificate: x509.Certificate, *, is_detached: bool
) -> bytes:
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    if is_detached:
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    return builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, options)


def cms_read(raw: bytes) -> Cms:
    """Raises NotCms."""
    try:
        (_kind, (_tag, outer)) = list(_parts(_inside(raw, SEQUENCE)))
        parts = list(_parts(_inside(outer, SEQUENCE)))
        signers = parts[-1]
        content = list(_parts(parts[2][1]))
        certificates = [der for tag, body in parts[3:-1] if tag == CONTEXT_0
                        for der in _whole(body)]  # fmt: skip
        return Cms(
            content=_inside(content[1][1], OCTETS) if len(content) > 1 else None,
            certificates=[x509.load_der_x509_certificate(der) for der in certificates],
            signers=[_signer(body) for _tag, body in _parts(signers[1])],
        )
    except (ValueError, IndexError):
        raise NotCms("Malformed content.") from None


def _signer(body: bytes) -> tuple[bytes, bytes, bytes]:
    parts = list(_parts(body))
    attributes = next(each for tag, each in parts if tag == CONTEXT_0)
    digest = next(
        _inside(_inside(each[len(MESSAGE_DIGEST) :], SET), OCTETS)
        for _tag, each in _parts(attributes)
        if each.startswith(MESSAGE_DIGEST)
    )
    signature = [each for tag, each in parts if tag == OCTETS][-1]
    return bytes([SET]) + _length(len(attributes)) + attributes, digest, signature


# --- DER ------------------------------------------------------------------------------------


def _parts(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of one after the other."""
    at = 0
    while at < len(body):
        tag, start, end = _edges(body, at)
        yield tag, body[start:end]
        at = end


def _whole(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        _tag, _start, end = _edges(body, at)
        yield body[at:end]
        at = end


def _inside(raw: bytes, tag: int) -> bytes:
    found, start, end = _edges(raw, 0)
    if found != tag:
        raise ValueError(tag)
    return raw[start:end]


def _edges(raw: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where its content begins, where it ends)."""
    size, start = raw[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(raw[start : start + count], "big"), start + count
    if start + size > len(raw):
        raise ValueError("cut off")
    return raw[at], start, start + size


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    text = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(text)]) + text
