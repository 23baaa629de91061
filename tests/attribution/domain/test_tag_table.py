from __future__ import annotations

from datetime import date

import pytest

from attribution.domain.tag_table import columns_guess, table_read

TODAY = date(2026, 11, 21)
DAY = date(2026, 11, 20)
ALL = {"day": 0, "tag": 1, "visits": 2, "ordered": 3, "amount": 4}


def read(*rows, columns=ALL):
    numbered = list(enumerate(rows, 4))
    return table_read(numbered, columns, currency="RUB", last_on=TODAY)


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (
            ["Дата", "Кампания (utm_campaign)", "Переходы", "Заказано товаров, шт.", "Выручка, ₽"],
            ALL,
        ),
        (["Date", "Campaign", "Clicks", "Orders", "Revenue"], ALL),
        (
            ["Метка", "День", "Сумма заказов", "Заказы"],
            {"day": 1, "tag": 0, "amount": 2, "ordered": 3},
        ),
        (["A", "B"], {}),
    ],
)
def test_columns_are_guessed_by_their_titles(titles, found):
    assert columns_guess(titles) == found


def test_rows_of_one_day_and_tag_are_added_up_and_totals_are_left_out():
    table = read(
        ["20.11.2026", "77-id-birge-abcd", "10", "2", "1 990,50"],
        ["2026-11-20", "77-id-birge-abcd", "5", "1.0", "9,50 ₽"],
        ["19.11.2026 00:00", "summer", "1", "", "-"],
        ["Итого", "", "16", "3", "2000"],
        ["", "", "", "", ""],
    )
    assert table.rows == (
        (date(2026, 11, 19), "summer", 1, None, None),
        (DAY, "77-id-birge-abcd", 15, 3, 200_000),
    )
    assert (table.skipped, table.faults) == (2, ())


def test_a_figure_without_a_column_is_none_and_not_zero():
    table = read(["20.11.2026", "abcd", "10"], columns={"day": 0, "tag": 1, "visits": 2})
    assert table.rows == ((DAY, "abcd", 10, None, None),)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["32.11.2026", "a", "1", "1", "1"], ("day", "not_a_date")),
        (["", "a", "1", "1", "1"], ("day", "not_a_date")),
        (["22.11.2026", "a", "1", "1", "1"], ("day", "in_future")),
        (["20.11.1999", "a", "1", "1", "1"], ("day", "not_a_date")),
        (["20.11.2026", "a" * 201, "1", "1", "1"], ("tag", "too_long")),
        (["20.11.2026", "a", "1.5", "1", "1"], ("visits", "not_a_number")),
        (["20.11.2026", "a", "-1", "1", "1"], ("visits", "not_a_number")),
        (["20.11.2026", "a", "1", "٣", "1"], ("ordered", "not_a_number")),
        (["20.11.2026", "a", "1", "1", "-5"], ("amount", "not_an_amount")),
        (["20.11.2026", "a", "1", "1", "1e9"], ("amount", "not_an_amount")),
        (["20.11.2026", "a", "1", "1", "9" * 30], ("amount", "not_an_amount")),
    ],
)
def test_a_row_with_a_fault_is_left_out_and_named(row, fault):
    table = read(["20.11.2026", "b", "1", "1", "1"], row)
    assert [tuple(each) for each in table.faults] == [(5, *fault)]
    assert [each.tag for each in table.rows] == ["b"]


def test_a_short_row_has_empty_cells():
    assert read(["20.11.2026", "a"]).rows == ((DAY, "a", None, None, None),)
