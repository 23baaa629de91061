"""The document of a day's rates: read as it is, or refused as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from attribution.domain.rates import Rate
from attribution.registries.national_bank import RatesUnreadable, rates_read

ON = date(2026, 11, 21)
RUB = "<item><title>RUB</title><description>6.45</description><quant>1</quant></item>"
UZS = "<item><title>UZS</title><description>4.31</description><quant>100</quant></item>"


def document(*items: str, day: str = "21.11.2026") -> bytes:
    return f"<rates><date>{day}</date>{''.join(items)}</rates>".encode()


def test_a_rate_is_for_one_unit_whatever_the_bank_counts_in():
    assert rates_read(document(RUB, UZS), ON) == [
        Rate("RUB", ON, Decimal("6.45")),
        Rate("UZS", ON, Decimal("0.0431")),
    ]


BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<rates><date>21.11.2026</date><item><title>&b;</title></item></rates>"
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (document(RUB, day="20.11.2026"), "not of 2026-11-21"),
        (document(RUB, day=""), "not of 2026-11-21"),
        (document(), "no rates"),
        (document(RUB, RUB), "twice"),
        (document(RUB.replace("6.45", "0")), "an item"),
        (document(RUB.replace("6.45", "0.00")), "an item"),
        (document(RUB.replace("6.45", "-6.45")), "an item"),
        (document(RUB.replace("6.45", "6,45")), "an item"),
        (document(RUB.replace("6.45", "NaN")), "an item"),
        (document(RUB.replace("6.45", "1e9")), "an item"),
        (document(RUB.replace("6.45", "")), "an item"),
        (document(RUB.replace("<quant>1", "<quant>0")), "an item"),
        (document(RUB.replace("RUB", "rub")), "an item"),
        (b"<html><body>busy</body></html>", "not of"),
        (b"<rates><date>21.11.2026</date>", "not XML"),
        (b"", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (BOMB, "not XML"),
    ],
)
def test_anything_else_is_refused_with_its_reason(body, reason):
    with pytest.raises(RatesUnreadable, match=reason):
        rates_read(body, ON)
