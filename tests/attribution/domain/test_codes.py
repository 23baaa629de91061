from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.codes import click_id_parse, is_unexpanded_macro
from core.ids import uuid7

ID = "019de0c5b0007abc8000000000000001"


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("as we gave it", ID),
        ("in capitals", ID.upper()),
        ("with the hyphens of an UUID", str(UUID(ID))),
        ("blanks around", f" {ID}\n"),
    ],
)
def test_our_click_id_is_read_as_shops_send_it(_case, text):
    assert click_id_parse(text) == UUID(ID)


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("nothing", ""),
        ("words for nothing", "null"),
        ("words for nothing", "undefined"),
        ("a placeholder", "{clickid}"),
        ("a placeholder, encoded", "%7Bclickid%7D"),
        ("another", "[click]"),
        ("another", "<id>"),
        ("another", "#id#"),
        ("a number", "12345"),
        ("too short", ID[:-1]),
        ("too long", ID + "0"),
        ("not hexadecimal", "g" + ID[1:]),
        ("a random UUID", "9f4c8a52-6c0e-4c3f-9d5e-2b7a1f0c6d3e"),
        ("the version alone", "019de0c5b0007abc0000000000000001"),
        ("foreign digits", "٠" + ID[1:]),
        ("NUL", "\x00" + ID),
        ("an attack", "' OR 1=1 --"),
    ],
)
def test_what_we_never_gave_is_no_click_id(_case, text):
    assert click_id_parse(text) is None


@pytest.mark.parametrize(
    ("text", "is_macro"),
    [
        ("{subacc4}", True),
        (" {{ click }}", True),
        ("%7Bclickid%7D", True),
        ("[clickid]", True),
        ("<clickid>", True),
        ("#clickid#", True),
        (ID, False),
        ("", False),
        ("a{b}", False),
    ],
)
def test_a_template_that_was_never_filled_in_is_noticed(text, is_macro):
    assert is_unexpanded_macro(text) is is_macro


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_every_id_that_we_make_is_read_back(milliseconds):
    click_id = uuid7(milliseconds)
    assert click_id_parse(click_id.hex) == click_id


@given(st.text(max_size=60))
def test_any_text_is_a_click_id_or_none(text):
    found = click_id_parse(text)
    assert found is None or found.version == 7
