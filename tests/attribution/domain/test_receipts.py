"""A receipt's QR code is read without a network: a known form with four numbers, or a reason."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.receipts import (
    Family,
    Limits,
    Receipt,
    ReceiptRefused,
    Refusal,
    claim_refusal,
    paper_read,
    qr_read,
    receipt_key,
)

F, I = "010101234567", "0123456789"  # noqa: E741
NUMBERS = f"i={I}&f={F}&s=1230.00&t=20261120T143005"
SOLD_AT = datetime(2026, 11, 20, 9, 30, 5, tzinfo=UTC)  # UTC+5
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LIMITS = Limits(100_000, 10_000_000, person_max=3, influencer_max=50)


def refusal_of(text: str) -> Refusal:
    with pytest.raises(ReceiptRefused) as refused:
        qr_read(text)
    return refused.value.refusal


@pytest.mark.parametrize(
    ("text", "family"),
    [
        (f"https://consumer.oofd.kz?{NUMBERS}", Family.KAZAKHTELECOM),
        (f"http://consumer.oofd.kz/?{NUMBERS}", Family.KAZAKHTELECOM),
        (f"HTTPS://Consumer.OOFD.kz/?{NUMBERS}", Family.KAZAKHTELECOM),
        (f"http://ofd1.kz/t/?{NUMBERS}", Family.TRANSTELECOM),
        (f"https://ofd1.kz/t?{NUMBERS}", Family.TRANSTELECOM),
        (f"http://87.255.215.96/t/?{NUMBERS}", Family.TRANSTELECOM),
        (f"4ek.kz/?o=transtelecom&{NUMBERS}", Family.TRANSTELECOM),
        (f"https://4ek.kz/?o=oofd&{NUMBERS}", Family.KAZAKHTELECOM),
        (f"4ek.kz/?{NUMBERS}&o=kazakhtelecom", Family.KAZAKHTELECOM),
        (f"4ek.kz?o=kofd&{NUMBERS}", Family.KOFD),
        (f"4ek.kz/?o=jusan&{NUMBERS}", Family.KOFD),
        (f"https://consumer.kofd.kz?{NUMBERS}", Family.KOFD),
        (f"https://cabinet.kofd.kz/consumer?{NUMBERS}", Family.KOFD),
        (f"https://consumer.wofd.kz/?{NUMBERS}", Family.WOFD),
        (f"https://receipt.kaspi.kz/web/fiscal?{NUMBERS}", Family.KASPI),
    ],
)
def test_every_known_form_gives_the_same_four_numbers(text, family):
    assert qr_read(f" {text}\n") == Receipt(family, F, I, 123_000, SOLD_AT)


@pytest.mark.parametrize(
    ("local", "sold_at"),
    [
        ("20261120T143005", SOLD_AT),
        ("2026-11-20 14:30:05", SOLD_AT),
        ("2026-11-20%2014:30:05.123456%2B05:00", SOLD_AT),
        ("2026-11-20 14:30:05.123456+05:00", SOLD_AT),  # "+" of a link that nobody escaped
        ("2026-11-20T14:30:05+06:00", SOLD_AT - timedelta(hours=1)),
        ("20240229T120000", datetime(2024, 2, 29, 6, 0, tzinfo=UTC)),  # UTC+6 until that night
    ],
)
def test_the_time_is_that_of_kazakhstan_on_that_day(local, sold_at):
    text = f"https://receipt.kaspi.kz/web/fiscal?i={I}&f={F}&s=1230&t={local}"
    assert qr_read(text).sold_at == sold_at


@pytest.mark.parametrize(
    ("total", "minor"), [("1820.0", 182_000), ("1820,50", 182_050), ("1820", 182_000)]
)
def test_a_total_is_exact_tiyn(total, minor):
    url = f"consumer.oofd.kz/?i={I}&f={F}&s={total}&t=20261120T143005"
    assert qr_read(url).total_minor == minor


def test_the_key_is_of_register_and_sign_alone():
    """The vector of the facts."""
    key = "ce6c5a724ca648bfcb2632bb84d9767952edf83d9ccae57117513ca3fd883755"
    assert receipt_key("010101234567", "123456789012") == key
    paper = paper_read(
        register="0101 0123 4567", sign="123456789012", total="1 230", local_time="2026-11-20T14:30"
    )
    assert (paper.key, paper.external_id) == (key, "010101234567:123456789012")
    assert (paper.family, paper.total_minor) == (Family.PAPER, 123_000)
    assert receipt_key(F, "0123456789") != receipt_key(F, "123456789")


def with_numbers(**changed: str) -> str:
    said = {"i": I, "f": F, "s": "1230.00", "t": "20261120T143005"} | changed
    query = "&".join(f"{name}={value}" for name, value in said.items() if value != "-")
    return f"https://consumer.oofd.kz/?{query}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.NOT_A_RECEIPT),
        ("hello", Refusal.UNKNOWN_OPERATOR),
        ("x" * 10_000, Refusal.TOO_LONG),
        (f"javascript:alert(1)//consumer.oofd.kz/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"javascript://consumer.oofd.kz/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"ftp://consumer.oofd.kz/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz@evil.example/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://evil@consumer.oofd.kz/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz:8080/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz:x/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://[::1/?{NUMBERS}", Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz/?{NUMBERS}\x00", Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz/?{NUMBERS}&" + "&".join("abcdefghj"), Refusal.NOT_A_RECEIPT),
        (f"https://consumer.oofd.kz.evil.example/?{NUMBERS}", Refusal.UNKNOWN_OPERATOR),
        (f"https://localhost/?{NUMBERS}", Refusal.UNKNOWN_OPERATOR),
        (f"4ek.kz/?o=wofd&{NUMBERS}", Refusal.UNKNOWN_OPERATOR),
        (f"4ek.kz/?{NUMBERS}", Refusal.UNKNOWN_OPERATOR),
        (f"4ek.kz/x?o=oofd&{NUMBERS}", Refusal.UNKNOWN_OPERATOR),
        (
            "https://consumer.oofd.kz/ticket/0c0a9f4e-6a0e-4f5e-9a3d-0f0f0f0f0f0f",
            Refusal.WITHOUT_NUMBERS,
        ),
        (
            "https://receipt.kaspi.kz/web?extTranId=QR123&sale_date=2026-11-20 14:30:05.1+05:00",
            Refusal.WITHOUT_NUMBERS,
        ),
        ("https://receipt.kaspi.kz/preview/cashier?extTranId=KKM1", Refusal.WITHOUT_NUMBERS),
        (f"https://receipt.kaspi.kz/web/self-employed?{NUMBERS}", Refusal.WITHOUT_NUMBERS),
        (with_numbers(f="-"), Refusal.WITHOUT_NUMBERS),
        (with_numbers(i=""), Refusal.WITHOUT_NUMBERS),
        (f"https://consumer.oofd.kz/?{NUMBERS}&i=1234567890", Refusal.SAID_TWICE),
        (f"https://consumer.oofd.kz/?{NUMBERS}&I=1234567890", Refusal.SAID_TWICE),
        (with_numbers(i="123456789"), Refusal.WRONG_SIGN),
        (with_numbers(i="12345678901234"), Refusal.WRONG_SIGN),
        (with_numbers(i="0000000000"), Refusal.WRONG_SIGN),
        (with_numbers(i="%D9%A1" * 10), Refusal.WRONG_SIGN),  # Arabic digits
        (with_numbers(f="01010123456"), Refusal.WRONG_REGISTER),
        (with_numbers(f="%D9%A1" * 12), Refusal.WRONG_REGISTER),
        (with_numbers(s="1e30"), Refusal.WRONG_TOTAL),
        (with_numbers(s="1,230.00"), Refusal.WRONG_TOTAL),
        (with_numbers(s="-5"), Refusal.WRONG_TOTAL),
        (with_numbers(s="0.00"), Refusal.WRONG_TOTAL),
        (with_numbers(s="NaN"), Refusal.WRONG_TOTAL),
        (with_numbers(s="12.345"), Refusal.WRONG_TOTAL),
        (with_numbers(s="99999999999"), Refusal.WRONG_TOTAL),
        (with_numbers(t="20261320T143005"), Refusal.WRONG_TIME),
        (with_numbers(t="20261120"), Refusal.WRONG_TIME),
        (with_numbers(t="0001-01-01 00:00:00"), Refusal.WRONG_TIME),
        (with_numbers(t="2026-11-20 14:30:05+99:00"), Refusal.WRONG_TIME),
    ],
)
def test_anything_else_is_refused_with_its_reason(text, refusal):
    assert refusal_of(text) is refusal


@given(
    sign=st.from_regex(r"[0-9]{9,12}[1-9]", fullmatch=True),
    register=st.from_regex(r"[0-9]{12}", fullmatch=True),
    minor=st.integers(1, 999_999_999_999),
    local=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    order=st.permutations(["i", "f", "s", "t"]),
)
def test_numbers_come_back_as_they_were_printed_in_any_order(sign, register, minor, local, order):
    said = {
        "i": sign,
        "f": register,
        "s": f"{minor // 100}.{minor % 100:02}",
        "t": local.strftime("%Y%m%dT%H%M%S"),
    }
    read = qr_read("https://ofd1.kz/t/?" + "&".join(f"{name}={said[name]}" for name in order))
    assert (read.sign, read.register, read.total_minor) == (sign, register, minor)
    assert read.sold_at.tzinfo is UTC
    assert timedelta(hours=4) < local - read.sold_at.replace(tzinfo=None) < timedelta(hours=8)


@given(st.text(max_size=600) | st.text("htps:/4ek.kz?ofsit=&0123456789T", max_size=200))
def test_whatever_is_pasted_is_a_receipt_or_a_reason(text):
    with suppress(ReceiptRefused):  # and no other exception leaves it
        assert qr_read(text).total_minor > 0


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({}, None),
        ({"sold_at": NOW + timedelta(minutes=10)}, None),
        ({"sold_at": NOW + timedelta(minutes=10, seconds=1)}, Refusal.IN_FUTURE),
        ({"sold_at": NOW - timedelta(hours=72)}, None),
        ({"sold_at": NOW - timedelta(hours=72, seconds=1)}, Refusal.TOO_OLD),
        ({"total_minor": 100_000}, None),
        ({"total_minor": 99_999}, Refusal.TOO_SMALL),
        ({"total_minor": 10_000_000}, None),
        ({"total_minor": 10_000_001}, Refusal.TOO_LARGE),
    ],
)
def test_age_and_amount_have_limits(changed, refusal):
    given = {"total_minor": 123_000, "sold_at": SOLD_AT} | changed
    assert claim_refusal(Receipt(Family.WOFD, F, I, **given), LIMITS, now=NOW) is refusal
