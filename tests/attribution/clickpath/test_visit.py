from __future__ import annotations

import pytest

from attribution.clickpath.visit import (
    language_of,
    networks_of,
    origin_of,
    subs_of,
    token_of,
    visitor_of,
)

ID = "0123456789abcdef0123456789abcdef"
LOOPBACK = networks_of("127.0.0.0/8, ::1")


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/c/k7m3p9qd", "k7m3p9qd"),
        ("/c/A-b_9", "a-b_9"),
        ("/c/Aigerim-KOILEK", "aigerim-koilek"),
        ("/c/" + "a" * 40, "a" * 40),
        ("/c/" + "a" * 41, None),
        ("/c/", None),
        ("/c", None),
        ("/c/a/b", None),
        ("/c//evil.example", None),
        ("/c/\\evil", None),
        ("/c/a\0b", None),
        ("/c/a\nb", None),
        ("/c/a\n", None),
        ("/c/ж", None),
        ("//c/abc", None),
        ("/C/abc", None),
    ],
)
def test_a_token_is_letters_digits_and_two_marks(path, token):
    assert token_of(path) == token


@pytest.mark.parametrize(
    ("_case", "cookies", "visitor"),
    [
        ("ours", [f"birge_visitor={ID}"], ID),
        ("among others", [f"a=1; birge_visitor={ID}; b=2"], ID),
        ("in a second header", ["a=1", f"birge_visitor={ID}"], ID),
        ("first of two that is good", [f"birge_visitor=no; birge_visitor={ID}"], ID),
        ("none", [], None),
        ("upper case", [f"birge_visitor={ID.upper()}"], None),
        ("too long", [f"birge_visitor={ID}0"], None),
        ("too short", [f"birge_visitor={ID[1:]}"], None),
        ("quoted", [f'birge_visitor="{ID}"'], None),
        ("poison behind it", [f"birge_visitor={ID}\\.x"], None),
        ("another cookie's tail", [f"xbirge_visitor={ID}"], None),
    ],
)
def test_a_visitor_is_known_by_32_hex_digits_or_not_at_all(_case, cookies, visitor):
    assert visitor_of(cookies) == visitor


@pytest.mark.parametrize(
    ("query", "subs"),
    [
        ("", ("", "", "", "", "")),
        ("sub1=story&sub5=x&other=1", ("story", "", "", "", "x")),
        ("sub1=first&sub1=second", ("first", "", "", "", "")),
        ("sub1=&sub1=second", ("second", "", "", "", "")),
        ("sub2=a%20b+c", ("", "a b c", "", "", "")),
        ("sub3=%D2%9A%D0%B0%D0%B7", ("", "", "Қаз", "", "")),
        ("sub1=%FF%00", ("\ufffd\0", "", "", "", "")),
        ("sub6=x&sub=y&sub0=z", ("", "", "", "", "")),
        ("sub1", ("", "", "", "", "")),
        ("sub1=" + "x" * 100, ("x" * 64, "", "", "", "")),
        ("sub1=" + "%F0%9F%98%80" * 100, ("😀" * 64, "", "", "", "")),
        ("&" * 10_000 + "sub1=x", ("x", "", "", "", "")),
    ],
)
def test_sub_ids_are_decoded_and_cut(query, subs):
    assert subs_of(query) == subs


@pytest.mark.parametrize(
    ("cookies", "accept", "language"),
    [
        ([], "", "kk"),
        ([], "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ([], "de-DE,en;q=0.5", "en"),
        ([], "de", "kk"),
        ([], ",,;;q=1", "kk"),
        (["language=en"], "ru", "en"),
        (["language=de"], "ru", "ru"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_browsers_then_kazakh(cookies, accept, language):
    assert language_of(cookies, accept) == language


@pytest.mark.parametrize(
    ("_case", "peer", "forwarded", "network"),
    [
        ("IPv4", "203.0.113.77:5000", "", "203.0.113.0/24"),
        ("IPv6", "[2001:db8:1:2::3]:5000", "", "2001:db8:1::/48"),
        ("IPv4 in IPv6", "[::ffff:203.0.113.77]:5000", "", "203.0.113.0/24"),
        ("a stranger's header is not believed", "203.0.113.77:1", "198.51.100.1", "203.0.113.0/24"),
        ("our proxy's is", "127.0.0.1:1", "198.51.100.1", "198.51.100.0/24"),
        ("only its last hop", "127.0.0.1:1", "192.0.2.1, 198.51.100.1", "198.51.100.0/24"),
        ("two of our proxies", "127.0.0.1:1", "192.0.2.1, 127.0.0.2", "192.0.2.0/24"),
        ("our proxy behind IPv6", "[::1]:1", "2001:db8::1", "2001:db8::/48"),
        ("nonsense", "127.0.0.1:1", "unknown", None),
        ("nonsense behind a stranger", "203.0.113.77:1", "unknown", "203.0.113.0/24"),
        ("no peer", "", "", None),
    ],
)
def test_the_network_is_where_the_last_trusted_hop_saw_it(_case, peer, forwarded, network):
    assert origin_of(peer, forwarded, LOOPBACK).network == network


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.77:5000", "203.0.113.77"),
        ("[2001:db8:1:2:3::4]:5000", "2001:db8:1:2::/64"),
        ("[::ffff:203.0.113.77]:5000", "203.0.113.77"),
        ("", None),
    ],
)
def test_a_household_has_one_address(peer, address):
    assert origin_of(peer, "", ()).address == address
