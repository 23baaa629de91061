"""The bank takes 1CClientBankExchange and answers in it (facts/kazakhstan.md 5.5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

PAYER = "KZ41722C000000000001"


def document(number: str, amount: str = "96000.00", **extra: str) -> str:
    values = {
        "НомерДокумента": number,
        "ДатаДокумента": "21.11.2026",
        "Сумма": amount,
        "Валюта": "KZT",
        "ПлательщикНаименование": "ТОО Birge",
        "ПлательщикБИН_ИИН": "240540000016",
        "ПлательщикИИК": PAYER,
        "ПолучательНаименование": "ИП САПАРОВА",
        "ПолучательИИК": "KZ31601A000000000001",
        "НазначениеПлатежа": "Вознаграждение",
        "КодНазначенияПлатежа": "859",
    } | extra
    body = "\r\n".join(f"{key}={value}" for key, value in values.items() if value)
    return f"СекцияДокумент=ПлатежноеПоручение\r\n{body}\r\nКонецДокумента\r\n"


def payment_file(*documents: str) -> str:
    head = "1CClientBankExchange\r\nВерсияФормата=2.00\r\nКодировка=UTF8\r\n"
    return head + "Документ=ПлатежноеПоручение\r\n" + "".join(documents) + "КонецФайла\r\n"


def send(sandbox, text: str, encoding: str = "utf-8") -> int:
    return sandbox.control("bank/files", text.encode(encoding))["id"]


def statement(sandbox, file_id: int, encoding: str = "utf-8") -> str:
    return sandbox.get(f"/bank/files/{file_id}/statement").body.decode(encoding)


def entries(text: str) -> list[dict[str, str]]:
    parts = text.split("СекцияДокумент=")[1:]
    lines = [part.split("КонецДокумента")[0].split("\r\n")[1:-1] for part in parts]
    return [dict(line.split("=", 1) for line in one) for one in lines]


def test_every_document_is_executed(sandbox):
    file_id = send(sandbox, payment_file(document("101"), document("102", "75150.50")))
    text = statement(sandbox, file_id)
    assert text.startswith("1CClientBankExchange\r\n")
    assert text.endswith("КонецФайла\r\n")
    assert [(one["НомерДокумента"], one["СуммаРасход"]) for one in entries(text)] == [
        ("101", "96000.00"),
        ("102", "75150.50"),
    ]
    assert f"РасчСчет={PAYER}" in text
    assert "ВсегоСписано=171150.50" in text
    assert "КонечныйОстаток=99828849.50" in text


def test_a_returned_document_comes_back_under_its_number(sandbox):
    file_id = send(sandbox, payment_file(document("101"), document("102")))
    outcome = {"number": "102", "outcome": "returned"}
    sandbox.control(f"bank/files/{file_id}/outcome", outcome)
    out, other, back = entries(statement(sandbox, file_id))
    assert (out["НомерДокумента"], other["НомерДокумента"]) == ("101", "102")
    assert (back["НомерДокумента"], back["СуммаПриход"]) == ("102", "96000.00")
    assert back["ПолучательИИК"] == PAYER
    assert "ВсегоПоступило=96000.00" in statement(sandbox, file_id)


def test_a_rejected_document_is_not_in_the_statement(sandbox):
    file_id = send(sandbox, payment_file(document("101"), document("102")))
    outcome = {"number": "102", "outcome": "rejected"}
    sandbox.control(f"bank/files/{file_id}/outcome", outcome)
    assert [one["НомерДокумента"] for one in entries(statement(sandbox, file_id))] == ["101"]


def test_the_statement_is_dated_by_sandbox_time(sandbox):
    sandbox.control("clock", {"offset_seconds": 22 * 86_400})
    file_id = send(sandbox, payment_file(document("101")))
    (entry,) = entries(statement(sandbox, file_id))
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    assert entry["ДатаОперации"] == f"{now + timedelta(hours=5):%d.%m.%Y}"  # by Almaty's days
    assert entry["ДатаДокумента"] == "21.11.2026"


def test_a_file_in_cp1251_gets_its_statement_in_cp1251(sandbox):
    file_id = send(sandbox, payment_file(document("101")), "cp1251")
    text = statement(sandbox, file_id, "cp1251")
    assert "Кодировка=Windows" in text
    assert entries(text)[0]["ПолучательНаименование"] == "ИП САПАРОВА"


def test_doubled_quotes_around_a_value_are_taken_off(sandbox):
    named = document("101", ПолучательНаименование='"ТОО ""ALMA"""')
    taken = sandbox.control("bank/files", payment_file(named).encode())
    assert taken["documents"][0]["ПолучательНаименование"] == 'ТОО "ALMA"'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first line"),
        ("<html>", "first line"),
        (payment_file(document("101")).replace("КонецФайла", ""), "was cut"),
        (payment_file(document("101")).replace("КонецДокумента\r\n", ""), "without КонецДокумента"),
        (payment_file(), "no document"),
        (payment_file(document("")), "without НомерДокумента"),
        (payment_file(document("101", "")), "without Сумма"),
        (payment_file(document("101", "сто")), "not an amount"),
        (payment_file(document("101", "-1")), "must be positive"),
        (payment_file(document("101", "NaN")), "must be positive"),
        (payment_file(document("101", ПолучательИИК="")), "without ПолучательИИК"),
    ],
)
def test_a_file_the_bank_does_not_take(sandbox, text, why):
    answer = sandbox.post("/_control/bank/files", text.encode())
    assert answer.status == 400
    assert why in answer.json["error"]
    assert sandbox.get("/_control/bank/files").json == {"files": []}


@pytest.mark.parametrize(
    "body", [{"number": "999", "outcome": "returned"}, {"number": "101", "outcome": "lost"}]
)
def test_an_outcome_that_cannot_be(sandbox, body):
    file_id = send(sandbox, payment_file(document("101")))
    assert sandbox.post(f"/_control/bank/files/{file_id}/outcome", body).status in (400, 404)


def test_a_person_uploads_a_file_on_the_page(sandbox):
    files = {"file": ("payments.txt", payment_file(document("101")).encode())}
    assert sandbox.client.post("/bank/upload", files=files).status_code == 303
    page = sandbox.get("/bank/").text
    assert "KZ31601A000000000001" in page
    form = b"number=101&outcome=returned"
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sandbox.post("/bank/files/1/outcome", form, typed).status == 303
    assert len(entries(statement(sandbox, 1))) == 2
