from __future__ import annotations

import pytest

from attribution.clickpath.robots import flags_of
from attribution.domain.click_flags import ClickFlag, is_person

PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.24.1 A",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 HeadlessChrome/120.0",
        "curl/8.5.0",
        "python-requests/2.32",
        None,
    ],
)
def test_robots_and_previews_are_no_people(user_agent):
    flags = flags_of("GET", user_agent, lambda name: None)
    assert (flags, is_person(flags)) == (ClickFlag.BOT, False)


@pytest.mark.parametrize(
    "user_agent",
    [
        PERSON,
        f"{PERSON} Instagram 350.0.0.28.109 (iPhone14,5; iOS 18_1; kk_KZ)",
        f"{PERSON} [FBAN/FBIOS;FBAV/440.0.0.31.105;FBBV/534166226]",
        "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Chrome/120.0 Mobile",
        "",
    ],
)
def test_in_app_browsers_are_people(user_agent):
    assert flags_of("GET", user_agent, lambda name: None) == ClickFlag(0)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
        ("purpose", "PREFETCH"),
    ],
)
def test_a_browser_that_loads_ahead_is_no_visit(header, value):
    assert flags_of("GET", PERSON, {header: value}.get) == ClickFlag.PREFETCH


def test_head_is_no_visit():
    assert flags_of("HEAD", PERSON, lambda name: None) == ClickFlag.HEAD


def test_a_new_visitor_on_an_ended_link_is_still_a_person():
    assert is_person(ClickFlag.NEW_VISITOR | ClickFlag.INACTIVE)
