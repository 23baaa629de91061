from __future__ import annotations

import pytest

from campaigns.domain.link_ending import EndingError, EndingRule, ending_parse, looks_of
from core.ids import link_token

R = EndingRule


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("aigerim-koilek", "aigerim-koilek"),
        ("  Aigerim-Koilek ", "aigerim-koilek"),
        ("qys", None),
        ("qysqy-2026", "qysqy-2026"),
        ("a" * 40, "a" * 40),
        ("birgemiz", "birgemiz"),
        ("2026", "2026"),
    ],
)
def test_an_ending_is_stored_in_small_letters(typed, stored):
    if stored is None:
        with pytest.raises(EndingError):
            ending_parse(typed)
    else:
        assert ending_parse(typed) == stored
        assert ending_parse(stored) == stored


@pytest.mark.parametrize(
    ("_case", "typed", "rule"),
    [
        ("nothing", "", R.LENGTH),
        ("three letters", "abc", R.LENGTH),
        ("41 letters", "a" * 41, R.LENGTH),
        ("10 kB", "a" * 10_000, R.LENGTH),
        ("a blank", "ai gerim", R.CHARACTERS),
        ("Cyrillic", "айгерім", R.CHARACTERS),
        ("a Cyrillic twin", "аigerim", R.CHARACTERS),
        ("a slash", "ai/gerim", R.CHARACTERS),
        ("dots", "../admin", R.CHARACTERS),
        ("a percent", "ai%2fgerim", R.CHARACTERS),
        ("a query", "aigerim?x=1", R.CHARACTERS),
        ("a line break inside", "aige\nrim", R.CHARACTERS),
        ("an underscore", "ai_gerim", R.CHARACTERS),
        ("a hyphen at the edge", "aigerim-", R.CHARACTERS),
        ("two hyphens", "ai--gerim", R.CHARACTERS),
        ("a dash that is no hyphen", "ai–gerim", R.CHARACTERS),
        ("other digits", "aigerim٢", R.CHARACTERS),
        ("a word of ours", "admin", R.RESERVED),
        ("dressed up", "adm1n", R.RESERVED),
        ("with hyphens", "ad-min", R.RESERVED),
        ("as two letters", "adrnin", R.RESERVED),
        ("our name", "b1rge", R.RESERVED),
        ("our name as a word", "birge-bonus", R.RESERVED),
        ("a marketplace", "kaspi", R.RESERVED),
    ],
)
def test_an_ending_that_breaks_a_rule_is_refused_by_it(_case, typed, rule):
    with pytest.raises(EndingError) as refused:
        ending_parse(typed)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aigerim", "aigerlm"),
        ("aigerim", "a1gerim"),
        ("aigerim", "aigerirn"),
        ("aigerim-koilek", "aigerimkoilek"),
        ("koilek", "k0ilek"),
        ("swag", "svvag"),
    ],
)
def test_twins_look_the_same(one, other):
    assert looks_of(one) == looks_of(other)


def test_different_words_look_different():
    assert len({looks_of(word) for word in ("aigerim", "aigerin", "dana", "diana", "qozy")}) == 5


def test_a_random_token_has_no_letter_that_is_folded_alone():
    for _each in range(200):
        token = link_token()
        assert looks_of(token) == token.replace("rn", "m").replace("vv", "w")
