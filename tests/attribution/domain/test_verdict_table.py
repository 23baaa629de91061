"""A table of decisions, row by row."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from attribution.domain.verdict_table import verdict_table_read
from core.tables import ColumnsMissing

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "0192f0c8-0000-7000-8000-000000000001"


def read(*rows: str, header: str = "Conversion id;Order;Line;Decision;Reason;Note"):
    return verdict_table_read("\n".join([header, *rows]).encode(), now=NOW)


def test_each_row_names_a_sale_and_a_decision():
    table = read(
        f"{ID};;;approve;;",
        ";TY-1;2;Отклонить;19, code leaked;Купон",
        ";TY-2;;бас тарту;13;",
        f"{ID};;;;;",  # nothing decided
    )
    assert [
        (row.row, row.conversion, row.order, row.line, str(row.verdict), row.reason_code, row.note)
        for row in table.rows
    ] == [
        (2, UUID(ID), "", "", "approve", None, ""),
        (3, None, "TY-1", "2", "reject", 19, "Купон"),
        (4, None, "TY-2", "", "reject", 13, ""),
    ]
    assert table.faults == ()


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{ID};;;maybe;;", "Decision", "unknown_decision"),
        ("123;;;approve;;", "Conversion id", "not_an_id"),
        (";;;approve;;", "Order", "missing"),
    ],
)
def test_a_wrong_row_is_named(row, column, code):
    (fault,) = read(row).faults
    assert (fault.row, fault.column, fault.code) == (2, column, code)


def test_another_table_is_refused():
    with pytest.raises(ColumnsMissing):
        read("1;2", header="a;b")
    with pytest.raises(ColumnsMissing):
        read("approve;x", header="Decision;Note")
    with pytest.raises(ColumnsMissing):
        verdict_table_read(b"\x00\x01", now=NOW)
