"""Who is no person: robots that name themselves, link previews, browsers that load ahead; and
whose browser opens an app.

Answered like everybody (a preview needs the page behind the link) and counted apart. Disguised
robots are found later, in what is stored; here only what the request itself admits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from attribution.clickpath import bits
from campaigns.domain.deeplink import opens_intents

# Words of user agents. In-app browsers of Instagram, Facebook and Telegram are people: their
# names ("Instagram", "FBAN", "FBAV") are not here, those of the preview fetchers are. Searched one
# by one: a regular expression of all of them took 37 of the 63 microseconds of a click.
_WORDS = (
    "crawl", "spider", "slurp", "preview", "facebookexternalhit", "facebookcatalog",
    "meta-external", "whatsapp/", "vkshare", "skypeuri", "embedly", "headless", "phantomjs",
    "lighthouse", "uptime", "curl/", "wget/", "python-", "aiohttp", "httpx", "go-http-client",
    "java/", "libwww", "node-fetch", "axios", "scrapy", "postman",
)  # fmt: skip
_BOT = re.compile(r"(?<!cu)bot(?:\b|[/_;+-])")  # not "CUBOT", a make of telephones
_REMEMBERED, _REMEMBERED_CHARS_MAX = 4096, 512  # user agents repeat; long ones are nobody's
# Headers by which a browser says that nobody has tapped yet.
_AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD_WORDS = ("prefetch", "prerender", "preview")

Header = Callable[[str], str | None]


def flags_of(method: str, user_agent: str | None, header: Header) -> int:
    """What the request admits, as bits of ClickFlag. `user_agent` None: none was sent, which no
    browser does."""
    flags = bits.HEAD if method == "HEAD" else 0
    if user_agent is None or is_robot(user_agent):
        flags |= bits.BOT
    for name in _AHEAD:
        value = header(name)
        if value is not None and _says_ahead(value):
            flags |= bits.PREFETCH
    return flags


def may_open_app(user_agent: str, flags: int, header: Header) -> bool:
    """Whether a person sits before a browser that opens apps by `intent:` addresses, and taps a
    link of its own page: no app's window (they send X-Requested-With) and no frame."""
    return (
        not flags & bits.MACHINE
        and opens_intents(user_agent)
        and header("x-requested-with") is None
        and header("sec-fetch-dest") == "document"
    )


def is_robot(user_agent: str) -> bool:
    """Whether it names itself one."""
    if len(user_agent) > _REMEMBERED_CHARS_MAX:
        return _names_robot(user_agent)
    return _names_robot_remembered(user_agent)


def _names_robot(user_agent: str) -> bool:
    text = user_agent.lower()
    return any(word in text for word in _WORDS) or _BOT.search(text) is not None


_names_robot_remembered = lru_cache(_REMEMBERED)(_names_robot)


def _says_ahead(value: str) -> bool:
    return any(word in value.lower() for word in _AHEAD_WORDS)
