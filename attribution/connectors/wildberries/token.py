"""What a Wildberries token says about itself, read locally before it is ever sent.

A token is a JWT (ES256) of 180 days. The signature is not checked: only Wildberries can, and a
forged token gets nobody anything but a 401. Source: facts/marketplaces.md 1.1.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from attribution.connectors.base import UnknownPayload
from attribution.connectors.payload import Fields, json_read

TokenKind = Literal["basic", "test", "personal", "service"]
Refusal = Literal[
    "personal_token",
    "test_token",
    "expired",
    "missing_analytics",
    "missing_finance",
    "writable_token",
]

KINDS: dict[int, TokenKind] = {1: "basic", 2: "test", 3: "personal", 4: "service"}
# Positions in the bitmask `s`, counted from 1. Finance (13) is not confirmed by Wildberries' text.
CATEGORIES = {
    1: "content",
    2: "analytics",
    3: "prices",
    4: "marketplace",
    5: "statistics",
    6: "promotion",
    7: "feedbacks",
    8: "recommendations",
    9: "chat",
    10: "supplies",
    11: "returns",
    12: "documents",
    13: "finance",
    16: "users",
}
READ_ONLY_BIT = 30
# What each list needs, and what we do not do without: the order feed and the finance report.
CATEGORY_OF_ENDPOINT: Mapping[str, str] = {
    "order_feed": "analytics",
    "finance_report": "finance",
    "supplier_orders": "statistics",
    "supplier_sales": "statistics",
    "claims": "returns",
    "fbs_statuses": "marketplace",
}
CATEGORIES_NEEDED: tuple[tuple[str, Refusal], ...] = (
    ("analytics", "missing_analytics"),
    ("finance", "missing_finance"),
)
TOKEN_LENGTH_MAX = 4_096


class TokenMalformed(UnknownPayload):
    """Not a Wildberries token at all (a piece of it was lost when it was copied, usually)."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """`seller_id` is the seller's UUID, the same as `sid` of /api/v1/seller-info.

    `bound_to` is the claim `for`: None, "self", or "asid:..." of a partner service.
    """

    kind: TokenKind
    bound_to: str | None
    is_test: bool
    seller_id: str
    categories: frozenset[str]
    is_read_only: bool
    expires_at: datetime


def token_read(token: str) -> TokenInfo:
    """The claims of a token.

    Raises:
        TokenMalformed: it has not three parts, or its claims are not the documented ones.
    """
    try:
        claims = Fields(json_read(_payload(token)), "token")
        kind = KINDS.get(claims.integer("acc", most=9))
        if kind is None:
            raise claims.wrong("acc", "unknown kind of token")
        mask = claims.integer("s", most=2**63 - 1)
        return TokenInfo(
            kind=kind,
            bound_to=claims.text_or_none("for"),
            is_test=claims.flag("t"),
            seller_id=claims.text("sid", length_max=64),
            categories=frozenset(name for bit, name in CATEGORIES.items() if mask >> bit - 1 & 1),
            is_read_only=bool(mask >> READ_ONLY_BIT - 1 & 1),
            expires_at=_moment(claims.integer("exp", most=2**33)),
        )
    except UnknownPayload as error:
        raise TokenMalformed(error.reason) from None


def token_refusal(info: TokenInfo, now: datetime, *, allow_test: bool = False) -> list[Refusal]:
    """Every reason why we do not take this token; empty when it is welcome.

    A personal token in a third party's hands is forbidden by Wildberries; a token that may write
    is more than we need, so it is refused for the brand's own safety.
    """
    reasons: list[Refusal] = []
    if info.kind == "personal":
        reasons.append("personal_token")
    if (info.is_test or info.kind == "test") and not allow_test:
        reasons.append("test_token")
    if info.expires_at <= now:
        reasons.append("expired")
    reasons += [why for name, why in CATEGORIES_NEEDED if name not in info.categories]
    if not info.is_read_only:
        reasons.append("writable_token")
    return reasons


def categories_lacking(info: TokenInfo) -> list[str]:
    """Categories of lists that are left out with this token; we can do without them."""
    needed = {name for name, _why in CATEGORIES_NEEDED}
    return sorted(set(CATEGORY_OF_ENDPOINT.values()) - needed - info.categories)


def _payload(token: str) -> bytes:
    parts = token.strip().split(".")
    if len(parts) != 3 or len(token) > TOKEN_LENGTH_MAX:
        raise TokenMalformed("token: not three parts")
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise TokenMalformed("token: not base64") from None


def _moment(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, tz=UTC)
