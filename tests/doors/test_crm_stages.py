"""What the stages of a CRM mean, at the brand's desk; and the order that another source told."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Connection, Order
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.attribution.crm_world import amocrm, buy, click_of, lead, poll, row, tilda
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import the
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
STAGE = "stage-9217056-7039102"


@pytest.fixture
def owner(cast, sandbox):
    shop_open(cast.tulpar)
    sandbox.control("amocrm/token")
    client = Client()
    client.force_login(User.objects.get(pk=cast.tulpar.owner))
    with override_settings(SANDBOX_URL=sandbox.url):
        yield client


def address(cast, name, *args):
    with override("en"):
        return reverse(f"brand:{name}", args=[cast.tulpar.slug, *args])


def typed(form) -> dict:
    return {name: form[name].value() for name in form.fields}


def test_stages_and_fields_are_chosen_and_kept(cast, owner, sandbox):
    made = amocrm(cast, sandbox)
    url = address(cast, "connection_stages", made.public_id)
    assert url in owner.get(address(cast, "connection", made.public_id)).content.decode()
    sandbox.clock_move(2)
    page = owner.get(url)
    form = page.context["form"]
    assert [name for name, _stages in form.pipelines] == ["Продажи", "Опт"]
    assert form["stage-9217056-142"].field.disabled
    assert typed(form)[STAGE] == "created"
    assert typed(form)["code_field"] == "66339"
    sandbox.clock_move(2)
    given = typed(form) | {
        STAGE: "paid",
        "stage-9217056-142": "cancelled",  # won is won
        "code_field": "",
    }
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=2_000):
        answer = owner.post(url, given)
    assert answer.url == address(cast, "connection", made.public_id)
    kept = row(made).settings
    stages = kept["pipelines"]["9217056"]["stages"]
    assert (stages["7039102"]["word"], stages["142"]["word"]) == ("paid", "fulfilled")
    assert (kept["code_field"], kept["click_field"]) == ("", "66337")


@pytest.mark.parametrize("wrong", [{STAGE: "free"}, {"code_field": "404"}])
def test_a_word_or_a_field_that_is_none_is_refused(cast, owner, sandbox, wrong):
    made = amocrm(cast, sandbox)
    url = address(cast, "connection_stages", made.public_id)
    before = row(made).settings
    sandbox.clock_move(2)
    given = typed(owner.get(url).context["form"]) | wrong
    sandbox.clock_move(2)
    answer = owner.post(url, given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert row(made).settings == before


def test_a_crm_that_does_not_answer_is_said_and_nothing_is_lost(cast, owner, sandbox):
    made = amocrm(cast, sandbox)
    sandbox.control("faults", {"service": "amocrm", "fault": "500", "times": 1})
    answer = owner.get(address(cast, "connection_stages", made.public_id), follow=True)
    assert "does not tell its pipelines right now" in answer.content.decode()


def test_another_brands_crm_is_not_there(cast, owner, sandbox):
    made = amocrm(cast, sandbox)
    stranger = Client()
    stranger.force_login(User.objects.get(pk=cast.sauran.owner))
    with override("en"):
        url = reverse("brand:connection_stages", args=[cast.sauran.slug, made.public_id])
    assert stranger.get(url).status_code == 404


def test_the_order_of_a_crm_says_under_which_it_counts(cast, owner, sandbox):
    site, _crm = tilda(cast), amocrm(cast, sandbox)
    buy(owner, site, sandbox, click=click_of(cast))
    lead(sandbox, status_id=142)
    poll(sandbox)
    repeated = the(Order, source="amocrm")
    said = owner.get(address(cast, "order", repeated.public_id)).content.decode()
    assert "This sale counts under order 1557604691 of Tilda: one sale is paid once." in said
    with acting_as(system="test"):
        public_id = Connection.objects.get(source="tilda").public_id
    log = owner.get(address(cast, "connection", public_id)).content.decode()
    assert "Another source, 1557604691" in log
