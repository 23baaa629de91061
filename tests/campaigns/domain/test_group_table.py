"""A table of groups, row by row."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from campaigns.domain.group_table import group_table_read
from core.tables import ColumnsMissing

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "0192f0c8-0000-7000-8000-000000000001"


def read(*rows: str, header: str = "Influencer;Promo code;Group;Participation id"):
    return group_table_read("\n".join([header, *rows]).encode(), now=NOW)


def test_each_row_names_somebody_and_where_they_belong():
    table = read(f"Aliya;AQTAS;Top;{ID}", "Dana;DANAT;;", f"Erlan;;Үздіктер;{ID}")
    assert [(row.row, row.participation, row.code, row.group) for row in table.rows] == [
        (2, UUID(ID), "AQTAS", "Top"),
        (3, None, "DANAT", ""),
        (4, UUID(ID), "", "Үздіктер"),
    ]
    assert (table.faults, table.group_column) == ((), "Group")


@pytest.mark.parametrize("header", ["Промокод;Топ", "Промокод;Группа", "promo code;GROUP"])
def test_columns_are_found_in_each_language(header):
    (row,) = read("AQTAS;Top", header=header).rows
    assert (row.code, row.group) == ("AQTAS", "Top")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Aliya;AQTAS;Top;123", "Participation id", "not_an_id"),
        ("Aliya;;Top;", "Participation id", "missing"),
    ],
)
def test_a_wrong_row_is_named(row, column, code):
    (fault,) = read(row).faults
    assert (fault.row, fault.column, fault.code) == (2, column, code)


@pytest.mark.parametrize("header", ["a;b", "Promo code;City", "Group;City"])
def test_another_table_is_refused(header):
    with pytest.raises(ColumnsMissing):
        read("1;2", header=header)
