"""Identifiers: time-ordered UUIDs for rows and clicks, short random tokens for links."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime
from uuid import UUID

# No look-alikes: a code is read aloud and typed by hand (facts/merchants.md section 5).
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
TOKEN_ALPHABET = CODE_ALPHABET.lower()
LINK_TOKEN_LENGTH = 8  # 31**8 = 8.5e11
UUID7_RANDOM_BYTES = 10
_UUID7_MARKS = 0x7 << 76 | 0x2 << 62  # the version and the variant
_UUID7_RANDOM = (1 << 80) - 1 & ~(0xF << 76 | 0x3 << 62)  # what is left of the low 80 bits


def uuid7(milliseconds: int | None = None) -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then randomness."""
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return UUID(hex=uuid7_hex(stamp, os.urandom(UUID7_RANDOM_BYTES)))


def uuid7_hex(milliseconds: int, random: bytes) -> str:
    """Its 32 hex digits, for who makes thousands a second and has UUID7_RANDOM_BYTES at hand."""
    bits = int.from_bytes(random, "big") & _UUID7_RANDOM
    return f"{(milliseconds & (1 << 48) - 1) << 80 | _UUID7_MARKS | bits:032x}"


def uuid7_time(value: UUID) -> datetime:
    """The moment inside a UUIDv7, to the millisecond."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, tz=UTC)


def link_token() -> str:
    return "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(LINK_TOKEN_LENGTH))


def endpoint_token() -> str:
    """The secret path of a webhook endpoint: 256 bits."""
    return secrets.token_urlsafe(32)
