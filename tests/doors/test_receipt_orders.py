"""The brand is asked whether a receipt and an order are one purchase; the influencer is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Connection, Conversion, Order, ReceiptMatch
from core.accounts.models import User
from tests.attribution.phones import kaspi_open
from tests.attribution.receipts import NOW, registers_open
from tests.attribution.test_receipt_orders import (
    SHOWN,
    asked,
    looked_at,
    number_bought,
    paper_brought,
    shop_shows,
)
from tests.attribution.test_sale import held, the, work
from tests.clocks import clock_at
from tests.doors.conftest import public_id

REWARD = 123_000  # of 12 300,00 at 10 %


clock = clock_at(NOW)


@pytest.fixture
def wall(workplace):
    return kaspi_open(workplace.cast)


@pytest.fixture
def chain(workplace, wall):
    return registers_open(workplace.cast.tulpar)


def till(chain):
    return public_id(Connection, pk=chain.connection)


def sheet_of(workplace, person: int, conversion: Conversion):
    client = Client()
    client.force_login(User.objects.get(pk=person))
    with override("en"):
        return client.get(reverse("portal:earning", args=[conversion.public_id])).context["page"]


def test_a_question_is_shown_to_all_and_answered_by_who_may_write(workplace, wall, chain):
    cast = workplace.cast
    before = held(cast)[0]
    asked(cast, wall, chain, tenge=12_300)
    (question,) = workplace.page("receipts", till(chain)).questions
    (option,) = question.options
    kaspi = the(Order, source="kaspi")
    assert (question.influencer_name, question.minor) == ("Dana", 1_230_000)
    assert (option.title, option.value) == ("Order 701, Kaspi", str(kaspi.public_id))
    assert option.text.startswith("Aliya, ")
    analyst = workplace.client("analyst").get(workplace.url("receipts", till(chain)))
    assert analyst.context["page"].questions[0].answer_url == ""
    refused = workplace.client("analyst").post(question.answer_url, {"order": option.value})
    assert refused.status_code == 403
    sheet = sheet_of(workplace, cast.sauran.person, the(Conversion, source="receipt"))
    assert "until it answers, nothing is approved" in sheet.hint
    owner = workplace.client("owner")
    owner.post(question.answer_url, {"order": "nonsense"})
    assert the(ReceiptMatch).state == "open"
    owner.post(question.answer_url, {"order": option.value})
    work()
    assert the(ReceiptMatch).state == "same"
    assert the(ReceiptMatch).decided_by_id == cast.tulpar.owner
    page = workplace.page("receipts", till(chain))
    assert page.questions == []
    assert page.rows[0].joined_text == "One purchase with order 701 of Kaspi: paid once."
    sheet = sheet_of(workplace, cast.sauran.person, the(Conversion, source="receipt"))
    assert "paid once" in sheet.hint
    assert "701" not in sheet.hint  # an order of another influencer
    assert held(cast)[0] - before == REWARD


def test_what_was_taken_for_one_purchase_is_parted_in_a_press(workplace, wall, chain):
    cast = workplace.cast
    before = held(cast)[0]
    paper_brought(chain, total_minor=1_230_000)
    shop_shows(chain, replace(SHOWN, total_minor=1_230_000))
    number_bought(wall, tenge=12_300)
    looked_at()
    sheet = sheet_of(workplace, cast.tulpar.person, the(Conversion, source="receipt"))
    assert "your order 701" in sheet.hint
    (row,) = workplace.page("receipts", till(chain)).rows
    workplace.client("owner").post(row.part_url)
    work()
    (row,) = workplace.page("receipts", till(chain)).rows
    assert (row.joined_text, row.part_url) == ("", "")
    assert held(cast)[0] - before == 2 * REWARD
