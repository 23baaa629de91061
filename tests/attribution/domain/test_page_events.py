"""What a thank-you page tells is read strictly: whoever forges it gets nothing stored but that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.page_events import (
    PageEvent,
    order_of_key,
    page_event_of,
    page_event_read,
)

CLICK = "0192f3b4c5d67e8fa0b1c2d3e4f50617"


def read(**said):
    return page_event_read(json.dumps(said).encode())


def test_an_order_with_its_click_is_read():
    said = read(order="1042", click=CLICK, value="25500", currency="KZT", coupon="AQTAS")
    assert said == PageEvent("1042", CLICK, "25500.00", "KZT", "AQTAS")
    assert page_event_read(said.body()) == said
    assert (said.key, order_of_key(said.key)) == (f"page:{CLICK}:1042", "1042")
    assert said.click_id.hex == CLICK


def test_an_order_without_a_click_is_an_event_too():
    said = read(order=" KZ:10:42 ")
    assert said == PageEvent("KZ:10:42")
    assert (said.key, order_of_key(said.key), said.click_id) == (
        "page:-:KZ:10:42",
        "KZ:10:42",
        None,
    )


@pytest.mark.parametrize(
    "click",
    [
        "{clickid}", "%7Bclickid%7D", "[click]", "null", "undefined", "", "0", 7, None, [CLICK],
        CLICK.upper(),
        CLICK[:-1],
        CLICK + "0",
        CLICK[:12] + "4" + CLICK[13:],  # a random UUID
        CLICK[:16] + "c" + CLICK[17:],  # another variant
        f"{CLICK[:8]}-{CLICK[8:12]}-{CLICK[12:16]}-{CLICK[16:20]}-{CLICK[20:]}",
        CLICK + "\n",
        "٠" * 32,
    ],
)  # fmt: skip
def test_a_click_that_is_none_of_ours_is_left_out(click):
    said = read(order="1042", click=click)
    # Blanks around an id are forgiven, nothing inside it is
    assert said == PageEvent("1042", CLICK if click == CLICK + "\n" else "")


@pytest.mark.parametrize(
    "order", ["", "  ", None, True, [], {}, "x" * 101, "a\x00b", "a\ud800b", "a\nb", "a\u202eb"]
)
def test_without_an_order_there_is_no_event(order):
    assert read(order=order, click=CLICK) is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'"order"', b"7", b"order=1042&click=1", b"\xff\xfe", b"\x00" * 30,
        b'{"order": "1042"', b"[" * 2_000, b'{"order":"' + b"x" * 10_000 + b'"}',
        b'{"order": "1042"}' + b" " * 2_048,
    ],
)  # fmt: skip
def test_what_is_no_event_is_none(body):
    assert page_event_read(body) is None


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("value", 25500.5, "25500.50"), ("value", "0", "0.00"), ("value", "-1", ""),
        ("value", "NaN", ""), ("value", "1e99", ""), ("value", "25 500", ""),
        ("currency", "tenge", ""), ("currency", "kzt", ""), ("currency", 398, ""),
        ("coupon", "МХЛ50", "МХЛ50"), ("coupon", "x" * 65, ""), ("coupon", "a\ud800", ""),
    ],
)  # fmt: skip
def test_the_rest_is_kept_only_as_what_it_must_be(field, value, kept):
    assert getattr(read(order="1042", **{field: value}), field) == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["order", "click", "value", "currency", "coupon"]), JSON))
def test_any_fields_at_all_make_an_event_that_can_be_stored_or_none(said):
    event = page_event_of(said)
    if event is not None:
        assert len(event.key) <= 200
        assert page_event_read(event.body()) == event


@given(st.binary(max_size=300))
def test_any_bytes_at_all_raise_nothing(body):
    page_event_read(body)
