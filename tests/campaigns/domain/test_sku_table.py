from __future__ import annotations

import pytest

from campaigns.domain.commission import SkuRate
from campaigns.domain.sku_table import (
    FAULTS_MAX,
    ROWS_MAX,
    RowFault,
    SkuRow,
    table_of_plain,
    table_parse,
    table_plain,
    table_text,
)

ROWS = (
    SkuRow("TY-1", SkuRate(bps=1_250)),
    SkuRow("TY-2", SkuRate(piece_minor=50_000)),
    SkuRow("TY-3", SkuRate()),
)


@pytest.mark.parametrize(
    "text",
    [
        "TY-1; 12,5 %\nTY-2; 500 ₸\nTY-3; 0",
        "TY-1\t12.5\nTY-2\t500тг\nTY-3\t0 ₸",
        '\ufeffSKU,reward\r\nTY-1,12.50%\r\n\r\n"TY-2","500 KZT"\r\nTY-3,0,\r\n',
        "Артикул;Сыйақы\nTY-1;12,5%;\nTY-2;5\u00a000,00\u00a0₸\nTY-3;0,00",
    ],
)
def test_what_spreadsheets_and_people_write_is_read(text):
    table = table_parse(text)
    assert table.faults == ()
    assert table.rows == ROWS


def test_a_table_is_the_same_after_the_form_and_after_the_database():
    assert table_parse(table_text(ROWS)).rows == ROWS
    assert table_of_plain(table_plain(ROWS)) == ROWS
    assert table_plain(ROWS)[2] == {"sku": "TY-3"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("; 5", "no_sku"),
        ("x" * 129 + "; 5", "sku_too_long"),
        ("TY-9", "no_reward"),
        ("TY-9;", "no_reward"),
        ("TY-9; five", "not_a_reward"),
        ("TY-9; -5", "not_a_reward"),
        ("TY-9; 1e3", "not_a_reward"),
        ("TY-9; 5,555", "not_a_reward"),
        ("TY-9; ٥", "not_a_reward"),
        ("TY-9; 999999999999999 ₸", "not_a_reward"),
        ("TY-9; 90,01 %", "over_90"),
        (" ty-1 ; 7", "twice"),
    ],
)
def test_a_row_that_cannot_be_taken_says_which_and_why(row, code):
    table = table_parse(f"TY-1; 12,5\n\n{row}\nTY-8; 1")
    assert table.faults == (RowFault(3, code, row.strip()[:60]),)
    assert [each.sku for each in table.rows] == ["TY-1", "TY-8"]


def test_a_table_has_its_bounds():
    table = table_parse("\n".join(f"A{n}; 5" for n in range(ROWS_MAX + 3)))
    assert [(fault.row, fault.code) for fault in table.faults] == [(ROWS_MAX + 1, "too_many")]
    assert len(table_parse("\n".join("bad" for _n in range(100_000))).faults) == FAULTS_MAX
    assert table_parse(" \n\n").rows == ()
