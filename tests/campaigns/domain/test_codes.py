"""Promo codes. The pairs are the worked results of the facts about merchants, section 5."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.codes import (
    CODE_CHARS_MAX,
    canonical,
    code_generate,
    is_issuable,
    skeleton,
)
from core.ids import CODE_ALPHABET


@pytest.mark.parametrize(
    ("_case", "typed", "code", "same_canonical", "same_skeleton"),
    [
        ("Cyrillic А and Е, О for 0", "АIGЕRIM1О", "AIGERIM10", False, True),
        ("the letter O for a zero", "KASPI2O", "KASPI20", False, True),
        ("a Cyrillic word that looks Latin", "НОТ", "HOT", False, True),
        ("fullwidth", "ＮＵＲ１０", "NUR10", True, True),
        ("a hyphen for a blank", "max-50", "MAX 50", True, True),
        ("small letters", "aigerim10", "AIGERIM10", True, True),
        ("a blank at the end, as phones add it", "NUR10 ", "NUR10", True, True),
        ("an invisible character", "NUR\u200b10", "NUR10", True, True),
        ("a soft hyphen and an underscore", "N\u00adUR_10", "NUR10", True, True),
        ("a long dash", "NUR—10", "NUR10", True, True),
        ("a line break", "NUR\n10", "NUR10", True, True),
        ("one for an I", "A1DA", "AIDA", False, True),
        ("L for an I", "ALDA", "AIDA", False, True),
        ("Greek", "ΝΑΤΑ", "NATA", False, True),
        ("Kazakh Һ small and capital", "һан", "ҺАН", True, True),
        ("another alphabet, not look-alikes", "ДАНА15", "DANA15", False, False),
        ("the wrong keyboard", "ВФТФ15", "DANA15", False, False),
        ("another code", "NUR11", "NUR10", False, False),
    ],
)
def test_a_code_is_found_as_people_type_it(_case, typed, code, same_canonical, same_skeleton):
    assert (canonical(typed) == canonical(code)) is same_canonical
    assert (skeleton(typed) == skeleton(code)) is same_skeleton


@given(st.text(max_size=30))
def test_the_written_form_of_a_written_form_is_itself(text):
    assert canonical(canonical(text)) == canonical(text)
    assert skeleton(canonical(text)) == skeleton(text)


@pytest.mark.parametrize(
    ("_case", "code", "issuable"),
    [
        ("a name and digits", "AGERM7K2", True),
        ("as short as may be", "NUR", True),
        ("too short", "NU", False),
        ("too long", "A" * (CODE_CHARS_MAX + 1), False),
        ("begins with a digit", "2NUR", False),
        ("a number of a spreadsheet", "2E22", False),
        ("a letter that looks like a digit", "NURI", False),
        ("a digit that looks like a letter", "NUR10", False),
        ("small letters", "nur", False),
        ("Cyrillic", "НУР", False),
        ("a blank", "NUR 2", False),
        ("nothing", "", False),
    ],
)
def test_only_safe_codes_are_given_out(_case, code, issuable):
    assert is_issuable(code) is issuable


@pytest.mark.parametrize(
    ("_case", "name", "stem"),
    [
        ("Kazakh letters", "Әсел Қуат", "ASEQUAT"),
        ("Latin, unsafe letters left out", "Oli Lo", "BRGE"),
        ("a long name is cut", "Абдурахманбековна", "ABDURAHMAN"),
        ("Cyrillic made of two letters", "Жанша", "JANSHA"),
        ("digits and signs", "100% ★", "BRGE"),
        ("nothing", "", "BRGE"),
    ],
)
def test_a_new_code_begins_with_the_name(_case, name, stem):
    assert re.fullmatch(f"{stem}[{CODE_ALPHABET}]{{3}}", code_generate(name))


@given(st.text(max_size=30))
def test_every_new_code_may_be_given_out_and_is_its_own_written_form(name):
    code = code_generate(name)
    assert is_issuable(code)
    assert canonical(code) == code
    assert not re.fullmatch(r"\d+E\d+", code)


def test_new_codes_differ():
    assert len({code_generate("Aliya") for _ in range(50)}) > 40
