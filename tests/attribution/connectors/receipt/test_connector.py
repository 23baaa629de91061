"""What a claim tells the inbox, and what a shop's own list of receipts says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.base import UnknownPayload
from attribution.connectors.receipt.connector import STATUSES, ClaimNews, claim_snapshots
from attribution.connectors.receipt.shop_file import shop_file_read
from attribution.domain.receipts import ShopReceipt
from attribution.models import ReceiptClaim
from core.cells import TableError
from core.tables import ColumnsMissing
from tests.core.sheets import number, row_of, text, workbook

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SOLD_AT = datetime(2026, 11, 20, 9, 30, 5, tzinfo=UTC)
NEWS = ClaimNews(
    register="010101234567",
    sign="0123456789",
    shop="Abai 10",
    state="confirmed",
    total_minor=1_230_000,
    returned_minor=230_000,
    sold_at=SOLD_AT.isoformat(),
    said_at=NOW.isoformat(),
    participation=7,
)


def test_a_claim_is_evidence_that_names_its_participation_and_an_order_of_one_line():
    evidence, order = claim_snapshots(NEWS.body())
    assert (evidence.kind, evidence.value) == ("receipt_claim", "7")
    assert evidence.external_id == order.external_id == "010101234567:0123456789"
    assert (order.status, order.fulfilled_at, order.placed_at) == ("fulfilled", SOLD_AT, SOLD_AT)
    assert order.source_updated_at == NOW
    (line,) = order.lines
    assert (line.name, line.amount_minor, line.returned_minor) == ("Abai 10", 1_230_000, 230_000)


def test_every_state_of_a_claim_is_a_state_of_its_order():
    assert set(STATUSES) == set(ReceiptClaim.State.values)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({"register": "1"}).encode(),
        NEWS.body().replace(b"confirmed", b"unheard"),
        NEWS.body().replace(b"2026-11", b"2026-13"),
        NEWS.body().replace(b'"sign"', b'"sing"'),
    ],
)
def test_a_body_that_we_did_not_write_is_refused(raw):
    with pytest.raises(UnknownPayload):
        claim_snapshots(raw)


# --- The shop's file ------------------------------------------------------------------------

HEADER = "РНМ;ФП;Сумма;Операция;Дата"


def read(*lines: str):
    return shop_file_read("\n".join([HEADER, *lines]).encode(), now=NOW)


def test_a_table_of_text_is_read_by_its_titles():
    found = read(
        "010101234567;0123456789;12 300,00;Продажа;20.11.2026 14:30",
        "10101234567;123456780;4500.5;;",  # zeros that a spreadsheet lost
        "010101234567;0123456789;2 300;Возврат продажи;",
        "010101234567;1123456781;-2300;Сату;",
        "010101234567;1123456782;100;Сатуды қайтару;",
    )
    assert found.faults == ()
    assert found.rows == (
        ShopReceipt("010101234567", "0123456789", 1_230_000),
        ShopReceipt("010101234567", "0123456780", 450_050),
        ShopReceipt("010101234567", "0123456789", 230_000, is_return=True),
        ShopReceipt("010101234567", "1123456781", 230_000, is_return=True),
        ShopReceipt("010101234567", "1123456782", 10_000, is_return=True),
    )


def test_a_workbook_whose_columns_stand_elsewhere_is_read_too():
    rows = [
        row_of([text("Сомасы"), text("Фискалдық белгі"), text("КТН/РНМ"), text("Қайтару")]),
        row_of([number("12300"), number("123456789"), number("10101234567"), text("жоқ")]),
        row_of([number("100.5"), text("0223456789"), text("010101234567"), text("иә")]),
    ]
    found = shop_file_read(workbook(rows), now=NOW)
    assert found.rows == (
        ShopReceipt("010101234567", "0123456789", 1_230_000),
        ShopReceipt("010101234567", "0223456789", 10_050, is_return=True),
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("010101234567;0123456789;1E+30;;", "exponent"),
        ("010101234567;0123456789;0;;", "not_an_amount"),
        ("010101234567;0123456789;twelve;;", "not_an_amount"),
        ("010101234567;0123456789;99999999999999999999;;", "not_an_amount"),
        ("010101234567;1,23E+09;100;;", "exponent"),
        ("010101234567;12345678901234;100;;", "not_a_sign"),
        ("010101234567;٠١٢٣٤٥٦٧٨٩;100;;", "not_a_sign"),
        ("1234567890123;0123456789;100;;", "not_a_register"),
        (";0123456789;100;;", "missing"),
        ("010101234567;0123456789;100;Аннулирование;", "unknown_operation"),
    ],
)
def test_a_row_that_names_no_receipt_is_left_out_with_its_reason(line, code):
    found = read(line, "010101234567;0123456788;100;;")
    assert [(fault.row, fault.code) for fault in found.faults] == [(2, code)]
    assert [each.sign for each in found.rows] == ["0123456788"]


def test_a_receipt_with_two_sums_says_nothing():
    found = read("010101234567;0123456789;100;;", "010101234567;0123456789;200;;")
    assert (found.rows, [fault.code for fault in found.faults]) == ((), ["said_twice"])
    same = read("010101234567;0123456789;100;;", "010101234567;0123456789;100,00;;")
    assert (len(same.rows), same.faults) == (1, ())


def test_a_file_of_something_else_is_refused():
    with pytest.raises(ColumnsMissing) as error:
        shop_file_read("№ заказа;Сумма\n1;2".encode(), now=NOW)
    assert error.value.names == ("register", "sign")
    for raw in (b"", b"%PDF-1.7", b"\x00" * 40):
        with pytest.raises(TableError):
            shop_file_read(raw, now=NOW)


@given(st.lists(st.text(max_size=30), max_size=4))
def test_whatever_stands_in_a_row_is_a_receipt_or_a_fault(cells):
    line = ";".join(cell.replace(";", "").replace('"', "") for cell in cells).replace("\r", "")
    try:
        found = read(*line.split("\n"))
    except TableError:
        return
    assert all(row.total_minor > 0 and len(row.register) == 12 for row in found.rows)
