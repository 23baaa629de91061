"""Tokens like those of Wildberries: a JWT whose claims are real and whose signature is not."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any

DAYS = 180
SELLER_ID = "5b1d6c1e-0c7f-4a52-9a0e-3f2b8d7c4a11"  # the seller there is when nobody names one
KINDS = {"basic": 1, "test": 2, "personal": 3, "service": 4}
ANALYTICS, MARKETPLACE, STATISTICS, RETURNS, FINANCE, READ_ONLY = 2, 4, 5, 11, 13, 30
CATEGORIES = (ANALYTICS, MARKETPLACE, STATISTICS, RETURNS, FINANCE)


def mint(
    *,
    now: datetime,
    kind: str = "service",
    seller_id: str = SELLER_ID,
    days: int = DAYS,
    bits: tuple[int, ...] = (*CATEGORIES, READ_ONLY),
) -> str:
    """A token as the seller's cabinet would give it. `bits` are positions from 1."""
    claims: dict[str, Any] = {
        "acc": KINDS[kind],
        "exp": int((now + timedelta(days=days)).timestamp()),
        "id": "0199a1c2-5d6e-7f80-9a1b-2c3d4e5f6071",
        "iid": 41520077,
        "oid": 250012345,
        "s": sum(1 << bit - 1 for bit in set(bits)),
        "sid": seller_id,
        "t": kind == "test",
        "uid": 41520077,
    }
    if kind in ("personal", "service"):
        claims["for"] = "self" if kind == "personal" else "asid:birge-sandbox"
    head = {"alg": "ES256", "kid": "sandbox", "typ": "JWT"}
    parts = [_encode(json.dumps(part).encode()) for part in (head, claims)]
    return ".".join([*parts, _encode(b"not a signature: " + bytes(47))])


def claims_of(authorization: str) -> dict[str, Any] | None:
    """The claims in an Authorization header ("Bearer ..." or bare), or None when it is no JWT."""
    parts = authorization.removeprefix("Bearer ").strip().split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(_decode(parts[1]))
    except (ValueError, binascii.Error):
        return None
    is_whole = isinstance(claims, dict) and {"acc", "exp", "s", "sid"} <= claims.keys()
    return claims if is_whole and claims["acc"] in KINDS.values() else None


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
