"""The tag by which a marketplace's own report names a link of ours: utm_campaign.

Ozon and Wildberries give no click back; what they count is a total per utm_campaign and day. Ozon
counts only what begins with the cabinet's own "vendor_org_42_", Wildberries what begins with the
number of a campaign in the cabinet, "77-id-" (facts/marketplaces.md 1.7 and 2.6). Behind that
stands "birge-" and the link's token, which never changes, so that an old post still counts and no
campaign of the brand's own is taken for ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote_plus

from campaigns.domain.destination import host_of
from campaigns.domain.marketplace_urls import OZON, WILDBERRIES, hosts_of_family

Platform = Literal["ozon", "wildberries"]
MARK = "birge-"
SOURCE, MEDIUM = "birge", "cpa"
TAG_CHARS_MAX = 200
# How utm_campaign has to begin for the platform to count it
STARTS: Mapping[Platform, re.Pattern[str]] = {
    "ozon": re.compile(r"vendor_org_[0-9]{1,18}_", re.ASCII),
    "wildberries": re.compile(r"[0-9]{1,18}-id-", re.ASCII),
}
_FAMILIES: Mapping[Platform, tuple[str, ...]] = {"ozon": OZON, "wildberries": WILDBERRIES}
_OURS = re.compile(r"(?:vendor_org_[0-9]{1,18}_|[0-9]{1,18}-id-)?birge-([a-z0-9-]{4,40})", re.ASCII)


def start_is_valid(platform: Platform, start: str) -> bool:
    return STARTS[platform].fullmatch(start) is not None


def platform_of(url: str) -> Platform | None:
    """The marketplace that a stored address leads to, among those that count tags."""
    family = hosts_of_family(host_of(url))
    return next((platform for platform, hosts in _FAMILIES.items() if hosts == family), None)


def tag_of(start: str, token: str) -> str:
    """What utm_campaign is in the link with this token."""
    return f"{start}{MARK}{token}"


def token_of(tag: str) -> str | None:
    """The token of a link of ours; None for a tag that is not of our making.

    Whether a report repeats the platform's own beginning is not certain: both are read.
    """
    found = _OURS.fullmatch(tag.strip().casefold())
    return found[1] if found else None


def tagged(url: str, token: str, starts: Mapping[str, str]) -> str:
    """`url` with our three utm keys in place of any others, where it leads to a marketplace whose
    beginning is known; else as it is. Every other character stays."""
    start = starts.get(platform_of(url) or "")
    if start is None:
        return url
    head, mark, fragment = url.partition("#")
    path, _question, query = head.partition("?")
    kept = [part for part in query.split("&") if part and not _is_utm(part)]
    ours = [f"utm_source={SOURCE}", f"utm_medium={MEDIUM}", f"utm_campaign={tag_of(start, token)}"]
    return f"{path}?{'&'.join([*kept, *ours])}{mark}{fragment}"


def _is_utm(part: str) -> bool:
    """As shops read keys, so that an encoded letter hides nothing."""
    return unquote_plus(part.partition("=")[0]).strip().lower().startswith("utm_")
