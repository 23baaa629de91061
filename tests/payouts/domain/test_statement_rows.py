"""New, known, or tampered with: one story of each day, however often it is told."""

from dataclasses import replace
from datetime import date

import pytest

from payouts.domain.statement_rows import RowFace, RowFault, RowsDiffer, rows_identify

DAY = date(2026, 11, 20)
A, B = "KZ41722C000000000001", "KZ31601A000000000001"
ROW = RowFace(DAY, "17", False, 100, A, line=12)
OLD = replace(ROW, line=9, where="monday.txt")


def told(rows, earlier=(), *, is_whole=False):
    return rows_identify(rows, list(earlier), is_whole=is_whole)


def test_a_first_statement_is_all_new():
    assert told([ROW, replace(ROW, number="18")]) == ["17", "18"]


def test_a_row_that_was_read_is_known_and_its_neighbour_is_new():
    assert told([ROW, replace(ROW, number="18")], [OLD], is_whole=True) == ["", "18"]


def test_two_payers_may_have_one_number_and_the_second_gets_its_own_name():
    other = replace(ROW, party=B, line=20)
    assert told([ROW, other]) == ["17", "17/2"]
    assert told([other, ROW], [OLD]) == ["17/2", ""]
    assert told([other, ROW], [OLD, replace(other, where="monday.txt")]) == ["", ""]


def test_in_and_out_are_two_rows():
    assert told([ROW, replace(ROW, is_outgoing=True)]) == ["17", "17"]


def test_a_bank_that_hides_the_payer_is_no_contradiction():
    assert told([ROW], [replace(OLD, party="")]) == [""]


def test_rows_without_a_number_are_counted():
    blank = replace(ROW, number="")
    first, second = told([blank, blank])
    assert second == f"{first}/2"
    assert first.startswith("n")
    old = replace(blank, where="monday.txt")
    assert told([blank, blank, blank], [old, old]) == ["", "", f"{first}/3"]


@pytest.mark.parametrize(
    ("change", "fault", "line"),
    [
        ({"amount_minor": 101}, RowFault.CHANGED, 12),
        ({"party": B}, RowFault.CHANGED, 12),
        ({"amount_minor": 101, "party": B}, RowFault.CHANGED, 12),
        ({"number": "18"}, RowFault.MISSING, 0),
        ({"is_outgoing": True}, RowFault.MISSING, 0),
    ],
)
def test_one_line_changed_is_refused_with_the_line(change, fault, line):
    with pytest.raises(RowsDiffer) as refused:
        told([replace(ROW, **change)], [OLD], is_whole=True)
    assert (refused.value.fault, refused.value.line) == (fault, line)
    assert refused.value.before == OLD


def test_a_row_that_is_gone_is_seen_only_where_the_file_has_all():
    assert told([replace(ROW, number="18")], [OLD]) == ["18"]
    with pytest.raises(RowsDiffer, match="missing"):
        told([], [OLD], is_whole=True)


def test_one_payers_number_twice_in_one_file_is_refused():
    with pytest.raises(RowsDiffer, match="line 30: repeated"):
        told([ROW, replace(ROW, line=30, amount_minor=5)])
