"""Orders under terms that ask for more than the order says: from the webhook to the ledger."""

import json
from datetime import UTC, datetime, timedelta

import time_machine

from attribution.models import Connection, Conversion, Order
from attribution.selectors.standings import buyers_known
from attribution.services.lifecycle import conversions_advance
from campaigns.domain.commission_terms import Buyer
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_rewards import pays
from tests.attribution.test_sale import deliver, held, post, the, work
from tests.clocks import clock_at
from tests.world import law_load

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BUDGET = 50_000_000
TIERS = [{"orders": 1, "bps": 1_200}]


_noon = clock_at(NOW)


def order(number, *, buyer="1", hours=0, status="processing", total="20000.00", minutes=0):
    """Of the buyer with this last digit of a phone, "" of none."""
    placed = datetime(2026, 11, 20, 9, 0, tzinfo=UTC) + timedelta(hours=hours)
    told = json.loads(
        order_body(
            number, coupons=("AQTAS",), status=status, total=total, placed=placed, minutes=minutes
        )
    )
    phone = f"+7 701 000 00 0{buyer}" if buyer else ""
    told["billing"] = {"phone": phone, "email": f"b{buyer}@example.org" if buyer else ""}
    return json.dumps(told).encode()


def earned(*fields):
    with acting_as(system="test"):
        rows = Conversion.objects.order_by("ordered_at", "pk")
        return list(rows.values_list("commission_minor", *fields))


def test_a_buyer_of_before_earns_the_rate_of_returning_ones_for_good(client, cast, shop):
    pays(cast, commission_bps=1_000, returning_bps=300)
    deliver(client, shop, order(1))
    deliver(client, shop, order(2, hours=5))
    deliver(client, shop, order(3, buyer="2", hours=6))
    deliver(client, shop, order(4, buyer="", hours=7))
    assert earned("buyer") == [
        (2_000_00, "new"), (600_00, "returning"), (2_000_00, "new"), (2_000_00, "unknown"),
    ]  # fmt: skip
    # the first order is cancelled: the second was a returning buyer's when it was made, and stays
    deliver(client, shop, order(1, status="cancelled", minutes=9))
    deliver(client, shop, order(2, hours=5, status="completed", minutes=9))
    assert earned("buyer")[:2] == [(0, "new"), (600_00, "returning")]


def test_an_order_that_was_cancelled_makes_nobody_a_returning_buyer(client, cast, shop):
    pays(cast, commission_bps=1_000, returning_bps=0)
    deliver(client, shop, order(1, status="cancelled"))
    deliver(client, shop, order(2, hours=5))
    assert earned("buyer") == [(2_000_00, "new")]


def test_returning_buyers_that_earn_nothing_are_told_with_reason_24(client, cast, shop):
    pays(cast, fixed_minor=1_000_00, returning_bps=0, unknown_buyer="returning")
    for n, buyer in enumerate(("1", "1", ""), 1):
        deliver(client, shop, order(n, buyer=buyer, hours=n, status="completed"))
    assert earned("reason_code", "status") == [
        (1_000_00, None, "on_hold"), (0, 24, "on_hold"), (0, 24, "on_hold"),
    ]  # fmt: skip
    assert held(cast) == (1_000_00, 0, BUDGET - 1_000_00)


def test_an_order_of_another_source_within_days_may_tell_of_this_very_sale(client, cast, shop):
    deliver(client, shop, order(1))
    deliver(client, shop, order(2, hours=71))
    deliver(client, shop, order(3, hours=73))
    with acting_as(system="test"):
        other = Connection.objects.create(brand_id=cast.tulpar.brand, source="tilda", name="2")
        Order.objects.filter(number="1").update(connection=other)
        _first, second, third = Order.objects.order_by("placed_at")
        assert buyers_known([second, third]) == {
            second.pk: Buyer.NEW, third.pk: Buyer.RETURNING
        }  # fmt: skip
        Order.objects.filter(number="2").update(is_test=True)
        Order.objects.filter(number="1").update(same_sale=third)
        third.buyer_told = ""
        assert buyers_known([third]) == {third.pk: Buyer.NEW}


def test_the_shops_own_word_about_its_buyer_goes_first(client, cast, shop):
    deliver(client, shop, order(1))
    deliver(client, shop, order(2, hours=1))
    second = the(Order, number="2")
    with acting_as(system="test"):
        assert buyers_known([second]) == {second.pk: Buyer.RETURNING}
        second.buyer_told = "new"
        assert buyers_known([second]) == {second.pk: Buyer.NEW}


def test_the_base_without_vat_takes_the_rate_of_the_orders_day(client, cast, shop):
    law_load(cast)
    pays(cast, commission_bps=1_000, base_includes_vat=False)
    # 20 000.00 with 16 % VAT is 17 241.38 without (VAT 2 758.62); 10 % of it
    deliver(client, shop, order(1))
    assert earned("base_minor") == [(1_724_14, 20_000_00)]


def test_a_cap_of_an_influencer_ends_at_the_exact_order_of_a_batch(client, cast, shop):
    pays(cast, commission_bps=1_000, cap_influencer_minor=5_000_00)
    for n in range(1, 5):
        with time_machine.travel(NOW + timedelta(seconds=n), tick=False):
            post(client, shop, order(n, hours=n))
    work()
    assert earned("reason_code") == [(2_000_00, None), (2_000_00, None), (1_000_00, 17), (0, 17)]
    assert held(cast) == (5_000_00, 0, BUDGET - 5_000_00)
    # what one gives back is there for the next news of another
    deliver(client, shop, order(1, hours=1, status="cancelled", minutes=9))
    deliver(client, shop, order(4, hours=4, status="completed", minutes=9))
    assert earned("reason_code") == [(0, 15), (2_000_00, None), (1_000_00, 17), (2_000_00, None)]


def test_a_cap_of_a_day_is_of_the_day_of_the_order_in_almaty(client, cast, shop):
    pays(cast, commission_bps=1_000, cap_day_minor=3_000_00, cap_total_minor=6_500_00)
    # 14:00, 18:00, 23:00 of the 20th in Almaty, 00:00 and 10:00 of the 21st
    for n, hours in enumerate((0, 4, 9, 10, 20), 1):
        deliver(client, shop, order(n, hours=hours))
    assert earned("reason_code") == [
        (2_000_00, None), (1_000_00, 17), (0, 17), (2_000_00, None), (1_000_00, 17),
    ]  # fmt: skip
    deliver(client, shop, order(6, hours=48))
    assert earned("reason_code")[-1] == (500_00, 17)


def test_a_cap_counts_what_waits_for_budget_too(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=2_500_00)
    pays(cast, commission_bps=1_000, cap_influencer_minor=5_000_00)
    for n in range(1, 4):
        deliver(client, shop, order(n, hours=n))
    assert earned("status") == [
        (2_000_00, "pending"), (2_000_00, "awaiting_funding"), (1_000_00, "awaiting_funding"),
    ]  # fmt: skip


def test_a_tier_holds_from_the_order_that_is_made_after_it_was_reached(client, cast, shop):
    pays(cast, commission_bps=1_000, tiers=TIERS)
    deliver(client, shop, order(1, status="completed"))
    deliver(client, shop, order(2, hours=1))
    with time_machine.travel(NOW + timedelta(days=22), tick=False):  # in December, on the 13th
        assert conversions_advance() == 1
        deliver(client, shop, order(3, hours=500))
        # the second was made when nothing was approved: it stays at 10 % for ever
        deliver(client, shop, order(2, hours=1, status="completed", minutes=9, total="30000.00"))
    assert earned("approved_before") == [(2_000_00, 0), (3_000_00, 0), (2_400_00, 1)]
    with time_machine.travel(datetime(2027, 1, 2, tzinfo=UTC), tick=False):  # a new month begins
        deliver(client, shop, order(4, hours=900))
    assert earned("approved_before")[-1] == (2_000_00, 0)
