"""A NCANode with its centre, and keys of companies, for tests."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12

from compliance.registries.ncanode import NcaNode, SigningKey
from core.http import inside
from tests.compliance.signing import OURS

PASSWORD = "Qwerty12-secret"


def node_of(sandbox: Any, timeout_seconds: float = 5.0) -> NcaNode:
    origin = f"{sandbox.url}/ncanode"
    return NcaNode(inside(origin, timeout_seconds=timeout_seconds, attempts_max=1), origin)


def key_make(sandbox: Any, **given: Any) -> SigningKey:
    """A container with a key; `given` as sandbox/README.md says."""
    said = sandbox.control("ncanode/keys", {"bin": OURS, "password": PASSWORD} | given)
    return SigningKey(base64.b64decode(said["key"]), PASSWORD)


def opened(key: SigningKey) -> tuple[Any, Any]:
    """(private key, certificate)."""
    return pkcs12.load_key_and_certificates(key.container, key.password.encode())[:2]


def certificate_of(key: SigningKey) -> bytes:
    """In DER."""
    der: bytes = opened(key)[1].public_bytes(Encoding.DER)
    return der


def cms_of(key: SigningKey, data: bytes, *options: pkcs7.PKCS7Options, signers: int = 1) -> bytes:
    """What a signing program outside makes: a signature beside the file, unless told otherwise."""
    private, certificate = opened(key)
    chosen = list(options) or [pkcs7.PKCS7Options.DetachedSignature]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    for _each in range(signers):
        builder = builder.add_signer(certificate, private, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *chosen])
