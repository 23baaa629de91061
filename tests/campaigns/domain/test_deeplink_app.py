"""Chrome's intent: form, and everybody who gets the https address instead."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.deeplink import app_address, append_click, opens_intents, package_is_valid

URL = "https://shop.example/p/1?c=7&cpa_click=0198"
PACKAGE = "example.shop.app"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)


def test_an_address_opens_in_the_app_and_else_in_the_browser():
    assert app_address(URL, PACKAGE) == (
        "intent://shop.example/p/1?c=7&cpa_click=0198#Intent;scheme=https;"
        "package=example.shop.app;S.browser_fallback_url="
        "https%3A%2F%2Fshop.example%2Fp%2F1%3Fc%3D7%26cpa_click%3D0198;end"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/p",
        "https://shop.example/p#top",
        "https://shop.example/p#Intent;package=evil.app;end",
        "https://shop.example/p;package=evil.app;end?x=1",
        "https://shop.example/p?x=1;S.browser_fallback_url=https://evil.example;end",
        "https://shop.example:8443/p",
        "https://user@shop.example/p",
        "https://shop.example/p q",
        "https://shop.example/p\n",
        "https://shop.example\\p",
        "https://shop.exаmple/p",
        "intent://shop.example/#Intent;end",
        "",
    ],
)
def test_an_address_with_a_mark_of_the_intents_grammar_stays_https(url):
    assert app_address(url, PACKAGE) == url


@pytest.mark.parametrize(
    "package",
    [
        "",
        "shop",
        "example.shop;end",
        "example.shop;S.x=1",
        "example..app",
        "1shop.app",
        "a.б",
        "example.shop\n",
        " example.shop",
        "a." + "b" * 150,
    ],
)
def test_what_is_no_package_opens_nothing(package):
    assert not package_is_valid(package)
    assert app_address(URL, package) == URL


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_whatever_the_address_says_the_intent_has_one_package_and_one_way_back(tail):
    url = append_click(f"https://shop.example/{tail}", "0198")
    address = app_address(url, PACKAGE)
    if address == url:
        return
    data, mark, intent = address.partition("#Intent;")
    assert mark
    assert data == f"intent{url.removeprefix('https')}"
    assert intent.split(";") == [
        "scheme=https",
        f"package={PACKAGE}",
        f"S.browser_fallback_url={quote(url, safe='')}",
        "end",
    ]
    assert unquote(intent.split(";")[2].partition("=")[2]) == url


@pytest.mark.parametrize(
    "user_agent",
    [
        CHROME,
        CHROME.replace("Mobile ", ""),  # a tablet
        CHROME.replace("Android 10; K", "Android 14; SM-S911B Build/UP1A.231005.007"),
    ],
)
def test_chrome_on_android_opens_intents(user_agent):
    assert opens_intents(user_agent)


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("_case", "user_agent"),
    [
        ("nothing", ""),
        ("an iPhone", f"{IPHONE} (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"),
        (
            "Chrome on an iPhone",
            f"{IPHONE} (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1",
        ),
        ("a computer", CHROME.replace("Linux; Android 10; K", "X11; Linux x86_64")),
        (
            "a webview",
            CHROME.replace("10; K", "10; K; wv").replace("Chrome/", "Version/4.0 Chrome/"),
        ),
        ("a webview that hides half", CHROME.replace("10; K", "10; K; wv")),
        ("Instagram", f"{CHROME} Instagram 300.0.0.29.110 Android"),
        ("Facebook", f"{CHROME} [FBAN/EMA;FBAV/400.0.0]"),
        ("Telegram", f"{CHROME} Telegram-Android/11.1"),
        ("TikTok", f"{CHROME} musical_ly_2023 BytedanceWebview"),
        ("Samsung", CHROME.replace("Chrome/", "SamsungBrowser/27.0 Chrome/")),
        ("Yandex", CHROME.replace("Mobile Safari", "YaBrowser/25.1 Mobile Safari")),
        ("Opera", f"{CHROME} OPR/80.0"),
        ("Edge", f"{CHROME} EdgA/140.0"),
        ("Firefox", "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"),
        ("Googlebot", f"{CHROME} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ],
)
def test_everybody_else_gets_the_https_address(_case, user_agent):
    assert not opens_intents(user_agent)
