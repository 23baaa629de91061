"""Payments at terminals: a row is an order of which nobody knows more."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from attribution.connectors.acquirer.connector import AcquirerFile
from attribution.connectors.files import Choice, FileRefused, Remark
from core.columns import layout_guess
from core.sheets import rows_filled, table_open, table_top
from tests.attribution.connectors.shapes import is_translated_or_refused, json_values, raw_json

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
FILE = AcquirerFile()
TITLES = "MID;TID;RRN;Дата и время;Сумма;Тип операции;Карта"


def layout_of(raw: bytes):
    return layout_guess(table_top(raw, FILE.limits, most=200), FILE.wanted)


def read(*lines: str):
    raw = "\n".join([TITLES, *lines]).encode()
    return FILE.table_read(
        rows_filled(table_open(raw, FILE.limits)), Choice(layout_of(raw)), now=NOW
    )


def faults(*lines: str):
    return [tuple(error[:3]) for error in read(*lines).errors.kept]


def test_a_payment_is_an_order_without_goods_and_without_evidence():
    (record,) = read(
        "00501;T1;012345678901;05.11.2026 13:30:07;18490,50;Оплата;440043******1234"
    ).records
    (order,) = FILE.record_parse(record.body)
    assert (order.external_id, order.status, order.raw_status) == ("012345678901", "paid", "Оплата")
    assert order.placed_at == order.source_updated_at == datetime(2026, 11, 5, 8, 30, 7, tzinfo=UTC)
    assert (order.click_id, order.promo_codes, order.customer_phone) == (None, (), None)
    (line,) = order.lines
    assert (line.sku, line.name, line.amount_minor) == ("00501", "00501 / T1", 1_849_050)
    assert b"1234" not in record.body.replace(b"012345678901", b"")  # nothing of the card


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("1;T;;05.11.2026 13:30;5", "RRN", "missing"),
        ("1;T;1,2E+11;05.11.2026 13:30;5", "RRN", "exponent"),
        ("1;T;7;05.11.2026 13:30;0", "Сумма", "not_an_amount"),
        ("1;T;7;05.11.2026 13:30;-5", "Сумма", "refund"),
        ("1;T;7;05.11.2026 13:30;5;Возврат", "Тип операции", "refund"),
        ("1;T;7;05.11.2026 13:30;5;REVERSAL", "Тип операции", "refund"),
    ],
)
def test_a_row_that_is_no_payment_is_named(line, column, code):
    assert faults(line) == [(2, column, code)]


def test_a_repeated_row_counts_once_and_a_contradiction_is_a_fault():
    row = "1;T;7;05.11.2026 13:30;5"
    reading = read(row, row)
    assert (len(list(reading.records)), reading.remarks) == (1, (Remark("twins", many=1),))
    assert faults(row, "1;T;7;05.11.2026 13:30;6") == [(3, "RRN", "twice")]


def test_lost_zeros_of_a_transaction_are_remarked():
    rows = [f"1;T;12345678901{n};05.11.2026 13:30;5" for n in range(9)]
    assert read(*rows, "1;T;2345678901;05.11.2026 13:30;5").remarks == (
        Remark("zeros_lost", "RRN", 1, "2345678901"),
    )


CARDS = ("4111111111111111", "5555 5555 5555 4444", "4012-8888-8888-1881")


def test_whole_card_numbers_are_refused_before_anything_is_kept():
    lines = [f"1;T;{n};05.11.2026 13:30;5;;{card}" for n, card in enumerate(CARDS)]
    raw = "\n".join([TITLES, *lines]).encode()
    with pytest.raises(FileRefused, match="card_numbers") as refused:
        FILE.sample_check(table_top(raw, FILE.limits, most=200), layout_of(raw))
    assert refused.value.columns == ("Карта",)


def test_masked_cards_and_other_long_numbers_are_none():
    lines = [f"1;T;{n};05.11.2026 13:30;5;;4111********1111" for n in range(5)]
    lines += [f"1;T;{n};05.11.2026 13:30;5;;4111111111111112" for n in range(5, 9)]
    raw = "\n".join([TITLES, *lines]).encode()
    FILE.sample_check(table_top(raw, FILE.limits, most=200), layout_of(raw))


def test_a_file_without_payments_is_refused():
    with pytest.raises(FileRefused, match="no_orders"):
        read()


@given(json_values)
def test_any_json_as_a_record_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: FILE.record_parse(raw_json(one)), value)
