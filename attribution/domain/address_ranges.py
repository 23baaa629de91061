"""Files of address ranges, as data-centre lists and city databases come.

A CSV file in UTF-8 with a header that names its columns:

    network,name                 data centres: 192.0.2.0/24,Example Hosting
    network,country,city         places: 198.51.100.0/24,KZ,Almaty
    first,last,country,city      the same by first and last address
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

NAME_CHARS_MAX = 120
CITY_CHARS_MAX = 80


class RangeFileError(ValueError):
    """A row, or the header, is not as promised. The text names the line."""


@dataclass(frozen=True, slots=True)
class Range:
    """One network with its mask; `country` is two capital letters or ""."""

    network: str
    country: str = ""
    city: str = ""
    name: str = ""


def ranges_read(lines: Iterable[str]) -> Iterator[Range]:
    """Raises: RangeFileError"""
    reader = csv.DictReader(lines)
    columns = set(reader.fieldnames or ())
    if not ({"network"} <= columns or {"first", "last"} <= columns):
        raise RangeFileError('the header must name "network", or "first" and "last"')
    for row in reader:
        try:
            yield from _ranges_of(row)
        except ValueError as error:
            raise RangeFileError(f"line {reader.line_num}: {error}") from None


def _ranges_of(row: dict[str, str | None]) -> Iterator[Range]:
    text = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
    country = text.get("country", "").upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValueError(f"a country is two letters, not {country[:20]!r}")
    city = text.get("city", "")[:CITY_CHARS_MAX]
    name = text.get("name", "")[:NAME_CHARS_MAX]
    for network in _networks_of(text):
        yield Range(network, country, city, name)


def _networks_of(text: dict[str, str]) -> list[str]:
    if text.get("network"):
        return [str(ip_network(text["network"], strict=False))]
    first, last = ip_address(text.get("first", "")), ip_address(text.get("last", ""))
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        return [str(each) for each in summarize_address_range(first, last)]
    if isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
        return [str(each) for each in summarize_address_range(first, last)]
    raise ValueError(f"{first} and {last} are of two kinds")
