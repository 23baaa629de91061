"""A bank's table as a statement: by the titles it has, or by the columns somebody named."""

from datetime import UTC, date, datetime

import pytest

from payouts.rails.bank_file.statement import (
    BYTES_MAX,
    Direction,
    StatementError,
    StatementReason,
    statement_parse,
)
from payouts.rails.bank_file.table_statement import (
    columns_missing,
    is_table,
    layout_named,
    layout_of,
    table_parse,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TITLES = "Дата;Номер документа;Контрагент;БИН/ИИН;ИИК;Дебет;Кредит;Назначение платежа;Валюта"
IN = (
    "20.11.2026;17;ТОО «Тұлпар»;240540000016;KZ41722C000000000001;;1 500 000,50;"
    "Пополнение BRG-000001-95;KZT"
)
OUT = "20.11.2026;18;Kcell;240540000711;KZ31601A000000000001;9000;;Связь;KZT"


def parsed(*lines, codec="utf-8"):
    body = "\n".join((TITLES, *lines)).encode(codec)
    return table_parse(body, layout_of(body), now=NOW)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_came_and_what_went_by_the_titles(codec):
    incoming, outgoing = parsed(IN, OUT, codec=codec).rows
    assert (incoming.direction, incoming.amount_minor) == (Direction.IN, 150_000_050)
    assert (incoming.line, incoming.number, incoming.booked_on) == (2, "17", date(2026, 11, 20))
    assert incoming.counterparty_tax_id == "240540000016"
    assert incoming.counterparty_iban == "KZ41722C000000000001"
    assert (incoming.purpose, incoming.currency) == ("Пополнение BRG-000001-95", "KZT")
    assert (outgoing.direction, outgoing.amount_minor) == (Direction.OUT, 900_000)


def test_the_sign_tells_the_way_where_there_is_one_column():
    body = b"Date;Sum\n2026-11-20;-15,00\n2026-11-20;20,00\n"
    rows = table_parse(body, layout_of(body), now=NOW).rows
    assert [(row.direction, row.amount_minor) for row in rows] == [
        (Direction.OUT, 1_500),
        (Direction.IN, 2_000),
    ]


def test_columns_may_be_named_by_a_person():
    body = b"a;b;c\n2026-11-20;15,00;x\n"
    rows = table_parse(body, layout_named(body, {"day": "a", "credit": "b"}), now=NOW).rows
    assert [(row.amount_minor, row.purpose) for row in rows] == [(1_500, "")]


def test_sums_below_the_table_are_no_movement():
    assert len(parsed(IN, "Итого;;;;;9000;1500000,50;;").rows) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("20.11.2026;1;;;;;0;;", StatementReason.NO_AMOUNT),
        ("20.11.2026;1;;;;;;;", StatementReason.NO_AMOUNT),
        ("20.11.2026;1;;;;5;5;;", StatementReason.NO_DIRECTION),
        ("20.11.2026;1;;;;;-5;;", StatementReason.BAD_AMOUNT),
        ("20.11.2026;1;;;;;1e30;;", StatementReason.BAD_AMOUNT),
        ("20.11.2026;1;;;;;10000000000000000;;", StatementReason.BAD_AMOUNT),
        ("20.11.2026;1;;;;;1,005;;", StatementReason.BAD_AMOUNT),
        ("20.11.2026;1;;;;;NaN;;", StatementReason.BAD_AMOUNT),
        ("31.02.2026;1;;;;;5;;", StatementReason.BAD_DATE),
        (";1;;;;;5;;", StatementReason.BAD_DATE),
    ],
)
def test_what_is_not_certain_is_refused_with_its_line(line, reason):
    with pytest.raises(StatementError) as refused:
        parsed(IN, line)
    assert (refused.value.reason, refused.value.line) == (reason, 3)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", StatementReason.NOT_A_STATEMENT),
        (b"%PDF-1.7", StatementReason.NOT_A_STATEMENT),
        (b"x" * (BYTES_MAX + 1), StatementReason.TOO_LARGE),
    ],
)
def test_no_table_is_refused(body, reason):
    with pytest.raises(StatementError) as refused:
        layout_of(body)
    assert refused.value.reason is reason


def test_a_statement_needs_a_day_and_a_sum():
    assert columns_missing(["day"])
    assert columns_missing(["credit", "debit"])
    assert not columns_missing(["day", "amount"])


FORM = "1CClientBankExchange\nРасчСчет=KZ31601A000000000001\nКонецФайла\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_form_of_1c_is_known_in_every_encoding(codec):
    body = FORM.encode(codec)
    assert not is_table(body)
    assert statement_parse(body).account_iban == "KZ31601A000000000001"


def test_two_accounts_in_one_file_are_refused():
    section = "СекцияРасчСчет\nРасчСчет=KZ41722C000000000001\nКонецРасчСчет\n"
    with pytest.raises(StatementError) as refused:
        statement_parse(FORM.replace("КонецФайла", section + "КонецФайла").encode())
    assert refused.value.reason is StatementReason.SEVERAL_ACCOUNTS
