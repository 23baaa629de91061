"""Tables to take away: CSV as the spreadsheets of this country open it, and no cell that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse

DELIMITER = ";"  # Excel with Russian or Kazakh settings splits by it, and reads 12,50 as a number
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> FileResponse:
    """A download. It is written to a temporary file first, while the rows' side is acting."""
    file = TemporaryFile()  # noqa: SIM115 the answer closes it
    try:
        _rows_write(file, chain([header], rows))
    except BaseException:
        file.close()
        raise
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def _rows_write(file: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=DELIMITER, quoting=csv.QUOTE_ALL)
    writer.writerows([cell_safe(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()
    file.seek(0)


def cell_safe(text: str) -> str:
    """What a spreadsheet would take for a formula becomes text."""
    return f"'{text}" if text.startswith(_RUNS) else text


def tenge_cell(minor: int | None) -> str:
    """An amount as a number: "1574,37"; nothing for None. Never negative: see cell_safe."""
    if minor is None:
        return ""
    assert minor >= 0, minor
    return f"{minor // 100},{minor % 100:02}"
