"""From the rows of somebody's table to values in our words: which column is which, and what is
wrong where. Pure; knows neither orders nor receipts.

    top = table_top(raw, limits, most=SAMPLE_ROWS)
    layout = layout_guess(top, WANTED)               # or of the columns that a person chose
    for row in rows_filled(table_open(raw, limits)):
        if row.number > layout.header_row:
            read = row_read(row, layout, WANTED, now=now)   # read.values, read.faults
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from core.cells import Cell, Row
from core.values import (
    Amounts,
    DateOrder,
    FaultCode,
    Kind,
    Value,
    Wrong,
    amounts_seen,
    date_order_seen,
    text_shown,
    value_read,
)

HEADER_ROWS = 20  # above the header there may be a title, an address, a period
SAMPLE_ROWS = 200
CODE_LENGTH_LEAST = 6  # of codes that are all of one length
CODE_SHARE = 0.85

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that we look for. `titles` are the names of its column elsewhere, in any language
    and case; the first ones are the surest. Longer text is cut, a longer code refused."""

    name: str
    kind: Kind
    titles: tuple[str, ...]
    is_needed: bool = False
    length_max: int = 128


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the values stand. `titles` are those of the file, each once, by place; `places` is
    {wanted: place}."""

    header_row: int
    titles: tuple[str, ...]
    places: Mapping[str, int]
    amounts: Amounts = ""
    date_order: DateOrder = "dmy"

    def title_of(self, name: str) -> str:
        return self.titles[self.places[name]] if name in self.places else ""

    def missing(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        return [each for each in wanted if each.is_needed and each.name not in self.places]


class Fault(NamedTuple):
    """What is wrong in a row: `column` in the words of the file, `text` what stands there."""

    row: int
    column: str
    code: FaultCode
    text: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """`values` has every wanted name; None where nothing stands, or something wrong."""

    row: int
    values: Mapping[str, Value]
    faults: tuple[Fault, ...]


# --- Which column is which ------------------------------------------------------------------


def layout_guess(
    top: Sequence[Row],
    wanted: Sequence[Wanted],
    *,
    hidden: Collection[int] = (),
    remembered: Mapping[str, str] | None = None,
) -> Layout:
    """By what the columns are called, and before that by what a person chose the last time
    (`remembered`: {wanted: title}): when all of it is there, nothing else is guessed. A column
    that nobody sees is not guessed either."""
    header = _header_find(top, wanted, remembered or {})
    titles = titles_of(header.cells) if header else ()
    chosen = remembered or {}
    known = {name: titles.index(title) for name, title in chosen.items() if title in titles}
    if not known or len(known) < len(chosen):
        taken = {*hidden, *known.values()}
        others = [each for each in wanted if each.name not in known]
        known |= _places_guess(titles, others, taken)
    layout = Layout(
        header_row=header.number if header else 0,
        titles=titles,
        places=known,
    )
    return layout_settle(layout, top, wanted)


def layout_settle(layout: Layout, top: Sequence[Row], wanted: Sequence[Wanted]) -> Layout:
    """The same columns, with the way their amounts and days are written as the rows show it."""
    below = [row for row in top if row.number > layout.header_row]
    amounts = amounts_seen(_texts(below, layout, wanted, "amount"))
    order = date_order_seen(_texts(below, layout, wanted, "moment"))
    return replace(layout, amounts=amounts, date_order=order)


def titles_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Each title once: a second «Sum» is «Sum (2)», one without a title is called by its letter."""
    seen: Counter[str] = Counter()
    titles = []
    for place, cell in enumerate(cells):
        title = " ".join(text_shown(cell).split())[:120] or f"({letter_of(place)})"
        seen[title] += 1
        titles.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return tuple(titles)


def letter_of(place: int) -> str:
    """As a spreadsheet calls the column: 0 is A, 26 is AA."""
    letters, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _header_find(
    top: Sequence[Row], wanted: Sequence[Wanted], remembered: Mapping[str, str]
) -> Row | None:
    """The row that names most of what we look for; else the first one of two texts or more."""
    rows = [row for row in top[:HEADER_ROWS] if _text_count(row) > 1]
    titles = {row.number: titles_of(row.cells) for row in rows}

    def score(row: Row) -> tuple[int, int]:
        own = titles[row.number]
        known = sum(title in own for title in remembered.values())
        return known, len(_places_guess(own, wanted, ()))

    return max(rows, key=score, default=None)


def _text_count(row: Row) -> int:
    return sum(isinstance(cell, str) for cell in row.cells)


def _places_guess(
    titles: Sequence[str], wanted: Sequence[Wanted], hidden: Collection[int]
) -> dict[str, int]:
    """The surest first: this very title, then one that begins with it, then one that holds it."""
    words = {place: _words(title) for place, title in enumerate(titles) if place not in hidden}
    places: dict[str, int] = {}
    for fits in (_is_same, _begins, _holds):
        for each in wanted:
            if each.name in places:
                continue
            free = {at: own for at, own in words.items() if at not in places.values()}
            found = _first_fitting(free, each.titles, fits)
            if found is not None:
                places[each.name] = found
    return places


def _first_fitting(
    free: Mapping[int, str], titles: Sequence[str], fits: Callable[[str, str], bool]
) -> int | None:
    for title in titles:
        for place, words in free.items():
            if fits(words, _words(title)):
                return place
    return None


def _is_same(words: str, title: str) -> bool:
    return words == title


def _begins(words: str, title: str) -> bool:
    return words.startswith(f"{title} ")


def _holds(words: str, title: str) -> bool:
    return f" {title} " in f" {words} "


def _words(title: str) -> str:
    """As titles are compared: case, ё, punctuation and remarks in brackets do not count."""
    text = unicodedata.normalize("NFC", _BRACKETS.sub(" ", title)).casefold().replace("ё", "е")
    return " ".join(_NOT_WORD.sub(" ", text.replace("№", " номер ")).split())


def _texts(rows: Sequence[Row], layout: Layout, wanted: Sequence[Wanted], kind: Kind) -> list[str]:
    places = [layout.places[each.name] for each in wanted if _is_of(each, kind, layout)]
    cells = (row.cells[place] for row in rows for place in places if place < len(row.cells))
    return [cell for cell in cells if isinstance(cell, str)]


def _is_of(each: Wanted, kind: Kind, layout: Layout) -> bool:
    return each.kind == kind and each.name in layout.places


# --- One row --------------------------------------------------------------------------------


def row_read(row: Row, layout: Layout, wanted: Sequence[Wanted], *, now: datetime) -> ReadRow:
    """Every value of a row, and everything that is wrong in it."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for each in wanted:
        place = layout.places.get(each.name)
        cell = row.cells[place] if place is not None and place < len(row.cells) else None
        try:
            value = value_read(
                cell,
                each.kind,
                length_max=each.length_max,
                amounts=layout.amounts,
                date_order=layout.date_order,
                now=now,
            )
            if value is None and each.is_needed:
                raise Wrong("missing")
        except Wrong as wrong:
            value = None
            column = layout.title_of(each.name)
            faults.append(Fault(row.number, column, wrong.code, text_shown(cell)[:60]))
        values[each.name] = value
    return ReadRow(row.number, values, tuple(faults))


# --- What only the whole column shows -------------------------------------------------------


@dataclass(slots=True)
class CodeLengths:
    """Whether a column of numbers has lost its leading zeros: nearly all of one length, some of
    them shorter. A guess, to be shown and not to refuse by."""

    lengths: Counter[int] = field(default_factory=Counter)
    examples: dict[int, str] = field(default_factory=dict)

    def see(self, code: Value) -> None:
        if isinstance(code, str) and code.isascii() and code.isdigit():
            self.lengths[len(code)] += 1
            self.examples.setdefault(len(code), code)

    def shorter(self) -> tuple[int, int, str] | None:
        """(the usual length, how many are shorter, one of them); None when nothing is strange."""
        total = self.lengths.total()
        if not total:
            return None
        usual, count = self.lengths.most_common(1)[0]
        short = [length for length in self.lengths if length < usual]
        if not short or usual < CODE_LENGTH_LEAST or count < total * CODE_SHARE:
            return None
        return usual, sum(self.lengths[length] for length in short), self.examples[max(short)]
