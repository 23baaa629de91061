"""Reading a .csv or .txt table that somebody else made: any encoding and separator that Excel, 1C
or a CRM of this country writes.

Nothing in such a file says how it is to be read, so that it is told by what is in it: a mark of
its encoding, else UTF-8 when it is that without a fault, else Windows-1251; and the separator that
cuts the first rows into the same number of cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from core.cells import TEXT_CHARS_MAX, Cell, Limits, Marked, Row, TableError

SEPARATORS = (";", "\t", ",", "|")
SAMPLE_CHARS = 64 * 1024
SAMPLE_ROWS = 30
FIELD_CHARS_MAX = 128 * 1024  # of Python's reader: above it a quote was surely never closed
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of PDF, old Excel, zip, PNG, JPEG, RTF and of pages that are called .xls: no text of a table.
FOREIGN = (
    b"%pdf",
    b"\x89png",
    b"\xff\xd8\xff",
    b"{\\rtf",
    b"<html",
    b"<!doctype",
    b"<?xml",
    b"<table",
)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|Н/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ/0!|ЧИСЛО!|ПУСТО!|#+)"
)
_GUARDED = re.compile(r'="([^"]*)"')  # how text is kept from Excel's conversions: ="00123"


class TextTable:
    """The rows of a text file. `share` is the part of it that was read so far."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        """Raises: TableError."""
        if len(raw) > limits.file_bytes:
            raise TableError("too_large")
        self.limits = limits
        self.share = 0.0
        self.encoding = _encoding(raw)
        self._text = raw.decode(self.encoding)
        self.separator, self._begin = _separator(self._text)

    def rows(self) -> Iterator[Row]:
        """Every record, the empty ones without cells.

        Raises:
            TableError: a quote that is never closed, or more than `limits.rows`.
        """
        lines = _Lines(self._text, self._begin)
        first = 2 if self._begin else 1
        reader = csv.reader(lines, delimiter=self.separator)
        try:
            for number, record in enumerate(reader, first):
                if lines.is_torn():
                    raise TableError("broken_quotes", number)
                if number > self.limits.rows:
                    raise TableError("too_many_rows")
                self.share = lines.done / len(self._text)
                yield Row(number, [_cell(text) for text in record[: self.limits.columns]])
        except csv.Error:
            raise TableError("broken_quotes", reader.line_num) from None


class _Lines:
    """The physical lines, and those of the record that is being read."""

    def __init__(self, text: str, begin: int) -> None:
        self._stream = io.StringIO(text, newline="")
        self._stream.seek(begin)
        self.done = begin
        self._record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self.done += len(line)
            self._record.append(line)
            yield line

    def is_torn(self) -> bool:
        """Whether the record is of several lines because its quotes are odd. Forgets it."""
        record, self._record = self._record, []
        return len(record) > 1 and "".join(record).count('"') % 2 == 1


def _encoding(raw: bytes) -> str:
    if raw.startswith(OLD_EXCEL):
        raise TableError("old_excel")
    if raw.lstrip()[:10].lower().startswith(FOREIGN):
        raise TableError("not_a_table")
    for bom, name in BOMS:
        if raw.startswith(bom):
            return _decodable(raw, name)
    if wide := _wide(raw[:4_000]):
        return _decodable(raw, wide)
    if _BINARY.search(raw):
        raise TableError("not_a_table")
    try:
        return _decodable(raw, "utf-8")
    except TableError:
        if b"\x98" in raw:  # the one byte that Windows-1251 does not know
            raise
        return "cp1251"


def _wide(sample: bytes) -> str:
    """UTF-16 without its mark: the separators and digits have a zero byte on one side."""
    evens, odds = sample[::2].count(0), sample[1::2].count(0)
    if max(evens, odds) <= len(sample) // 8 or min(evens, odds) > 0:
        return ""
    return "utf-16-be" if evens else "utf-16-le"


def _decodable(raw: bytes, name: str) -> str:
    try:
        raw.decode(name)
    except UnicodeDecodeError:
        raise TableError("unknown_encoding") from None
    return name


def _separator(text: str) -> tuple[str, int]:
    """The separator, and where the table begins: behind Excel's own line "sep=;"."""
    head = text[:SAMPLE_CHARS]
    if (said := re.match(r"sep=(.)\r?\n", head)) is not None:
        return said[1], said.end()
    return max(SEPARATORS, key=lambda separator: _evenness(head, separator)), 0


def _evenness(head: str, separator: str) -> tuple[int, int]:
    """How many of the first rows have the same number of cells, two at least; and that number."""
    try:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        widths = Counter(len(row) for row, _ in zip(reader, range(SAMPLE_ROWS), strict=False))
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _cell(text: str) -> Cell:
    text = text.strip()
    if not text:
        return None
    if guarded := _GUARDED.fullmatch(text):
        return guarded[1]
    if text.startswith("="):
        return Marked("formula", text[:TEXT_CHARS_MAX])
    if text.startswith("#") and _ERROR.fullmatch(text):
        return Marked("error", text)
    return text[:TEXT_CHARS_MAX]
