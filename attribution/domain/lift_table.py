"""What a brand types about days: periods in which a campaign ran, and orders of cities. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from attribution.domain.lift import CELLS_MAX, ORDERS_MAX, days_between

LINES_MAX = CELLS_MAX
CITY_CHARS_MAX = 80
PERIOD_DAYS_MAX = 366
_DAY = r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})"
_PERIOD = re.compile(rf"\s*(?:{_DAY})\s*(?:[-–—]\s*(?:{_DAY}))?\s*", re.ASCII)
_ON = {"1": True, "+": True, "0": False, "-": False, "": None}


class LineFault(StrEnum):
    NOT_A_PERIOD = "not_a_period"
    NOT_A_DAY = "not_a_day"
    NOT_A_CITY = "not_a_city"
    NOT_A_COUNT = "not_a_count"
    NOT_ON_OR_OFF = "not_on_or_off"
    TOO_MANY_LINES = "too_many_lines"


class LineWrong(ValueError):
    """What is wrong in which line, from 1."""

    def __init__(self, line: int, fault: LineFault) -> None:
        super().__init__(f"{line}: {fault}")
        self.line = line
        self.fault = fault


@dataclass(frozen=True, slots=True)
class CityDay:
    """Orders of a city on a day; `is_on` None where clicks are to say it."""

    day: date
    city: str
    orders: int
    is_on: bool | None


def periods_read(text: str) -> set[date]:
    """The days of lines as "2026-11-01 – 2026-11-07", "01.11.2026-07.11.2026" or one day.

    Raises:
        LineWrong: the first line that is none.
    """
    days: set[date] = set()
    for number, line in _lines(text):
        found = _PERIOD.fullmatch(line)
        first, last = _ends(found) if found else (None, None)
        if first is None or last is None or not 0 <= (last - first).days < PERIOD_DAYS_MAX:
            raise LineWrong(number, LineFault.NOT_A_PERIOD)
        days.update(days_between(first, last))
    return days


def cities_read(text: str) -> list[CityDay]:
    """Lines of day; city; orders; and 1 or 0 where the campaign ran there that day or did not. A
    header is left out; a tab or a comma divides as well.

    Raises:
        LineWrong: the first line that is none.
    """
    rows = []
    for number, line in _lines(text):
        cells = [cell.strip().strip('"') for cell in re.split(r"[;\t,]", line)]
        if number == 1 and not any(char.isdigit() for char in cells[0]):
            continue
        rows.append(_city_day(number, [*cells, "", "", ""]))
    return rows


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if number > LINES_MAX:
            raise LineWrong(number, LineFault.TOO_MANY_LINES)
        if line.strip():
            yield number, line


def _city_day(number: int, cells: list[str]) -> CityDay:
    found = _PERIOD.fullmatch(cells[0])
    day, last = _ends(found) if found else (None, None)
    if day is None or day != last:
        raise LineWrong(number, LineFault.NOT_A_DAY)
    city, count = " ".join(cells[1].split()), cells[2].replace(" ", "")
    if not (0 < len(city) <= CITY_CHARS_MAX and city.isprintable()):
        raise LineWrong(number, LineFault.NOT_A_CITY)
    if not (count.isascii() and count.isdigit() and len(count) <= 7 and int(count) <= ORDERS_MAX):
        raise LineWrong(number, LineFault.NOT_A_COUNT)
    if cells[3] not in _ON:
        raise LineWrong(number, LineFault.NOT_ON_OR_OFF)
    return CityDay(day, city, int(count), _ON[cells[3]])


def _ends(found: re.Match[str]) -> tuple[date | None, date | None]:
    groups = found.groups()
    first = _day(groups[:6])
    return first, _day(groups[6:]) if any(groups[6:]) else first


def _day(parts: tuple[str | None, ...]) -> date | None:
    year, month, day = parts[:3] if parts[0] else (parts[5], parts[4], parts[3])
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None
