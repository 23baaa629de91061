"""Keys to the REST API: shown once, kept as a digest."""

from __future__ import annotations

import secrets
from hashlib import sha256

KEY_START = "birge_"
PREFIX_CHARS = 12
SCOPES = (
    "orders:write",
    "orders:read",
    "conversions:read",
    "conversions:write",
    "campaigns:read",
    "campaigns:write",
    "balance:read",
)


def key_make() -> str:
    """A new secret of 256 bits; the beginning tells secret scanners whose it is."""
    return KEY_START + secrets.token_urlsafe(32)


def key_digest(secret: str) -> str:
    """What is stored of a key. No salt is needed: nobody guesses 256 bits."""
    return sha256(secret.encode()).hexdigest()
