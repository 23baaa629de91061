"""Tables of other people: what is read of a file, whatever wrote it, and what is refused."""
# ruff: noqa: DTZ001 a cell of a spreadsheet has no time zone

from contextlib import suppress
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cells import Limits, Marked, Row, TableError
from core.sheets import rows_filled, table_open, table_top
from tests.core.sheets import MAIN, number, row_of, text, workbook, zipped

LIMITS = Limits(file_bytes=2**20, unpacked_bytes=2**22, rows=1_000, columns=20)


def cells(raw: bytes) -> list[list[object]]:
    return [row.cells for row in rows_filled(table_open(raw, LIMITS))]


def refusal(raw: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(TableError) as refused:
        list(table_open(raw, limits).rows())
    return refused.value.code


# --- Text -----------------------------------------------------------------------------------

KAZAKH = "Тапсырыс;Сома\nА-1;18 490,50\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (KAZAKH.encode(), "utf-8"),
        (KAZAKH.encode("utf-8-sig"), "utf-8-sig"),
        (KAZAKH.encode("cp1251"), "cp1251"),
        (KAZAKH.encode("utf-16"), "utf-16"),
        (KAZAKH.encode("utf-16-le"), "utf-16-le"),
        (KAZAKH.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_any_encoding_is_told_by_the_bytes(raw, encoding):
    table = table_open(raw, LIMITS)
    assert [row.cells for row in table.rows()] == [["Тапсырыс", "Сома"], ["А-1", "18 490,50"]]
    assert (table.encoding, table.separator) == (encoding, ";")
    assert table.share == 1.0


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a\tb\n1\t2\n", [["a", "b"], ["1", "2"]]),
        ("a|b\n1|2\n", [["a", "b"], ["1", "2"]]),
        ("sep=;\r\na;b\r\n1;2", [["a", "b"], ["1", "2"]]),
        ("a;b\n1,50;2,50\n3,75;4\n", [["a", "b"], ["1,50", "2,50"], ["3,75", "4"]]),
        ("Orders\n\na;b;c\n1;2;3\n", [["Orders"], ["a", "b", "c"], ["1", "2", "3"]]),
        ('a;b\n"x;y";"he said ""hi"""\n', [["a", "b"], ["x;y", 'he said "hi"']]),
        ('a;b\n"two\nlines";2\n', [["a", "b"], ["two\nlines", "2"]]),
        ('a;b\n="00123";="";2\n', [["a", "b"], ["00123", "", "2"]]),
        ("a;b\n=A1+1;#Н/Д\n", [["a", "b"], [Marked("formula", "=A1+1"), Marked("error", "#Н/Д")]]),
        ("a;b\n#########;#1\n", [["a", "b"], [Marked("error", "#########"), "#1"]]),
        ('a;b\nТОО 15" экран;1\n', [["a", "b"], ['ТОО 15" экран', "1"]]),
    ],
)
def test_what_stands_in_a_text_file(raw, expected):
    assert cells(raw.encode()) == expected


def test_rows_have_the_numbers_that_a_spreadsheet_shows():
    found = list(rows_filled(table_open(b"sep=;\na;b\n;\n1;2\n", LIMITS)))
    assert [row.number for row in found] == [2, 4]


def test_a_quote_that_is_never_closed_names_its_row():
    with pytest.raises(TableError) as refused:
        cells(b'a;b\n1;2\n3;"open\n5;6\n7;8\n')
    assert (refused.value.code, refused.value.row) == ("broken_quotes", 3)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_a_table"),
        (b" \r\n\t\0 ", "not_a_table"),
        (b"%PDF-1.7 x", "not_a_table"),
        (b"  <HTML><table>", "not_a_table"),
        (b"<?xml version='1.0'?>", "not_a_table"),
        (b"a;b\n\0\x01\x02;zz;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"\xff\xfea", "unknown_encoding"),
        (b"\xef\xbb\xbf\xff\xff;\xff", "unknown_encoding"),
        (b"\x98\xcf\xf0\xe8;\x98", "unknown_encoding"),
        (b"a;b\n" * 1_001, "too_many_rows"),
        (b"a" * (2**20 + 1), "too_large"),
        (b'a;b\n"' + b"x" * 200_000, "broken_quotes"),
        (b"PK\x03\x04 not a zip", "not_a_spreadsheet"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(raw, code):
    assert refusal(raw) == code


# --- Spreadsheets ---------------------------------------------------------------------------


def test_a_cell_is_what_excel_shows_and_not_what_it_keeps():
    row = [
        text(" A-1 "),
        number("18490"),
        number("18490.099999999999"),
        number("46348", 1),
        number("46348.520833333336", 2),
        number("10000000000", 3),
        number("123", 4),
        number("5", 5),
        number("1.2345678901234567E+18"),
        '<c t="e"><v>#N/A</v></c>',
        "<c><f>A1*2</f></c>",
        "<c><f>A1*2</f><v>7</v></c>",
        '<c t="str"><f>A1</f><v>A-1</v></c>',
        '<c t="b"><v>1</v></c>',
        '<c t="d"><v>2026-11-22T10:00:00</v></c>',
    ]
    assert cells(workbook([row_of(row)])) == [
        [
            " A-1 ",
            18490,
            18490.1,
            datetime(2026, 11, 22),
            datetime(2026, 11, 22, 12, 30),
            Marked("scientific", "1.000000E+10", 10_000_000_000),
            "00000123",
            5,
            1_234_567_890_123_456_768,
            Marked("error", "#N/A"),
            Marked("formula", ""),
            7,
            "A-1",
            "TRUE",
            datetime(2026, 11, 22, 10),
        ]
    ]


def test_rows_and_cells_stand_where_they_say():
    rows = ['<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c></row>', '<row r="9"/>']
    rows.append('<row r="12" hidden="1"><c r="A12"><v>3</v></c><c r="ZZ12"><v>4</v></c></row>')
    found = list(table_open(workbook(rows), LIMITS).rows())
    assert found == [Row(3, [None, 1, None, 2]), Row(12, [3], is_hidden=True)]


def test_hidden_columns_and_sheets_are_told():
    sheets = (
        '<sheet name="Secret" sheetId="2" state="hidden" r:id="rId9"/>'
        '<sheet name="Orders" sheetId="1" r:id="rId1"/><sheet name="Help" sheetId="3" r:id="rId8"/>'
    )
    head = '<cols><col min="2" max="3" hidden="1"/><col min="5" max="16384" hidden="1"/></cols>'
    table = table_open(workbook([row_of([number("1")])], head=head, sheets=sheets), LIMITS)
    list(table.rows())
    assert (table.title, table.others) == ("Orders", ["Secret", "Help"])
    assert table.hidden == {1, 2, *range(4, 20)}


def test_shared_strings_are_whole_and_without_their_reading():
    shared = (
        f'<sst xmlns="{MAIN}"><si><t>one</t></si>'
        '<si><r><t>two </t></r><r><t>parts</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>'
    )
    row = row_of(['<c t="s"><v>1</v></c>', '<c t="s"><v>0</v></c>'])
    assert cells(workbook([row], more={"xl/sharedStrings.xml": shared})) == [["two parts", "one"]]


def test_days_are_counted_from_where_the_file_says():
    raw = workbook([row_of([number("44886", 1)])], props='<workbookPr date1904="1"/>')
    assert cells(raw) == [[datetime(2026, 11, 22)]]


def test_what_openpyxl_writes_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Order", None, 1.5, datetime(2026, 11, 22, 9, 30)])
    book.save(tmp_path / "a.xlsx")
    assert cells((tmp_path / "a.xlsx").read_bytes()) == [
        ["Order", None, 1.5, datetime(2026, 11, 22, 9, 30)]
    ]


ENTITY = f'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (workbook([], more={"xl/worksheets/sheet1.xml": ENTITY}), "not_a_spreadsheet"),
        (workbook([], more={"xl/worksheets/sheet1.xml": "<a><b></a>"}), "not_a_spreadsheet"),
        (workbook([row_of(['<c t="s"><v>7</v></c>'])]), "not_a_spreadsheet"),
        (workbook([row_of(['<c r="1A"><v>7</v></c>'])]), "not_a_spreadsheet"),
        (workbook([row_of([number("nan")])]), "not_a_spreadsheet"),
        (workbook(['<row r="2"/>', '<row r="2"/>']), "not_a_spreadsheet"),
        (workbook(['<row r="1048576"><c><v>1</v></c></row>']), "too_many_rows"),
        (workbook([], more={"bomb": "0" * 2**23}), "too_large"),
        (zipped({f"part{n}": "" for n in range(600)}), "too_large"),
        (zipped({"word/document.xml": "<w/>"}), "not_a_spreadsheet"),
    ],
)
def test_a_spreadsheet_that_lies_is_refused(raw, code):
    assert refusal(raw) == code


def test_a_cell_of_a_megabyte_is_cut():
    assert cells(workbook([row_of([text("x" * 1_000_000)])])) == [["x" * 2_000]]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2_000), st.integers(0, 255))
def test_any_bytes_are_a_table_or_a_refusal(noise, place, byte):
    whole = bytearray(workbook([row_of([text("a"), number("1")])]))
    whole[place % len(whole)] = byte
    for raw in (noise, bytes(whole)):
        with suppress(TableError):
            table_top(raw, LIMITS, most=5)
