"""The six digits an authenticator would show: for the demo's ops people, who have no phone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

STEP_SECONDS = 30
DIGITS = 6


def totp_now(secret: str) -> str:
    """RFC 6238 with SHA-1 and 30 seconds, by the real time."""
    counter = int(time.time()) // STEP_SECONDS
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"
