"""Kaspi at the brand's desk: the form of its token, and the export of orders row by row."""

import pytest

from attribution.models import Connection, InboundEvent, Order, OrderUpload, PollCursor
from core.tenancy.context import acting_as
from tests.attribution.connectors.kaspi.sheets import row
from tests.attribution.test_sale import work
from tests.doors.conftest import (
    OrderFile,
    count,
    marketplace_id,
    shop_id,
    the,
    upload_make,
    written,
)


def put(workplace, address, *rows, who="owner", file=None):
    return workplace.post("connection_upload", address, who=who, file=file or OrderFile(*rows))


def facts_of(page) -> dict[str, str]:
    return {fact.label: fact.value for fact in page.facts}


def test_a_shop_without_a_token_is_connected_for_files(workplace):
    answer = workplace.post("connection_new", "kaspi", name="Our Kaspi", token="")
    made = the(Connection, name="Our Kaspi")
    assert answer.url == workplace.url("connection", made.public_id)
    assert count(PollCursor, connection=made) == 0
    page = workplace.page("connection", made.public_id)
    assert page.card.cause == "Connected. Upload the first export of your orders."
    assert page.card.key_text == "uploaded files"
    assert page.upload_url == workplace.url("connection_upload", made.public_id)
    assert (page.token_text, facts_of(page)["Trust"]) == ("Give a token", "unsigned hint")


def test_what_kaspi_cannot_do_is_said_before_and_after(workplace):
    said = "Kaspi tells neither the click nor a promo code of an order."
    address, _upload = upload_make(workplace)
    assert said in workplace.get("connection_new", "kaspi").content.decode()
    assert said in workplace.get("connection", address).content.decode()
    assert said not in workplace.get("connection", shop_id(workplace)).content.decode()


@pytest.mark.parametrize("token", ["two words", "токен", "x" * 600])
def test_a_token_that_is_none_is_refused_at_its_field(workplace, token):
    before = count(Connection)
    answer = workplace.post("connection_new", "kaspi", name="Our Kaspi", token=token)
    assert answer.status_code == 422
    assert "This is not a whole token" in " ".join(answer.context["form"].errors["token"])
    assert token not in str(answer.context["form"].errors)
    assert count(Connection) == before


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("credentials_refused (401): no", "Kaspi refuses the token (401)"),
        ("access_denied (403): no", "The head of the company can make another one"),
        ("no_answer: GET https://kaspi.kz: no answer in 15 s", "outside Kazakhstan"),
    ],
)
def test_a_failure_of_kaspi_is_told_in_plain_words(workplace, error, said):
    address, _upload = upload_make(workplace)
    with acting_as(system="test data"):
        Connection.objects.filter(public_id=address).update(state="failing", error=error)
    assert said in workplace.page("connection", address).card.cause


def test_silence_of_another_source_says_nothing_of_kaspi(workplace):
    with acting_as(system="test data"):
        Connection.objects.filter(pk=workplace.marketplace).update(
            state="failing", error="no_answer: x"
        )
    cause = workplace.page("connection", marketplace_id(workplace)).card.cause
    assert "does not answer as it should" in cause
    assert "Kazakhstan" not in cause


def test_a_file_is_looked_at_before_anything_is_stored(workplace):
    address, _upload = upload_make(workplace)
    rows = [row("1"), row("2", status="Возврат"), row("3", amount="много"), row("4", placed=None)]
    answer = put(workplace, address, *rows)
    upload = the(OrderUpload, orders_count=2)
    assert answer.url == workplace.url("connection_upload_check", address, upload.public_id)
    page = workplace.page("connection_upload_check", address, upload.public_id)
    assert facts_of(page) == {
        "Orders in the file": "2",
        "Received by the buyer": "1",
        "Returned": "1",
        "Known from an earlier file": "0",
        "New": "2",
        "Faults": "2",
    }
    assert [(fault.row, fault.column, fault.text) for fault in page.errors] == [
        (4, "Сумма", "is no amount"),
        (5, "Дата поступления заказа", "is empty"),
    ]
    assert page.store_text == "Store 2 orders"
    assert count(InboundEvent, endpoint="file") == 0


def test_the_brands_word_stores_it_once(workplace):
    address, upload = upload_make(workplace, row("1"), row("2"))
    answer = workplace.post("connection_upload_check", address, upload)
    assert answer.url == workplace.url("connection", address)
    work()
    assert {each.trust for each in orders()} == {"hint"}
    page = workplace.page("connection", address)
    assert {(event.text, event.trust) for event in page.events} == {
        ("Export of orders, 1", "unsigned hint"),
        ("Export of orders, 2", "unsigned hint"),
    }
    after = workplace.page("connection_upload_check", address, upload)
    assert (after.store_url, facts_of(after)["New"]) == ("", "2")
    assert workplace.post("connection_upload_check", address, upload).status_code == 409
    assert len(orders()) == 2


def orders():
    with acting_as(system="test"):
        return list(Order.objects.filter(source="kaspi"))


def test_what_an_earlier_file_said_is_not_new(workplace):
    address, upload = upload_make(workplace, row("1"))
    workplace.post("connection_upload_check", address, upload)
    put(workplace, address, row("1"))
    again = the(OrderUpload, state="read")
    page = workplace.page("connection_upload_check", address, again.public_id)
    assert (facts_of(page)["Known from an earlier file"], facts_of(page)["New"]) == ("1", "0")
    assert page.store_url == ""
    past = workplace.page("connection_upload", address).past
    assert [each.text for each in past] == ["not stored", "1 order"]


def test_a_file_that_is_none_is_refused_at_its_field(workplace):
    address, _upload = upload_make(workplace)
    before = written(workplace)
    file = OrderFile()
    file.getvalue = lambda: b"no spreadsheet"
    answer = put(workplace, address, file=file)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        "This is not an Excel file (.xlsx) that we can read."
    ]
    assert workplace.post("connection_upload", address).status_code == 422
    assert written(workplace) == before


def test_a_body_of_an_export_is_shown_without_anything_personal(workplace):
    address, upload = upload_make(workplace)
    workplace.post("connection_upload_check", address, upload)
    event = the(InboundEvent, endpoint="file")
    body = workplace.page("connection_event", address, event.pk).event.body
    assert '"amount": "18490"' in body
    assert '"changed_on": "2026-11-20"' in body
    assert "Айгерим" not in body


def test_a_source_without_files_has_no_such_page(workplace):
    shop = shop_id(workplace)
    assert workplace.get("connection_upload", shop).status_code == 404
    assert put(workplace, shop).status_code == 404
    assert workplace.page("connection", shop).upload_url == ""


def test_an_upload_of_another_source_is_not_found(workplace):
    _address, upload = upload_make(workplace)
    workplace.post("connection_new", "kaspi", name="Other", token="")
    other = the(Connection, name="Other").public_id
    assert workplace.get("connection_upload_check", other, upload).status_code == 404


def test_naughty_names_are_text(workplace):
    address, _upload = upload_make(workplace)
    file = OrderFile(row("1", name="<script>alert(1)</script>", amount="<b>"))
    file.name = "<img src=x>.xlsx"
    put(workplace, address, file=file)
    upload = the(OrderUpload, errors_count=1)
    page = workplace.get("connection_upload_check", address, upload.public_id).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
