"""The bytes of a payment file are a contract with a bank: golden/ has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails.bank_file.payment_file import (
    FieldRule,
    FileEncoding,
    Party,
    PaymentFile,
    PaymentFileError,
    PaymentOrder,
    payment_file_build,
)
from payouts.rails.bank_file.statement import Direction, statement_parse

GOLDEN = Path(__file__).parent / "golden"
US = Party(
    name="ТОО «Birge»",
    tax_id="240540000016",
    kbe="17",
    iban="KZ31601A000000000001",
    bank_name="АО «Народный Банк Казахстана»",
    bank_bic="HSBKKZKX",
)
ALIYA = Party(
    name="Әлия Қайратқызы Ғабитова",
    tax_id="901231400013",
    kbe="19",
    iban="KZ41722C000000000001",
    bank_name="АО «Kaspi Bank»",
    bank_bic="CASPKZKA",
)
IVAN = Party(
    name="ИП Иванов И.И.",
    tax_id="010203500018",
    kbe="19",
    iban="KZ8596511F0000000001",
    bank_name="АО ForteBank",
    bank_bic="IRTYKZKA",
)
FIRST = PaymentOrder(
    number="PO-000001",
    day=date(2026, 11, 21),
    amount_minor=160_000_00,
    payee=ALIYA,
    purpose="Сыйақы, төлем PO-000001. ҚҚС-сыз",
    knp="859",
)
SECOND = PaymentOrder(
    number="PO-000002",
    day=date(2026, 11, 23),
    amount_minor=75_150_05,
    payee=IVAN,
    purpose="Вознаграждение, PO-000002. Без НДС",
    knp="859",
)
PAYMENTS = PaymentFile(
    created_at=datetime(2026, 11, 21, 5, 0, tzinfo=UTC), payer=US, orders=(FIRST, SECOND)
)


def built(**changes):
    """The lines of a file of one order, changed."""
    order = replace(FIRST, **changes)
    body = payment_file_build(replace(PAYMENTS, orders=(order,)))
    return body.decode().split("\r\n")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [(FileEncoding.UTF8, "payments_utf8.txt"), (FileEncoding.WINDOWS, "payments_windows.txt")],
)
def test_the_file_is_the_golden_one_byte_for_byte(encoding, name):
    assert payment_file_build(PAYMENTS, encoding=encoding) == (GOLDEN / name).read_bytes()


def test_every_line_ends_with_crlf_and_there_is_no_byte_order_mark():
    body = payment_file_build(PAYMENTS)
    assert body.startswith(b"1CClientBankExchange\r\n")
    assert body.endswith("КонецФайла\r\n".encode())
    assert body.count(b"\n") == body.count(b"\r\n")


@pytest.mark.parametrize(
    ("_case", "purpose", "written"),
    [
        ("a line that would be a key", "Сыйақы\r\nСумма=1", "Сыйақы Сумма-1"),
        ("a line that would end the document", "а\nКонецДокумента\nб", "а КонецДокумента б"),
        ("a line of Unicode", "а\u2028б\u0085в", "а б в"),
        ("invisible characters", "Сый\u200bақы\x00\u202e", "Сыйақы"),
        ("blanks", "  а \t  б  ", "а б"),
        ("a letter in two pieces", "и\u0306", "й"),
    ],
)
def test_no_value_can_begin_a_key_of_its_own(_case, purpose, written):
    assert f"НазначениеПлатежа={written}" in built(purpose=purpose)


@pytest.mark.parametrize(
    ("_case", "changes", "key", "rule"),
    [
        ("nothing to pay", {"amount_minor": 0}, "Сумма", FieldRule.NOT_POSITIVE),
        ("a negative sum", {"amount_minor": -1}, "Сумма", FieldRule.NOT_POSITIVE),
        ("no purpose", {"purpose": " \n "}, "НазначениеПлатежа", FieldRule.EMPTY),
        ("a long purpose", {"purpose": "а" * 421}, "НазначениеПлатежа", FieldRule.TOO_LONG),
        ("a purpose code of four digits", {"knp": "8590"}, "КодНазначенияПлатежа", FieldRule.FORM),
        ("no number", {"number": ""}, "НомерДокумента", FieldRule.FORM),
        ("a number with a line break", {"number": "1\n2"}, "НомерДокумента", FieldRule.FORM),
        ("a long number", {"number": "1" * 21}, "НомерДокумента", FieldRule.TOO_LONG),
    ],
)
def test_an_order_no_bank_would_take_names_its_key(_case, changes, key, rule):
    with pytest.raises(PaymentFileError) as refused:
        built(**changes)
    assert (refused.value.key, refused.value.rule) == (key, rule)
    assert refused.value.number == changes.get("number", "PO-000001")


@pytest.mark.parametrize(
    ("_case", "changes", "key", "rule"),
    [
        ("no name", {"name": ""}, "ПолучательНаименование", FieldRule.EMPTY),
        ("a long name", {"name": "а" * 161}, "ПолучательНаименование", FieldRule.TOO_LONG),
        ("a short IIN", {"tax_id": "1"}, "ПолучательБИН_ИИН", FieldRule.FORM),
        ("a sector of one digit", {"kbe": "9"}, "ПолучательКБЕ", FieldRule.FORM),
        ("a wrong account", {"iban": "KZ42722C000000000001"}, "ПолучательИИК", FieldRule.IBAN),
        ("no bank code", {"bank_bic": ""}, "ПолучательБанкБИК", FieldRule.FORM),
        (
            "the code of another bank",
            {"bank_bic": "KCJBKZKX"},
            "ПолучательБанкБИК",
            FieldRule.BANK_DIFFERS,
        ),
        (
            "an account of a bank we do not know",
            {"iban": "KZ84777A000000000001"},
            "ПолучательБанкБИК",
            FieldRule.IBAN,
        ),
    ],
)
def test_a_payee_no_bank_would_take_names_its_key(_case, changes, key, rule):
    with pytest.raises(PaymentFileError) as refused:
        built(payee=replace(ALIYA, **changes))
    assert (refused.value.key, refused.value.rule) == (key, rule)


def test_an_error_names_no_account():
    with pytest.raises(PaymentFileError) as refused:
        built(payee=replace(ALIYA, iban="KZ42722C000000000001"))
    assert "722C0" not in str(refused.value)


def test_a_long_bic_of_the_same_bank_is_taken():
    assert "ПолучательБанкБИК=CASPKZKAXXX" in built(payee=replace(ALIYA, bank_bic="CASPKZKAXXX"))


def test_a_file_of_nothing_and_a_number_used_twice_are_refused():
    with pytest.raises(PaymentFileError):
        payment_file_build(replace(PAYMENTS, orders=()))
    twice = replace(PAYMENTS, orders=(FIRST, replace(SECOND, number=FIRST.number)))
    with pytest.raises(PaymentFileError) as refused:
        payment_file_build(twice)
    assert refused.value.rule is FieldRule.REPEATED


def test_what_windows_1251_lacks_is_an_error_that_shows_it():
    order = replace(SECOND, purpose="Сыйақы 75 150 ₸")
    with pytest.raises(PaymentFileError) as refused:
        payment_file_build(replace(PAYMENTS, orders=(FIRST, order)), encoding=FileEncoding.WINDOWS)
    error = refused.value
    assert (error.number, error.key, error.rule, error.found) == (
        "PO-000002",
        "НазначениеПлатежа",
        FieldRule.CHARACTERS,
        "₸",
    )


def test_every_kazakh_letter_can_be_written_in_the_windows_profile():
    order = replace(FIRST, purpose="ӘәҒғҚқҢңӨөҰұҮүҺһІі")
    body = payment_file_build(replace(PAYMENTS, orders=(order,)), encoding=FileEncoding.WINDOWS)
    assert "НазначениеПлатежа=АаГгКкНнОоУуУуХхІі\r\n" in body.decode("cp1251")


@given(st.text(max_size=80), st.text(max_size=200), st.sampled_from(FileEncoding))
def test_whatever_a_name_or_purpose_holds_the_file_keeps_its_shape(name, purpose, encoding):
    order = replace(FIRST, purpose=purpose, payee=replace(ALIYA, name=name))
    try:
        body = payment_file_build(replace(PAYMENTS, orders=(order, SECOND)), encoding=encoding)
    except PaymentFileError:
        return
    statement = statement_parse(body)  # a payment file has the grammar of a statement
    assert [(row.direction, row.number, row.amount_minor) for row in statement.rows] == [
        (Direction.OUT, "PO-000001", 160_000_00),
        (Direction.OUT, "PO-000002", 75_150_05),
    ]
    assert body.count(b"\n") == (GOLDEN / "payments_utf8.txt").read_bytes().count(b"\n")
