"""How a tracking link is named in Redis: what the click process reads and services delete."""

from __future__ import annotations

INVALIDATE = "birge:link:invalidate"  # channel; the message is a token


def link_key(token: str) -> str:
    """The cached link, JSON, filled by the click process."""
    return f"birge:link:{token}"


def link_version_key(token: str) -> str:
    """Counts the changes of a link, so that a copy made from an older row is known as old."""
    return f"birge:link-version:{token}"
