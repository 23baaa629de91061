"""Which rows of a statement are new, which were read before, and which were tampered with.

Statements overlap, and the same day is exported twice. A row is known by its day, its document's
number and its direction, and is the same when sum and counterparty agree. A row that comes again
with another sum or another payer makes the file a different story of the same day: it is refused
as a whole, with the line.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HASH_CHARS = 10
Key = tuple[date, bool, str]


class RowFault(StrEnum):
    CHANGED = "changed"  # read before with another sum or counterparty
    REPEATED = "repeated"  # twice in this file
    MISSING = "missing"  # read before, and not in this statement of the same days


class RowsDiffer(ValueError):
    """The file contradicts what was read before. `line` is of the file, 0 when it has no such row;
    `before` is the row that was read."""

    def __init__(self, fault: RowFault, line: int, before: RowFace) -> None:
        super().__init__(f"line {line}: {fault}")
        self.fault = fault
        self.line = line
        self.before = before


@dataclass(frozen=True, slots=True)
class RowFace:
    """What of a row does not depend on how a bank writes it. `party` is the other side's account,
    or its BIN; "" where the bank gives neither. `line` and `where` (the file) are for people."""

    day: date
    number: str
    is_outgoing: bool
    amount_minor: int
    party: str
    line: int = 0
    where: str = ""

    @property
    def key(self) -> Key:
        """Day, direction, and the number or what stands for it."""
        return self.day, self.is_outgoing, self.number or self._content

    @property
    def _content(self) -> str:
        """What stands for the number where a bank gives none."""
        said = f"{self.party}|{self.amount_minor}".encode()
        return f"n{hashlib.sha256(said).hexdigest()[:HASH_CHARS]}"

    def is_same(self, other: RowFace) -> bool:
        is_party_same = not (self.party and other.party) or self.party == other.party
        return self.amount_minor == other.amount_minor and is_party_same


def rows_identify(
    rows: Sequence[RowFace], earlier: Sequence[RowFace], *, is_whole: bool
) -> list[str]:
    """For each row the reference by which it is booked, "" where it was read before.

    The reference is the document's number; the second payer with the same number on one day is
    "17/2". `earlier` has each row that was read once. With `is_whole` the file has all rows of its
    days, so that a missing one is a fault.

    Raises:
        RowsDiffer: the first row that contradicts.
    """
    references = [""] * len(rows)
    before: defaultdict[Key, list[RowFace]] = defaultdict(list)
    for old in earlier:
        before[old.key].append(old)
    for key, places in _places(rows).items():
        olds = before.pop(key, [])
        for ordinal, place in enumerate(_unread(rows, places, olds, is_whole), len(olds) + 1):
            references[place] = key[2] if ordinal == 1 else f"{key[2]}/{ordinal}"
    if is_whole and before:
        raise RowsDiffer(RowFault.MISSING, 0, next(iter(before.values()))[0])
    return references


def _places(rows: Sequence[RowFace]) -> dict[Key, list[int]]:
    """{key: where its rows stand}. One payer numbers a document once a day."""
    places: defaultdict[Key, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for at in places[row.key]:
            if row.number and row.party == rows[at].party:
                raise RowsDiffer(RowFault.REPEATED, row.line, rows[at])
        places[row.key].append(place)
    return places


def _unread(
    rows: Sequence[RowFace], places: Sequence[int], olds: Sequence[RowFace], is_whole: bool
) -> list[int]:
    """Of the rows of one key those that were not read before."""
    left, unread = list(olds), []
    for place in places:
        known = next((old for old in left if old.is_same(rows[place])), None)
        if known is None:
            unread.append(place)
        else:
            left.remove(known)
    if unread and left:
        raise RowsDiffer(RowFault.CHANGED, rows[unread[0]].line, left[0])
    if left and is_whole:
        raise RowsDiffer(RowFault.MISSING, 0, left[0])
    return unread
