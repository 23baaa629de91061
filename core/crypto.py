"""Personal data at rest: AES-256-GCM with numbered keys, and a blind index to look it up.

FIELD_KEYS="1:...,2:..." - the highest number encrypts, all of them decrypt, so a key is rotated by
adding one, running `manage.py fields_rotate`, and then removing the old one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(ValueError):
    """The stored bytes were not sealed by a key we have, for this purpose."""


def seal(plain: bytes, *, purpose: str) -> bytes:
    """Encrypted bytes: key number, nonce, ciphertext. `purpose` binds them to their column."""
    number = max(settings.FIELD_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    return bytes([number]) + nonce + AESGCM(_key(number)).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """What `seal` was given.

    Raises:
        SealError: unknown key, other purpose, or changed bytes.
    """
    if len(sealed) <= 1 + NONCE_BYTES or sealed[0] not in settings.FIELD_KEYS:
        raise SealError(f"{purpose}: sealed by a key that FIELD_KEYS does not have")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(_key(sealed[0])).decrypt(nonce, ciphertext, purpose.encode())
    except InvalidTag:
        raise SealError(f"{purpose}: the bytes were changed, or belong elsewhere") from None


def blind_index(value: str, *, purpose: str) -> str:
    """The index under which a value is stored: equal for equal values, tells nothing else."""
    return _index(max(settings.FIELD_KEYS), value, purpose)


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """Every index under which a value may still be stored, while a key is being rotated."""
    return [_index(number, value, purpose) for number in settings.FIELD_KEYS]


def _index(number: int, value: str, purpose: str) -> str:
    key = hmac.digest(_key(number), b"blind index " + purpose.encode(), hashlib.sha256)
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _key(number: int) -> bytes:
    key = base64.urlsafe_b64decode(settings.FIELD_KEYS[number])
    if len(key) != KEY_BYTES:
        raise SealError(f"FIELD_KEYS: key {number} is {len(key)} bytes long and not {KEY_BYTES}")
    return key
