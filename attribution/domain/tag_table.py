"""A table of a cabinet that counts tags: which column is what, and what its rows say. Pure.

No marketplace documents the titles of this table, so the brand says which column is which; what we
guess from the titles is only where its choice begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from core.money import MoneyError, minor_of

Figure = Literal["day", "tag", "visits", "ordered", "amount"]
FIGURES: tuple[Figure, ...] = ("day", "tag", "visits", "ordered", "amount")
NEEDED: tuple[Figure, ...] = ("day", "tag")
TAG_CHARS_MAX = 200
COUNT_DIGITS_MAX = 12
RowFault = Literal["not_a_date", "in_future", "not_a_number", "not_an_amount", "too_long"]
# How a title probably begins or what it has in it, in Russian and English
_GUESSES: Mapping[Figure, re.Pattern[str]] = {
    "day": re.compile(r"дата|день|date|day"),
    "tag": re.compile(r"utm|кампани|campaign|метка|tag"),
    "visits": re.compile(r"переход|клик|визит|посещ|сесси|click|visit"),
    "ordered": re.compile(r"заказ.*(шт|товар)|заказ|order"),
    "amount": re.compile(r"выручк|сумм|стоимост|руб|revenue|amount"),
}
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)
_NOT_NUMBER = re.compile(r"[\s\u00a0\u202f₽₸]|руб\.?|тг\.?", re.IGNORECASE)

Columns = Mapping[Figure, int]


class TagRow(NamedTuple):
    """A day of one tag. None is what the table has no column for, or an empty cell."""

    day_on: date
    tag: str
    visits: int | None
    ordered: int | None
    amount_minor: int | None


class TagFault(NamedTuple):
    """Rows are numbered as the spreadsheet shows them."""

    row: int
    figure: Figure
    code: RowFault


@dataclass(frozen=True, slots=True)
class TagTable:
    """`rows` are those of each day and tag, added up. A row with a fault is among `faults` only;
    `skipped` have neither day nor tag (totals, remarks)."""

    rows: tuple[TagRow, ...]
    faults: tuple[TagFault, ...]
    skipped: int


def columns_guess(titles: Sequence[str]) -> dict[Figure, int]:
    """Where each figure probably stands. A column is one figure's; amounts are looked for before
    counts, because "sum of orders" has both words."""
    found: dict[Figure, int] = {}
    for figure in ("day", "tag", "amount", "visits", "ordered"):
        for place, title in enumerate(titles):
            is_free = place not in found.values()
            if is_free and _GUESSES[figure].search(title.casefold()):
                found[figure] = place
                break
    return found


def table_read(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Columns, *, currency: str, last_on: date
) -> TagTable:
    """`rows` are those below the titles, as text, each with the number that a spreadsheet shows;
    `last_on` is the last day that can have been."""
    sums: dict[tuple[date, str], list[int | None]] = {}
    faults: list[TagFault] = []
    skipped = 0
    for number, cells in rows:
        row = _Row(number, cells, columns, faults)
        day, tag = row.text("day"), row.text("tag")
        if not tag or not (day or any(row.text(name) for name in FIGURES[2:])):
            skipped += 1
            continue
        before = len(faults)
        day_on = row.day(last_on)
        figures = [row.count("visits"), row.count("ordered"), row.amount(currency)]
        if len(tag) > TAG_CHARS_MAX:
            faults.append(TagFault(number, "tag", "too_long"))
        if len(faults) == before and day_on is not None:
            _add(sums.setdefault((day_on, tag), [None, None, None]), figures)
    found = tuple(TagRow(day, tag, *figures) for (day, tag), figures in sorted(sums.items()))
    return TagTable(found, tuple(faults), skipped)


def _add(own: list[int | None], more: Sequence[int | None]) -> None:
    for place, value in enumerate(more):
        if value is not None:
            own[place] = (own[place] or 0) + value


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one row; what is wrong goes into `faults`."""

    number: int
    cells: Sequence[str]
    columns: Columns
    faults: list[TagFault]

    def text(self, figure: Figure) -> str:
        place = self.columns.get(figure)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def day(self, last_on: date) -> date | None:
        day_on = _day_of(self.text("day"))
        if day_on is None:
            self._wrong("day", "not_a_date")
        elif day_on > last_on:
            self._wrong("day", "in_future")
        return day_on

    def count(self, figure: Figure) -> int | None:
        text = _NOT_NUMBER.sub("", self.text(figure)).removesuffix(".0")
        if not text or text == "-":
            return None
        if text.isascii() and text.isdecimal() and len(text) <= COUNT_DIGITS_MAX:
            return int(text)
        self._wrong(figure, "not_a_number")
        return None

    def amount(self, currency: str) -> int | None:
        text = _NOT_NUMBER.sub("", self.text("amount")).replace(",", ".")
        if not text or text == "-":
            return None
        try:
            minor = minor_of(text, currency)
        except MoneyError:
            minor = -1
        if minor < 0:
            self._wrong("amount", "not_an_amount")
            return None
        return minor

    def _wrong(self, figure: Figure, code: RowFault) -> None:
        self.faults.append(TagFault(self.number, figure, code))


def _day_of(text: str) -> date | None:
    local, iso = _DAY.fullmatch(text), _ISO.fullmatch(text)
    try:
        if local:
            day = date(int(local[3]), int(local[2]), int(local[1]))
        elif iso:
            day = date.fromisoformat(iso[1])
        else:
            return None
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None
