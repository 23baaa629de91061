from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.code_aliases import aliases_of
from campaigns.domain.code_near import codes_near, is_one_slip
from campaigns.domain.codes import (
    CODE_CHARS_MAX,
    canonical,
    code_fault,
    is_issuable,
    one_time_code_generate,
    skeleton,
)


@pytest.mark.parametrize(
    ("code", "aliases"),
    [
        ("DANA15", {"ДАНА15", "ВФТФ15"}),
        ("ДАНА15", {"DANA15", "LFYF15"}),
        ("SHYN77", {"ШЙН77", "ШЫН77", "ЫРНТ77"}),  # Y is й to some and ы to others
        ("AIGERIM", {"АИГЕРИМ", "АЙГЕРІМ", "ФШПУКШЬ"}),
        ("ҚЫЗ24", {"QYZ24"}),  # Қ has no key of a Latin letter
        ("NUR", {"ТГК"}),  # НУР looks like HYP
        ("AB", set()),
        ("2345", set()),
    ],
)
def test_what_buyers_type_for_a_code(code, aliases):
    assert {alias.text for alias in aliases_of(code)} == aliases


@given(st.text("ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=3, max_size=CODE_CHARS_MAX))
def test_no_alias_looks_like_a_latin_code_and_each_is_canonical(code):
    for alias in aliases_of(code):
        assert not skeleton(alias.text).isascii()
        assert canonical(alias.text) == alias.text
        assert len(alias.text) <= CODE_CHARS_MAX


@pytest.mark.parametrize(
    ("one", "other", "is_slip"),
    [
        ("DANA", "DANA", False),
        ("DANA", "DAN", True),
        ("DANA", "DANAA", True),
        ("DANA", "DAMA", True),
        ("DANA", "DNAA", True),
        ("DANA", "ADAN", False),
        ("DANA", "NADA", False),
        ("DANA", "DA", False),
        ("", "A", True),
    ],
)
def test_one_slip_of_the_finger(one, other, is_slip):
    assert is_one_slip(one, other) is is_slip
    assert is_one_slip(other, one) is is_slip


@given(st.lists(st.text("ABC", min_size=4, max_size=6), max_size=8), st.text("ABC", max_size=6))
def test_the_near_codes_are_those_one_slip_away(codes, typed):
    slow = sorted({code for code in codes if is_one_slip(typed, code)})
    expected = {typed: slow} if slow and len(typed) >= 4 and typed not in codes else {}
    assert codes_near([typed], codes) == expected


@pytest.mark.parametrize("code", ["TUL-7F3K", "ДАНА77", "7F3KA", "αβγ7", "A1E10"])
def test_a_shops_own_code_may_have_any_one_alphabet(code):
    assert code_fault(code) is None


def test_a_one_time_code_is_as_safe_as_a_personal_one():
    assert all(is_issuable(one_time_code_generate()) for _n in range(200))
