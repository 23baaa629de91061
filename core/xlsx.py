"""Reading a spreadsheet that somebody else made, row by row, without trusting a byte of it.

An .xlsx is a zip of XML: a file of some kilobytes may unpack to gigabytes, and a cell may say that
it stands in column 16384. So sizes are looked at before anything is unpacked (`zipfile` reads no
more than the size that the directory names), rows and columns have an end, text is cut, and a
document type (the only place for entities) is refused. Nothing but the shared strings is kept in
memory: 100,000 rows of 10 cells take 3 seconds, and 13 with openpyxl, which tells neither hidden
columns nor how a number is shown.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Literal
from xml.parsers import expat

from core.cells import TEXT_CHARS_MAX, Cell, Limits, Marked, Row, TableError

FILE_BYTES_MAX = 5 * 2**20
UNPACKED_BYTES_MAX = 40 * 2**20
PARTS_MAX = 200
STRINGS_MAX = 1_000_000
STRINGS_BYTES_MAX = 40 * 2**20
CHUNK = 2**16
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 a cell has no zone
DAYS_MAX = 2_958_465  # 9999-12-31
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
SCIENTIFIC_FORMATS = frozenset({11, 48})

_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_ZEROS = re.compile(r"0{2,30}", re.ASCII)
_REF = re.compile(r"([A-Z]{1,3})[0-9]{1,7}", re.ASCII)

Attributes = dict[str, str]
PlainCell = str | int | float | date | None


def sheet_rows(raw: bytes, *, rows_max: int, columns_max: int) -> list[Sequence[PlainCell]]:
    """The cells of the first sheet, row by row from the top, empty rows included.

    Formulas give the value that was saved with them; longer text than TEXT_CHARS_MAX is cut.

    Raises:
        TableError: no .xlsx, too large, or more than `rows_max` rows.
    """
    limits = Limits(FILE_BYTES_MAX, UNPACKED_BYTES_MAX, rows_max, columns_max)
    rows: list[Sequence[PlainCell]] = []
    for row in Workbook(raw, limits).rows():
        rows += [[] for _ in range(row.number - 1 - len(rows))]
        rows.append([_plain(cell) for cell in row.cells])
    return rows


def _plain(cell: Cell) -> PlainCell:
    if isinstance(cell, Marked):
        return cell.value
    return cell.date() if isinstance(cell, datetime) else cell


class Workbook:
    """The first sheet of an .xlsx that is not hidden.

    `hidden` are the places of its hidden columns (known once a row was read), `others` the titles
    of the sheets that are not read, `share` the part of the sheet that was read so far.
    """

    def __init__(self, raw: bytes, limits: Limits) -> None:
        """Raises: TableError."""
        self.limits = limits
        self.hidden: set[int] = set()
        self.share = 0.0
        self._archive = _archive(raw, limits)
        try:
            self.title, self.others, self._part = self._sheet_find()
            self._strings = self._strings_read()
            self._formats = self._formats_read()
        except TableError:
            raise
        except Exception:  # a broken file is broken wherever it likes
            raise TableError("not_a_spreadsheet") from None

    def rows(self) -> Iterator[Row]:
        """Every row that the file holds; those that are empty in it may be left out.

        Raises:
            TableError: broken inside, or more than `limits.rows`.
        """
        sheet = _SheetHandler(self.limits, self._strings, self._formats, self._is_1904)
        try:
            size = self._archive.getinfo(self._part).file_size
            with self._archive.open(self._part) as stream:
                for done in _feed(stream.read, sheet.parser()):
                    self.hidden = sheet.hidden
                    self.share = min(done / size, 1.0) if size else 1.0
                    yield from sheet.take()
        except TableError:
            raise
        except Exception:  # as above
            raise TableError("not_a_spreadsheet") from None

    def _sheet_find(self) -> tuple[str, list[str], str]:
        """Title, the other titles, and the part of the sheet; sets which calendar it counts in."""
        book = self._relations("", "").get("officeDocument", ["xl/workbook.xml"])[0]
        elements = _elements(self._archive, book, ("workbookPr", "sheet"))
        kinds = [attributes for name, attributes in elements if name == "workbookPr"]
        self._is_1904 = any(each.get("date1904") in ("1", "true") for each in kinds)
        sheets = [attributes for name, attributes in elements if name == "sheet"]
        seen = [each for each in sheets if each.get("state", "visible") == "visible"]
        folder, name = posixpath.split(book)
        self._kin = self._relations(folder, name)
        first = (seen or sheets)[0]
        targets = _targets(self._archive, folder, name)
        part = next(targets[value] for key, value in first.items() if key.endswith(":id"))
        titles = [each.get("name", "") for each in sheets if each is not first]
        return first.get("name", ""), titles, part

    def _relations(self, folder: str, name: str) -> Mapping[str, list[str]]:
        """{kind: parts} that a part names."""
        found: dict[str, list[str]] = {}
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        for _name, each in _elements(self._archive, path, ("Relationship",)):
            kind = each.get("Type", "").rpartition("/")[2]
            found.setdefault(kind, []).append(_resolved(folder, each.get("Target", "")))
        return found

    def _strings_read(self) -> list[str]:
        part = self._kin.get("sharedStrings", [""])[0]
        if part not in self._archive.namelist():
            return []
        if self._archive.getinfo(part).file_size > STRINGS_BYTES_MAX:
            raise TableError("too_large")
        handler = _StringsHandler()
        with self._archive.open(part) as stream:
            for _done in _feed(stream.read, handler.parser()):
                if len(handler.strings) > STRINGS_MAX:
                    raise TableError("too_large")
        return handler.strings

    def _formats_read(self) -> list[_Format]:
        """How each style shows a number."""
        part = self._kin.get("styles", [""])[0]
        if part not in self._archive.namelist():
            return []
        handler = _StylesHandler()
        with self._archive.open(part) as stream:
            for _done in _feed(stream.read, handler.parser()):
                pass
        return [handler.format_of(number) for number in handler.used]


_Format = Literal["", "date", "scientific"] | int  # a number: shown with zeros up to this length


def _archive(raw: bytes, limits: Limits) -> zipfile.ZipFile:
    if len(raw) > limits.file_bytes:
        raise TableError("too_large")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise TableError("not_a_spreadsheet") from None
    parts = archive.infolist()
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise TableError("too_large")
    return archive


def _resolved(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))


def _targets(archive: zipfile.ZipFile, folder: str, name: str) -> dict[str, str]:
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    return {
        each.get("Id", ""): _resolved(folder, each.get("Target", ""))
        for _name, each in _elements(archive, path, ("Relationship",))
    }


def _elements(
    archive: zipfile.ZipFile, path: str, names: Sequence[str]
) -> list[tuple[str, Attributes]]:
    """The elements of these names in a small part; none when there is no such part."""
    if path not in archive.namelist():
        return []
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if _local(name) in names:
            found.append((_local(name), attributes))

    parser = _parser()
    parser.StartElementHandler = start
    with archive.open(path) as stream:
        for _done in _feed(stream.read, parser):
            pass
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise TableError("not_a_spreadsheet")


def _feed(read: Callable[[int], bytes], parser: expat.XMLParserType) -> Iterator[int]:
    """Parse a stream; after each part of it, how many bytes were read."""
    done = 0
    while chunk := read(CHUNK):
        parser.Parse(chunk, False)
        done += len(chunk)
        yield done
    parser.Parse(b"", True)
    yield done


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _StringsHandler:
    """Shared strings; of a phonetic reading (rPh) nothing."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._is_text = self._is_phonetic = False

    def parser(self) -> expat.XMLParserType:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        return parser

    def _start(self, name: str, _attributes: Attributes) -> None:
        tag = _local(name)
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._is_phonetic = True
        elif tag == "t":
            self._is_text = not self._is_phonetic

    def _end(self, name: str) -> None:
        tag = _local(name)
        if tag == "si":
            self.strings.append("".join(self._parts)[:TEXT_CHARS_MAX])
        elif tag == "rPh":
            self._is_phonetic = False
        elif tag == "t":
            self._is_text = False

    def _text(self, text: str) -> None:
        if self._is_text and len(self._parts) < TEXT_CHARS_MAX:
            self._parts.append(text[:TEXT_CHARS_MAX])


class _StylesHandler:
    """Number formats, and which of them each style uses."""

    def __init__(self) -> None:
        self.used: list[int] = []
        self._own: dict[int, str] = {}
        self._is_cells = False

    def parser(self) -> expat.XMLParserType:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        return parser

    def format_of(self, number: int) -> _Format:
        code = _QUOTED.sub("", self._own.get(number, ""))
        if number in DATE_FORMATS or re.search(r"[dmyhs]", code.lower().replace("general", "")):
            return "date"
        if number in SCIENTIFIC_FORMATS or "e+" in code.lower():
            return "scientific"
        return len(code) if _ZEROS.fullmatch(code) else ""

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = _local(name)
        if tag == "numFmt":
            self._own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._is_cells = True
        elif tag == "xf" and self._is_cells:
            self.used.append(int(attributes.get("numFmtId", "0")))

    def _end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self._is_cells = False


class _SheetHandler:
    """Collects the rows of a sheet as its XML comes."""

    def __init__(
        self, limits: Limits, strings: list[str], formats: list[_Format], is_1904: bool
    ) -> None:
        self.hidden: set[int] = set()
        self._limits, self._strings, self._formats = limits, strings, formats
        self._epoch = EPOCHS[is_1904]
        self._rows: list[Row] = []
        self._number, self._is_hidden, self._cells = 0, False, list[Cell]()
        self._place, self._kind, self._style = -1, "", 0
        self._parts: list[str] = []
        self._is_text = self._is_formula = False

    def parser(self) -> expat.XMLParserType:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        return parser

    def take(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = _local(name) if ":" in name else name
        if tag == "c":
            self._cell_start(attributes)
        elif tag in ("v", "t"):
            self._is_text = True
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._row_start(attributes)
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden |= set(range(first - 1, min(last, self._limits.columns)))

    def _row_start(self, attributes: Attributes) -> None:
        number = int(attributes.get("r", self._number + 1))
        if number <= self._number:
            raise TableError("not_a_spreadsheet")
        self._number, self._cells, self._place = number, [], -1
        self._is_hidden = attributes.get("hidden") in ("1", "true")

    def _cell_start(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._place = self._place + 1 if reference is None else _column(reference)
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
        self._parts, self._is_formula = [], False

    def _end(self, name: str) -> None:
        tag = _local(name) if ":" in name else name
        if tag == "c":
            self._cell_end()
        elif tag in ("v", "t"):
            self._is_text = False
        elif tag == "row" and self._cells:
            if self._number > self._limits.rows:
                raise TableError("too_many_rows")
            self._rows.append(Row(self._number, self._cells, self._is_hidden))

    def _cell_end(self) -> None:
        if self._place >= self._limits.columns:
            return
        text = "".join(self._parts)
        cell = self._value(text) if text else None
        if cell is None and self._is_formula and self._kind != "str":
            cell = Marked("formula", "")
        if cell is not None:
            self._cells += [None] * (self._place + 1 - len(self._cells))
            self._cells[self._place] = cell

    def _text(self, text: str) -> None:
        if self._is_text and len(self._parts) < TEXT_CHARS_MAX:
            self._parts.append(text[:TEXT_CHARS_MAX])

    def _value(self, text: str) -> Cell:
        if self._kind == "s":
            return self._strings[int(text)]
        if self._kind == "e":
            return Marked("error", text[:TEXT_CHARS_MAX])
        if self._kind == "d":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(text, text[:TEXT_CHARS_MAX])
        return self._numeric(text) if self._kind == "n" else text[:TEXT_CHARS_MAX]

    def _numeric(self, text: str) -> Cell:
        value = _number(text)
        shown = self._formats[self._style] if self._style < len(self._formats) else ""
        if shown == "scientific":
            return Marked("scientific", f"{float(value):E}", value)
        if shown == "date" and 0 <= value <= DAYS_MAX:
            return self._epoch + timedelta(seconds=round(value * 86_400))
        if isinstance(shown, int) and isinstance(value, int) and value >= 0:
            return str(value).zfill(shown)
        return value


def _column(reference: str) -> int:
    """Of B5: 1."""
    found = _REF.fullmatch(reference)
    if found is None:
        raise TableError("not_a_spreadsheet")
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _number(text: str) -> int | float:
    """A whole number as such, however it is written; beyond 15 digits Excel has none."""
    try:
        if len(text) <= 15:
            return int(text)
    except ValueError:
        pass
    value = float(text)
    if not isfinite(value):
        raise TableError("not_a_spreadsheet")
    return int(value) if value.is_integer() else value
