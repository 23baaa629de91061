"""Official rates of the tenge, from the National Bank of Kazakhstan.

GET {base_url}/rss/get_rates.cfm?fdate=21.11.2026 answers XML, one `item` for each currency:
`title` is its code, `description` the tenge for `quant` units. There is no written contract; this
is what public clients of it read, so a document that looks otherwise is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from attribution.domain.rates import Rate

PATH = "/rss/get_rates.cfm"
DAY = "%d.%m.%Y"
_CODE = re.compile(r"[A-Z]{3}")
_TENGE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_QUANT = re.compile(r"[1-9][0-9]{0,5}")


class RatesUnreadable(ValueError):
    """Not the document that was asked for. The text says why."""


class Answer(Protocol):
    @property
    def body(self) -> bytes: ...


class Client(Protocol):
    """`core.http.OutgoingClient`."""

    def request(self, method: str, url: str, *, params: dict[str, str]) -> Answer: ...


def rates_fetch(client: Client, base_url: str, on: date) -> list[Rate]:
    """The rates of one day.

    Raises:
        RatesUnreadable: the answer is not that day's rates.
        core.http.OutgoingError: there was no answer.
    """
    answer = client.request(
        "GET", f"{base_url.rstrip('/')}{PATH}", params={"fdate": on.strftime(DAY)}
    )
    return rates_read(answer.body, on)


def rates_read(body: bytes, on: date) -> list[Rate]:
    """Raises: RatesUnreadable"""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RatesUnreadable(f"not XML: {type(error).__name__}") from None
    if _day(root) != on:
        raise RatesUnreadable(f"the rates of {_text(root, 'date')!r}, not of {on}")
    found = list(_rates(root, on))
    if not found:
        raise RatesUnreadable(f"no rates for {on}")
    if len({rate.currency for rate in found}) < len(found):
        raise RatesUnreadable("a currency twice")
    return found


def _rates(root: Element, on: date) -> Iterator[Rate]:
    for item in root.iter("item"):
        code, tenge, quant = (_text(item, name) for name in ("title", "description", "quant"))
        readable = _CODE.fullmatch(code) and _TENGE.fullmatch(tenge) and _QUANT.fullmatch(quant)
        if not readable or Decimal(tenge) == 0:
            raise RatesUnreadable(f"an item of {code[:20]!r}, {tenge[:20]!r}, {quant[:20]!r}")
        yield Rate(code, on, Decimal(tenge) / int(quant))


def _day(root: Element) -> date | None:
    try:
        return datetime.strptime(_text(root, "date"), DAY).date()  # noqa: DTZ007  # a day, no time
    except ValueError:
        return None


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
