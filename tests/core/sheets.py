"""Spreadsheets for tests: XML written by hand, so that anything can stand in a cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Styles by place: 0 as it is, 1 a day, 2 a day and an hour, 3 1E+10, 4 eight digits, 5 "d" in text
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts>
<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/>
<numFmt numFmtId="165" formatCode="00000000"/>
<numFmt numFmtId="166" formatCode="0.00&quot; days&quot;"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="11"/>
<xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>"""


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def row_of(cells: Sequence[str], more: str = "") -> str:
    return f"<row {more}>{''.join(cells)}</row>"


def workbook(
    rows: Sequence[str],
    *,
    head: str = "",
    sheets: str = '<sheet name="Orders" sheetId="1" r:id="rId1"/>',
    more: Mapping[str, str] | None = None,
    props: str = "",
) -> bytes:
    """`rows` and `head` (what stands above them) are XML; `more` are parts of the zip."""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{props}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{head}<sheetData>{"".join(rows)}'
        "</sheetData></worksheet>",
    }
    return zipped(parts | dict(more or {}))


def zipped(parts: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()
