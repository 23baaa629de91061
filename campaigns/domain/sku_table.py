"""A table of products with rewards of their own, as a brand pastes it or uploads it. Pure.

A row is a product and its reward, with a tab, a semicolon or (in a file) a comma between them:
`TY-1024; 12,5 %`, `TY-1025; 500 ₸`, `TY-1026; 0`. A reward without a unit is a percent: a sum in
tenge says so, and one that forgets to is refused, being over 90.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from campaigns.domain.commission import COMMISSION_BPS_MAX, SkuRate, sku_key
from core.money import MINOR_MAX, MoneyError, minor_of

ROWS_MAX = 500
FAULTS_MAX = 20  # nobody reads more of them at once
SKU_CHARS_MAX = 128  # as an order's line
Fault = Literal[
    "no_sku", "sku_too_long", "no_reward", "not_a_reward", "over_90", "twice", "too_many"
]
_BLANKS = re.compile(r"[\s\u00a0\u202f]")
_REWARD = re.compile(
    r"([0-9]{1,15})(?:[.,]([0-9]{1,2}))?(%|₸|тг\.?|kzt)?", re.ASCII | re.IGNORECASE
)
_TITLES = {"sku", "артикул", "тауар", "товар", "product"}


class SkuRow(NamedTuple):
    """A product as its brand writes it, and what it earns."""

    sku: str
    rate: SkuRate


class RowFault(NamedTuple):
    """Rows are numbered as the brand sees them, from 1. `text` is what could not be read."""

    row: int
    code: Fault
    text: str


@dataclass(frozen=True, slots=True)
class SkuTable:
    rows: tuple[SkuRow, ...]
    faults: tuple[RowFault, ...]


def table_parse(text: str) -> SkuTable:
    """What was pasted, or the text of a CSV. Blank rows and a row of titles are passed over; a row
    with a fault is in `faults` alone (the first FAULTS_MAX of them)."""
    rows: dict[str, SkuRow] = {}
    faults: list[RowFault] = []
    is_first = True
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        read = _row_read(line)
        was_first, is_first = is_first, False
        if was_first and sku_key(_cells(line)[0]) in _TITLES:
            continue
        code = read if isinstance(read, str) else _code_of(read, rows)
        if code is None and isinstance(read, SkuRow):
            rows[sku_key(read.sku)] = read
        elif code is not None:
            faults.append(RowFault(number, code, line.strip()[:60]))
        if code == "too_many" or len(faults) >= FAULTS_MAX:
            break
    return SkuTable(tuple(rows.values()), tuple(faults))


def _code_of(row: SkuRow, rows: Mapping[str, SkuRow]) -> Fault | None:
    if sku_key(row.sku) in rows:
        return "twice"
    return "too_many" if len(rows) >= ROWS_MAX else None


def _row_read(line: str) -> SkuRow | Fault:
    sku, reward = _cells(line)
    if not sku:
        return "no_sku"
    if len(sku) > SKU_CHARS_MAX:
        return "sku_too_long"
    rate = reward_parse(reward) if reward else "no_reward"
    return SkuRow(sku, rate) if isinstance(rate, SkuRate) else rate


def _cells(line: str) -> tuple[str, str]:
    """(product, reward). A comma parts them only where neither tab nor semicolon does: it is also
    the decimal sign, and then what follows the first one is the reward."""
    for separator in "\t;,":
        if separator in line:
            sku, _found, reward = line.partition(separator)
            return _bare(sku), _bare(reward.rstrip(separator + " "))
    return _bare(line), ""


def _bare(cell: str) -> str:
    """Without the quotes that spreadsheets put around a cell."""
    cell = cell.strip()
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].strip() if is_quoted else cell


def reward_parse(text: str) -> SkuRate | Fault:
    """ "12,5 %" is 1250 bps, "500 ₸" is 50,000 tiyn for a piece, "0" is an excluded product."""
    found = _REWARD.fullmatch(_BLANKS.sub("", text))
    if found is None:
        return "not_a_reward"
    whole, fraction, unit = found.groups()
    try:
        hundredths = minor_of(f"{whole}.{fraction or '0'}")
    except MoneyError:
        return "not_a_reward"
    if unit in (None, "%"):
        return SkuRate(bps=hundredths) if hundredths <= COMMISSION_BPS_MAX else "over_90"
    return SkuRate(piece_minor=hundredths) if hundredths <= MINOR_MAX else "not_a_reward"


def table_text(rows: Iterable[SkuRow]) -> str:
    """As `table_parse` reads it, for the form."""
    return "\n".join(f"{row.sku}; {_reward_text(row.rate)}" for row in rows)


def _reward_text(rate: SkuRate) -> str:
    whole, rest = divmod(rate.piece_minor or rate.bps, 100)
    number = f"{whole},{rest:02}".rstrip("0").rstrip(",")
    return f"{number} ₸" if rate.piece_minor else f"{number} %" if rate.bps else "0"


def table_plain(rows: Iterable[SkuRow]) -> list[dict[str, Any]]:
    """As it is stored: {"sku", and "bps" or "minor" for a piece; neither is excluded}."""
    kept = ({"sku": row.sku, "bps": row.rate.bps, "minor": row.rate.piece_minor} for row in rows)
    return [{name: value for name, value in row.items() if value} for row in kept]


def table_of_plain(stored: Sequence[Mapping[str, Any]]) -> tuple[SkuRow, ...]:
    return tuple(
        SkuRow(each["sku"], SkuRate(each.get("bps", 0), each.get("minor", 0))) for each in stored
    )
