"""One order from the shop's webhook to the ledger, through the real door and services."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.test import Client

from attribution.models import Candidate, Connection, Conversion, Decision, InboundEvent, Order
from attribution.services.inbox import event_replay
from attribution.services.ingest import inbound_events_process
from attribution.services.lifecycle import conversions_advance, conversions_fund
from campaigns.models import Campaign, CampaignTotals, Terms
from campaigns.services.lifecycle import campaign_top_up
from core.notify.models import Message
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.attribution.shop import Shop, click_make, order_body, shop_open, signed
from tests.clocks import clock_at

PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
# 25 500,00 at 10 % is 2 550,00; our fee of it at 15 % is 382,50, its VAT at 16 % is 61,20
COMMISSION, FEE, VAT = 255_000, 38_250, 6_120


_noon = clock_at(NOW)


def post(client: Client, shop: Shop, body: bytes, **changes):
    return client.post(shop.path, body, **(signed(body) | changes))


def work() -> None:
    """What relay and worker do."""
    with acting_as(system="test"):
        waiting = list(InboundEvent.objects.filter(state="received").values_list("pk", flat=True))
    inbound_events_process(waiting)


def deliver(client: Client, shop: Shop, body: bytes) -> None:
    assert post(client, shop, body).status_code == 200
    work()


def the(model, **filters):
    with acting_as(system="test"):
        return model.objects.get(**filters)


def count(model, **filters) -> int:
    with acting_as(system="test"):
        return model.objects.filter(**filters).count()


def held(cast) -> tuple[int, int, int]:
    """(hold, payable, what is left of the budget) of Tulpar's influencer and campaign."""
    with acting_as(system="test"):
        return (
            balance_minor(accounts.influencer_hold(cast.tulpar.influencer)),
            balance_minor(accounts.influencer_payable(cast.tulpar.influencer)),
            balance_minor(accounts.budget(cast.tulpar.brand, cast.tulpar.campaign)),
        )


def test_an_order_with_our_click_is_held_for_its_influencer(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    deliver(client, shop, order_body(click_id=click.click_id.hex))

    conversion = the(Conversion)
    assert (conversion.status, conversion.grade) == ("pending", "A")
    assert conversion.influencer_id == cast.tulpar.influencer
    assert (conversion.base_minor, conversion.commission_minor) == (2_550_000, COMMISSION)
    assert held(cast) == (COMMISSION, 0, 50_000_000 - COMMISSION)
    decision = the(Decision)
    assert (decision.rule, decision.grade) == ("only_candidate", "A")
    assert the(Candidate).verdict == "decided"
    assert the(InboundEvent).outcome == {"orders": [conversion.order_id]}


def test_an_order_with_only_the_code_in_another_alphabet_is_held_too(client, cast, shop):
    deliver(client, shop, order_body(coupons=("аqtаs",)))  # Cyrillic а, as a phone types it

    conversion = the(Conversion)
    assert (conversion.grade, conversion.commission_minor) == ("B", COMMISSION)
    assert the(Decision).trace[0]["is_fuzzy"] is True
    assert the(Order).promo_codes == ["аqtаs"]


def test_nobodys_order_is_kept_and_earns_nothing(client, cast, shop):
    deliver(client, shop, order_body(coupons=("SALE20",)))

    assert count(Conversion) == 0
    assert the(Decision).rule == "no_candidate"
    assert held(cast) == (0, 0, 50_000_000)


def test_another_brands_click_is_no_evidence(client, cast, shop):
    click = click_make(cast.sauran, at=PLACED - timedelta(days=1))
    deliver(client, shop, order_body(click_id=click.click_id.hex))
    assert count(Conversion) == 0


def test_a_click_beyond_the_window_is_dropped_with_its_reason(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=31))
    deliver(client, shop, order_body(click_id=click.click_id.hex))

    assert count(Conversion) == 0
    candidate = the(Candidate)
    assert (candidate.verdict, candidate.reason) == ("dropped", "window_passed")


def test_the_same_delivery_twice_is_one_order(client, cast, shop):
    body = order_body(coupons=("AQTAS",))
    deliver(client, shop, body)
    deliver(client, shop, body)
    assert (count(InboundEvent), count(Order), count(Conversion)) == (1, 1, 1)
    assert held(cast)[0] == COMMISSION


def test_news_that_says_nothing_new_changes_nothing(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    noisy = order_body(coupons=("AQTAS",)).replace(b'"price": 1', b'"price": 2')
    deliver(client, shop, noisy)
    assert count(InboundEvent, state="ignored") == 1
    assert the(Order).version == 1


def test_a_bad_signature_is_counted_and_nothing_is_stored(client, cast, shop):
    body = order_body(coupons=("AQTAS",))
    forged = signed(body, secret="guessed")
    assert client.post(shop.path, body, **forged).status_code == 401
    assert post(client, shop, body + b" ", **signed(body)).status_code == 401
    assert count(InboundEvent) == 0
    assert the(Connection).bad_signature_count == 2


def test_an_unknown_endpoint_and_an_unknown_source_are_the_same(client, cast, shop):
    body = order_body()
    assert client.post("/hooks/woocommerce/guess", body, **signed(body)).status_code == 404
    assert client.post(f"/hooks/nobody/{shop.token}", body, **signed(body)).status_code == 404


def test_a_body_over_the_cap_is_refused(client, shop):
    body = b" " * 1_048_577
    assert post(client, shop, body).status_code == 413
    assert count(InboundEvent) == 0


def test_the_handshake_is_answered_and_creates_nothing(client, shop):
    answer = client.post(shop.path, "webhook_id=7", "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert count(InboundEvent) == 0


def test_received_goods_start_the_hold_and_silence_approves(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed", minutes=60))

    conversion = the(Conversion)
    assert conversion.status == "on_hold"
    assert conversion.hold_until == PLACED + timedelta(minutes=60, days=21)

    with time_machine.travel(conversion.hold_until - timedelta(seconds=1), tick=False):
        assert conversions_advance() == 0
    with time_machine.travel(conversion.hold_until, tick=False):
        assert conversions_advance() == 1
        assert conversions_advance() == 0
    assert the(Conversion).status == "approved"
    assert held(cast) == (0, COMMISSION, 50_000_000 - COMMISSION)
    totals = the(CampaignTotals)
    assert (totals.final_minor, totals.fee_final_minor, totals.vat_final_minor) == (
        COMMISSION,
        FEE,
        VAT,
    )
    with acting_as(system="test"):
        assert balance_minor(accounts.platform_fee()) == FEE
        assert balance_minor(accounts.vat_funded(cast.tulpar.brand)) == VAT
        assert Message.objects.get().kind == "rewards_approved"


def test_a_partial_return_reverses_its_part(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed"))
    deliver(
        client,
        shop,
        order_body(coupons=("AQTAS",), status="completed", refunded="10200.00", minutes=90),
    )
    conversion = the(Conversion)
    assert (conversion.status, conversion.commission_minor) == ("on_hold", 153_000)
    assert held(cast)[0] == 153_000
    with acting_as(influencer=cast.tulpar.influencer):
        causes = list(conversion.versions.order_by("number").values_list("cause", flat=True))
    assert causes == ["ordered", "partly_returned"]


def test_a_return_that_is_taken_back_counts_again(client, cast, shop):
    completed = {"coupons": ("AQTAS",), "status": "completed"}
    deliver(client, shop, order_body(**completed))
    deliver(client, shop, order_body(**completed, refunded="25500.00", minutes=10))
    assert (the(Conversion).status, held(cast)[0]) == ("reversed", 0)
    deliver(client, shop, order_body(**completed, minutes=20))
    assert (the(Conversion).status, held(cast)[0]) == ("on_hold", COMMISSION)


def test_a_hold_that_runs_does_not_move(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed"))
    until = the(Conversion).hold_until
    later = order_body(coupons=("AQTAS",), status="completed", refunded="500.00", minutes=5000)
    deliver(client, shop, later)
    assert the(Conversion).hold_until == until


def test_an_order_after_the_campaign_was_closed_earns_nothing(client, cast, shop):
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(
            status="closed", closed_at=PLACED - timedelta(hours=1)
        )
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    assert the(Candidate).reason == "campaign_not_running"


def test_a_cancelled_order_takes_back_everything_with_its_reason(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    deliver(client, shop, order_body(coupons=("AQTAS",), status="cancelled", minutes=5))
    conversion = the(Conversion)
    assert (conversion.status, conversion.reason_code) == ("rejected", 15)
    assert held(cast) == (0, 0, 50_000_000)
    with acting_as(system="test"):
        assert balance_minor(accounts.fee_hold(cast.tulpar.brand, cast.tulpar.campaign)) == 0


def test_a_late_old_snapshot_is_kept_and_not_applied(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed", minutes=60))
    deliver(client, shop, order_body(coupons=("AQTAS",), status="processing", minutes=1))
    order = the(Order)
    assert order.status == "fulfilled"
    with acting_as(system="test"):
        applied = list(order.versions.order_by("number").values_list("is_applied", flat=True))
    assert applied == [True, False]


def test_an_unknown_status_is_stored_and_moves_nothing(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    deliver(client, shop, order_body(coupons=("AQTAS",), status="in-the-clouds", minutes=5))
    assert (the(Order).status, the(Order).raw_status) == ("unmapped", "in-the-clouds")
    assert the(Conversion).status == "pending"


def test_after_approval_a_return_is_the_brands_loss(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed"))
    with time_machine.travel(PLACED + timedelta(days=22), tick=False):
        assert conversions_advance() == 1
        deliver(client, shop, order_body(coupons=("AQTAS",), status="refunded", minutes=99))
    assert the(Conversion).status == "approved"
    assert held(cast)[1] == COMMISSION


def test_an_order_beyond_the_budget_waits_and_nothing_is_posted(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION - 1)
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    assert the(Conversion).status == "awaiting_funding"
    assert held(cast) == (0, 0, COMMISSION - 1)


def test_a_top_up_takes_who_waits_first_come_first_served(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION - 1)
    for number in (1, 2):
        deliver(client, shop, order_body(number, coupons=("AQTAS",), status="completed"))
    assert (conversions_fund(), count(Conversion, status="awaiting_funding")) == (0, 2)

    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=1)

    assert conversions_fund() == 1
    funded = the(Conversion, order_number="1")
    assert (funded.status, funded.hold_until) == ("on_hold", PLACED + timedelta(days=21))
    assert the(Conversion, order_number="2").status == "awaiting_funding"
    assert held(cast) == (COMMISSION, 0, 0)


def test_a_campaign_without_budget_keeps_no_other_campaign_waiting(client, cast, monkeypatch):
    monkeypatch.setattr("attribution.services.lifecycle.BATCH_MAX", 2)
    poor = shop_open(cast.tulpar, budget_minor=COMMISSION - 1)
    for number in (1, 2, 3):
        deliver(client, poor, order_body(number, coupons=("AQTAS",)))
    rich = shop_open(cast.sauran, budget_minor=COMMISSION - 1)
    deliver(client, rich, order_body(4, coupons=("DANAH",)))
    assert count(Conversion, status="awaiting_funding") == 4

    campaign_top_up(campaign_id=cast.sauran.campaign, amount_minor=1)

    assert conversions_fund() == 1
    assert the(Conversion, order_number="4").status == "pending"


def test_a_shape_nobody_knows_is_dead_with_its_reason_and_can_be_replayed(client, cast, shop):
    deliver(client, shop, b'{"code": "rest_forbidden", "message": "no"}')
    event = the(InboundEvent)
    assert event.state == "dead"
    assert event.attempts == 1
    assert "UnknownPayload" in event.error
    event_replay(event_id=event.pk)
    assert the(InboundEvent).state == "received"


def test_what_fails_is_tried_again_with_pauses_and_then_dead(client, cast, shop, monkeypatch):
    def fails(order):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("attribution.services.orders.order_decide", fails)
    post(client, shop, order_body(coupons=("AQTAS",)))
    for attempt in range(1, 6):
        work()
        assert the(InboundEvent).attempts == attempt
    assert the(InboundEvent).state == "dead"
    assert count(Order) == 0


def test_the_influencer_reads_the_conversion_and_no_order(client, cast, shop):
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    with acting_as(influencer=cast.tulpar.influencer):
        assert Conversion.objects.get().order_number == "9001"
        assert Candidate.objects.get().evidence == "AQTAS"
        assert Terms.objects.filter(brand_id=cast.tulpar.brand).exists()
    with acting_as(influencer=cast.sauran.influencer):
        assert not Conversion.objects.exists()
    with acting_as(brand=cast.sauran.brand):
        assert not Conversion.objects.exists()
        assert not Order.objects.exists()
