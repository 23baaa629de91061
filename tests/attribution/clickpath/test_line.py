"""The line is what PostgreSQL's COPY reads: one newline, twelve tabs, nothing else in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.clickpath.line import COLUMNS, Click, field_of, line_of

PLAIN = Click(
    click_id="019de0c5b0007abc8000000000000001",
    milliseconds=1_777_000_000_123,
    link_id=7,
    visitor="0" * 32,
    ip_network="203.0.113.0/24",
    user_agent="Mozilla/5.0",
    referer="https://t.me/",
    subs=("story", "", "", "", ""),
    flags=16,
)


def changed(**values: object) -> Click:
    return PLAIN._replace(**values)


def test_a_click_is_thirteen_fields_in_the_order_of_the_columns():
    assert line_of(PLAIN) == (
        b"019de0c5b0007abc8000000000000001\t2026-04-24 03:06:40.123+00\t7\t" + b"0" * 32 + b"\t"
        b"203.0.113.0/24\tMozilla/5.0\thttps://t.me/\tstory\t\t\t\t\t16\n"
    )
    assert len(COLUMNS) == 13


def test_an_unknown_network_is_null_and_not_text():
    assert line_of(changed(ip_network=None)).split(b"\t")[4] == b"\\N"


@pytest.mark.parametrize(
    ("_case", "text", "field"),
    [
        ("tab and newlines", "a\tb\nc\rd", "a b c d"),
        ("NUL", "a\0b", "a b"),
        ("backslash", "a\\N", "a\\\\N"),
        ("the end mark of COPY", "\\.", "\\\\."),
        ("NULL's own notation", "\\N", "\\\\N"),
        ("C1 controls", "a\x85b\x9fc", "a b c"),
        ("a blank that is not printable", "a\u00a0b", "a\u00a0b"),
        ("Kazakh", "Қазақстан", "Қазақстан"),
        ("too long", "x" * 600, "x" * 512),
        ("cut before it is escaped, so that no escape is cut in half", "\\" * 513, "\\\\" * 512),
    ],
)
def test_what_a_stranger_sends_becomes_one_field(_case, text, field):
    assert field_of(text, 512) == field


def test_a_lone_surrogate_becomes_a_question_mark():
    assert line_of(changed(user_agent="a\ud800b")).split(b"\t")[5] == b"a?b"


@given(st.text(), st.text(), st.lists(st.text(), min_size=5, max_size=5))
def test_no_text_can_break_the_line(user_agent, referer, subs):
    line = line_of(changed(user_agent=user_agent, referer=referer, subs=tuple(subs)))
    assert (line.count(b"\t"), line.count(b"\n"), line[-1:]) == (12, 1, b"\n")
    assert not any(byte < 32 and byte not in b"\t\n" for byte in line)
    line.decode("utf-8")


@given(st.text(max_size=100))
def test_copy_reads_back_what_was_printable(text):
    printable = "".join(char for char in text if char.isprintable())
    assert field_of(printable, 512).replace("\\\\", "\\") == printable
