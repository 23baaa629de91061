"""The export of Kaspi's cabinet: rows that become orders, and rows that say what is wrong."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot
from attribution.connectors.files import FileRefused
from attribution.connectors.kaspi.cabinet import ROWS_MAX, KaspiCabinet, line_id
from core.xlsx import FILE_BYTES_MAX
from tests.attribution.connectors.kaspi.sheets import ADDRESS, PERSON, TITLES, book, row
from tests.attribution.connectors.shapes import is_translated_or_refused, json_values, raw_json

CABINET = KaspiCabinet()
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def read(*rows, **options):
    return CABINET.file_read(book(rows, **options), now=NOW)


def orders(*rows) -> list[OrderSnapshot]:
    reading = read(*rows)
    assert reading.errors.count == 0
    return [order for one in reading.records for order in CABINET.record_parse(one.body)]


def order(*rows) -> OrderSnapshot:
    (found,) = orders(*rows)
    return found


def test_a_row_is_an_order_of_one_line():
    assert order(row()) == OrderSnapshot(
        external_id="701234567",
        number="701234567",
        status="fulfilled",
        raw_status="Выдан",
        currency="KZT",
        placed_at=datetime(2026, 11, 17, 19, 0, tzinfo=UTC),
        source_updated_at=datetime(2026, 11, 20, 19, 0, tzinfo=UTC),
        fulfilled_at=datetime(2026, 11, 20, 19, 0, tzinfo=UTC),  # when that day ends in Almaty
        lines=(
            OrderLineSnapshot(
                line_id="NzAxMjM0NTY3IyMw",
                sku="ALMA-30",
                name="Сыворотка",
                quantity=1,
                amount_minor=1_849_000,
            ),
        ),
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Выдан", "fulfilled"),
        ("Отменен", "cancelled"),
        ("Отменён", "cancelled"),
        (" ВОЗВРАТ ", "returned"),
        ("Передан курьеру", "created"),
        ("Ожидает передачи курьеру", "created"),
        ("Ожидает отмены", "created"),
        ("Утерян", "unmapped"),
    ],
)
def test_statuses(word, status):
    found = order(row(status=word))
    assert (found.status, found.raw_status) == (status, word.strip())
    assert (found.fulfilled_at is None) == (status != "fulfilled")
    assert found.lines[0].returned_minor == (1_849_000 if status == "returned" else 0)


def test_rows_of_one_number_are_lines_of_one_order():
    found = order(row(sku="A", amount=100), row(sku="B", amount="200,50", quantity=2))
    assert [(line.line_id, line.sku, line.amount_minor) for line in found.lines] == [
        (line_id("701234567", 0), "A", 10_000),
        (line_id("701234567", 1), "B", 20_050),
    ]


@pytest.mark.parametrize(
    ("words", "status", "lines", "returned"),
    [
        (("Выдан", "Отменен"), "fulfilled", 1, 0),
        (("Выдан", "Возврат"), "fulfilled", 2, 1),
        (("Отменен", "Отменен"), "cancelled", 2, 0),
        (("Возврат", "Отменен"), "returned", 1, 1),
        (("Выдан", "Передан курьеру"), "created", 2, 0),
        (("Выдан", "Утерян"), "unmapped", 2, 0),
    ],
)
def test_lines_that_stand_differently(words, status, lines, returned):
    found = order(*(row(status=word) for word in words))
    assert (found.status, len(found.lines)) == (status, lines)
    assert sum(line.returned_quantity for line in found.lines) == returned


def test_the_line_has_the_id_that_the_api_gives_it():
    assert line_id("701234567", 0) == "NzAxMjM0NTY3IyMw"


@pytest.mark.parametrize("day", ["18.11.2026", "18.11.2026 14:30", date(2026, 11, 18), 46344])
def test_days_as_spreadsheets_write_them(day):
    assert order(row(placed=day)).placed_at == datetime(2026, 11, 17, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "amount", [18490.5, "18490.5", "18 490,50", "18\u00a0490,5 ₸", "18490,5 тг"]
)
def test_amounts_as_spreadsheets_write_them(amount):
    assert order(row(amount=amount)).lines[0].amount_minor == 1_849_050


@pytest.mark.parametrize("number", ["701234567", 701234567, 701234567.0, " 701234567 "])
def test_numbers_as_spreadsheets_write_them(number):
    assert order(row(number)).external_id == "701234567"


def test_what_nobody_needs_is_not_even_read():
    (record,) = read(row()).records
    kept = json.dumps(json.loads(record.body), ensure_ascii=False)
    assert ADDRESS not in kept
    assert PERSON not in kept
    assert "Безналичная" not in kept


def test_equal_news_have_equal_keys_in_every_export():
    first, again = read(row()).records[0], read(row("7"), row()).records[1]
    later = read(row(status="Возврат")).records[0]
    assert first.event_key == again.event_key
    assert first.event_key != later.event_key
    assert first.event_key.startswith("file:701234567:")


def test_titles_may_stand_lower_and_in_another_order():
    turned = list(reversed(TITLES))
    reading = CABINET.file_read(book([row()[::-1]], titles=turned, above=3), now=NOW)
    assert [(one.external_id, one.rows) for one in reading.records] == [("701234567", (5,))]


def test_empty_rows_are_nothing():
    assert len(orders(row("1"), [None] * 5, row("2"))) == 2


# --- What is wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_row", "column", "code"),
    [
        (row(None), "№ заказа", "missing"),
        (row("70 12"), "№ заказа", "not_an_order"),
        (row("7" * 65), "№ заказа", "not_an_order"),
        (row(placed=None), "Дата поступления заказа", "missing"),
        (row(placed="2026-11-18"), "Дата поступления заказа", "not_a_date"),
        (row(placed="31.02.2026"), "Дата поступления заказа", "not_a_date"),
        (row(placed=5), "Дата поступления заказа", "not_a_date"),
        (row(changed="23.11.2026"), "Дата изменения статуса", "in_future"),
        (row(changed="soon"), "Дата изменения статуса", "not_a_date"),
        (row(status=None), "Статус", "missing"),
        (row(amount=None), "Сумма", "missing"),
        (row(amount="много"), "Сумма", "not_an_amount"),
        (row(amount=-1), "Сумма", "not_an_amount"),
        (row(amount="1e9"), "Сумма", "not_an_amount"),
        (row(quantity=None), "Количество", "missing"),
        (row(quantity=0), "Количество", "not_a_quantity"),
        (row(quantity=1.5), "Количество", "not_a_quantity"),
        (row(quantity="٣"), "Количество", "not_a_quantity"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(given_row, column, code):
    reading = read(row("1"), given_row)
    assert [error[:3] for error in reading.errors.kept] == [(3, column, code)]
    assert [one.external_id for one in reading.records] == ["1"]


def test_an_order_with_a_wrong_row_is_left_out_as_a_whole():
    reading = read(row("1"), row("1", amount="?"), row("2"))
    assert [one.external_id for one in reading.records] == ["2"]
    assert [error.row for error in reading.errors.kept] == [3]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0 an old .xls", "not_a_spreadsheet"),
        ("№ заказа;Сумма\n1;2".encode(), "not_a_spreadsheet"),
        (book([row()])[:2000], "not_a_spreadsheet"),
        (b"x" * (FILE_BYTES_MAX + 1), "too_large"),
        (book([["1"]], titles=["Order"]), "no_header"),
        (book([]), "no_orders"),
        (book([[None] * 3]), "no_orders"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_which_nothing_can_be_read(raw, code):
    with pytest.raises(FileRefused) as caught:
        CABINET.file_read(raw, now=NOW)
    assert caught.value.code == code


def test_a_missing_column_is_named():
    titles = ["x" if title in ("Артикул", "Количество") else title for title in TITLES]
    with pytest.raises(FileRefused) as caught:
        read(row(), titles=titles)
    assert (caught.value.code, caught.value.columns) == (
        "missing_columns",
        ("Артикул", "Количество"),
    )


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A good export whose sheet is replaced."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([row()]))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in good.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            archive.writestr(part.filename, xml if is_sheet else good.read(part))
    return file.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
BILLION_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (zipped(x=b"\0" * 50 * 2**20), "too_large"),
        (zipped(**{f"p{n}": b"" for n in range(300)}), "too_large"),
        (zipped(x=b"no book in it"), "not_a_spreadsheet"),
        (with_sheet(b"\0" * 50 * 2**20), "too_large"),
        (with_sheet(b"<worksheet"), "not_a_spreadsheet"),
        (
            with_sheet(BILLION_LAUGHS + SHEET + b"<row><c><v>&c;</v></c></row>" + END),
            "not_a_spreadsheet",
        ),
        (with_sheet(SHEET + END), "no_header"),
        (
            with_sheet(SHEET + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + END),
            "no_header",
        ),
    ],
    ids=["zeros", "parts", "no book", "sheet of zeros", "cut", "entities", "empty", "far away"],
)  # fmt: skip
def test_bombs(raw, code):
    assert len(raw) < FILE_BYTES_MAX
    with pytest.raises(FileRefused) as caught:
        CABINET.file_read(raw, now=NOW)
    assert caught.value.code in (code, "too_many_rows")


def test_a_size_that_the_directory_denies_is_not_believed():
    """The directory says 10 bytes, the data unpack to megabytes: no more than 10 are read."""
    raw = bytearray(with_sheet(SHEET + b"x" * 2**20))
    marker = (len(SHEET) + 2**20).to_bytes(4, "little")
    assert raw.count(marker) == 2
    with pytest.raises(FileRefused, match="not_a_spreadsheet"):
        CABINET.file_read(bytes(raw.replace(marker, (10).to_bytes(4, "little"))), now=NOW)


def test_too_many_rows():
    cells = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % n for n in range(1, ROWS_MAX + 3))
    with pytest.raises(FileRefused, match="too_many_rows"):
        CABINET.file_read(with_sheet(SHEET + cells + END), now=NOW)


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text()


@given(st.data())
def test_any_cells_become_orders_or_errors(data):
    wild = [data.draw(cells, label=title) for title in TITLES]
    wild = [_writable(cell) for cell in wild]
    try:
        reading = read(row("1"), wild)
    except FileRefused:
        return
    for record in reading.records:
        is_translated_or_refused(lambda one: CABINET.record_parse(one), record.body)


def _writable(cell):
    """What openpyxl would refuse to write is no cell of any file."""
    if isinstance(cell, str):
        return "".join(char for char in cell if char.isprintable())[:100]
    return cell if not isinstance(cell, float) or abs(cell) < 1e300 else None


@given(json_values)
def test_any_json_as_a_record_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: CABINET.record_parse(raw_json(one)), value)
