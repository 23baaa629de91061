"""A token is read before it is ever sent (facts/marketplaces.md 1.1)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.wildberries.token import (
    TokenInfo,
    TokenMalformed,
    token_read,
    token_refusal,
)

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SELLER = "5b1d6c1e-0c7f-4a52-9a0e-3f2b8d7c4a11"
ANALYTICS, STATISTICS, RETURNS, FINANCE, READ_ONLY = 2, 5, 11, 13, 30
BITS = (ANALYTICS, STATISTICS, RETURNS, FINANCE, READ_ONLY)


def mask(*bits: int) -> int:
    return sum(1 << bit - 1 for bit in bits)


def token(**changes) -> str:
    claims = {
        "acc": 4,
        "for": "asid:birge",
        "exp": int((NOW + timedelta(days=180)).timestamp()),
        "s": mask(*BITS),
        "sid": SELLER,
        "t": False,
    } | changes
    return encoded({name: value for name, value in claims.items() if value is not ...})


def encoded(claims) -> str:
    parts = (json.dumps({"alg": "ES256"}), json.dumps(claims), "signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)


def test_a_service_token_says_everything():
    assert token_read(token()) == TokenInfo(
        kind="service",
        bound_to="asid:birge",
        is_test=False,
        seller_id=SELLER,
        categories=frozenset({"analytics", "statistics", "returns", "finance"}),
        is_read_only=True,
        expires_at=NOW + timedelta(days=180),
    )


@pytest.mark.parametrize(
    ("acc", "bound_to", "kind"),
    [(1, ..., "basic"), (2, ..., "test"), (3, "self", "personal"), (4, "asid:1", "service")],
)
def test_kinds_of_tokens(acc, bound_to, kind):
    info = token_read(token(acc=acc, **{"for": bound_to}))
    assert info.kind == kind
    assert info.bound_to == (None if bound_to is ... else bound_to)


@pytest.mark.parametrize(
    ("_case", "changes", "reasons"),
    [
        ("welcome", {}, []),
        ("a basic token is slow and welcome", {"acc": 1}, []),
        ("forbidden in our hands", {"acc": 3}, ["personal_token"]),
        ("of Wildberries' own sandbox", {"t": True}, ["test_token"]),
        ("of the kind for tests", {"acc": 2}, ["test_token"]),
        ("ended a second ago", {"exp": int(NOW.timestamp()) - 1}, ["expired"]),
        ("ends now", {"exp": int(NOW.timestamp())}, ["expired"]),
        ("ends in a second", {"exp": int(NOW.timestamp()) + 1}, []),
        ("no feed", {"s": mask(FINANCE, READ_ONLY)}, ["missing_analytics"]),
        ("no report", {"s": mask(ANALYTICS, READ_ONLY)}, ["missing_finance"]),
        ("may write", {"s": mask(ANALYTICS, FINANCE)}, ["writable_token"]),
        (
            "everything at once",
            {"acc": 3, "exp": 0, "s": 0},
            ["personal_token", "expired", "missing_analytics", "missing_finance", "writable_token"],
        ),
    ],
)
def test_reasons_to_refuse_a_token(_case, changes, reasons):
    assert token_refusal(token_read(token(**changes)), NOW) == reasons


def test_a_test_token_is_welcome_where_tests_are():
    assert token_refusal(token_read(token(acc=2, t=True)), NOW, allow_test=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "a.b",
        "a.b.c.d",
        "a.!!.c",
        "a.ж.c",
        token()[:-200],
        token().replace(".", " "),
        encoded([]),
        encoded("x"),
        token(acc=...),
        token(acc=9),
        token(acc="4"),
        token(exp=...),
        token(exp="soon"),
        token(exp=10**18),
        token(s=...),
        token(s=-1),
        token(sid=...),
        token(sid="x" * 65),
        "a." + "A" * 5000 + ".c",
    ],
)
def test_what_is_no_token_is_malformed(text):
    with pytest.raises(TokenMalformed):
        token_read(text)


def test_white_space_around_a_copied_token_does_no_harm():
    assert token_read(f" {token()}\n").kind == "service"


@given(st.text(max_size=80))
def test_any_text_is_malformed_or_read(text):
    with pytest.raises(TokenMalformed):
        token_read(text)
