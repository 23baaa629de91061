"""A brand's own table: rows become orders, or are refused by name."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.connectors.brandfile.connector import BrandFile
from attribution.connectors.brandfile.words import STATUS, WANTED
from attribution.connectors.files import Choice, FileRefused, Remark, choice_of
from core.columns import layout_guess
from core.sheets import rows_filled, table_open, table_top
from core.values import value_read
from tests.attribution.connectors.shapes import is_translated_or_refused, json_values, raw_json

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
FILE = BrandFile()
TITLES = (
    "Заказ;Дата;Сумма;Статус;Промокод;Товар;Артикул;Количество;Возвращено;Валюта;Дата получения"
    ";click_id"
)


def table(*lines: str, titles: str = TITLES) -> bytes:
    return "\n".join([titles, *lines]).encode()


def read(*lines: str, titles: str = TITLES, **more):
    raw = table(*lines, titles=titles)
    layout = layout_guess(table_top(raw, FILE.limits, most=200), FILE.wanted)
    rows = rows_filled(table_open(raw, FILE.limits))
    return FILE.table_read(rows, Choice(layout, **more), now=NOW)


def orders(*lines: str, **more):
    return [FILE.record_parse(record.body)[0] for record in read(*lines, **more).records]


def the_order(*lines: str, **more):
    (order,) = orders(*lines, **more)
    return order


def faults(*lines: str, **more):
    reading = read(*lines, **more)
    list(reading.records)
    return [(error.row, error.column, error.code) for error in reading.errors.kept]


def test_a_row_is_an_order():
    order = the_order(
        "A-1;05.11.2026 13:30;18 490,50;Доставлен;ARU10;Платье;DR-1;2;0;KZT;07.11.2026;abc"
    )
    assert (order.external_id, order.number, order.status) == ("A-1", "A-1", "fulfilled")
    assert (order.raw_status, order.currency, order.promo_codes) == ("Доставлен", "KZT", ("ARU10",))
    assert order.placed_at == datetime(2026, 11, 5, 8, 30, tzinfo=UTC)
    assert order.fulfilled_at == datetime(2026, 11, 7, 19, tzinfo=UTC)  # the end of that day
    assert (order.source_updated_at, order.click_id) == (NOW, "abc")
    (line,) = order.lines
    assert (line.line_id, line.sku, line.name, line.quantity) == ("DR-1", "DR-1", "Платье", 2)
    assert (line.amount_minor, line.returned_minor) == (1_849_050, 0)


def test_rows_of_one_order_are_its_lines_in_any_order():
    first = orders(
        "1;05.11.2026;100;оплачен;A;X;SKU1", "2;05.11.2026;5;;", "1;06.11.2026;50;оплачен;B;Y;SKU2"
    )
    again = orders(
        "1;06.11.2026;50;оплачен;B;Y;SKU2", "1;05.11.2026;100;оплачен;A;X;SKU1", "2;05.11.2026;5;;"
    )
    assert [one.external_id for one in first] == ["1", "2"]
    lines = {line.line_id: line.amount_minor for line in first[0].lines}
    assert lines == {line.line_id: line.amount_minor for line in again[0].lines}
    assert lines == {"SKU1": 10_000, "SKU2": 5_000}
    assert first[0].promo_codes == ("A", "B")
    assert first[0].placed_at == datetime(2026, 11, 4, 19, tzinfo=UTC)


def test_the_sum_of_the_whole_order_may_stand_in_each_row():
    order = the_order("1;05.11.2026;150;;;X;S1", "1;05.11.2026;150;;;Y;S2", is_total=True)
    assert [line.amount_minor for line in order.lines] == [15_000]
    order = the_order("1;05.11.2026;150;;;X;S1", "1;05.11.2026;;;;Y;S2", is_total=True)
    assert [line.amount_minor for line in order.lines] == [15_000]
    lines = "1;05.11.2026;150;;;X;S1", "1;05.11.2026;90;;;Y;S2"
    assert faults(*lines, is_total=True) == [(3, "Сумма", "differs")]
    assert faults("1;05.11.2026;", is_total=True) == [(2, "Сумма", "missing")]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("Доставлен", "Доставлен"), "fulfilled"),
        (("Доставлен", "Отменён"), "fulfilled"),
        (("Доставлен", "Возврат"), "fulfilled"),
        (("Возврат", "Возврат"), "returned"),
        (("Отменен", "Отменен"), "cancelled"),
        (("Доставлен", "В пути"), "created"),
        (("Доставлен", "На Луне"), "unmapped"),
        (("жеткізілді", "ЖЕТКІЗІЛДІ "), "fulfilled"),
    ],
)
def test_lines_may_stand_differently(words, status):
    rows = [f"1;05.11.2026;100;{word};;X;S{n}" for n, word in enumerate(words)]
    assert the_order(*rows).status == status


def test_a_returned_line_is_returned_whole_and_a_cancelled_one_is_none():
    order = the_order(
        "1;05.11.2026;100;Доставлен;;X;S1;1;40",
        "1;05.11.2026;50;Возврат;;Y;S2",
        "1;05.11.2026;70;отмена;;Z;S3",
    )
    assert [(line.line_id, line.returned_minor) for line in order.lines] == [
        ("S1", 4_000),
        ("S2", 5_000),
    ]


def test_the_brands_own_words_win_and_its_status_stands_where_no_word_does():
    order = the_order("1;05.11.2026;100;На складе", words={"на  складе": "paid"})
    assert (order.status, order.raw_status) == ("paid", "На складе")
    order = the_order("1;05.11.2026;100;", status="fulfilled")
    assert (order.status, order.raw_status, order.fulfilled_at) == ("fulfilled", "fulfilled", NOW)


def test_an_unknown_word_is_kept_and_remarked():
    reading = read("1;05.11.2026;100;На Луне", "2;05.11.2026;100;На Луне")
    assert reading.remarks == (Remark("unknown_words", "Статус", 2, "На Луне"),)


def test_what_only_the_whole_file_shows_is_remarked():
    rows = [f"12345{n};05.11.2026;100" for n in range(10, 30)] + ["123456;05.11.2026;100"] * 2
    assert read(*rows).remarks == (
        Remark("zeros_lost", "Заказ", 2, "123456"),
        Remark("twins", many=1),
    )


def test_rows_that_are_no_orders_are_no_faults():
    assert faults("1;05.11.2026;100", ";;;", "Итого;;100", "Барлығы: 1;;100") == []


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (";05.11.2026;100", "Заказ", "missing"),
        ("1,2E+15;05.11.2026;100", "Заказ", "exponent"),
        ("1;;100", "Дата", "missing"),
        ("1;вчера;100", "Дата", "not_a_date"),
        ("1;25.11.2026;100", "Дата", "in_future"),
        ("1;05.11.2026;", "Сумма", "missing"),
        ("1;05.11.2026;много", "Сумма", "not_an_amount"),
        ("1;05.11.2026;-5", "Сумма", "negative"),
        ("1;05.11.2026;" + "9" * 19, "Сумма", "not_an_amount"),
        ("1;05.11.2026;=A1", "Сумма", "formula"),
        ("1;05.11.2026;100;;;;;0", "Количество", "not_a_count"),
        ("1;05.11.2026;100;;;;;1;101", "Возвращено", "more_than_amount"),
        ("1;05.11.2026;100;;;;;1;;тугрик", "Валюта", "not_a_currency"),
    ],
)
def test_a_wrong_cell_is_named_and_its_order_left_out(line, column, code):
    good = "9;05.11.2026;100"
    assert faults(line, good) == [(2, column, code)]
    assert [one.external_id for one in orders(line, good)] == ["9"]


def test_one_wrong_row_leaves_the_whole_order_out():
    assert orders("1;05.11.2026;100", "1;05.11.2026;?", "2;05.11.2026;1")[0].external_id == "2"
    assert faults("1;05.11.2026;100;;;;;1;;KZT", "1;05.11.2026;9;;;;;1;;RUB") == [
        (3, "Валюта", "differs")
    ]
    rows = [f"1;05.11.2026;{n}" for n in range(501)]
    assert faults(*rows) == [(502, "Заказ", "not_an_order")]


def test_a_day_with_a_click_counts_from_its_end():
    day = datetime(2026, 11, 4, 19, tzinfo=UTC)
    titles = "заказ;дата;сумма;click_id"
    assert the_order("1;05.11.2026;1;", titles=titles).placed_at == day
    assert the_order("1;05.11.2026;1;abc", titles=titles).placed_at == day + timedelta(
        days=1, seconds=-1
    )
    today = the_order("1;22.11.2026;1;abc", titles=titles)
    assert today.placed_at == NOW  # never later than the reading


def test_the_key_is_of_what_the_file_says_and_not_of_when():
    (first,) = read("1;05.11.2026;100").records
    raw = table("1;05.11.2026;100")
    layout = layout_guess(table_top(raw, FILE.limits, most=9), FILE.wanted)
    later = FILE.table_read(
        rows_filled(table_open(raw, FILE.limits)), Choice(layout), now=NOW + timedelta(days=3)
    )
    (second,) = later.records
    assert (first.event_key, first.rows) == (second.event_key, (2,))
    assert first.body != second.body
    (other,) = read("1;05.11.2026;101").records
    assert other.event_key != first.event_key


def test_long_ids_fit_into_a_key():
    (record,) = read(f"{'x' * 128};05.11.2026;1").records
    assert len(f"{record.event_key}:{2**63}") <= 200


@pytest.mark.parametrize("lines", [(), ("Итого;;5",)])
def test_a_table_without_orders_is_refused(lines):
    with pytest.raises(FileRefused, match="no_orders"):
        read(*lines)


def test_a_choice_is_the_same_after_it_was_kept():
    layout = layout_guess(table_top(table("1;25.11.2026;1,50"), FILE.limits, most=9), FILE.wanted)
    choice = Choice(layout, status="fulfilled", words={"x": "paid"}, is_total=True)
    assert choice_of(json.loads(json.dumps(choice.plain()))) == choice


def test_our_words_are_plain_and_every_title_is_found():
    assert all(word == word.casefold().strip() for word in STATUS)
    for each in WANTED:
        for title in each.titles:
            raw = f"{title};x\n1;2\n".encode()
            assert layout_guess(table_top(raw, FILE.limits, most=2), [each]).places == {
                each.name: 0
            }
    assert value_read("1", "code", length_max=9, now=NOW) == "1"


CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=12, max_size=12), max_size=4))
def test_any_cells_become_orders_or_faults(rows):
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([TITLES.split(";"), ["1", "05.11.2026", "5"], *rows])
    raw = file.getvalue().encode(errors="replace")
    layout = layout_guess(table_top(raw, FILE.limits, most=9), FILE.wanted)
    if layout.missing(FILE.wanted):
        return
    reading = FILE.table_read(rows_filled(table_open(raw, FILE.limits)), Choice(layout), now=NOW)
    for record in reading.records:
        is_translated_or_refused(lambda one: FILE.record_parse(one), record.body)


@given(json_values)
def test_any_json_as_a_record_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: FILE.record_parse(raw_json(one)), value)
