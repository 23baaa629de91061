"""The expander of PHP forms: what it makes of good ones, and that nothing else gets through."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors import php_form
from attribution.connectors.base import UnknownPayload
from attribution.connectors.php_form import form_read, items_of

LEAD = {
    "leads": {
        "status": [
            {
                "id": "25399013",
                "status_id": "142",
                "custom_fields": [
                    {"id": "66339", "values": [{"value": "AIGERIM10"}]},
                    {"id": "72333", "values": ["1767225600"]},
                ],
            }
        ]
    },
    "account": {"subdomain": "demo", "_links": {"self": "https://demo.amocrm.ru"}},
}

names = st.text(st.characters(codec="utf-8", exclude_characters="[]\0"), min_size=1, max_size=12)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def written(value: Any, name: str = "") -> list[tuple[str, str]]:
    """What PHP's http_build_query makes of it."""
    if isinstance(value, str):
        return [(name, value)]
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    below = [written(each, f"{name}[{key}]" if name else str(key)) for key, each in pairs]
    return [pair for part in below for pair in part]


def inner(deeper: st.SearchStrategy) -> st.SearchStrategy:
    lists = st.lists(deeper, min_size=1, max_size=4)
    # Objects that PHP could not tell from lists are lists
    objects = st.dictionaries(names.map(lambda name: f"k{name}"), deeper, min_size=1, max_size=4)
    return lists | objects


forms = st.dictionaries(
    names,
    texts | inner(texts) | inner(inner(texts)) | inner(inner(inner(texts))),
    max_size=5,
)


@given(forms)
def test_whatever_php_writes_is_read_back(form):
    assert form_read(urlencode(written(form)).encode()) == form


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_parts_changes_nothing(random):
    parts = written(LEAD)
    random.shuffle(parts)
    assert form_read(urlencode(parts).encode()) == LEAD


parts = st.lists(
    st.sampled_from(["a", "b", "[", "]", "[]", "[0]", "[a]", "=", "&", "%5B", "%5D", "%", "+"]),
    max_size=40,
).map("".join)


@given(st.binary(max_size=60) | parts.map(str.encode))
def test_any_bytes_are_an_object_or_refused(raw):
    try:
        form = form_read(raw)
    except UnknownPayload as error:
        assert error.reason.startswith("form: ")  # noqa: PT017 both ways are right
    else:
        assert isinstance(form, dict)
        assert len(written(form)) == len([part for part in raw.split(b"&") if part])


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b"", {}),
        (b"test=test", {"test": "test"}),
        (b"a", {"a": ""}),
        (b"a=", {"a": ""}),
        (b"a=1=2", {"a": "1=2"}),
        (b"&&a=1&", {"a": "1"}),
        (b"a+b=c+d", {"a b": "c d"}),
        (b"a=100%25+%2B+%D2%9B", {"a": "100% + қ"}),
        (b"a=5%", {"a": "5%"}),
        ("Сity=Алматы".encode(), {"Сity": "Алматы"}),
        (b"a[]=x&a[]=y", {"a": ["x", "y"]}),
        (b"a[]=x&a[1]=y", {"a": ["x", "y"]}),
        (b"a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        (b"a[1]=x", {"a": {"1": "x"}}),
        (b"a[1]=y&a[0]=x", {"a": ["x", "y"]}),
        (b"a[0]=x&a[b]=y", {"a": {"0": "x", "b": "y"}}),
        (b"a[00]=x", {"a": {"00": "x"}}),
        (b"a[-1]=x", {"a": {"-1": "x"}}),
        ("a[٠]=x".encode(), {"a": {"٠": "x"}}),
        (b"a[999999999]=x", {"a": {"999999999": "x"}}),
        (b"a[b][0][c]=1&a[b][0][d]=2", {"a": {"b": [{"c": "1", "d": "2"}]}}),
        (b"a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        (b"a%5Bb%5D=1", {"a": {"b": "1"}}),
        (b"a[b][c][d][e][f][g][h]=1", {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "1"}}}}}}}}),
    ],
)
def test_a_form_becomes_exactly_this(raw, form):
    assert form_read(raw) == form


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"a=1&a=2", "a key comes twice"),
        (b"a=1&a=1", "a key comes twice"),
        (b"a[b]=1&a[b]=2", "a key comes twice"),
        (b"a[]=1&a[0]=2", "a key comes twice"),
        (b"a=1&a[b]=2", "a key is both text and object"),
        (b"a[b]=2&a=1", "a key is both text and object"),
        (b"a[b]=2&a[b][c]=1", "a key is both text and object"),
        (b"a%00=1", "NUL"),
        (b"a=x%00y", "NUL"),
        (b"a=\0", "NUL"),
        (b"a=%ED%A0%80", "not UTF-8"),
        (b"a=%FF", "not UTF-8"),
        ("a=Алматы".encode("cp1251"), "not UTF-8"),
        (b"=1", "a key without a name"),
        (b"[a]=1", "a key without a name"),
        (b"]a[b]=1", "a key without a name"),
        (b"a[b=1", "brackets do not close"),
        (b"a[b]c=1", "brackets do not close"),
        (b"a[b]c[d]=1", "brackets do not close"),
        (b"a[[b]]=1", "brackets do not close"),
        (b"a[b]]=1", "brackets do not close"),
        (b"a" + b"[b]" * 8 + b"=1", "deeper than 8 names"),
        (b"a" + b"[b]" * 10_000 + b"=1", "a key is too long"),
        (b"a" + b"%5Bb%5D" * 100 + b"=1", "deeper than 8 names"),
        (b"a" * 1_025 + b"=1", "a key is too long"),
        (b"a=" + b"x" * 65_537, "a value is too long"),
        (b"a=" + b"x" * 1_048_576, "too large"),
        (b"&".join(b"a%d=" % n for n in range(5_001)), "more than 5000 keys"),
        (b"&".join(b"a[%d]=" % n for n in range(5_001)), "more than 5000 keys"),
        (b"a=1&" * 200_000, "more than 5000 keys"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_be_read_in_two_ways_or_bursts_a_bound_is_refused(raw, reason):
    with pytest.raises(UnknownPayload) as refused:
        form_read(raw)
    assert refused.value.reason == f"form: {reason}"


def test_what_is_just_within_the_bounds_is_read():
    many = {f"a{n}": "" for n in range(php_form.KEYS_MAX)}
    assert form_read(urlencode(many).encode()) == many
    long = "x" * php_form.VALUE_CHARS_MAX
    assert form_read(b"a=" + long.encode()) == {"a": long}


def test_the_worst_forms_cost_little():
    bombs = [
        b"&".join(b"a[][][][][][][%d]=" % n for n in range(5_000)),
        b"&".join(b"a[%d][%d]=" % (n, 999_999_999 - n) for n in range(5_000)),
        b"&" * 9_999 + b"a=" + b"%25" * 60_000,
    ]
    began = time.process_time()
    for bomb in bombs:
        form_read(bomb)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("value", "items"),
    [
        (None, []),
        ("", []),
        ("x", ["x"]),
        (["x", "y"], ["x", "y"]),
        ({"1": "b", "10": "c"}, ["b", "c"]),
        ({"10": "c", "9": "b"}, ["b", "c"]),
        ({"value": "x"}, [{"value": "x"}]),
        ({"0": "x", "value": "y"}, [{"0": "x", "value": "y"}]),
    ],
)
def test_a_scalar_a_list_and_an_object_with_numbers_are_items(value, items):
    assert items_of(value) == items


def test_a_name_may_hold_anything_but_brackets():
    assert form_read(quote_plus("Қала & үй, %5B=1").encode() + b"=1") == {"Қала & үй, %5B=1": "1"}
