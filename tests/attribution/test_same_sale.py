"""One sale told by several sources is paid once, whoever tells it first."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine

from attribution.models import (
    Conversion,
    ConversionVersion,
    Decision,
    InboundEvent,
    Order,
    OrderLine,
    PollCursor,
)
from attribution.services.connections import (
    connection_create,
)
from attribution.services.lifecycle import conversions_advance
from attribution.services.polling import connections_poll
from attribution.services.same_sale import same_sales_sweep
from brands.models import Brand
from core import clock
from core.tenancy.context import acting_as
from tests.attribution.crm_world import (
    AMO_TOKEN,
    COMMISSION,
    LOST,
    WON,
    amocrm,
    bitrix24,
    buy,
    click_of,
    lead,
    living,
    move,
    outside,
    poll,
    tilda,
)
from tests.attribution.test_sale import count, held, the, work

__all__ = ["outside"]

# --- One sale, told by several ---------------------------------------------------------------


def test_a_won_lead_confirms_what_tilda_told(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    assert living() == [("tilda", "pending", COMMISSION)]
    one = lead(outside)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]  # an open lead proves no sale
    assert the(Order, source="tilda").trust == "hint"
    move(outside, one, status_id=WON)
    poll(outside)
    counted, repeated = the(Order, source="tilda"), the(Order, source="amocrm")
    assert (counted.trust, counted.status, counted.raw_status) == (
        "pulled",
        "fulfilled",
        "Успешно реализовано",
    )
    assert repeated.same_sale_id == counted.pk
    assert living() == [("tilda", "on_hold", COMMISSION)]
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert living() == [("tilda", "approved", COMMISSION)]
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_lost_lead_cancels_what_tilda_told_and_a_won_one_confirms_it_again(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    one = lead(outside, number="1557604691", phone="", status_id=LOST, price=26_000)
    poll(outside)
    assert (living(), held(cast)[0]) == ([], 0)
    assert the(Order, source="tilda").status == "cancelled"
    move(outside, one, status_id=WON)
    poll(outside)
    assert living() == [("tilda", "on_hold", COMMISSION)]
    move(outside, one, status_id=7_039_101)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]


def test_what_the_manager_took_off_is_taken_off(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    click = click_of(cast)
    buy(client, made, outside, click=click, items=[["a", 1, 20_000], ["b", 1, 5_500]])
    lead(outside, number="1557604691", price=20_400, status_id=WON)
    poll(outside)
    with acting_as(system="test"):
        rows = OrderLine.objects.filter(order__source="tilda").order_by("pk")
        left = [each.amount_minor - each.returned_minor for each in rows]
    assert left == [1_600_000, 440_000]
    assert sum(commission for _source, _status, commission in living()) == 204_000


def test_another_buyers_lead_confirms_nothing(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, phone="87020000002", status_id=WON)
    lead(outside, price=25_400, status_id=WON)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]
    assert count(Order, same_sale__isnull=False) == 0


def test_a_code_in_the_lead_joins_the_evidence_of_the_cart(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, code="AQTAS", status_id=WON)
    poll(outside)
    assert the(Order, source="tilda").promo_codes == ["AQTAS"]
    assert living() == [("tilda", "on_hold", COMMISSION)]
    assert the(Conversion, source="tilda").grade == "B"  # the campaign's code wins over the click
    assert held(cast)[0] == COMMISSION


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_cart_a_lead_and_a_deal_of_one_sale_are_one_commission(cast, outside, client, order):
    shop, _amo, _bitrix = tilda(cast), amocrm(cast, outside), bitrix24(cast)
    click = click_of(cast)
    steps = [
        lambda: buy(client, shop, outside, click=click),
        lambda: lead(outside, status_id=WON, click=click),
        lambda: outside.control(
            "bitrix24/deals", {"STAGE_ID": "WON", "phone": "87010000001", "code": "AQTAS"}
        ),
    ]
    for step in order:
        steps[step]()
        poll(outside)
    assert len(living()) == 1
    assert living()[0][1:] == ("on_hold", COMMISSION)
    assert held(cast)[0] == COMMISSION
    assert count(Order, same_sale__isnull=False) == 2
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_reward_that_was_booked_twice_is_told_why_it_is_gone(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    lead(outside, click=click_of(cast), status_id=WON)
    poll(outside)
    buy(client, made, outside, click=click_of(cast))
    gone = the(Conversion, source="tilda")
    assert (gone.status, gone.reason_code) == ("rejected", 12)
    with acting_as(system="test"):
        latest = Decision.objects.filter(order__source="tilda").order_by("-number").first()
        causes = list(
            ConversionVersion.objects.filter(conversion=gone).values_list("cause", flat=True)
        )
    assert latest.rule == "same_sale"
    assert latest.trace[0]["reason"] == "counted_elsewhere"
    assert causes == ["ordered", "reassigned"]


def test_what_is_approved_stands_and_the_other_counts_under_it(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    lead(outside, click=click_of(cast), status_id=WON, age_days=0.5)
    poll(outside)
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    buy(client, made, outside, click=click_of(cast))
    assert living() == [("amocrm", "approved", COMMISSION)]
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_repeated_order_that_changes_books_nothing(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    one = lead(outside, status_id=WON)
    poll(outside)
    move(outside, one, code="AQTAS")
    poll(outside)
    assert len(living()) == 1
    assert held(cast)[0] == COMMISSION


def test_settling_again_changes_nothing_and_the_sweep_finds_what_was_lost(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, status_id=WON)
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now(), polled_at=None)
    connections_poll()
    work()  # and no message of it ever arrives
    assert count(Order, same_sale__isnull=False) == 0
    assert same_sales_sweep() == 1
    events = count(InboundEvent)
    assert same_sales_sweep() == 0
    assert count(InboundEvent) == events == count(InboundEvent, state="received") + events - 1
    work()
    assert living() == [("tilda", "on_hold", COMMISSION)]
    assert same_sales_sweep() == 0
    assert count(InboundEvent) == events


def test_another_brands_orders_are_never_the_same_sale(cast, outside, client):
    made = tilda(cast)
    buy(client, made, outside, click=click_of(cast))
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.sauran.brand)
    typed = {"address": "toqyma.amocrm.ru", "token": AMO_TOKEN, "currency": "KZT"}
    connection_create(brand=brand, source="amocrm", name="theirs", **typed)
    lead(outside, number="1557604691", status_id=WON)
    poll(outside)
    assert count(Order) == 2
    assert count(Order, same_sale__isnull=False) == 0
    assert living() == [("tilda", "pending", COMMISSION)]
