from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.clickpath import line
from attribution.clickpath.visit import subs_of
from attribution.domain.sub_ids import SUB_CHARS_MAX, SUBS, subs_clean, url_with_subs

LINK = "https://go.birge.example/c/aliya"


@pytest.mark.parametrize(
    ("given_names", "url"),
    [
        ([], LINK),
        (["", " ", ""], LINK),
        (["reels"], f"{LINK}?sub1=reels"),
        (["", "kk", "", "", "x"], f"{LINK}?sub2=kk&sub5=x"),
        (["a b&c=d#e"], f"{LINK}?sub1=a%20b%26c%3Dd%23e"),
        (["жаңа"], f"{LINK}?sub1=%D0%B6%D0%B0%D2%A3%D0%B0"),
        (["a\r\nb\x00"], f"{LINK}?sub1=a%20%20b"),
        (["a", "b", "c", "d", "e", "f"], f"{LINK}?sub1=a&sub2=b&sub3=c&sub4=d&sub5=e"),
    ],
)
def test_a_link_carries_the_names_of_a_post(given_names, url):
    assert url_with_subs(LINK, given_names) == url


def test_the_click_process_has_the_same_limits():
    assert (SUBS, SUB_CHARS_MAX) == (line.SUBS, line.SUB_CHARS_MAX)


@given(st.lists(st.text(max_size=80), max_size=6))
def test_what_the_link_carries_is_what_the_click_process_reads(names):
    clean = subs_clean(names)
    assert subs_clean(clean) == clean
    assert subs_of(url_with_subs(LINK, names).partition("?")[2]) == clean
