"""Who is no person: robots that name themselves, link previews, browsers that load ahead; and
whose browser opens an app.

Answered like everybody (a preview needs the page behind the link) and counted apart. Disguised
robots are found later, in what is stored; here only what the request itself admits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from attribution.domain.click_flags import MACHINE, ClickFlag
from campaigns.domain.deeplink import opens_intents

# Words of user agents. In-app browsers of Instagram, Facebook and Telegram are people: their
# names ("Instagram", "FBAN", "FBAV") are not here, those of the preview fetchers are.
_ROBOT = re.compile(
    r"(?<!cu)bot(?:\b|[/_;+-])|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog"
    r"|meta-external|whatsapp/|vkshare|skypeuri|embedly|headless|phantomjs|lighthouse|uptime"
    r"|curl/|wget/|python-|aiohttp|httpx|go-http-client|java/|libwww|node-fetch|axios|scrapy"
    r"|postman",
    re.IGNORECASE,
)  # not "CUBOT", a make of telephones
# Headers by which a browser says that nobody has tapped yet.
_AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD_WORDS = ("prefetch", "prerender", "preview")

Header = Callable[[str], str | None]


def flags_of(method: str, user_agent: str | None, header: Header) -> ClickFlag:
    """What the request admits. `user_agent` None: none was sent, which no browser does."""
    flags = ClickFlag.HEAD if method == "HEAD" else ClickFlag(0)
    if user_agent is None or _ROBOT.search(user_agent):
        flags |= ClickFlag.BOT
    if any(_says_ahead(header(name)) for name in _AHEAD):
        flags |= ClickFlag.PREFETCH
    return flags


def may_open_app(user_agent: str, flags: int, header: Header) -> bool:
    """Whether a person sits before a browser that opens apps by `intent:` addresses, and taps a
    link of its own page: no app's window (they send X-Requested-With) and no frame."""
    return (
        not flags & MACHINE
        and opens_intents(user_agent)
        and header("x-requested-with") is None
        and header("sec-fetch-dest") == "document"
    )


def _says_ahead(value: str | None) -> bool:
    return value is not None and any(word in value.lower() for word in _AHEAD_WORDS)
