"""Addresses that look like a shop and lead elsewhere (design/reliability.md section 5)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.destination import (
    URL_CHARS_MAX,
    DestinationError,
    DestinationRule,
    destination_parse,
    host_of,
    host_parse,
    host_require,
)

R = DestinationRule
SANDBOX = "http://127.0.0.1:8002"


@pytest.mark.parametrize(
    ("_case", "url", "rule"),
    [
        ("no scheme", "shop.kz/a", R.SCHEME),
        ("the page's own scheme", "//evil.com", R.SCHEME),
        ("a script", "javascript:alert(1)//https://shop.kz", R.SCHEME),
        ("data", "data:text/html,hi", R.SCHEME),
        ("one slash", "https:/shop.kz", R.HOST),
        ("backslashes", "https:\\\\shop.kz", R.CHARACTERS),
        ("a backslash that browsers read as a slash", "https://evil.com\\@shop.kz", R.CHARACTERS),
        ("a line break", "https://shop.kz/\r\nSet-Cookie: a=b", R.CHARACTERS),
        ("a tab that browsers drop", "https://sho\tp.kz/", R.CHARACTERS),
        ("a NUL", "https://shop.kz/\x00", R.CHARACTERS),
        ("text that runs the other way", "https://shop.kz/\u202egpj", R.CHARACTERS),
        ("no width", "https://shop.kz/\u200b", R.CHARACTERS),
        ("half a character", "https://shop.kz/\ud800", R.CHARACTERS),
        ("a quote that leaves an attribute", 'https://shop.kz/"onload', R.CHARACTERS),
        ("a user that looks like the shop", "https://shop.kz@evil.com/", R.USER_NAME),
        ("a user and a password", "https://a:b@shop.kz/", R.USER_NAME),
        ("a word for a port", "https://shop.kz:https/", R.HOST),
        ("IPv6", "https://[::1]/", R.HOST),
        ("IPv6 without its end", "https://[::1/", R.HOST),
        ("a machine of the local net", "https://localhost/", R.HOST),
        ("an address by number", "https://127.0.0.1/", R.HOST),
        ("by one number", "https://2130706433/", R.HOST),
        ("by hexadecimal ones", "https://0x7f.0x1/", R.HOST),
        ("fullwidth digits", "https://１２７.0.0.1/", R.HOST),
        ("an encoded dot", "https://shop%2ekz/", R.HOST),
        ("the sandbox, where there is none", f"{SANDBOX}/shop", R.SCHEME),
    ],
)
def test_an_address_that_hides_its_host_is_refused(_case, url, rule):
    with pytest.raises(DestinationError) as refused:
        destination_parse(url)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8003/",
        "https://127.0.0.1:8002/",
        "http://127.0.0.1:8002.evil.com/",
        "http://127.0.0.1:8002@evil.com/",
        "http://127.0.0.1/",
    ],
)
def test_nothing_beside_the_sandbox_slips_through_with_it(url):
    assert destination_parse(f"{SANDBOX}/p", free_origin=SANDBOX) == f"{SANDBOX}/p"
    with pytest.raises(DestinationError):
        destination_parse(url, free_origin=SANDBOX)


@pytest.mark.parametrize(
    ("_case", "url", "found"),
    [
        ("the shop's name at the end", "https://evilshop.kz/", "evilshop.kz"),
        ("the shop's name at the start", "https://shop.kz.evil.com/", "shop.kz.evil.com"),
        ("below the shop's name", "https://m.shop.kz/", "m.shop.kz"),
        ("a Cyrillic twin", "https://ѕhop.kz/", "xn--hop-ehd.kz"),
    ],
)
def test_a_host_that_looks_like_the_shop_is_refused_by_its_name(_case, url, found):
    with pytest.raises(DestinationError) as refused:
        host_require(destination_parse(url), ["shop.kz"])
    assert (refused.value.rule, refused.value.found) == (R.FOREIGN_HOST, found)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_refused_or_stored_in_a_form_that_stays(text):
    for url in (text, f"https://{text}", f"https://shop.kz{text}", f"https://shop.kz/{text}"):
        try:
            stored = destination_parse(url)
        except DestinationError:
            continue
        assert stored.isascii()
        assert stored.isprintable()
        assert len(stored) <= URL_CHARS_MAX
        assert destination_parse(stored) == stored
        assert urlsplit(stored).netloc == host_of(stored) == host_parse(host_of(stored))
