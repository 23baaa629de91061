"""What is left of a line after returns, cancellations and splits that are told elsewhere."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from attribution.domain.line_moves import (
    Course,
    LineFigures,
    Moved,
    course_after_moves,
    line_after_moves,
)

TWO = LineFigures(2, 1_001)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


def after(line, *moves, seen=None, is_fulfilled=True):
    pieces = [Moved(kind, quantity, NOON) for kind, quantity in moves]
    seen = line.quantity if seen is None else seen
    return line_after_moves(line, pieces, seen_quantity=seen, is_fulfilled=is_fulfilled)


@pytest.mark.parametrize(
    ("_case", "moves", "left"),
    [
        ("nothing", [], LineFigures(2, 1_001)),
        ("one came back, rounded down", [("return", 1)], LineFigures(2, 1_001, 1, 500)),
        ("all came back, to the last tiyn", [("return", 2)], LineFigures(2, 1_001, 2, 1_001)),
        ("in two rows", [("return", 1), ("return", 1)], LineFigures(2, 1_001, 2, 1_001)),
        ("more than there was", [("return", 9)], LineFigures(2, 1_001, 2, 1_001)),
        ("one refused at the door", [("cancellation", 1)], LineFigures(2, 1_001, 1, 500)),
        ("one went on elsewhere", [("split", 1)], LineFigures(1, 500)),
        ("all went on elsewhere", [("split", 1), ("split", 1)], LineFigures(0, 0)),
        ("one elsewhere, one back", [("split", 1), ("return", 1)], LineFigures(1, 500, 1, 500)),
    ],
)
def test_a_line_of_two(_case, moves, left):
    assert after(TWO, *moves) == left


def test_before_the_buyer_has_it_only_a_split_counts():
    moves = [("return", 1), ("cancellation", 1)]
    assert after(TWO, *moves, is_fulfilled=False) == TWO
    assert after(TWO, ("split", 1), is_fulfilled=False) == LineFigures(1, 500)


@pytest.mark.parametrize("kind", ["cancellation", "split"])
def test_what_the_order_leaves_out_itself_is_not_taken_twice(kind):
    one_left = LineFigures(1, 500)
    assert after(one_left, (kind, 1), seen=2) == one_left


def test_a_return_is_taken_also_of_an_order_that_shrank():
    assert after(LineFigures(1, 500), ("return", 1), seen=2) == LineFigures(1, 500, 1, 500)


def test_a_split_and_a_cancellation_share_what_was_left_out():
    """Three seen, one shown: one went on elsewhere and one was given up. Nothing more is taken."""
    assert after(LineFigures(1, 500), ("split", 1), ("cancellation", 1), seen=3) == LineFigures(
        1, 500
    )


def test_the_order_of_rows_does_not_matter():
    moves = [("return", 1), ("cancellation", 1), ("split", 2), ("return", 1)]
    line = LineFigures(7, 70_003)
    ends = {after(line, *order) for order in itertools.permutations(moves)}
    assert ends == {LineFigures(5, 50_002, 3, 30_001)}


def test_a_line_of_nothing_stays_nothing():
    assert after(LineFigures(0, 0), ("return", 1), ("split", 1)) == LineFigures(0, 0)


def course(status, *moves, shown_at=NOON, fulfilled_at=None):
    said = [Moved(kind, 1, at) for kind, at in moves]
    return course_after_moves(Course(status, fulfilled_at), shown_at, said)


@pytest.mark.parametrize(
    ("status", "moves", "stands"),
    [
        ("created", [], Course("created")),
        ("created", [("receipt", BEFORE)], Course("fulfilled", BEFORE)),
        ("paid", [("receipt", AFTER)], Course("fulfilled", AFTER)),
        ("created", [("receipt", AFTER), ("receipt", BEFORE)], Course("fulfilled", BEFORE)),
        ("created", [("withdrawal", BEFORE)], Course("cancelled")),
        ("created", [("withdrawal", AFTER), ("receipt", BEFORE)], Course("fulfilled", BEFORE)),
        ("created", [("return", AFTER), ("split", AFTER)], Course("created")),
        ("cancelled", [("receipt", BEFORE)], Course("cancelled")),
        ("cancelled", [("receipt", AFTER)], Course("fulfilled", AFTER)),
        ("cancelled", [("withdrawal", AFTER)], Course("cancelled")),
        ("unmapped", [("receipt", BEFORE)], Course("unmapped")),
        ("unmapped", [("receipt", AFTER)], Course("fulfilled", AFTER)),
        ("unmapped", [("withdrawal", AFTER)], Course("unmapped")),
        ("returned", [("receipt", BEFORE)], Course("returned", BEFORE)),
        ("returned", [("withdrawal", AFTER)], Course("returned")),
    ],
)
def test_where_an_order_stands(status, moves, stands):
    assert course(status, *moves) == stands


@pytest.mark.parametrize(("receipt_at", "since"), [(BEFORE, BEFORE), (AFTER, NOON)])
def test_the_buyer_has_it_since_the_earliest_moment_named(receipt_at, since):
    found = course("fulfilled", ("receipt", receipt_at), fulfilled_at=NOON)
    assert found == Course("fulfilled", since)


def test_a_row_that_was_taken_back_counts_no_more():
    taken_back = [Moved("receipt", 0, AFTER), Moved("withdrawal", 0, AFTER)]
    assert course_after_moves(Course("created"), NOON, taken_back) == Course("created")


def test_receipts_and_withdrawals_take_no_piece_out_of_a_line():
    assert after(TWO, ("receipt", 1), ("withdrawal", 1)) == TWO
