from __future__ import annotations

import pytest

from attribution.clickpath.target import header_url


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.kz/p/1?utm_source=x&a=%20b#top",
        "http://127.0.0.1:9000/product",
        "https://shop.example.kz",
        "https://shop.example.kz/a'b(c)[d]|e^`{}",
    ],
)
def test_an_ascii_url_stays_as_it_is(url):
    assert header_url(url) == url


@pytest.mark.parametrize(
    ("url", "ascii_url"),
    [
        ("https://дүкен.қаз/p", "https://xn--d1acon18c.xn--80ao21a/p"),
        ("https://дүкен.қаз:8443/p", "https://xn--d1acon18c.xn--80ao21a:8443/p"),
        (
            "https://shop.kz/тауар?q=қант%20#үзік",
            "https://shop.kz/%D1%82%D0%B0%D1%83%D0%B0%D1%80?q=%D2%9B%D0%B0%D0%BD%D1%82%20"
            "#%D2%AF%D0%B7%D1%96%D0%BA",
        ),
    ],
)
def test_other_letters_become_ascii(url, ascii_url):
    assert header_url(url) == ascii_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "//evil.example/x",
        "\\\\evil.example",
        "https:\\\\evil.example",
        "https://shop.kz\\@evil.example/",
        "https://shop.kz@evil.example/",
        "https://user:password@shop.kz/",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.kz/",
        "https://",
        "https://shop.kz/\r\nset-cookie: a=b",
        "https://shop.kz/a b",
        "https://shop.kz/\x00",
        "https://[::1",
        "https://shop.kz/\ud800",
    ],
)
def test_what_is_no_page_of_a_shop_leads_nowhere(url):
    assert header_url(url) == ""
