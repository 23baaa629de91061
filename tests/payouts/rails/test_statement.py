from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails.bank_file.statement import (
    BYTES_MAX,
    Direction,
    Statement,
    StatementError,
    StatementReason,
    statement_parse,
)

R = StatementReason
KZ = """1CClientBankExchange
ВерсияФормата=2.00
Кодировка=UTF8
Отправитель=АО "Банк"
ДатаСоздания=23.11.2026
ДатаНачала=21.11.2026
ДатаКонца=23.11.2026
РасчСчет=KZ31601A000000000001
Документ=ПлатежноеПоручение
Документ=Выписка
СекцияРасчСчет
ДатаНачала=21.11.2026
ДатаКонца=23.11.2026
РасчСчет=KZ31601A000000000001
НачальныйОстаток=500000.5
ВсегоПоступило=75150
ВсегоСписано=235150
КонечныйОстаток=340000.5
КонецРасчСчет
СекцияДокумент="Выписка"
ВидДокумента=ПлатежноеПоручение
ДатаОперации=21.11.2026
СуммаРасход=160000
НомерДокумента=PO-000001
ДатаДокумента=20.11.2026
ПлательщикНаименование=ТОО «Birge»
ПлательщикИИК=KZ31601A000000000001
ПолучательНаименование=Әлия Ғабитова
ПолучательБИН_ИИН=901231400013
ПолучательИИК=KZ41722C000000000001
НазначениеПлатежа=Сыйақы
КодНазначенияПлатежа=859
Сумма=160000
Валюта=KZT
КонецДокумента
СекцияДокумент=Выписка
ДатаОперации=22.11.2026 14:03:07
СуммаРасход=75 150,00
СуммаПриход=
НомерДокумента=PO-000002
ПлательщикИИК=KZ31601A000000000001
ПолучательИИК=KZ85 9651 1F00 0000 0001
КонецДокумента
СекцияДокумент=Выписка
ДатаОперации=23.11.2026
СуммаРасход=0.00
СуммаПриход=75150.00
НомерДокумента=PO-000002
ПлательщикНаименование=АО ForteBank
ПлательщикИИК=KZ8596511F0000000001
ПолучательИИК=KZ31601A000000000001
НазначениеПлатежа=Возврат: счёт закрыт
КонецДокумента
КонецФайла
"""
RF = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
РасчСчет=KZ31601A000000000001
СекцияДокумент=Платежное поручение
Номер=PO-000001
Дата=21.11.2026
Сумма=160000.00
Плательщик=ТОО Birge
ПлательщикСчет=KZ31601A000000000001
Получатель=Габитова
ПолучательСчет=KZ41722C000000000001
НазначениеПлатежа=Вознаграждение
КонецДокумента
СекцияДокумент=Платежное поручение
Номер=17
Дата=21.11.2026
Сумма=1000000.00
Плательщик=ТОО Тулпар
ПлательщикСчет=KZ918562000000000001
Получатель=ТОО Birge
ПолучательСчет=KZ31601A000000000001
КонецДокумента
КонецФайла
"""


def read(text, codec="utf-8"):
    return statement_parse(text.encode(codec))


def refused(text):
    with pytest.raises(StatementError) as error:
        read(text)
    return error.value


def doc(*lines):
    return "\n".join(["1CClientBankExchange", "РасчСчет=KZ1", "СекцияДокумент=В", *lines])


PLAIN = ("ДатаОперации=21.11.2026", "СуммаПриход=1", "КонецДокумента", "КонецФайла")


def test_a_statement_of_kazakhstan_is_read():
    statement = read(KZ)
    assert statement.account_iban == "KZ31601A000000000001"
    assert (statement.from_on, statement.to_on) == (date(2026, 11, 21), date(2026, 11, 23))
    assert (statement.opening_minor, statement.closing_minor) == (500_000_50, 340_000_50)
    assert (statement.received_minor, statement.spent_minor) == (75_150_00, 235_150_00)
    assert statement.is_complete
    assert [(row.direction, row.number, row.amount_minor) for row in statement.rows] == [
        (Direction.OUT, "PO-000001", 160_000_00),
        (Direction.OUT, "PO-000002", 75_150_00),
        (Direction.IN, "PO-000002", 75_150_00),
    ]


def test_a_row_has_the_other_side_whichever_way_the_money_went():
    out, _, back = read(KZ).rows
    assert (out.counterparty_name, out.counterparty_tax_id, out.counterparty_iban) == (
        "Әлия Ғабитова",
        "901231400013",
        "KZ41722C000000000001",
    )
    assert (out.booked_on, out.purpose, out.knp, out.line) == (
        date(2026, 11, 21),
        "Сыйақы",
        "859",
        20,
    )
    assert (back.counterparty_name, back.counterparty_iban) == (
        "АО ForteBank",
        "KZ8596511F0000000001",
    )
    assert back.booked_on == date(2026, 11, 23)


def test_the_keys_of_russia_are_read_and_the_accounts_tell_the_direction():
    rows = read(RF, "cp1251").rows
    assert [(row.direction, row.number, row.counterparty_name) for row in rows] == [
        (Direction.OUT, "PO-000001", "Габитова"),
        (Direction.IN, "17", "ТОО Тулпар"),
    ]
    assert rows[1].counterparty_iban == "KZ918562000000000001"


def plain(statement: Statement):
    return [
        (row.direction, row.amount_minor, row.number, row.counterparty_iban, row.purpose)
        for row in statement.rows
    ]


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("UTF-8 with a byte order mark", KZ.encode("utf-8-sig")),
        ("CRLF", KZ.replace("\n", "\r\n").encode()),
        ("CR", KZ.replace("\n", "\r").encode()),
        ("ends mixed", KZ.replace("\n", "\r\n", 12).encode()),
        ("empty lines between", KZ.replace("\n", "\n\n").encode()),
        ("keys in capitals", "\n".join(
            key.upper() + mark + value
            for key, mark, value in (line.partition("=") for line in KZ.split("\n"))
        ).encode()),
        ("blanks around the equals sign", KZ.replace("=", " = ").encode()),
        ("an end of file of DOS", KZ.encode() + b"\x1a"),
        ("no end of line at the end", KZ.rstrip().encode()),
        ("a wrong encoding in its header", KZ.replace("UTF8", "Windows").encode()),
    ],
)  # fmt: skip
def test_banks_write_the_same_statement_in_many_ways(_case, body):
    assert plain(statement_parse(body)) == plain(read(KZ))


def test_windows_1251_is_found_without_being_told():
    text = RF.replace("Кодировка=Windows", "Кодировка=UTF8")
    assert plain(read(text, "cp1251")) == plain(read(RF, "utf-8"))


@pytest.mark.parametrize(
    ("_case", "value", "name"),
    [
        ("no quotes", "ТОО Алма", "ТОО Алма"),
        ("wrapped", '"ТОО Алма"', "ТОО Алма"),
        ("wrapped twice", '""ТОО Алма""', "ТОО Алма"),
        ("wrapped, doubled inside", '"ТОО ""Алма"""', 'ТОО "Алма"'),
        ("doubled inside", 'ТОО ""Алма""', 'ТОО "Алма"'),
        ("quotes of the name", 'ТОО "Алма"', 'ТОО "Алма"'),
        ("names at both ends", '"Алма" ТОО "Бета"', '"Алма" ТОО "Бета"'),
        ("nothing in quotes", '""', ""),
    ],
)
def test_quotes_around_a_value_are_the_banks_and_inside_it_the_names(_case, value, name):
    row = read(doc(f"ПлательщикНаименование={value}", *PLAIN)).rows[0]
    assert row.counterparty_name == name


def test_a_quoted_amount_and_a_quoted_account_are_read():
    row = read(
        doc(
            'ДатаОперации="21.11.2026"',
            'СуммаПриход=""75150.00""',
            'ПлательщикИИК="KZ41722C000000000001"',
            "КонецДокумента",
        )
    ).rows[0]
    assert (row.amount_minor, row.counterparty_iban) == (75_150_00, "KZ41722C000000000001")


def test_a_purpose_over_several_lines_is_one_text():
    row = read(doc("НазначениеПлатежа=Возврат", "по договору 5", "PO-000001", *PLAIN)).rows[0]
    assert row.purpose == "Возврат по договору 5 PO-000001"


def test_control_characters_do_not_reach_the_database():
    row = read(doc("НазначениеПлатежа=а\x00б\x07в", *PLAIN)).rows[0]
    assert row.purpose == "абв"


@pytest.mark.parametrize(
    ("_case", "amount", "minor"),
    [
        ("whole", "160000", 160_000_00),
        ("one digit", "202742.8", 202_742_80),
        ("a comma", "0,05", 5),
        ("grouped by no-break spaces", "1\u00a0234\u202f567.89", 1_234_567_89),
    ],
)
def test_amounts_as_banks_write_them(_case, amount, minor):
    row = read(doc("ДатаОперации=21.11.2026", f"СуммаРасход={amount}", "КонецДокумента")).rows[0]
    assert row.amount_minor == minor


@pytest.mark.parametrize(
    ("_case", "text", "line", "reason"),
    [
        ("nothing", "", 1, R.EMPTY),
        ("blank lines", "\n\n", 1, R.EMPTY),
        ("a web page", "<html>", 1, R.NOT_A_STATEMENT),
        ("another file", "a,b,c\n1,2,3", 1, R.NOT_A_STATEMENT),
        ("the title alone", "1CClientBankExchange\n", 1, R.NOT_A_STATEMENT),
        ("no key in the header", "1CClientBankExchange\nабв\nКонецФайла", 2, R.UNKNOWN_LINE),
        ("text after the end", "1CClientBankExchange\nКонецФайла\nа=б", 3, R.UNKNOWN_LINE),
        ("an end without a beginning", "1CClientBankExchange\nКонецДокумента", 2, R.UNKNOWN_LINE),
        ("cut off inside a document", doc("СуммаПриход=1"), 3, R.NOT_CLOSED),
        ("a document inside a document", doc("СекцияДокумент=В"), 4, R.NOT_CLOSED),
        ("the end inside a document", doc("КонецФайла"), 4, R.NOT_CLOSED),
        ("the other section's end", doc("КонецРасчСчет"), 4, R.UNKNOWN_LINE),
        (
            "a forged key",
            doc("СуммаПриход=1", "НомерДокумента=1", "СуммаПриход=2"),
            6,
            R.REPEATED_KEY,
        ),
        ("no amount", doc("ДатаОперации=21.11.2026", "КонецДокумента"), 3, R.NO_AMOUNT),
        ("an amount of nothing", doc("СуммаПриход=0.00", "КонецДокумента"), 3, R.NO_AMOUNT),
        ("a word for an amount", doc("а=б", "СуммаПриход=сто", "КонецДокумента"), 5, R.BAD_AMOUNT),
        ("an exponent", doc("СуммаПриход=1e5", "КонецДокумента"), 4, R.BAD_AMOUNT),
        ("three decimals", doc("СуммаПриход=1.005", "КонецДокумента"), 4, R.BAD_AMOUNT),
        ("an amount below zero", doc("СуммаРасход=-5", "КонецДокумента"), 4, R.BAD_AMOUNT),
        (
            "an amount of another world",
            doc("СуммаРасход=" + "9" * 15, "КонецДокумента"),
            4,
            R.BAD_AMOUNT,
        ),
        (
            "in and out at once",
            doc("СуммаПриход=1", "СуммаРасход=1", "КонецДокумента"),
            5,
            R.NO_DIRECTION,
        ),
        (
            "neither side is ours",
            doc("Сумма=1", "ПлательщикСчет=KZ2", "КонецДокумента"),
            3,
            R.NO_DIRECTION,
        ),
        (
            "both sides are ours",
            doc("Сумма=1", "ПлательщикСчет=KZ1", "ПолучательСчет=KZ1", "КонецДокумента"),
            3,
            R.NO_DIRECTION,
        ),
        ("no date", doc("СуммаПриход=1", "КонецДокумента"), 3, R.NO_DATE),
        (
            "a day that never was",
            doc("СуммаПриход=1", "ДатаОперации=31.02.2026", "КонецДокумента"),
            5,
            R.BAD_DATE,
        ),
        (
            "a day before all days",
            doc("СуммаПриход=1", "ДатаОперации=01.01.0001", "КонецДокумента"),
            5,
            R.BAD_DATE,
        ),
        (
            "a date of another land",
            doc("СуммаПриход=1", "ДатаОперации=11/21/2026", "КонецДокумента"),
            5,
            R.BAD_DATE,
        ),
    ],
)
def test_a_bad_file_names_the_line_and_the_reason(_case, text, line, reason):
    error = refused(text)
    assert (error.line, error.reason) == (line, reason)


def test_bytes_of_no_encoding_name_their_line():
    with pytest.raises(StatementError) as error:
        statement_parse(b"1CClientBankExchange\nA=\xd0\x98\n\x98\n")
    assert (error.value.line, error.value.reason) == (2, R.ENCODING)


def test_a_huge_file_is_not_read():
    with pytest.raises(StatementError) as error:
        statement_parse(b"1" * (BYTES_MAX + 1))
    assert error.value.reason is R.TOO_LARGE


@pytest.mark.parametrize(
    ("_case", "old", "new"),
    [
        ("the end mark is missing", "КонецФайла\n", ""),
        ("less came than the bank says", "ВсегоПоступило=75150", "ВсегоПоступило=75151"),
        ("less went than the bank says", "ВсегоСписано=235150", "ВсегоСписано=235150.01"),
    ],
)
def test_a_statement_that_lost_rows_is_read_and_says_that_it_is_not_complete(_case, old, new):
    assert old in KZ
    statement = read(KZ.replace(old, new))
    assert len(statement.rows) == 3
    assert not statement.is_complete


def test_a_bank_that_gives_no_sums_can_still_be_complete():
    statement = read(RF)
    assert statement.received_minor is None
    assert statement.is_complete


def test_sums_over_several_days_are_added():
    days = "".join(
        f"СекцияРасчСчет\nРасчСчет=KZ1\nВсегоПоступило={sum_}\nНачальныйОстаток={opening}\n"
        f"КонечныйОстаток={closing}\nКонецРасчСчет\n"
        for sum_, opening, closing in ((1, -10, -9), (2, -9, -7))
    )
    statement = read(f"1CClientBankExchange\n{days}КонецФайла")
    assert statement.received_minor == 3_00
    assert (statement.opening_minor, statement.closing_minor) == (-10_00, -7_00)


def parsed_or_none(body):
    """The statement, or None when it is refused; any other exception is the bug we look for."""
    with suppress(StatementError):
        return statement_parse(body)
    return None


words = st.sampled_from(
    [
        "1CClientBankExchange", "СекцияРасчСчет", "КонецРасчСчет", "СекцияДокумент=В",
        "КонецДокумента", "КонецФайла", "СуммаПриход=1", "СуммаРасход=2,5", "Сумма=3", "Сумма=",
        "ДатаОперации=21.11.2026", "Дата=99.99.9999", "РасчСчет=KZ1", "ПлательщикСчет=KZ1",
        "НомерДокумента=7", "=", "==", "абв", '"', '=""', "\x00", "НазначениеПлатежа=а=б",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(words, st.text(max_size=12)), max_size=25), st.sampled_from("\n\r"))
def test_any_lines_are_a_statement_or_an_error_never_a_crash(lines, end):
    body = end.join(["1CClientBankExchange", *lines]).encode("utf-8", "surrogatepass")
    statement = parsed_or_none(body)
    assert statement is None or all(row.amount_minor > 0 for row in statement.rows)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_statement_or_an_error_never_a_crash(noise, has_title):
    body = b"1CClientBankExchange\n" + noise if has_title else noise
    parsed_or_none(body)


@given(st.data())
def test_a_file_with_one_byte_changed_never_crashes(data):
    body = bytearray(KZ.encode(data.draw(st.sampled_from(["utf-8", "utf-16"]))))
    place = data.draw(st.integers(min_value=0, max_value=len(body) - 1))
    body[place] = data.draw(st.integers(min_value=0, max_value=255))
    parsed_or_none(bytes(body))
