"""A brand's own file at its desk: columns, rows as we understand them, faults, undo."""

import io

import pytest

from attribution.models import Connection, Order, OrderUpload
from attribution.services import order_uploads
from core.tenancy.context import acting_as
from tests.attribution.test_sale import work
from tests.doors.conftest import count, table_make, the

RAW = (
    "Отчёт за ноябрь\n\nЗаказ;Дата;Сумма;Статус;Промокод\n"
    "A-1;20.11.2026 13:30;18 490,50;Отгружен;AQTAS\n"
    "A-2;21.11.2026;много;Доставлен;\n"
    "1,2E+10;21.11.2026;5;Доставлен;<script>alert(1)</script>\n"
).encode("cp1251")
FIELDS = {
    "header_row": "3",
    "order": "0",
    "placed": "1",
    "amount": "2",
    "status": "3",
    "promo": "4",
    "word_0": "fulfilled",
    "word_1": "fulfilled",
    "status_of_all": "paid",
    "amount_of": "row",
}


class File(io.BytesIO):
    name = "orders.csv"


def facts_of(page) -> dict[str, str]:
    return {fact.label: fact.value for fact in page.facts}


def chosen(workplace, **changes) -> tuple:
    at = table_make(workplace, RAW)
    answer = workplace.post("connection_upload_columns", *at, **(FIELDS | changes))
    assert answer.status_code == 302, answer.context["form"].errors
    return at


def test_a_source_of_files_is_connected_by_its_name(workplace):
    answer = workplace.post("connection_new", "file", name="Our sales")
    made = the(Connection, name="Our sales")
    assert answer.url == workplace.url("connection", made.public_id)
    page = workplace.page("connection", made.public_id)
    assert (page.card.key_text, page.token_url, page.rotate_url) == ("uploaded files", "", "")
    assert page.upload_url == workplace.url("connection_upload", made.public_id)


def test_a_table_leads_to_its_columns_with_our_guess_and_its_rows(workplace):
    address, _upload = table_make(workplace)
    answer = workplace.post("connection_upload", address, file=File(RAW))
    upload = the(OrderUpload, name="orders.csv").public_id
    assert answer.url == workplace.url("connection_upload_columns", address, upload)
    answer = workplace.get("connection_upload_columns", address, upload)
    page, form = answer.context["page"], answer.context["form"]
    assert page.titles == ["Order number", "Date of the order", "Sum", "Status", "Promo code"]
    assert [row.row for row in page.rows] == [4, 5, 6]
    assert [cell.text for cell in page.rows[0].cells] == [
        "A-1", "Nov\u00a020, 13:30", "18490.50", "Отгружен", "AQTAS",
    ]  # fmt: skip
    wrong = [cell.text for row in page.rows for cell in row.cells if cell.is_wrong]
    assert wrong[0] == "много is no amount"
    assert wrong[1].startswith("1,2E+10 Excel made a number like 1E+10 of it")
    assert [bound.label for bound in form.word_fields()] == ["«Отгружен»", "«Доставлен»"]
    assert [bound.initial for bound in form.word_fields()] == ["created", "fulfilled"]
    assert "<script>alert" not in answer.content.decode()


def test_looking_anew_changes_nothing(workplace):
    at = table_make(workplace, RAW)
    answer = workplace.post("connection_upload_columns", *at, look="1", **(FIELDS | {"amount": ""}))
    assert answer.status_code == 200
    assert answer.context["page"].titles == [
        "Order number",
        "Date of the order",
        "Status",
        "Promo code",
    ]
    assert the(OrderUpload).columns["titles"]["amount"] == "Сумма"


def test_a_header_in_another_row_is_guessed_anew(workplace):
    at = table_make(workplace, RAW)
    answer = workplace.post(
        "connection_upload_columns", *at, look="1", **(FIELDS | {"header_row": "4"})
    )
    assert answer.context["page"].titles == []
    assert answer.context["form"]["order"].field.choices[1] == ("0", "A: A-1")


def test_a_column_that_is_needed_is_asked_for_at_its_field(workplace):
    at = table_make(workplace, RAW)
    answer = workplace.post(
        "connection_upload_columns", *at, **(FIELDS | {"amount": "", "promo": "0"})
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "amount": ["Choose the column."],
        "order": ["This column is chosen twice."],
        "promo": ["This column is chosen twice."],
    }


@pytest.mark.parametrize("value", ["99", "-1", "x", "٣", "1" * 50])
def test_a_column_that_is_not_there_is_none(workplace, value):
    at = table_make(workplace, RAW)
    answer = workplace.post("connection_upload_columns", *at, **(FIELDS | {"order": value}))
    assert answer.status_code == 422


def test_what_was_read_is_shown_with_its_faults_to_take_away(workplace):
    at = chosen(workplace)
    page = workplace.page("connection_upload_check", *at)
    assert facts_of(page)["Orders in the file"] == "1"
    (first,) = page.orders
    assert (first.number, first.amount, first.codes) == ("A-1", "18\u00a0490,50\u00a0₸", "AQTAS")
    assert first.status == "received by the buyer"
    assert [(fault.row, fault.found) for fault in page.errors] == [(5, "много"), (6, "1,2E+10")]
    text = b"".join(workplace.get("connection_upload_errors", *at)).decode("utf-8-sig")
    assert text.splitlines()[:2] == [
        '"Row";"Column";"What stands there";"What is wrong"',
        '"5";"Сумма";"много";"is no amount"',
    ]


def test_a_stored_file_can_be_undone_and_what_stays_is_named(workplace):
    at = chosen(workplace)
    workplace.post("connection_upload_check", *at)
    work()
    assert workplace.page("connection_upload_check", *at).undo_text == "Undo 1 order of this file?"
    with acting_as(system="test"):
        Order.objects.filter(number="A-1").update(trust="pulled")
    assert workplace.post("connection_upload_undo", *at).status_code == 302
    page = workplace.page("connection_upload_check", *at)
    assert (facts_of(page)["Taken back"], facts_of(page)["Left as they are"]) == ("0", "1")
    assert [(row.number, row.text) for row in page.kept] == [
        ("A-1", "another source has told of it since")
    ]
    text = b"".join(workplace.get("connection_upload_kept", *at)).decode("utf-8-sig")
    assert text.splitlines()[1] == '"A-1";"another source has told of it since"'
    assert workplace.post("connection_upload_undo", *at).status_code == 409


def test_an_undone_order_says_so_in_its_history(workplace):
    at = chosen(workplace)
    workplace.post("connection_upload_check", *at)
    work()
    workplace.post("connection_upload_undo", *at)
    work()
    page = workplace.page("order", workplace.order("A-1"))
    assert page.versions[-1].change == "Upload undone"
    events = workplace.page("connection", at[0]).events
    assert {event.text for event in events} == {"Export of orders, A-1", "Upload undone, A-1"}


def test_long_work_shows_how_far_it_is(workplace, monkeypatch):
    monkeypatch.setattr(order_uploads, "SMALL_BYTES", 0)
    monkeypatch.setattr(order_uploads, "enqueue", lambda *_: None)
    at = chosen(workplace)
    page = workplace.page("connection_upload_check", *at)
    assert (page.work_text, page.percent, page.store_url) == ("We read the file", 0, "")
    assert 'hx-trigger="every 2s"' in workplace.get("connection_upload_check", *at).content.decode()


def test_a_refusal_further_down_is_said_on_the_page(workplace):
    at = table_make(workplace, RAW + b"Itogo")
    workplace.post("connection_upload_columns", *at, **(FIELDS | {"header_row": "6"}))
    with acting_as(system="test"):
        OrderUpload.objects.update(state="refused", refusal=["too_many_rows"])
    page = workplace.page("connection_upload_check", *at)
    assert page.refusal == ("The file has more than 100\u00a0000 rows. Export fewer days at once.")
    assert (page.facts, page.store_url) == ([], "")


def test_what_is_stored_has_no_columns_to_choose(workplace):
    at = chosen(workplace)
    workplace.post("connection_upload_check", *at)
    answer = workplace.get("connection_upload_columns", *at)
    assert answer.url == workplace.url("connection_upload_check", *at)


def test_a_payment_file_says_what_it_does_not_know(workplace):
    said = "neither the order nor the goods"
    assert said in workplace.get("connection_new", "acquirer").content.decode()
    workplace.post("connection_new", "acquirer", name="Our terminals")
    address = the(Connection, name="Our terminals").public_id
    assert said in workplace.get("connection_upload", address).content.decode()
    raw = "MID;RRN;Дата и время;Сумма\n501;0123;20.11.2026 13:30;5\n".encode()
    workplace.post("connection_upload", address, file=File(raw))
    upload = the(OrderUpload, name="orders.csv").public_id
    page = workplace.page("connection_upload_columns", address, upload)
    assert page.titles == ["Transaction number (RRN)", "Date and time", "Sum", "Merchant (MID)"]
    assert count(Order, source="acquirer") == 0
