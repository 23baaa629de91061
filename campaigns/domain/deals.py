"""A deal: so many posts at a fixed fee each. What it takes, what each post pays, what goes back.

Source: design/domain.md sections 3 and 6. Fee and VAT are rounded over the deal as a campaign's are
over the campaign (ledger.domain.fees): every amount is a difference of what so many posts cost
together, so that any order of accepting and releasing ends at zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from campaigns.domain.places import Place
from ledger.domain.fees import Reserve, reserve_for

POSTS_MAX = 30
BRIEF_CHARS_MAX = 2_000
TEXT_CHARS_MAX = 5_000
NOTE_CHARS_MAX = 500
ANSWER_DAYS_MAX = 30
ANSWER_DAYS_DEFAULT = 5
REVIEW_DAYS_MAX = 14
REVIEW_DAYS_DEFAULT = 3
DUE_DAYS_MAX = 180
AGAIN_DAYS = 3  # at least so long to send a returned post again, whatever the day it was due on


class DealState(StrEnum):
    OFFERED = "offered"
    RUNNING = "running"
    DONE = "done"  # nothing of it is open, and something was paid
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


# Whose fee is still in escrow; of those, what nobody has to decide about
HELD = (TaskState.OPEN, TaskState.SUBMITTED, TaskState.RETURNED)
UNSENT = (TaskState.OPEN, TaskState.RETURNED)
EARNED = (TaskState.ACCEPTED, TaskState.PAID)


class ReturnCode(StrEnum):
    """Why a brand sends a post back: numbered reasons of domain.md section 2, and what no number
    says, in the brand's own words."""

    LABEL = "21"
    PLACEMENT = "22"
    BRIEF = "brief"


def return_needs_note(code: ReturnCode) -> bool:
    return code is not ReturnCode.LABEL


@dataclass(frozen=True, slots=True)
class DealMoney:
    """A post's fee in tiyn, and the rates on it, basis points."""

    post_minor: int
    fee_bps: int
    vat_bps: int

    def of_posts(self, count: int) -> Reserve:
        """What so many posts cost together."""
        if count == 0:
            return Reserve()
        return reserve_for(self.post_minor * count, fee_bps=self.fee_bps, vat_bps=self.vat_bps)

    def between(self, count: int, larger: int) -> Reserve:
        """What the posts from `count` up to `larger` cost: what is held while `count` of `larger`
        are accepted, or what goes back when `larger` become `count`."""
        assert 0 <= count <= larger, (count, larger)
        return self.of_posts(larger) - self.of_posts(count)


def again_until(due_on: date, today: date) -> date:
    """By when a returned post is to be sent again."""
    return max(due_on, today + timedelta(days=AGAIN_DAYS))


def review_until(sent_at: datetime, review_days: int) -> datetime:
    """When a brand's silence is a yes."""
    return sent_at + timedelta(days=review_days)


# Where a network's posts live; own sites are anywhere.
HOSTS: dict[Place, tuple[str, ...]] = {
    Place.INSTAGRAM: ("instagram.com",),
    Place.TIKTOK: ("tiktok.com",),
    Place.YOUTUBE: ("youtube.com", "youtu.be"),
    Place.TELEGRAM: ("t.me", "telegram.me"),
    Place.THREADS: ("threads.net", "threads.com"),
    Place.WHATSAPP: ("whatsapp.com", "wa.me"),
    Place.VK: ("vk.com", "vk.ru"),
}


class LinkFault(StrEnum):
    NO_LINK = "no_link"
    OTHER_PLACE = "other_place"


def post_link_fault(url: str, place: Place) -> LinkFault | None:
    """What is wrong with a post's address: not one, or of another network than was agreed."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return LinkFault.NO_LINK
    if parts.scheme not in ("http", "https") or "." not in host or any(map(str.isspace, url)):
        return LinkFault.NO_LINK
    hosts = HOSTS.get(place)
    if hosts and not any(host == each or host.endswith(f".{each}") for each in hosts):
        return LinkFault.OTHER_PLACE
    return None


# The same post under another address: pictures and reels of Instagram share one code, and a short
# link of YouTube names the video of a long one.
_SAME = (
    (re.compile(r"instagram\.com/(?:[^/]+/)?(?:p|reels?|tv)/([^/]+).*"), r"instagram.com/p/\1"),
    (re.compile(r"youtu\.be/([^/?]+).*"), r"youtube.com/watch?v=\1"),
    (re.compile(r"youtube\.com/(?:shorts|live)/([^/?]+).*"), r"youtube.com/watch?v=\1"),
)
NAMING = ("v", "w", "z")  # what of a query names a post: YouTube's and VK's


def post_link_key(url: str) -> str:
    """The same for every way of writing one post's address: without scheme, case of the host, a
    tracking query and the last slash."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    named = [pair for pair in parts.query.split("&") if pair.partition("=")[0] in NAMING]
    key = f"{host}{parts.path.rstrip('/')}" + (f"?{named[0]}" if named else "")
    for pattern, same in _SAME:
        if pattern.fullmatch(key):
            return pattern.sub(same, key)
    return key
