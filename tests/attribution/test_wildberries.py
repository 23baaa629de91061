"""Wildberries from all of its lists to the ledger: the same sale told by the feed, supplier orders,
sales, claims and the finance report is one order in one state, whatever comes first."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from attribution.connectors.base import PollConnection
from attribution.connectors.wildberries.connector import (
    CLAIMS,
    FINANCE_REPORT,
    ORDER_FEED,
    SUPPLIER_ORDERS,
    SUPPLIER_SALES,
    Wildberries,
)
from attribution.domain.lifecycle import ReasonCode
from attribution.models import Connection, Conversion, InboundEvent, LineMove, Order, OrderLine
from attribution.services.connections import connection_create
from attribution.services.inbox import (
    Received,
    event_replay,
    events_store,
)
from attribution.services.ingest import inbound_events_process
from attribution.services.lifecycle import conversions_advance
from brands.models import Brand
from campaigns.services.external_codes import external_code_add
from core.http import OutgoingResponse
from core.tenancy.context import acting_as
from sandbox.wildberries.token import mint
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import count, held, the, work
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ARTICLE = "310200999"
SRID = "eb.r1.0.0"
WORTH = 69_300  # 10 % of 6 930,00
HOLD = timedelta(days=21)
# Moscow times; a sale is dated two minutes before the feed shows it as bought out
ORDERED, SOLD, BOUGHT = "2026-11-15T10:00:00", "2026-11-18T12:00:00", "2026-11-18T12:02:00"
BACK = "2026-11-20T12:00:00"
SOLD_AT, BOUGHT_AT = (datetime(2026, 11, 18, 9, minute, tzinfo=UTC) for minute in (0, 2))


noon = clock_at(NOW)


@pytest.fixture
def wb(cast) -> Connection:
    """Tulpar's cabinet is connected, and Aliya has a substitute article there."""
    shop_open(cast.tulpar)
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    made, _none = connection_create(
        brand=brand, source="wildberries", name="WB", token=mint(now=NOW)
    )
    external_code_add(
        participation_id=cast.tulpar.participation, kind="wb_substitute_article", value=ARTICLE
    )
    return made


class Canned:
    def __init__(self, body: object) -> None:
        self.body = json.dumps(body).encode()

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        return OutgoingResponse(200, {}, self.body)


def pulled(connection: Connection, endpoint: str, row: dict) -> list:
    """A page of one row as the connector makes it, stored: the ids of what is new."""
    bodies = {
        ORDER_FEED: {"data": {"snapshotTime": "x", "currency": "KZT", "orders": [row]}},
        CLAIMS: {"claims": [row], "total": 1},
    }
    asked = PollConnection(mint(now=NOW))
    client = Canned(bodies.get(endpoint, [row]))
    page = Wildberries().fetch(client, endpoint, {}, asked, now=NOW)
    received = [Received(record.event_key, record.body) for record in page.records]
    with acting_as(system="test"):
        return events_store(connection, endpoint, InboundEvent.Trust.PULLED, received)


def fed(status: str, at: str, srid: str = SRID, price: float = 6930) -> dict:
    return {
        "nmId": 310200411,
        "srid": srid,
        "createdAt": f"{ORDERED}+03:00",
        "updatedAt": f"{at}+03:00",
        "status": status,
        "sellerPrice": price,
    }


def sale(sale_id: str, at: str, srid: str = SRID, amount: float = 0) -> dict:
    return {
        "date": at,
        "lastChangeDate": at,
        "saleID": sale_id,
        "srid": srid,
        "finishedPrice": amount,
        "priceWithDisc": amount,
        "forPay": amount,
    }


def ordered(srid: str = SRID, *, cancelled_at: str = "") -> dict:
    return {
        "date": ORDERED,
        "lastChangeDate": cancelled_at or ORDERED,
        "isCancel": bool(cancelled_at),
        "cancelDate": cancelled_at or "0001-01-01T00:00:00",
        "srid": srid,
    }


def claim(claim_id: str = "c1", srid: str = SRID, **changes) -> dict:
    approved = {"id": claim_id, "status": 2, "status_ex": 10, "srid": srid, "dt_update": BACK}
    return approved | changes


_rrd_ids = itertools.count(1)


def financed(srid: str = SRID) -> dict:
    return {
        "reportId": 91,
        "rrdId": next(_rrd_ids),
        "currency": "KZT",
        "docTypeName": "Продажа",
        "saleDt": SOLD,
        "srid": srid,
        "articleSubstitution": ARTICLE,
    }


def unit(srid: str = SRID) -> tuple:
    """Where the unit stands: (status, received, amount, what of it came back)."""
    order = the(Order, external_id=srid)
    line = the(OrderLine, order=order)
    return order.status, order.fulfilled_at, line.amount_minor, line.returned_minor


def earned(srid: str = SRID) -> tuple:
    conversion = the(Conversion, order__external_id=srid)
    return conversion.status, conversion.commission_minor


def stories(*, is_returned: bool):
    """Every order of arrival of what happened, each with one of it a second time at the end."""
    size = 5 if is_returned else 4
    for n, order in enumerate(itertools.permutations(range(size))):
        yield f"eb.r{n}.0.0", order, order[n % size]


def all_told(connection: Connection, *, is_returned: bool) -> list[str]:
    """The stories side by side, a step of each in a batch: no story hears of another."""
    told = [
        (srid, order, again, events_of(connection, srid, is_returned=is_returned))
        for srid, order, again in stories(is_returned=is_returned)
    ]
    for step in range(len(told[0][1])):
        inbound_events_process([ids[order[step]] for _srid, order, _again, ids in told])
    for srid, _order, again, ids in told:
        assert pulled(connection, SUPPLIER_SALES, sale(f"S{srid}", SOLD, srid, 6098)) == []
        with acting_as(system="test"):
            event_replay(event_id=ids[again])
    inbound_events_process([ids[again] for _srid, _order, again, ids in told])
    return [srid for srid, *_rest in told]


def events_of(connection: Connection, srid: str, *, is_returned: bool) -> list[UUID]:
    told = [
        pulled(connection, ORDER_FEED, fed("created", ORDERED, srid)),
        pulled(connection, SUPPLIER_SALES, sale(f"S{srid}", SOLD, srid)),
        pulled(connection, ORDER_FEED, fed("buyout", BOUGHT, srid)),
        pulled(connection, FINANCE_REPORT, financed(srid)),
    ]
    if is_returned:
        told.append(pulled(connection, SUPPLIER_SALES, sale(f"R{srid}", BACK, srid, -5612.4)))
    assert pulled(connection, SUPPLIER_ORDERS, ordered(srid)) == []  # not cancelled is no news
    return [event_id for (event_id,) in told]


def test_every_order_of_a_sale_that_came_back_ends_in_one_state(wb, cast):
    ends = {unit(srid) for srid in all_told(wb, is_returned=True)}
    assert ends == {("returned", SOLD_AT, 693_000, 693_000)}
    with acting_as(system="test"):  # one whose influencer is named after the return has none
        worth = set(Conversion.objects.values_list("status", "commission_minor", "reason_code"))
    assert worth == {("reversed", 0, ReasonCode.ORDER_RETURNED)}
    assert held(cast)[0] == 0


def test_every_order_of_a_sale_that_stays_ends_in_one_state(wb, cast):
    ends = set()
    told = all_told(wb, is_returned=False)
    for srid in told:
        ends.add((unit(srid), earned(srid)))
        hold_until = the(Conversion, order__external_id=srid).hold_until
        assert SOLD_AT <= hold_until - HOLD <= BOUGHT_AT  # one that has begun does not move
    assert ends == {(("fulfilled", SOLD_AT, 693_000, 0), ("on_hold", WORTH))}
    assert held(cast)[0] == WORTH * len(told)


# --- Amounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, 6098, -5612.4])
def test_a_sale_changes_no_amount_whatever_it_names(wb, cast, amount):
    for endpoint, row in [
        (ORDER_FEED, fed("created", ORDERED)),
        (FINANCE_REPORT, financed()),
        (SUPPLIER_SALES, sale("S1", SOLD, amount=amount)),
    ]:
        pulled(wb, endpoint, row)
        work()
    assert unit() == ("fulfilled", SOLD_AT, 693_000, 0)
    assert earned() == ("on_hold", WORTH)
    assert the(Conversion).hold_until == SOLD_AT + HOLD


def test_a_sale_before_its_order_is_kept_and_makes_none(wb, cast):
    pulled(wb, SUPPLIER_SALES, sale("S1", SOLD))
    work()
    assert (count(Order), count(LineMove)) == (0, 1)
    pulled(wb, ORDER_FEED, fed("created", ORDERED))
    work()
    assert unit() == ("fulfilled", SOLD_AT, 693_000, 0)


# --- Cancellations ---------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_order_row_cancels_what_the_feed_shows_as_open(wb, cast, order):
    told = [
        pulled(wb, ORDER_FEED, fed("created", ORDERED)),
        pulled(wb, SUPPLIER_ORDERS, ordered(cancelled_at=SOLD)),
        pulled(wb, FINANCE_REPORT, financed()),
    ]
    for n in order:
        inbound_events_process([told[n][0]])
    assert unit() == ("cancelled", None, 693_000, 0)
    assert held(cast)[0] == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_unit_that_was_sold_is_cancelled_by_no_order_row(wb, cast, order):
    told = [
        pulled(wb, ORDER_FEED, fed("created", ORDERED)),
        pulled(wb, SUPPLIER_ORDERS, ordered(cancelled_at=BACK)),
        pulled(wb, SUPPLIER_SALES, sale("S1", SOLD)),
        pulled(wb, FINANCE_REPORT, financed()),
    ]
    for n in order:
        inbound_events_process([told[n][0]])
    assert unit() == ("fulfilled", SOLD_AT, 693_000, 0)
    with acting_as(system="test"):  # one that was refused while only the cancellation was known
        live = Conversion.objects.exclude(status="rejected").get()
    assert (live.status, live.commission_minor) == ("on_hold", WORTH)
    assert held(cast)[0] == WORTH


@pytest.mark.parametrize(
    ("cancelled_at", "status"), [(ORDERED, "fulfilled"), (SOLD, "fulfilled"), (BACK, "cancelled")]
)
def test_of_a_sale_and_a_cancellation_in_the_feed_the_later_counts(wb, cancelled_at, status):
    pulled(wb, SUPPLIER_SALES, sale("S1", SOLD))
    pulled(wb, ORDER_FEED, fed("cancel", cancelled_at))
    work()
    assert the(Order).status == status


# --- Claims ----------------------------------------------------------------------------------


def bought(wb: Connection) -> None:
    pulled(wb, ORDER_FEED, fed("buyout", BOUGHT))
    pulled(wb, FINANCE_REPORT, financed())
    work()


@pytest.mark.parametrize(
    "changes", [{}, {"status_ex": 5}, {"status_ex": 99}, {"status": 0, "status_ex": 5}]
)
def test_an_approved_claim_takes_the_reward_back(wb, cast, changes):
    bought(wb)
    assert earned() == ("on_hold", WORTH)
    pulled(wb, CLAIMS, claim(**changes))
    work()
    assert unit()[0] == "returned"
    assert earned() == ("reversed", 0)
    assert the(Conversion).reason_code == ReasonCode.ORDER_RETURNED
    assert held(cast)[0] == 0


@pytest.mark.parametrize("changes", [{"status": 0}, {"status": 1, "status_ex": 1}])
def test_a_claim_in_review_or_refused_is_no_news(wb, cast, changes):
    bought(wb)
    assert pulled(wb, CLAIMS, claim(**changes)) == []
    assert earned() == ("on_hold", WORTH)


def test_a_unit_comes_back_once_by_claim_by_sales_row_and_by_feed(wb, cast):
    bought(wb)
    pulled(wb, CLAIMS, claim())
    pulled(wb, SUPPLIER_SALES, sale("R1", BACK))
    pulled(wb, ORDER_FEED, fed("return", BACK))
    work()
    assert unit()[2:] == (693_000, 693_000)
    assert earned() == ("reversed", 0)
    with acting_as(system="test"):
        causes = list(the(Conversion).versions.order_by("number").values_list("cause", flat=True))
    assert causes.count("returned") == 1
    assert held(cast)[0] == 0


def test_after_the_hold_a_claim_is_the_brands_loss(wb, cast, noon):
    bought(wb)
    noon.shift(HOLD)
    assert conversions_advance() == 1
    pulled(wb, CLAIMS, claim())
    work()
    assert unit()[0] == "returned"
    assert earned() == ("approved", WORTH)


# --- Words that we do not know -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "row", "reason"),
    [
        (SUPPLIER_SALES, sale("D77", SOLD), "saleID: unknown kind 'D'"),
        (SUPPLIER_ORDERS, ordered() | {"isCancel": "yes"}, "isCancel: neither true nor false"),
        (CLAIMS, claim(status=7), "status: unknown status 7"),
    ],
)
def test_a_word_we_do_not_know_is_kept_with_its_reason(wb, endpoint, row, reason):
    pulled(wb, endpoint, row)
    work()
    event = the(InboundEvent, endpoint=endpoint)
    assert (event.state, reason in event.error) == ("dead", True)
