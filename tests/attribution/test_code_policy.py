"""Two campaigns of a brand meet in one order, and two codes of two influencers do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from attribution.connectors.registry import translator
from attribution.models import Conversion, Decision, Order, OrderVersion
from brands.models import Brand
from brands.policy_services import code_policy_set
from campaigns.models import Participation, PromoCode
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.campaigns import Second, second_campaign
from tests.attribution.shop import click_make, order_body
from tests.attribution.test_sale import count, deliver, the

ORDERED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def second(cast, shop) -> Second:
    """Another campaign of Tulpar, in which Dana has a code."""
    made = second_campaign(cast)
    text = {"code": "DANAT", "canonical": "DANAT", "skeleton": "DANAT"}
    with acting_as(system="test data"):
        PromoCode.objects.create(participation_id=made.participation, **text, **made.both)
    return made


def met(client, cast, shop, number: int = 1) -> tuple[int | None, str]:
    """Whose an order with Aliya's click and Dana's code is, and by which rule."""
    click = click_make(cast.tulpar, at=ORDERED_AT - timedelta(hours=2))
    body = order_body(number, click_id=click.click_id.hex, coupons=("DANAT",))
    deliver(client, shop, body)
    decided = the(Decision, order__external_id=str(number))
    return decided.participation_id, decided.rule


def test_between_two_campaigns_the_code_wins_until_the_brand_says_otherwise(
    client, cast, shop, second
):
    assert met(client, cast, shop, 1) == (second.participation, "code_wins")
    code_policy_set(brand_id=cast.tulpar.brand, policy="click_wins")
    assert met(client, cast, shop, 2) == (cast.tulpar.participation, "click_wins")
    assert the(Decision, order__external_id="1").rule == "code_wins"  # what is decided stays
    code_policy_set(brand_id=cast.tulpar.brand, policy="click_wins")
    with acting_as(ops=1):
        (entry,) = AuditEntry.objects.filter(action="brand.code_policy")
        assert (entry.before, entry.after) == (
            {"code_policy": "code_wins"},
            {"code_policy": "click_wins"},
        )
    assert the(Brand, pk=cast.sauran.brand).code_policy == "code_wins"


def test_within_a_campaign_its_own_terms_decide(client, cast, shop):
    code_policy_set(brand_id=cast.tulpar.brand, policy="click_wins")
    with acting_as(system="test data"):
        both = {
            "campaign_id": cast.tulpar.campaign,
            "brand_id": cast.tulpar.brand,
            "influencer_id": cast.sauran.influencer,
        }
        row = Participation.objects.create(terms_id=cast.tulpar.terms, state="approved", **both)
        text = {"code": "DANAT", "canonical": "DANAT", "skeleton": "DANAT"}
        PromoCode.objects.create(participation=row, **text, **both)
    assert met(client, cast, shop) == (row.pk, "code_wins")


@pytest.mark.parametrize("policy", ["code_only", "click_only", "", "nonsense"])
def test_a_rule_that_is_none_is_refused(cast, policy):
    with pytest.raises(Invalid):
        code_policy_set(brand_id=cast.tulpar.brand, policy=policy)


def test_a_brand_that_is_not_there_has_no_rule(db):
    with pytest.raises(NotFound):
        code_policy_set(brand_id=0, policy="code_wins")


# --- Which code discounted ------------------------------------------------------------------


def with_discounts(body: bytes, *amounts: str) -> bytes:
    order = json.loads(body)
    for coupon, amount in zip(order["coupon_lines"], amounts, strict=True):
        coupon["discount"] = amount
    return json.dumps(order).encode()


@pytest.mark.parametrize(
    ("amounts", "code", "rule"),
    [
        (("0.00", "0.00"), "DANAT", "later_code"),
        (("4500.00", "0.00"), "AQTAS", "discount_code"),
        (("0.00", "4500.00"), "DANAT", "discount_code"),
        (("1.00", "4500.00"), "DANAT", "later_code"),
    ],
)
def test_of_two_codes_the_one_that_took_something_off_counts(
    client, cast, shop, second, amounts, code, rule
):
    codes = ("aqtas", "danat")
    deliver(client, shop, with_discounts(order_body(1, coupons=codes), *amounts))
    decided = the(Decision)
    (won,) = [each for each in decided.trace if each["verdict"] == "decided"]
    assert (won["evidence"].upper(), decided.rule) == (code, rule)
    took = [text for text, amount in zip(codes, amounts, strict=True) if amount != "0.00"]
    assert the(Order).discounted_codes == took


def test_a_discount_that_comes_later_is_news_and_none_is_no_news(client, cast, shop, second):
    body = order_body(1, coupons=("AQTAS", "DANAT"))
    deliver(client, shop, body)
    assert "discounted_codes" not in the(OrderVersion).snapshot
    later = with_discounts(order_body(1, coupons=("AQTAS", "DANAT"), minutes=5), "10.00", "0.00")
    deliver(client, shop, later)
    assert count(Decision) == 2
    assert the(Conversion, status="pending").participation_id == cast.tulpar.participation


SHOPIFY = {
    "id": 820982911946154508,
    "name": "#1042",
    "currency": "KZT",
    "created_at": "2026-11-20T14:00:00+05:00",
    "updated_at": "2026-11-20T14:00:00+05:00",
    "financial_status": "paid",
    "line_items": [{"id": 1, "title": "Көрпе", "quantity": 1, "price": "25500.00"}],
}


@pytest.mark.parametrize(
    ("amounts", "discounted"),
    [
        (("4500.00", "0.00"), ("A",)),
        (("0.0", "12"), ("B",)),
        (("x", None), ()),
        (("NaN", "Infinity"), ()),
    ],
)
def test_shopify_tells_what_each_code_took_off(amounts, discounted):
    codes = [{"code": c, "amount": a} for c, a in zip("AB", amounts, strict=True)]
    raw = json.dumps(SHOPIFY | {"discount_codes": codes}).encode()
    (order,) = translator("shopify").parse(raw, {})
    assert (order.promo_codes, order.discounted_codes) == (("A", "B"), discounted)


def test_of_a_single_code_nobody_asks_what_it_took_off():
    raw = json.dumps(SHOPIFY | {"discount_codes": [{"code": "A", "amount": "1"}]}).encode()
    (order,) = translator("shopify").parse(raw, {})
    assert (order.promo_codes, order.discounted_codes) == (("A",), ())
