"""Who taps the demo's links: telephones mostly, from Instagram mostly, and a few robots.

Written by the drain's own function, so devices, places and sums are what it found out. The
networks are those kept for documentation (RFC 3849), and a file says in which cities they are.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from attribution.clickpath.line import Click, line_of
from attribution.clickpath.robots import flags_of
from attribution.clickpath.store import clicks_store, offset_get
from attribution.domain.address_ranges import ranges_read
from attribution.domain.click_flags import ClickFlag
from attribution.models import AddressRange
from attribution.services.clicks import address_ranges_replace
from core import clock
from core.ids import uuid7

PLACES = """network,country,city
2001:db8:1::/48,KZ,Алматы
2001:db8:2::/48,KZ,Астана
2001:db8:3::/48,KZ,Шымкент
2001:db8:4::/48,KZ,Қарағанды
2001:db8:5::/48,KZ,Ақтөбе
2001:db8:6::/48,KZ,
2001:db8:7::/48,KG,Бишкек
"""
DATACENTRES = """network,name
2001:db8:f::/48,Example Hosting
"""
# Network and how often; the one before the last is in no file, the last is a data centre
NETWORKS = {
    "2001:db8:1::/48": 40,
    "2001:db8:2::/48": 18,
    "2001:db8:3::/48": 12,
    "2001:db8:4::/48": 7,
    "2001:db8:5::/48": 5,
    "2001:db8:6::/48": 6,
    "2001:db8:7::/48": 3,
    "2001:db8:e::/48": 6,
    "2001:db8:f::/48": 3,
}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A556E) AppleWebKit/537.36 Chrome/130.0 Mobile"
DEVICES = {
    f"{IPHONE} Instagram 350.0": 38,
    f"{ANDROID} Safari/537.36": 34,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36": 11,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15": 4,
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148": 3,
}
# Where a tap came from, and the place in the blogger's posts that the link's sub1 names
SOURCES = {
    ("https://l.instagram.com/", "story"): 30,
    ("https://l.instagram.com/", "reels"): 18,
    ("android-app://com.instagram.android/", "story"): 9,
    ("https://www.instagram.com/", "bio"): 9,
    ("android-app://org.telegram.messenger/", "telegram"): 11,
    ("https://www.tiktok.com/", "tiktok"): 8,
    ("https://www.youtube.com/", ""): 3,
    ("https://vk.com/", ""): 2,
    ("", ""): 12,  # messengers tell nothing
}
ROBOTS = (
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.24.21.75 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
)
COMES_AGAIN_EVERY = 7  # a visitor of the same day taps once more
Thing = TypeVar("Thing")


def ranges_load() -> None:
    """Where the demo's networks are."""
    kind = AddressRange.Kind
    address_ranges_replace(kind.GEOGRAPHY, ranges_read(PLACES.splitlines()))
    address_ranges_replace(kind.DATACENTRE, ranges_read(DATACENTRES.splitlines()))


def taps_imagine(link_id: int, moments: Sequence[datetime], dice: random.Random) -> list[Click]:
    """A tap of a person at each moment, in their order."""
    of_day: dict[date, list[str]] = {}
    taps = []
    for n, at in enumerate(moments, 1):
        seen = of_day.setdefault(clock.day_of(at), [])
        is_new = not seen or n % COMES_AGAIN_EVERY > 0
        visitor = _id_at(at) if is_new else dice.choice(seen)
        seen.append(visitor)
        referer, sub1 = _choose(SOURCES, dice)
        flags = ClickFlag.NEW_VISITOR if is_new else ClickFlag(0)
        taps.append(
            _click(link_id, at, visitor, _choose(DEVICES, dice), referer, sub1, flags, dice)
        )
    return taps


def robots_imagine(link_id: int, moments: Sequence[datetime], dice: random.Random) -> list[Click]:
    """A preview or a search robot at each moment, flagged as the click process flags it."""
    robots = []
    for at in moments:
        agent = dice.choice(ROBOTS)
        flags = flags_of("GET", agent, lambda _name: None) | ClickFlag.NEW_VISITOR
        robots.append(_click(link_id, at, _id_at(at), agent, "", "", flags, dice))
    return robots


def taps_store(taps: Iterable[Click]) -> None:
    """Into PostgreSQL as the drain does it; nobody else drains yet, so its offset stays."""
    offset = offset_get()
    lines = [line_of(tap).rstrip(b"\n") for tap in taps]
    stored = clicks_store(lines, before=offset, after=offset)
    assert (stored.clicks, stored.quarantined) == (len(lines), 0), stored


def _click(
    link_id: int,
    at: datetime,
    visitor: str,
    agent: str,
    referer: str,
    sub1: str,
    flags: ClickFlag,
    dice: random.Random,
) -> Click:
    return Click(
        click_id=_id_at(at),
        milliseconds=_milliseconds(at),
        link_id=link_id,
        visitor=visitor,
        ip_network=_choose(NETWORKS, dice),
        user_agent=agent,
        referer=referer,
        subs=(sub1, "", "", "", ""),
        flags=int(flags),
    )


def _choose(weights: Mapping[Thing, int], dice: random.Random) -> Thing:
    return dice.choices(list(weights), list(weights.values()))[0]


def _id_at(at: datetime) -> str:
    return uuid7(_milliseconds(at)).hex


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
