"""A brand's decision on the order's page, and the influencer's page of a rejected sale."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Conversion, Rejection
from core.accounts.models import User
from tests.doors.conftest import NOW, public_id, the

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000
GROUND = {"reason_code": "22", "note": "Купон арнасында"}


def sale(number: str):
    return public_id(Conversion, order_number=number)


def png(name: str = "скрин.png") -> io.BytesIO:
    file = io.BytesIO(PNG)
    file.name = name
    return file


def portal(name: str, *args, language: str = "en") -> str:
    with override(language):
        return reverse(f"portal:{name}", args=args)


@pytest.fixture
def aliya(client, workplace):
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    return client


def test_the_page_offers_what_the_state_allows(workplace):
    def offered(number: str, who: str = "owner"):
        sales = workplace.page("order", workplace.order(number), who=who).sales
        return [(bool(each.approve_url), bool(each.reject_url)) for each in sales]

    assert offered("2") == [(True, True)]  # on hold
    assert offered("4") == [(False, True)]  # on its way
    assert offered("1") == offered("3") == offered("5") == []  # approved, cancelled, nobody's
    assert offered("2", "analyst") == []


def test_a_rejection_is_made_shown_and_taken_back(workplace):
    answer = workplace.post("sale_reject", sale("2"), file=png(), **GROUND)
    assert answer.url == workplace.url("order", workplace.order("2"))
    (shown,) = workplace.page("order", workplace.order("2")).sales
    said = shown.rejection
    assert (said.reason, said.note) == ("22, forbidden place", "Купон арнасында")
    assert (shown.minor, [file.name for file in said.files]) == (255_000, ["скрин.png"])
    assert (said.undo_until, said.answer_url) == (the(Rejection).undo_until, "")
    assert workplace.page("order", workplace.order("2"), who="analyst").sales[0].rejection.note

    workplace.post("sale_undo", sale("2"))
    assert workplace.page("order", workplace.order("2")).sales[0].rejection is None
    assert the(Conversion, order_number="2").status == "on_hold"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "reason_code"),
        ({"reason_code": "18", "note": "x"}, "reason_code"),
        ({"reason_code": "19"}, "note"),
        ({"reason_code": "19", "file": io.BytesIO(b"<svg/>")}, "file"),
    ],
)
def test_a_form_without_its_ground_comes_back(workplace, given, field):
    answer = workplace.post("sale_reject", sale("2"), **given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert the(Conversion, order_number="2").status == "on_hold"


def test_an_approved_sale_says_why_it_cannot_be_rejected(workplace):
    answer = workplace.post("sale_reject", sale("1"), **GROUND)
    assert answer.status_code == 422
    assert "approved already" in answer.content.decode()


def test_the_influencer_reads_why_and_answers_and_the_brand_reads_that(workplace, aliya):
    workplace.post("sale_reject", sale("2"), file=png(), **GROUND)
    page = aliya.get(portal("earning", sale("2"))).context["page"]
    said = page.rejection
    assert (said.reason, said.note, said.undo_url) == ("22, forbidden place", GROUND["note"], "")
    file = aliya.get(said.files[0].url)
    assert (file.content, file["Content-Type"]) == (PNG, "image/png")
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"

    words = {"answer": "Арна менікі емес", "file": png("жауап.png")}
    assert aliya.post(portal("earning_answer", sale("2")), words).status_code == 302
    (shown,) = workplace.page("order", workplace.order("2")).sales
    assert shown.rejection.answer == "Арна менікі емес"
    assert [each.name for each in shown.rejection.answer_files] == ["жауап.png"]
    again = aliya.post(portal("earning_answer", sale("2")), {"answer": "Тағы"})
    assert again.status_code == 422
    assert "answered already" in again.content.decode()


def test_an_empty_answer_comes_back_with_its_form(workplace, aliya):
    workplace.post("sale_reject", sale("2"), **GROUND)
    answer = aliya.post(portal("earning_answer", sale("2")), {"answer": " "})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["answer"])


def test_after_its_last_day_there_is_no_form(workplace, aliya):
    workplace.post("sale_reject", sale("2"), **GROUND)
    with time_machine.travel(NOW + timedelta(days=15), tick=False):
        aliya.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
        page = aliya.get(portal("earning", sale("2"))).context["page"]
    assert page.rejection.answer_url == ""


def test_nobody_else_reads_it(workplace, client):
    workplace.post("sale_reject", sale("2"), file=png(), **GROUND)
    said = workplace.page("order", workplace.order("2")).sales[0].rejection
    client.force_login(User.objects.get(pk=workplace.cast.sauran.person))
    address = portal("earning_file", said.files[0].url.rstrip("/").rpartition("/")[2])
    assert client.get(address).status_code == 404
    assert client.get(portal("earning", sale("2"))).status_code == 404
    assert client.post(portal("earning_answer", sale("2")), {"answer": "x"}).status_code == 404
