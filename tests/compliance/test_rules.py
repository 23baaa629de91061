from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.rules import (
    Confidence,
    Rule,
    RuleBook,
    RuleInvalid,
    RuleMissing,
    RuleOverlap,
    Unit,
    rules_parse,
)

NEW_YEAR = date(2031, 1, 1)


def rule(key="mzp", value=100, start=NEW_YEAR, end=None, *, unit=Unit.TIYN, source="a law"):
    return Rule(key, value, unit, start, end, source, Confidence.CONFIRMED)


def test_a_figure_holds_from_its_first_to_its_last_day():
    book = RuleBook.from_rules(
        [
            rule(value=1, end=date(2031, 6, 30)),
            rule(value=2, start=date(2031, 7, 1)),
        ]
    )
    assert book.at(date(2031, 1, 1)).value("mzp") == 1
    assert book.at(date(2031, 6, 30)).value("mzp") == 1
    assert book.at(date(2031, 7, 1)).value("mzp") == 2
    assert book.at(date(2099, 1, 1)).value("mzp") == 2


def test_a_day_without_a_figure_is_an_error_that_names_both():
    book = RuleBook.from_rules([rule(end=date(2031, 12, 31))])
    with pytest.raises(RuleMissing) as missing:
        book.at(date(2032, 1, 1)).value("mzp")
    assert (missing.value.key, missing.value.day) == ("mzp", date(2032, 1, 1))
    with pytest.raises(RuleMissing):
        book.at(NEW_YEAR).value("never_heard_of")


@pytest.mark.parametrize(
    ("_case", "first_end", "second_start"),
    [
        ("one day in common", date(2031, 6, 30), date(2031, 6, 30)),
        ("the first never ends", None, date(2040, 1, 1)),
        ("the same start", date(2031, 6, 30), NEW_YEAR),
    ],
)
def test_two_figures_for_one_day_are_refused(_case, first_end, second_start):
    with pytest.raises(RuleOverlap) as overlap:
        RuleBook.from_rules([rule(end=first_end), rule(start=second_start)])
    assert (overlap.value.key, overlap.value.day) == ("mzp", second_start)


def test_an_overlap_is_found_across_a_row_between():
    rows = [
        rule(end=date(2031, 12, 31)),
        rule(start=date(2031, 2, 1), end=date(2031, 2, 28)),
        rule(start=date(2032, 1, 1)),
    ]
    with pytest.raises(RuleOverlap):
        RuleBook.from_rules(rows)


def test_other_keys_do_not_overlap():
    assert len(RuleBook.from_rules([rule("mzp"), rule("mrp")]).rules) == 2


def test_amounts_are_multiplied_out_with_the_figures_of_the_same_day():
    book = RuleBook.from_rules(
        [
            rule("mrp", 100, end=date(2031, 12, 31)),
            rule("mrp", 150, start=date(2032, 1, 1)),
            rule("mzp", 7),
            rule("limit", 30, unit=Unit.MRP),
            rule("cap", 20, unit=Unit.MZP),
            rule("rate", 500, unit=Unit.BPS),
        ]
    )
    assert book.at(date(2031, 12, 31)).amount_minor("limit") == 3_000
    assert book.at(date(2032, 1, 1)).amount_minor("limit") == 4_500
    assert book.at(NEW_YEAR).amount_minor("cap") == 140
    assert book.at(NEW_YEAR).amount_minor("mzp") == 7
    with pytest.raises(RuleInvalid):
        book.at(NEW_YEAR).amount_minor("rate")


def test_gaps_ring_before_the_day_comes():
    book = RuleBook.from_rules(
        [
            rule("mrp", end=date(2031, 12, 31)),
            rule("mzp", end=date(2031, 3, 31)),
            rule("mzp", start=date(2031, 5, 1)),
            rule("for_ever"),
            rule("joined", end=date(2031, 6, 30)),
            rule("joined", start=date(2031, 7, 1), end=date(2033, 1, 1)),
        ]
    )
    found = {(gap.key, gap.day) for gap in book.gaps(until=date(2032, 1, 1))}
    assert found == {("mrp", date(2032, 1, 1)), ("mzp", date(2031, 4, 1))}
    assert book.gaps(until=date(2031, 3, 31)) == []


@given(
    st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=6),
    st.integers(min_value=0, max_value=3000),
)
def test_rows_that_touch_cover_every_day_with_exactly_one_figure(lengths, offset):
    rows, start = [], NEW_YEAR
    for number, days in enumerate(lengths):
        rows.append(rule(value=number, start=start, end=start + timedelta(days=days - 1)))
        start += timedelta(days=days)
    book = RuleBook.from_rules(rows)
    day = NEW_YEAR + timedelta(days=offset % sum(lengths))
    expected = next(row.value for row in rows if row.valid_from <= day <= row.valid_to)
    assert book.at(day).value("mzp") == expected
    assert [gap.day for gap in book.gaps(until=start)] == [start]


def hashed(noise=1, **changes):
    mzp = {"value": 100, "end": date(2031, 12, 31)} | changes
    rows = [rule(**mzp), rule("mrp", 5), rule("other", noise)]
    return RuleBook.from_rules(rows).at(NEW_YEAR).hash_of(("mzp", "mrp"))


def test_the_hash_is_the_one_of_the_pinned_text():
    """The canonical form is part of what is stored with payouts: change it knowingly."""
    pinned = b'[["mrp",5,"tiyn","2031-01-01",null],["mzp",100,"tiyn","2031-01-01","2031-12-31"]]'
    assert hashed() == hashlib.sha256(pinned).hexdigest()


def test_the_hash_proves_the_figures_and_nothing_else():
    assert hashed(source="another paper") == hashed()
    assert hashed(noise=2) == hashed()
    assert hashed(value=101) != hashed()
    assert hashed(end=None) != hashed()


def test_the_hash_does_not_depend_on_the_order_of_the_keys():
    rules = RuleBook.from_rules([rule("mzp"), rule("mrp", 5)]).at(NEW_YEAR)
    assert rules.hash_of(("mzp", "mrp")) == rules.hash_of(("mrp", "mzp"))
    with pytest.raises(RuleMissing):
        rules.hash_of(("mzp", "vat_rate"))


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("negative", {"value": -1}),
        ("a float", {"value": 1.5}),
        ("a bool", {"value": True}),
        ("a flag of two", {"value": 2, "unit": Unit.FLAG}),
        ("ends before it starts", {"end": date(2030, 12, 31)}),
        ("no source", {"source": ""}),
    ],
)
def test_a_row_that_cannot_be_is_refused(_case, changes):
    with pytest.raises(RuleInvalid):
        rule(**changes)


@pytest.mark.parametrize(
    ("_case", "line", "changed"),
    [
        ("a missing field", 'unit = "bps"', ""),
        ("an unknown unit", 'unit = "bps"', 'unit = "percent"'),
        ("an unknown confidence", 'confidence = "confirmed"', 'confidence = "sure"'),
        ("a rate as text", "value = 500", 'value = "5 %"'),
    ],
)
def test_a_wrong_row_of_a_file_names_its_key(_case, line, changed):
    text = """
[[rule]]
key = "some_rate"
value = 500
unit = "bps"
valid_from = 2031-01-01
source_url = "a law"
confidence = "confirmed"
"""
    assert rules_parse(text)[0].valid_to is None
    with pytest.raises(RuleInvalid, match="some_rate"):
        rules_parse(text.replace(line, changed))
