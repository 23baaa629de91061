"""The visitor's way from our link into the shop: the stored URL and our click id, nothing else;
and into the shop's app, where somebody has confirmed which app that is.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, unquote_plus

CLICK_PARAMETER = "cpa_click"
# A link of the network Admitad does not lead to the shop but through the network, which gives its
# own click id to the shop and ours back to us: as `subid`, and as nothing else.
ADMITAD_START = "https://ad.admitad.com/"
ADMITAD_PARAMETER = "subid"
ADMITAD_PAGE = "ulp"  # where in the shop the network leads to


def append_click(url: str, click_id: str) -> str:
    """`url` with `cpa_click=<click_id>` as the last part of its query.

    Every character of the URL stays as it is: shops sign or compare theirs. The fragment stays
    behind the query, where browsers look for it. A link of Admitad gets `subid=<click_id>`
    instead, in place of whatever `subid` it had.
    """
    if url.startswith(ADMITAD_START):
        return _parameter_append(_without_subid(url), ADMITAD_PARAMETER, click_id)
    return _parameter_append(url, CLICK_PARAMETER, click_id)


def is_admitad(url: str) -> bool:
    return url.startswith(ADMITAD_START)


def admitad_link(start: str, page: str) -> str:
    """The network's link `start` to another page of its shop: that page is the whole of `ulp`.

    A link of Admitad in `page` is taken for the page that it leads to, when it is of the same
    programme and publisher as `start` (the same path); whatever subids it has are dropped.

    Raises:
        ValueError: another publisher's link, or a page that the network does not carry ("%00").
    """
    goal = page
    if is_admitad(page):
        if _path_of(page) != _path_of(start):
            raise ValueError("another publisher's link")
        goal = admitad_page(page)
    if "%00" in goal:
        raise ValueError("a page with %00")
    return f"{_path_of(start)}?ulp={quote(goal, safe='')}" if goal else _path_of(start)


def admitad_page(url: str) -> str:
    """The shop's page behind a link of the network; "" for its front page."""
    query = url.partition("#")[0].partition("?")[2]
    found = [part for part in query.split("&") if _name_of(part) == ADMITAD_PAGE]
    return unquote(found[0].partition("=")[2]) if found else ""


def _path_of(url: str) -> str:
    """With its last slash, as the network writes it."""
    return url.partition("#")[0].partition("?")[0].rstrip("/") + "/"


def _parameter_append(url: str, name: str, value: str) -> str:
    head, mark, fragment = url.partition("#")
    _, question, query = head.partition("?")
    joint = "?" if not question else "&" if query and not query.endswith("&") else ""
    return f"{head}{joint}{name}={value}{mark}{fragment}"


def _without_subid(url: str) -> str:
    """Which of two equal parameters would count is nowhere written: ours is the only one."""
    head, mark, fragment = url.partition("#")
    path, question, query = head.partition("?")
    kept = [part for part in query.split("&") if _name_of(part) != ADMITAD_PARAMETER]
    return f"{path}{question}{'&'.join(kept)}{mark}{fragment}"


def _name_of(part: str) -> str:
    """As the network reads it, so that an encoded letter hides nothing."""
    return unquote_plus(part.partition("=")[0])


# --- Into an app ----------------------------------------------------------------------------

# A browser that is Chrome on Android and nothing else. In-app browsers ("; wv", "Version/4.0",
# "Instagram", "FBAN") and Chrome's relatives say more than this, and robots put their names
# behind it: all of them get the https address, which every system knows how to open.
_CHROME_ON_ANDROID = re.compile(
    r"Mozilla/5\.0 \(Linux; (?:U; )?Android [^()]*\) AppleWebKit/[\d.]+ \(KHTML, like Gecko\)"
    r" Chrome/[\d.]+ (?:Mobile )?Safari/[\d.]+",
    re.ASCII,
)
_WEBVIEW = re.compile(r"\bwv\b|Version/")
_PACKAGE = re.compile(r"[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+", re.ASCII)
PACKAGE_CHARS_MAX = 150
# What stands in an address between "https://" and its end without a mark of the intent's own
# grammar: no "#", no ";", no blank.
_PLAIN = re.compile(r"https://([A-Za-z0-9.-]+(?:[/?][\w.~:/?@!$&'()*+,=%\[\]-]*)?)", re.ASCII)


def package_is_valid(package: str) -> bool:
    """Whether it has the shape of an Android application id ("kz.shop.app")."""
    return len(package) <= PACKAGE_CHARS_MAX and bool(_PACKAGE.fullmatch(package))


def opens_intents(user_agent: str) -> bool:
    """Whether this is a browser that opens `intent:` addresses by Chrome's documentation."""
    is_chrome = _CHROME_ON_ANDROID.fullmatch(user_agent) is not None
    return is_chrome and not _WEBVIEW.search(user_agent)


def app_address(url: str, package: str) -> str:
    """`url` opened in the Android app `package`, and in the browser where there is none.

    The form is Chrome's (developer.chrome.com/docs/android/intents): the address without its
    scheme, then the intent's own part, whose S.browser_fallback_url is the same address, encoded.
    An address with a mark of that grammar, or a package of another shape, comes back as it is:
    https opens everywhere, and a doubtful intent nowhere.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is None or not package_is_valid(package):
        return url
    fallback = quote(url, safe="")
    return (
        f"intent://{plain[1]}#Intent;scheme=https;package={package};"
        f"S.browser_fallback_url={fallback};end"
    )
