"""Wildberries over real HTTP: the order by the feed, its influencer days later by the finance row
with the substitute article."""

from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings

from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    Decision,
    InboundEvent,
    LateEvidence,
    Order,
    OrderLine,
    PollCursor,
)
from attribution.services.connections import connection_create
from attribution.services.lifecycle import conversions_advance
from attribution.services.polling import connections_poll
from brands.models import Brand
from campaigns.services.external_codes import external_code_add
from core import clock
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import held, the, work

ARTICLE = "310200999"
PRICE = "6930.00"  # at 10 %: 693,00


@pytest.fixture
def wildberries(cast, sandbox):
    """Tulpar's cabinet is connected, and Aliya has a substitute article there."""
    shop_open(cast.tulpar)
    token = sandbox.control("wildberries/token", {"kind": "service"})["token"]
    with override_settings(SANDBOX_URL=sandbox.url):
        with acting_as(system="test"):
            brand = Brand.objects.get(pk=cast.tulpar.brand)
        connection_create(brand=brand, source="wildberries", name="WB", token=token)
        external_code_add(
            participation_id=cast.tulpar.participation,
            kind="wb_substitute_article",
            value=ARTICLE,
        )
        yield sandbox


def wb_connection() -> Connection:
    return the(Connection, source="wildberries")


def poll(sandbox) -> None:
    """A tick of beat an hour later, on both clocks, and the work of a worker."""
    sandbox.clock_move(3600)
    ahead = sandbox.get("/_control/clock").json["offset_seconds"]
    with time_machine.travel(clock.now() + timedelta(seconds=ahead), tick=True):
        connections_poll()
        work()


def test_an_order_is_read_and_waits_for_its_influencer(wildberries, cast):
    order = wildberries.control("wildberries/orders", {"price": PRICE, "currency": "KZT"})
    poll(wildberries)

    read = the(Order, source="wildberries")
    assert (read.external_id, read.status, read.trust) == (order["srid"], "created", "pulled")
    assert the(Decision).rule == "no_candidate"
    assert held(cast)[0] == 0


def test_days_later_the_finance_row_names_the_influencer(wildberries, cast):
    order = wildberries.control(
        "wildberries/orders",
        {"price": PRICE, "article_substitution": ARTICLE, "report_delay_days": 3},
    )
    poll(wildberries)
    wildberries.control(f"wildberries/orders/{order['srid']}/status", {"status": "buyout"})
    poll(wildberries)
    assert the(Order, source="wildberries").status == "fulfilled"
    with acting_as(system="test"):
        assert not Conversion.objects.exists()

    wildberries.clock_move(4 * 86_400)
    poll(wildberries)

    assert the(LateEvidence).value == ARTICLE
    conversion = the(Conversion)
    assert (conversion.status, conversion.grade) == ("on_hold", "A")
    assert (conversion.base_minor, conversion.commission_minor) == (693_000, 69_300)
    assert conversion.product_name == "310200411"  # the feed has the article and no name
    assert held(cast)[0] == 69_300
    assert the(Candidate).reason == "decided"
    with time_machine.travel(conversion.hold_until + timedelta(minutes=1), tick=False):
        assert conversions_advance() == 1


def test_what_the_feed_has_forgotten_is_told_by_the_sales(wildberries, cast):
    """The feed shows an order for 31 days; it comes back on the 35th."""
    order = wildberries.control("wildberries/orders", {"price": PRICE})
    poll(wildberries)
    wildberries.control(f"wildberries/orders/{order['srid']}/status", {"status": "buyout"})
    poll(wildberries)
    wildberries.clock_move(35 * 86_400)
    wildberries.control(f"wildberries/orders/{order['srid']}/status", {"status": "return"})
    for _ in range(4):  # a page an hour: three days again, and what changed
        poll(wildberries)

    read = the(Order, source="wildberries")
    assert (read.status, read.raw_status) == ("returned", "buyout")
    assert the(OrderLine).returned_minor == 693_000
    assert wb_connection().state == "ok"


def test_an_approved_claim_takes_the_unit_back(wildberries, cast):
    order = wildberries.control("wildberries/orders", {"price": PRICE})
    wildberries.control(f"wildberries/orders/{order['srid']}/status", {"status": "buyout"})
    claim = {"srid": order["srid"], "status": 2, "status_ex": 5, "is_archive": True}
    wildberries.control("wildberries/claims", claim)
    poll(wildberries)
    poll(wildberries)
    assert (the(Order).status, the(Order).raw_status) == ("returned", "buyout")


def test_the_same_page_again_is_no_news(wildberries, cast):
    wildberries.control("wildberries/orders", {"price": PRICE})
    poll(wildberries)
    poll(wildberries)
    with acting_as(system="test"):
        assert InboundEvent.objects.filter(endpoint="order_feed").count() == 1


def test_a_source_that_says_too_often_is_left_alone_until_then(wildberries):
    wildberries.control("faults", {"service": "wildberries", "fault": "429", "times": 20})
    before = clock.now()
    connections_poll()
    with acting_as(system="test"):
        cursors = list(PollCursor.objects.all())
    assert all(cursor.next_at > before + timedelta(seconds=1) for cursor in cursors)
    assert wb_connection().state == "new"


@pytest.mark.parametrize("fault", ["500", "truncated", "html"])
def test_a_broken_answer_is_tried_again_with_pauses_and_the_brand_reads_why(wildberries, fault):
    wildberries.control("faults", {"service": "wildberries", "fault": fault, "times": 60})
    connections_poll()
    while connections_poll(is_slow=True):  # who is in trouble is waited for apart, tick after tick
        pass
    connection = wb_connection()
    assert connection.state == "failing"
    assert connection.error
    with acting_as(system="test"):
        assert PollCursor.objects.get(endpoint="order_feed").failures == 1
        assert not InboundEvent.objects.exists()
