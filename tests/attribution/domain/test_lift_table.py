"""Periods and tables of cities as a brand types them, and what is wrong in which line."""

from datetime import date

import pytest

from attribution.domain.lift_table import CityDay, LineFault, LineWrong, cities_read, periods_read


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-01", [1]),
        ("2026-11-01 - 2026-11-03", [1, 2, 3]),
        ("01.11.2026–03.11.2026\n\n 2.11.2026 ", [1, 2, 3]),
        ("", []),
    ],
)
def test_periods_are_read_as_people_write_them(text, days):
    assert periods_read(text) == {date(2026, 11, day) for day in days}


@pytest.mark.parametrize(
    "line",
    ["yesterday", "2026-02-30", "2026-11-03 - 2026-11-01", "2026-01-01 - 2029-01-01", "31.13.2026"],
)
def test_a_line_that_is_no_period_is_named(line):
    with pytest.raises(LineWrong) as wrong:
        periods_read(f"2026-11-01\n{line}")
    assert (wrong.value.line, wrong.value.fault) == (2, LineFault.NOT_A_PERIOD)


def test_a_table_of_cities_is_read_with_its_header_and_without():
    text = "Күні;Қала;Тапсырыс;Жүрді\n01.11.2026;  Алматы ;1 200;1\n2026-11-01\tТараз\t3\t0"
    assert cities_read(text) == [
        CityDay(date(2026, 11, 1), "Алматы", 1200, True),
        CityDay(date(2026, 11, 1), "Тараз", 3, False),
    ]
    assert cities_read('2026-11-01,"Astana",5')[0].is_on is None


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x1;Алматы;1;1", LineFault.NOT_A_DAY),
        ("2026-11-01 - 2026-11-02;Алматы;1;1", LineFault.NOT_A_DAY),
        ("2026-11-01;;1;1", LineFault.NOT_A_CITY),
        ("2026-11-01;" + "х" * 81 + ";1;1", LineFault.NOT_A_CITY),
        ("2026-11-01;Алматы;-1;1", LineFault.NOT_A_COUNT),
        ("2026-11-01;Алматы;1,5;1", LineFault.NOT_ON_OR_OFF),
        ("2026-11-01;Алматы;٣;1", LineFault.NOT_A_COUNT),
        ("2026-11-01;Алматы;99999999;1", LineFault.NOT_A_COUNT),
        ("2026-11-01;Алматы;1;yes", LineFault.NOT_ON_OR_OFF),
        ("2026-11-01", LineFault.NOT_A_CITY),
    ],
)
def test_what_is_wrong_in_a_table_is_named_by_its_line(line, fault):
    with pytest.raises(LineWrong) as wrong:
        cities_read(f"2026-11-01;Тараз;3;0\n{line}")
    assert (wrong.value.line, wrong.value.fault) == (2, fault)


def test_more_lines_than_are_read_are_refused_and_not_cut():
    with pytest.raises(LineWrong) as wrong:
        periods_read("2026-11-01\n" * 20_001)
    assert wrong.value.fault is LineFault.TOO_MANY_LINES
