"""Which column is which, and what a cell says or why it says nothing."""
# ruff: noqa: DTZ001 a cell of a spreadsheet has no time zone

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.cells import Limits, Marked
from core.columns import CodeLengths, Fault, Wanted, layout_guess, letter_of, row_read, titles_of
from core.sheets import table_top
from core.values import When, Wrong, amounts_seen, date_order_seen, value_read

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
LIMITS = Limits(file_bytes=2**20, unpacked_bytes=2**22, rows=1_000, columns=20)
WANTED = (
    Wanted("id", "code", ("номер заказа", "тапсырыс нөмірі", "order id", "заказ"), is_needed=True),
    Wanted("at", "moment", ("дата заказа", "күні", "date", "дата"), is_needed=True),
    Wanted("sum", "amount", ("сумма", "сомасы", "total"), is_needed=True),
    Wanted("code", "text", ("промокод", "promo code")),
)


def read(cell, kind, **more):
    return value_read(cell, kind, length_max=20, now=NOW, **more)


def guess(text: str, **more):
    return layout_guess(table_top(text.encode(), LIMITS, most=50), WANTED, **more)


@pytest.mark.parametrize(
    "title",
    [
        "Номер заказа;Дата заказа;Сумма;Промокод",
        "№ заказа;Дата;Сумма, ₸;ПРОМОКОД (если есть)",
        "Тапсырыс нөмірі;Күні;Сомасы;Промокод",
        "ORDER_ID;Date;Total;Promo-Code",
        "Заказ;Дата оформления;Сумма заказа;Ваш промокод",
    ],
)
def test_columns_are_known_by_their_titles(title):
    layout = guess(f"{title}\n1;2;3;4\n")
    assert layout.places == {"id": 0, "at": 1, "sum": 2, "code": 3}
    assert layout.header_row == 1


def test_the_header_may_stand_lower():
    layout = guess("Отчёт;за ноябрь\n\nТОО Тоқыма;БИН\nзаказ;дата;сумма\n1;2;3\n")
    assert (layout.header_row, layout.titles) == (4, ("заказ", "дата", "сумма"))


def test_an_exact_title_wins_over_one_that_only_holds_the_word():
    assert guess("Сумма доставки;Сумма;Номер заказа;дата\n").places["sum"] == 1


def test_what_was_chosen_the_last_time_wins_and_another_file_is_guessed_anew():
    chosen = {"id": "Накладная", "sum": "Итог"}
    assert guess("Накладная;Заказ;Итог;Сумма\n", remembered=chosen).places == {"id": 0, "sum": 2}
    assert guess("Заказ;Сумма\n", remembered=chosen).places == {"id": 0, "sum": 1}
    half = guess("Заказ;Сумма;Итог;Дата\n", remembered=chosen).places
    assert half == {"id": 0, "sum": 2, "at": 3}


def test_a_hidden_column_is_not_guessed_but_can_be_chosen():
    assert guess("Сумма;Сумма\n", hidden={0}).places == {"sum": 1}
    assert guess("Сумма;x\n", hidden={0}, remembered={"sum": "Сумма"}).places == {"sum": 0}


def test_a_file_without_any_word_has_no_columns():
    layout = guess("1;2\n3;4\n")
    assert layout.missing(WANTED) == [each for each in WANTED if each.is_needed]


def test_titles_are_each_once():
    assert titles_of(["Sum", None, "Sum", " a  b "]) == ("Sum", "(B)", "Sum (2)", "a b")
    assert [letter_of(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_row_says_everything_that_is_wrong_in_it():
    top = table_top("заказ;дата;сумма\n1,2E+10;вчера;\n".encode(), LIMITS, most=9)
    found = row_read(top[1], layout_guess(top, WANTED), WANTED, now=NOW)
    assert found.faults == (
        Fault(2, "заказ", "exponent", "1,2E+10"),
        Fault(2, "дата", "not_a_date", "вчера"),
        Fault(2, "сумма", "missing", ""),
    )
    assert set(found.values.values()) == {None}


# --- Codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("00123", "00123"),
        ("1E10", "1E10"),
        ("'00123", "00123"),
        (123, "123"),
        (999_999_999_999_999, "999999999999999"),
        ("12345678901234567890", "12345678901234567890"),
        ("e\u0301", "é"),
    ],
)
def test_a_code_stays_as_it_is(cell, code):
    assert read(cell, "code") == code


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("1E+10", "exponent"),
        ("1,23457E+15", "exponent"),
        ("1.2е+10", "exponent"),
        (Marked("scientific", "1E+10", 10**10), "exponent"),
        (10**15, "long_number"),
        (1.5e20, "long_number"),
        (1.5, "not_a_code"),
        (datetime(2026, 2, 1), "not_a_code"),
        ("x" * 21, "too_long"),
        ("a\0b", "not_text"),
        (Marked("formula", "=A1"), "formula"),
        (Marked("error", "#N/A"), "error_value"),
    ],
)
def test_what_excel_made_of_a_code_is_refused(cell, fault):
    with pytest.raises(Wrong) as wrong:
        read(cell, "code")
    assert wrong.value.code == fault


def test_lost_zeros_are_suspected_where_nearly_all_codes_are_of_one_length():
    lengths = CodeLengths()
    for code in [*("12345678" for _ in range(20)), "2345678", "345678", None, "A-1"]:
        lengths.see(code)
    assert lengths.shorter() == (8, 2, "2345678")


@pytest.mark.parametrize(
    "codes",
    [[], ["12345678"] * 9, ["1", "22", "333"], ["99999"] * 9 + ["1"], ["1234567"] * 3 + ["123456"]],
)
def test_other_lengths_are_nothing_strange(codes):
    lengths = CodeLengths()
    for code in codes:
        lengths.see(code)
    assert lengths.shorter() is None


# --- Amounts and counts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "amounts", "value"),
    [
        (18490, "", "18490"),
        (18490.1, "", "18490.1"),
        (Marked("scientific", "1E+5", 100_000), "", "100000"),
        ("18490", "", "18490"),
        ("18 490,50", ",", "18490.50"),
        ("18\u00a0490,50 ₸", ",", "18490.50"),
        ("18\u202f490.5 тг.", ".", "18490.5"),
        ("1'234.50 KZT", ".", "1234.50"),
        ("1.234.567,89", ",", "1234567.89"),
        ("1,234,567.89", ".", "1234567.89"),
        ("1,234,567", ".", "1234567"),
        ("18,490", "", "18490"),
        ("18,490", ".", "18490"),
        ("18,490", ",", "18.490"),
        ("1234,500", "", "1234.500"),
        ("-500", "", "-500"),
    ],
)
def test_an_amount_is_exact_in_any_country(cell, amounts, value):
    assert read(cell, "amount", amounts=amounts) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("много", "not_an_amount"),
        ("₸", "not_an_amount"),
        ("12,34.50", "not_an_amount"),
        ("1.2.3", "not_an_amount"),
        ("٣", "not_an_amount"),
        ("1,5E+05", "exponent"),
        (datetime(2026, 1, 1), "not_an_amount"),
    ],
)
def test_what_is_no_amount(cell, fault):
    with pytest.raises(Wrong) as wrong:
        read(cell, "amount")
    assert wrong.value.code == fault


def test_the_sign_before_the_tiyn_is_the_one_that_two_digits_follow():
    assert amounts_seen(["1 200,50", "18,490", "x"]) == ","
    assert amounts_seen(["1,200.50", "18,490"]) == "."
    assert amounts_seen(["18,490", "1,200"]) == ""


@pytest.mark.parametrize(
    ("cell", "count"), [("2", 2), (2.0, 2), ("2 шт.", 2), ("1,000", 1), (3, 3)]
)
def test_a_count(cell, count):
    assert read(cell, "count") == count


@pytest.mark.parametrize("cell", ["0", "1.5", "-1", 2.5, "99999999", "two"])
def test_what_is_no_count(cell):
    with pytest.raises(Wrong, match="not_a_count"):
        read(cell, "count")


# --- Days -----------------------------------------------------------------------------------

DAY = When(datetime(2026, 11, 4, 19, tzinfo=UTC), False)  # the fifth in Almaty
HALF_PAST = When(datetime(2026, 11, 5, 8, 30, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("05.11.2026", DAY),
        ("5.11.26", DAY),
        ("05/11/2026", DAY),
        ("2026-11-05", DAY),
        ("2026/11/5", DAY),
        ("20261105", DAY),
        (datetime(2026, 11, 5), DAY),
        (46331, DAY),
        ("46331", DAY),
        ("05.11.2026 13:30", HALF_PAST),
        ("05.11.2026, 13:30:00", HALF_PAST),
        ("2026-11-05T13:30:00.000", HALF_PAST),
        ("2026-11-05T08:30:00Z", HALF_PAST),
        ("2026-11-05 13:30:00+05:00", HALF_PAST),
        ("2026-11-05 13:30:00 +0500", HALF_PAST),
        ("20261105T133000", HALF_PAST),
        ("05/11/2026 1:30 PM", HALF_PAST),
        (46331.5625, HALF_PAST),
        (datetime(2026, 11, 5, 13, 30), HALF_PAST),
    ],
)
def test_a_day_in_any_form(cell, expected):
    assert read(cell, "moment") == expected


def test_the_month_comes_first_only_where_a_row_proves_it():
    assert date_order_seen(["11/05/2026", "11/25/2026"]) == "mdy"
    assert date_order_seen(["05.11.2026", "25.11.2026"]) == "dmy"
    assert date_order_seen(["05.11.2026"]) == "dmy"
    assert read("11/05/2026", "moment", date_order="mdy") == DAY


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("31.02.2026", "not_a_date"),
        ("05.11", "not_a_date"),
        ("1.1.1900", "not_a_date"),
        ("05.11.2026 25:00", "not_a_date"),
        (12, "not_a_date"),
        ("24.11.2026", "in_future"),
        (datetime(9999, 1, 1), "not_a_date"),
        (datetime(1, 1, 1), "not_a_date"),
    ],
)
def test_what_is_no_day(cell, fault):
    with pytest.raises(Wrong) as wrong:
        read(cell, "moment")
    assert wrong.value.code == fault
