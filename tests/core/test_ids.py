from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.ids import (
    CODE_ALPHABET,
    LINK_TOKEN_LENGTH,
    TOKEN_ALPHABET,
    UUID7_RANDOM_BYTES,
    endpoint_token,
    link_token,
    uuid7,
    uuid7_hex,
    uuid7_time,
)


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_an_id_says_its_version_and_its_variant(milliseconds):
    value = uuid7(milliseconds)
    assert value.version == 7
    assert value.hex[16] in "89ab"
    assert value.int >> 80 == milliseconds


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_the_short_way_makes_the_same_kind_of_id(milliseconds):
    text = uuid7_hex(milliseconds, b"\xff" * UUID7_RANDOM_BYTES)
    value = UUID(text)
    assert (value.hex, value.version, value.int >> 80) == (text, 7, milliseconds)
    assert value.hex[12:] == "7fffbfffffffffffffff"


def test_an_id_carries_its_moment_to_the_millisecond():
    moment = datetime(2026, 11, 21, 10, 0, 0, 123_000, tzinfo=UTC)
    assert uuid7_time(uuid7(int(moment.timestamp() * 1000))) == moment


def test_ids_sort_by_time_and_do_not_repeat():
    assert uuid7(1).hex < uuid7(2).hex < uuid7(300).hex
    assert len({uuid7(5) for _ in range(1000)}) == 1000


def test_codes_have_no_look_alikes():
    assert not set("01OIL") & set(CODE_ALPHABET)
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET) == 31


def test_a_link_token_is_short_and_small():
    token = link_token()
    assert len(token) == LINK_TOKEN_LENGTH
    assert set(token) <= set(TOKEN_ALPHABET)
    assert len({link_token() for _ in range(200)}) == 200


def test_an_endpoint_token_fits_a_path_and_cannot_be_guessed():
    token = endpoint_token()
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token != endpoint_token()
