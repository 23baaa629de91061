"""Mistakes that other exchanges are known for, as orders that go the whole way here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import time_machine
from django.test import Client

from attribution.connectors.files import choice_of
from attribution.connectors.postback.reading import sign
from attribution.models import Candidate, Conversion, ConversionVersion, Rejection
from attribution.services.connections import connection_create
from attribution.services.leak_decisions import leak_mode_set
from attribution.services.leak_guard import leaks_find
from attribution.services.lifecycle import conversions_advance, conversions_fund
from attribution.services.order_uploads import (
    upload_columns_choose,
    upload_receive,
    upload_store,
)
from attribution.services.same_sale import same_sales_sweep
from attribution.services.verdicts import Speaker, conversion_reject
from brands.models import Brand
from campaigns.domain.reasons import ReasonCode
from campaigns.models import CampaignTotals, Participation, PromoCode, Terms, TrackingLink
from campaigns.services.decisions import Reason, participation_remove
from campaigns.services.lifecycle import campaign_top_up
from campaigns.services.participations import participation_leave
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.models import Entry
from ledger.selectors import balance_minor
from tests.attribution.connectors.tilda.test_connector import the as the_order
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_leak_guard import finding_make
from tests.attribution.test_sale import COMMISSION, PLACED, count, deliver, held, the, work
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BUDGET = 50_000_000


_noon = clock_at(NOW)


def also_here(cast):
    """Dana takes part in Tulpar's campaign too, with a link and the code DANAT."""
    both = {
        "campaign_id": cast.tulpar.campaign,
        "brand_id": cast.tulpar.brand,
        "influencer_id": cast.sauran.influencer,
    }
    with acting_as(system="test"):
        participation = Participation.objects.create(
            terms_id=cast.tulpar.terms, state=Participation.State.APPROVED, **both
        )
        link = TrackingLink.objects.create(
            participation=participation, destination_url="https://tulpar.example/1", **both
        )
        PromoCode.objects.create(
            participation=participation, code="DANAT", canonical="DANAT", skeleton="DANAT", **both
        )
    return replace(
        cast.tulpar,
        influencer=cast.sauran.influencer,
        participation=participation.pk,
        link=link.pk,
        token=link.token,
    )


def terms_set(cast, **changes) -> None:
    with acting_as(system="test"):
        terms = Terms.objects.create(
            **{
                "campaign_id": cast.tulpar.campaign,
                "brand_id": cast.tulpar.brand,
                "version": 2,
                "commission_bps": 1000,
                "published_at": NOW,
            }
            | changes
        )
        Participation.objects.filter(campaign_id=cast.tulpar.campaign).update(terms=terms)


# --- One sale, three ways of telling it -----------------------------------------------------------


def by_webhook(cast, shop, client):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=1))
    deliver(client, shop, order_body(104233, click_id=click.click_id.hex))


def by_file(cast, shop, client):
    made, _secret = connection_create(brand=brand_of(cast), source="file", name="Our sales")
    raw = "Заказ;Дата;Сумма;Статус;Промокод\n104233;20.11.2026;25500;Доставлен;AQTAS"
    taken = upload_receive(
        connection_id=made.pk, name="orders.csv", raw=raw.encode(), user_id=cast.tulpar.owner
    )
    read = upload_columns_choose(upload_id=taken.pk, choice=choice_of(taken.columns))
    upload_store(upload_id=read.pk)
    work()


def by_postback(cast, shop, client):
    made, secret = connection_create(
        brand=brand_of(cast), source="postback", name="Tracker", preset="native", currency="KZT"
    )
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    said = {
        "clickid": click.click_id.hex, "order_id": "104233", "sum": "25500.00",
        "currency": "KZT", "status": "approved", "ts": str(int(NOW.timestamp())),
    }  # fmt: skip
    answer = Client().get(f"/postback/{made.endpoint_token}", {**said, "sig": sign(said, secret)})
    assert answer.status_code == 200
    work()


def brand_of(cast) -> Brand:
    with acting_as(system="test"):
        return Brand.objects.get(pk=cast.tulpar.brand)


@pytest.mark.parametrize(
    "told",
    list(permutations([by_webhook, by_file, by_postback])),
    ids=lambda told: "-".join(each.__name__[3:] for each in told),
)
def test_one_order_by_webhook_file_and_postback_is_one_commission(cast, shop, client, told):
    for tell in told:
        tell(cast, shop, client)
    same_sales_sweep()
    work()
    with acting_as(system="test"):
        living = Conversion.objects.exclude(status__in=["rejected", "reversed"])
        assert [each.commission_minor for each in living] == [COMMISSION]
    assert held(cast) == (COMMISSION, 0, BUDGET - COMMISSION)


# --- Refunds, bit by bit --------------------------------------------------------------------------


def test_refunds_in_parts_and_then_of_the_rest_sum_to_nothing_exactly(cast, shop, client):
    """7.77 % of 33 333.33 is 2 589.999741: 2 590.00. After 11 111.11 came back 22 222.22 is left:
    1 726.67; after 22 222.21 more a tiyn-odd 1.12 earns 0.09; then nothing."""
    terms_set(cast, commission_bps=777)
    body = {"coupons": ("AQTAS",), "total": "33333.33", "status": "completed"}
    steps = ((None, 259_000), ("11111.11", 172_667), ("33332.21", 9))
    for minutes, (refunded, earns) in enumerate(steps):
        deliver(client, shop, order_body(**body, refunded=refunded, minutes=minutes))
        assert held(cast) == (earns, 0, BUDGET - earns)
    deliver(client, shop, order_body(**body, refunded="33333.33", minutes=99))
    assert (the(Conversion).status, held(cast)) == ("reversed", (0, 0, BUDGET))
    with acting_as(system="test"):
        worth = ConversionVersion.objects.order_by("number").values_list("commission_minor")
        assert [minor for (minor,) in worth] == [259_000, 172_667, 9, 0]
        totals = CampaignTotals.objects.get()
        assert (totals.accrued_minor, totals.fee_accrued_minor) == (0, 0)
        owner = (cast.tulpar.brand, cast.tulpar.campaign)
        assert balance_minor(accounts.fee_hold(*owner)) == 0
        moves = Entry.objects.filter(journal__kind="accrual")
        assert sum(moves.values_list("amount_minor", flat=True)) == 0
        assert ledger_findings() == []


# --- A code of one and a link of another ----------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "winner", "rule", "loser"),
    [
        ("code_wins", "Aliya", "code_wins", ("Dana", "assist", "code_wins")),
        ("click_wins", "Dana", "click_wins", ("Aliya", "assist", "click_wins")),
        ("code_only", "Aliya", "only_candidate", ("Dana", "dropped", "links_do_not_count")),
        ("click_only", "Dana", "only_candidate", ("Aliya", "dropped", "codes_do_not_count")),
    ],
)
def test_the_code_of_aliya_and_the_link_of_dana(cast, shop, client, policy, winner, rule, loser):
    dana = also_here(cast)
    terms_set(cast, code_policy=policy)
    click = click_make(dana, at=PLACED - timedelta(hours=3))
    deliver(client, shop, order_body(coupons=("AQTAS",), click_id=click.click_id.hex))
    conversion = the(Conversion)
    with acting_as(system="test"):
        assert (conversion.influencer.name, conversion.decision.rule) == (winner, rule)
        lost = Candidate.objects.exclude(verdict="decided").select_related("influencer")
        assert [(each.influencer.name, each.verdict, each.reason) for each in lost] == [loser]
    loser_id = cast.sauran.influencer if loser[0] == "Dana" else cast.tulpar.influencer
    with acting_as(influencer=loser_id):  # who lost reads their own row, and nobody's earnings
        assert Candidate.objects.get().verdict == loser[1]
        assert not Conversion.objects.exists()


# --- Who has left ---------------------------------------------------------------------------------


def leave(cast) -> None:
    participation_leave(participation_id=cast.tulpar.participation)


def remove(cast) -> None:
    with acting_as(ops=cast.maker):
        why = Reason(code=ReasonCode.OTHER, note="Contract ended")
        participation_remove(participation_id=cast.tulpar.participation, reason=why)


@pytest.mark.parametrize("end", [leave, remove])
def test_who_is_out_keeps_what_was_sold_before_and_earns_nothing_after(cast, shop, client, end):
    before = {"coupons": ("AQTAS",), "placed": NOW - timedelta(hours=1)}
    deliver(client, shop, order_body(1, **before))
    click = click_make(cast.tulpar, at=NOW - timedelta(hours=2))
    end(cast)

    # The goods of the first order arrive; the second was placed before the end and told after it
    deliver(client, shop, order_body(1, status="completed", minutes=90, **before))
    deliver(client, shop, order_body(2, **before))
    after = NOW + timedelta(minutes=1)
    deliver(client, shop, order_body(3, coupons=("AQTAS",), placed=after))
    deliver(client, shop, order_body(4, click_id=click.click_id.hex, placed=after))

    with acting_as(system="test"):
        living = dict(Conversion.objects.values_list("order_number", "status"))
        late = Candidate.objects.filter(order__number__in=["3", "4"]).order_by("order__number")
        reasons = [each.reason for each in late]
    assert living == {"1": "on_hold", "2": "pending"}
    assert reasons == ["not_participating", "not_participating"]
    assert held(cast)[0] == 2 * COMMISSION


def test_a_removal_for_a_leak_freezes_what_is_disputed_and_nothing_else(cast, shop, client):
    """Aliya's code leaked and the brand ends with her. Her follower's tap is nobody's dispute: that
    sale is approved and payable at its time. The code's sale waits, what was rejected stays."""
    click = click_make(cast.tulpar, at=PLACED - timedelta(hours=3))
    deliver(client, shop, order_body(1, click_id=click.click_id.hex, status="completed"))
    for number in (2, 3):
        deliver(client, shop, order_body(number, coupons=("AQTAS",), status="completed"))
    leaks_find()  # which uses of the code had a click
    finding_make(cast.tulpar)
    leak_mode_set(campaign_id=cast.tulpar.campaign, mode="enforce")
    speaker = Speaker(cast.tulpar.brand, Rejection.Door.PAGE, cast.tulpar.owner)
    rejected = the(Conversion, order_number="3")
    conversion_reject(
        conversion_id=rejected.public_id, reason_code=19, note="pepper.ru/kupon", speaker=speaker
    )
    why = Reason(code=ReasonCode.LEAK)
    participation_remove(participation_id=cast.tulpar.participation, reason=why)

    with time_machine.travel(datetime(2026, 12, 12, tzinfo=UTC), tick=False):
        assert conversions_advance() == 1
    with acting_as(system="test"):
        found = dict(Conversion.objects.values_list("order_number", "status"))
    assert found == {"1": "approved", "2": "on_hold", "3": "rejected"}
    assert held(cast)[:2] == (COMMISSION, COMMISSION)  # on hold; approved


# --- Ids ------------------------------------------------------------------------------------------


def test_the_influencers_id_is_paid_and_never_their_logins(cast, shop, client):
    assert cast.tulpar.person != cast.tulpar.influencer
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    assert the(Conversion).influencer_id == cast.tulpar.influencer
    with acting_as(system="test"):
        assert balance_minor(accounts.influencer_hold(cast.tulpar.influencer)) == COMMISSION
        assert balance_minor(accounts.influencer_hold(cast.tulpar.person)) == 0
    with acting_as(influencer=cast.tulpar.person):
        assert not Conversion.objects.exists()


# --- A discount of the whole order ----------------------------------------------------------------


def test_a_discount_of_ten_over_three_lines_is_ten():
    """Three goods at 33.33, 33.33 and 33.34 for 90.00: each bears its part, and no tiyn is lost."""
    goods = [
        {"name": f"Goods {n}", "quantity": 1, "amount": amount, "price": amount, "sku": f"S{n}"}
        for n, amount in enumerate(("33.33", "33.33", "33.34"))
    ]
    payment = {"orderid": "1", "products": goods, "discount": "10", "amount": "90"}
    order = the_order(json.dumps({"payment": payment}).encode())
    amounts = [line.amount_minor for line in order.lines]
    assert amounts == [3_000, 3_000, 3_000]  # 3 333 - 333.3, 3 333 - 333.3, 3 334 - 333.4
    assert sum(amounts) == 9_000


# --- After the budget -----------------------------------------------------------------------------


def test_orders_after_the_budget_queue_and_drain_in_their_order(cast, client):
    """Money for one; a top-up for two more. The fourth is small and does not overtake the third."""
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    for number in (1, 2, 3):
        deliver(client, shop, order_body(number, coupons=("AQTAS",)))
    assert the(Conversion, order_number="1").status == "pending"
    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=COMMISSION + 10_000)
    assert conversions_fund() == 1
    deliver(client, shop, order_body(4, coupons=("AQTAS",), total="25500.00"))
    with acting_as(system="test"):
        found = dict(Conversion.objects.values_list("order_number", "status"))
    assert found == {
        "1": "pending", "2": "pending", "3": "awaiting_funding", "4": "awaiting_funding",
    }  # fmt: skip
    assert conversions_fund() == 0
    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=COMMISSION - 10_000)
    assert conversions_fund() == 1
    assert the(Conversion, order_number="3").status == "pending"
    assert the(Conversion, order_number="4").status == "awaiting_funding"
    assert (held(cast)[0], held(cast)[2]) == (3 * COMMISSION, 0)


def test_a_queued_order_that_is_sent_back_leaves_the_queue_and_nothing_is_posted(cast, client):
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION - 1)
    deliver(client, shop, order_body(1, coupons=("AQTAS",)))
    deliver(client, shop, order_body(1, coupons=("AQTAS",), status="refunded", minutes=9))
    assert the(Conversion).status == "reversed"
    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=COMMISSION)
    assert (conversions_fund(), conversions_advance(), count(Conversion)) == (0, 0, 1)
    assert held(cast)[0] == 0
