"""The queue of mistyped codes: what is asked about, and what an answer does."""

from datetime import UTC, datetime

import pytest
import time_machine

from attribution.models import Conversion, Decision
from attribution.selectors.code_queue import code_questions
from attribution.services.code_queue import CodeTextKnown, code_text_assign, code_text_dismiss
from campaigns.models import CodeAlias, PromoCode
from campaigns.services import campaign_join
from campaigns.services.codes import code_rotate
from core.audit.models import AuditEntry
from core.errors import NotFound
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body
from tests.attribution.test_sale import count, deliver
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


_noon = clock_at(NOW)


def order(client, shop, *coupons, number=9001):
    deliver(client, shop, order_body(number, coupons=coupons))


def asked(cast):
    with acting_as(brand=cast.tulpar.brand):
        return code_questions(cast.tulpar.brand)


def assign(cast, look, code_id=None):
    return code_text_assign(
        brand_id=cast.tulpar.brand, look=look, code_id=code_id or cast.tulpar.code
    )


def test_a_slip_of_the_finger_is_asked_about_and_a_shops_own_code_is_not(
    client, cast, shop, django_assert_max_num_queries
):
    order(client, shop, "AQTSA", number=1)
    order(client, shop, "aqtsa", number=2)
    order(client, shop, "SALE20", "AQTAS", number=3)
    with acting_as(brand=cast.tulpar.brand), django_assert_max_num_queries(5):
        (question,) = code_questions(cast.tulpar.brand)
    assert (question.skeleton, question.orders, question.is_shared) == ("AQTSA", 2, False)
    assert [code.code for code in question.codes] == ["AQTAS"]


def test_an_answer_decides_the_orders_again_and_those_that_come(client, cast, shop):
    order(client, shop, "AQTSA", number=1)
    assert count(Conversion) == 0
    assert assign(cast, "AQTSA") == 1
    order(client, shop, "aqtsa", number=2)
    assert count(Conversion) == 2
    with acting_as(system="test"):
        assert Decision.objects.latest("pk").trace[0]["typed_as"] == "by_hand"
    with acting_as(ops=cast.maker):
        assert AuditEntry.objects.filter(action="code_text.say").count() == 1
    assert asked(cast) == []


def test_what_is_dismissed_is_asked_about_no_more(client, cast, shop):
    order(client, shop, "AQTSA")
    code_text_dismiss(brand_id=cast.tulpar.brand, look="AQTSA")
    assert asked(cast) == []
    assert count(Conversion) == 0
    with pytest.raises(CodeTextKnown):
        assign(cast, "AQTSA")


def test_what_stands_for_two_people_is_asked_about_with_both(client, cast, shop):
    code_rotate(participation_id=cast.tulpar.participation, wish="DAVA22")
    with acting_as(influencer=cast.sauran.influencer):
        dana = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    hers = code_rotate(participation_id=dana.pk, wish="DAWA22")
    with time_machine.travel(NOW, tick=False):
        deliver(client, shop, order_body(1, coupons=("дава22",), placed=NOW))
    (question,) = asked(cast)
    assert question.is_shared
    assert {code.code for code in question.codes} == {"DAVA22", "DAWA22"}
    assign(cast, question.skeleton, hers.pk)
    with acting_as(system="test"):
        assert Conversion.objects.get().influencer_id == cast.sauran.influencer
        alias = CodeAlias.objects.get(text="ДАВА22")
    assert (alias.kind, alias.code_id, alias.ambiguous_at) == ("by_hand", hers.pk, None)


@pytest.mark.parametrize("look", ["NOTHING", "", "\x00", "A" * 90])
def test_a_text_that_nobody_typed_is_not_found(cast, shop, look):
    with pytest.raises(NotFound):
        assign(cast, look)


def test_another_brands_code_and_text_are_not_found(client, cast, shop):
    order(client, shop, "AQTSA")
    with pytest.raises(NotFound):
        assign(cast, "AQTSA", cast.sauran.code)
    with pytest.raises(NotFound):
        code_text_dismiss(brand_id=cast.sauran.brand, look="AQTSA")
    with acting_as(brand=cast.sauran.brand):
        assert code_questions(cast.tulpar.brand) == []
    assert count(CodeAlias) == 0
    assert count(PromoCode) == 2
