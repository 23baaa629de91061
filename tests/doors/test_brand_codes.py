"""The brand's promo codes: list, file, pools, replacement, questions."""

from io import BytesIO

import pytest

from attribution.models import Conversion
from campaigns.models import Campaign, CodePool, Participation, PromoCode
from campaigns.selectors.codes import personal_code_counts, personal_code_page
from campaigns.services.codes import code_rotate
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body
from tests.attribution.test_sale import deliver
from tests.doors.conftest import public_id, the


def campaign_id(workplace):
    return public_id(Campaign, pk=workplace.cast.tulpar.campaign)


def participation_id(workplace):
    return public_id(Participation, pk=workplace.cast.tulpar.participation)


def send(workplace, text, **changes):
    file = BytesIO(text.encode())
    file.name = "codes.csv"
    given = {"name": "Stories", "file": file} | changes
    url = workplace.url("codes_new", campaign_id(workplace))
    return workplace.client("owner").post(url, given)


def post(workplace, name, *arguments, **given):
    return workplace.client("owner").post(workplace.url(name, *arguments), given, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def text_of(answer):
    return b"".join(answer.streaming_content).decode()


def test_the_list_shows_codes_with_what_buyers_type_for_them(workplace):
    code_rotate(participation_id=workplace.cast.tulpar.participation, wish="DANA25")
    page = workplace.page("codes", campaign_id(workplace))
    assert [(row.code, row.status) for row in page.rows] == [
        ("DANA25", "active"),
        ("AQTAS", "replaced"),
    ]
    assert page.rows[0].aliases == ("ДАНА25", "ВФТФ25")
    assert page.rows[1].when == "Counts until: Dec\u00a05"
    assert [row.code for row in workplace.page("codes", campaign_id(workplace), q="dаna").rows] == [
        "DANA25"
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_as_often_for_many_codes(workplace, count, django_assert_num_queries):
    for _n in range(count):
        code_rotate(participation_id=workplace.cast.tulpar.participation)
    with acting_as(brand=workplace.cast.tulpar.brand):
        campaign = Campaign.objects.get(pk=workplace.cast.tulpar.campaign)
        with django_assert_num_queries(3):
            page = personal_code_page(campaign)
            assert personal_code_counts(campaign)["active"] == 1
    assert len(page.rows) == count + 1


def test_the_code_is_replaced_from_the_page(workplace):
    answer = post(workplace, "code_rotate", participation_id(workplace), grace_days="0")
    new = the(PromoCode, participation_id=workplace.cast.tulpar.participation, state="active")
    assert said(answer) == [
        f"New code: {new.code}. Add it to your shop; the influencer has a letter."
    ]
    answer = post(workplace, "code_rotate", participation_id(workplace), grace_days="99")
    assert said(answer) == ["From 0 to 30 days."]


def test_a_schedule_is_set_and_a_wrong_one_refused(workplace):
    given = {"first_on": "2026-11-21", "last_on": "2026-11-30", "except_skus": "A-1\r\nA-2\r\n"}
    post(workplace, "code_schedule", participation_id(workplace), **given)
    assert the(PromoCode, pk=workplace.cast.tulpar.code).except_skus == ["A-1", "A-2"]
    (row,) = workplace.page("codes", campaign_id(workplace)).rows
    assert (row.first_on, row.last_on) == ("2026-11-21", "2026-11-30")
    assert row.when == "Counts: Nov\u00a021 – Nov\u00a030"
    wrong = given | {"last_on": "2026-11-01"}
    answer = post(workplace, "code_schedule", participation_id(workplace), **wrong)
    assert said(answer) == ["The last day is before the first one."]


def test_a_file_becomes_a_pool_with_its_counts(workplace):
    assert send(workplace, "code\nTUL-7F3K\nTUL-9Q2M\n").status_code == 302
    (pool,) = workplace.page("codes", campaign_id(workplace)).pools
    assert (pool.title, pool.issued, pool.unassigned, pool.name) == ("Stories", 2, 2, "")
    row = the(CodePool)
    answer = post(
        workplace, "code_pool_give", row.public_id,
        participation=str(participation_id(workplace)), count="1",
    )  # fmt: skip
    assert said(answer) == ["Codes given: 1"]
    answer = workplace.client("owner").get(workplace.url("code_pool_csv", row.public_id))
    assert '"TUL-7F3K";"Aliya";"Free"' in text_of(answer)
    assert said(post(workplace, "code_pool_void", row.public_id)) == ["Codes void: 2"]


def test_a_wrong_file_shows_its_rows_and_gives_them_as_a_table_that_runs_nothing(workplace):
    answer = send(workplace, "code\nGOOD77\n+cmd(1)\n12345\n")
    assert answer.status_code == 422
    page = answer.context["page"]
    assert [(fault.row, fault.text) for fault in page.faults] == [(3, "+cmd(1)"), (4, "12345")]
    table = text_of(workplace.client("owner").get(page.faults_url))
    assert '"3";"\'+cmd(1)";"A code has letters and digits only."' in table
    assert workplace.page("codes", campaign_id(workplace)).pools == []


def test_codes_of_ours_or_a_file_but_not_both_or_neither(workplace):
    assert send(workplace, "GOOD77\n", count="5").status_code == 422
    assert send(workplace, "", count="", file="").status_code == 422
    assert send(workplace, "", count="5", file="").status_code == 302


def test_a_question_is_answered_and_its_orders_are_credited(workplace, client):
    deliver(client, workplace.shop, order_body(7001, coupons=("AQTSA",)))
    (question,) = workplace.page("code_questions").rows
    assert (question.text, question.orders, question.codes[0].code) == ("AQTSA", 1, "AQTAS")
    given = {"look": question.look, "code": str(question.codes[0].value)}
    assert said(post(workplace, "code_question_say", **given)) == ["Orders decided again: 1"]
    assert the(Conversion, order_number="7001").status == "pending"
    assert workplace.page("code_questions").rows == []
    for wrong in ({}, {"look": "X" * 99, "nobody": "1"}, {"look": "AQTSA", "code": "²"}):
        (message,) = said(post(workplace, "code_question_say", **wrong))
        assert message in {"Choose whose code it is.", "There is no such text in the orders."}
