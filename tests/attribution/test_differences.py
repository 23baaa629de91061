"""The difference report: what a shop's list shows against what we have, and why they differ."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from attribution.connectors.base import CallsReport, PollPage, ShownOrder
from attribution.models import Connection, InboundEvent, Order, PollCursor
from attribution.models import ShownOrder as Shown
from attribution.selectors.differences import difference_report
from attribution.services.inbox import Received, events_store
from attribution.services.reconciliation import page_compare, shown_forget
from core import clock
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import NOW, PLACED, deliver, the, work
from tests.clocks import clock_at

DAYS = (date(2026, 11, 15), date(2026, 11, 21))


_noon = clock_at(NOW)


@pytest.fixture
def shop(cast):
    made = shop_open(cast.tulpar)
    with acting_as(system="test"):
        PollCursor.objects.create(
            connection_id=made.connection, brand_id=made.brand, endpoint="orders"
        )
    return made


def show(shop, *orders, read_at=None, calls=None) -> None:
    """A page of the shop's list, read now: (id, note, key of its record)."""
    shown = tuple(
        ShownOrder(external_id=number, number=number, placed_at=PLACED, note=note, event_key=key)
        for number, note, key in orders
    )
    with acting_as(system="test"):
        connection = Connection.objects.get(pk=shop.connection)
        page_compare(connection, PollPage((), {}, 60, is_last=True, shown=shown, calls=calls))
        PollCursor.objects.update(polled_at=read_at or clock.now())


def pull(shop, key: str, body: bytes) -> None:
    with acting_as(system="test"):
        connection = Connection.objects.get(pk=shop.connection)
        events_store(connection, "webhook", InboundEvent.Trust.PULLED, [Received(key, body)])


def as_if_read(key: str) -> None:
    """The event came by asking (these bodies have the shape of a call, and are read as one)."""
    work()
    with acting_as(system="test"):
        InboundEvent.objects.filter(event_key=key).update(endpoint="orders")


def report(shop, days=DAYS):
    with acting_as(brand=shop.brand):
        return difference_report(Connection.objects.get(pk=shop.connection), *days)


def reasons(shop) -> dict[str, str]:
    return {each.number: each.reason for each in report(shop).differences}


def test_an_order_of_the_shop_that_has_not_come_is_named(client, shop):
    deliver(client, shop, order_body(1))
    show(shop, ("1", "", ""), ("2", "", ""))
    found = report(shop)
    assert (found.shown, found.both, found.missing) == (2, 1, 1)
    assert [(each.number, each.reason) for each in found.differences] == [("2", "not_received")]
    assert found.read_at == NOW


def test_both_sides_alike_say_nothing(client, shop):
    deliver(client, shop, order_body(1))
    show(shop, ("1", "", ""))
    assert report(shop).differences == []


def test_each_reason_of_what_is_missing(shop):
    pull(shop, "woocommerce:3:x", b"no JSON at all")
    work()
    pull(shop, "woocommerce:4:x", order_body(4))
    show(
        shop,
        ("1", "draft", ""),
        ("2", "older", ""),
        ("3", "", "woocommerce:3:x"),
        ("4", "", "woocommerce:4:x"),
    )
    assert reasons(shop) == {"1": "draft", "2": "older", "3": "unreadable", "4": "waiting"}
    detail = {each.number: each.detail for each in report(shop).differences}
    assert detail["3"].startswith("UnknownPayload: ")


def test_the_key_of_the_record_is_kept_when_the_order_is_shown_again_without_news(shop):
    show(shop, ("1", "", "woocommerce:1:x"))
    show(shop, ("1", "draft", ""))
    row = the(Shown)
    assert (row.event_key, row.note) == ("woocommerce:1:x", "draft")


def test_an_order_that_the_list_does_not_show_is_only_with_us(client, shop):
    show(shop, ("1", "", ""))
    deliver(client, shop, order_body(1))
    deliver(client, shop, order_body(2))
    assert reasons(shop) == {}  # the list was read before
    show(shop, ("1", "", ""), read_at=NOW + timedelta(minutes=1))
    assert reasons(shop) == {"2": "gone"}


def test_an_order_from_before_the_lists_were_read_is_not_missed_there(client, shop):
    deliver(client, shop, order_body(1))
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        show(shop, ("2", "", ""))
    assert reasons(shop) == {"2": "not_received"}


def test_a_test_order_is_said(client, shop):
    deliver(client, shop, order_body(1))
    with acting_as(system="test"):
        Order.objects.update(is_test=True)
    show(shop, ("1", "", ""))
    assert reasons(shop) == {"1": "test"}


@pytest.mark.parametrize(
    ("refused_after", "calls", "reason"),
    [
        (None, None, "call_lost"),
        (timedelta(hours=1), None, "refused"),
        (-timedelta(hours=1), None, "call_lost"),
        (None, CallsReport("off"), "calls_off"),
        (None, CallsReport("missing"), "calls_off"),
        (None, CallsReport("healed"), "calls_off"),
        (None, CallsReport("on"), "call_lost"),
    ],
)
def test_why_only_asking_has_brought_an_order(shop, refused_after, calls, reason):
    pull(shop, "1:pulled", order_body(1))
    as_if_read("1:pulled")
    if refused_after is not None:
        with acting_as(system="test"):
            Connection.objects.update(refused_at=PLACED + refused_after)
    show(shop, ("1", "", "1:pulled"), calls=calls)
    assert reasons(shop) == {"1": reason}


def test_a_refused_call_leaves_its_time(client, shop):
    client.post(shop.path, order_body(1), content_type="application/json")
    assert (the(Connection).bad_signature_count, the(Connection).refused_at) == (1, NOW)


def test_days_are_those_of_kazakhstan_and_both_count(shop):
    show(shop, ("1", "", ""))
    on = date(2026, 11, 20)
    assert report(shop, (on, on)).shown == 1
    assert report(shop, (on + timedelta(days=1), on + timedelta(days=1))).shown == 0


def test_another_brand_sees_nothing_of_it(cast, shop):
    show(shop, ("1", "", ""))
    with acting_as(brand=cast.sauran.brand):
        assert not Shown.objects.exists()


def test_what_was_shown_is_forgotten_after_a_quarter(shop):
    show(shop, ("1", "", ""))
    with time_machine.travel(PLACED + timedelta(days=92), tick=False):
        assert shown_forget() == 0
        show(shop, ("1", "", ""))
    with time_machine.travel(PLACED + timedelta(days=93), tick=False):
        assert shown_forget() == 1
        show(shop, ("1", "", ""))  # an old order that changed is not kept anew
    with acting_as(system="test"):
        assert not Shown.objects.exists()


@pytest.mark.parametrize("number", ["", "x" * 129])
def test_an_id_that_no_order_has_is_left_out(shop, number):
    show(shop, (number, "", ""))
    assert report(shop).shown == 0


def test_that_a_shop_was_made_to_call_again_is_audited_and_remembered(shop):
    show(shop, calls=CallsReport("healed", "order.updated"))
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        show(shop, calls=CallsReport("on"))
    calls = the(Connection).calls
    assert (calls["state"], calls["healed_at"]) == ("on", NOW.isoformat())
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="connection.calls_healed")
    assert entry.after == {"detail": "order.updated"}
