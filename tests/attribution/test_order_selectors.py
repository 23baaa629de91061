"""Orders as their brand reads them: one row each, in the state of its line that lags most."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attribution.models import (
    Candidate,
    ClickDaily,
    Connection,
    Conversion,
    Decision,
    InboundEvent,
    Order,
    OrderLine,
)
from attribution.selectors.health import connections_health, failing_count
from attribution.selectors.orders import (
    Figures,
    OrderFilter,
    Waiting,
    figures_of,
    order_access_for_brand,
    order_counts,
    order_page,
    order_sources,
    order_whole,
    orders_waiting,
    people_by_influencer,
    people_of,
)
from core.errors import NotFound
from core.ids import uuid7
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, signed
from tests.attribution.test_sale import work
from tests.cast import Cast
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PLACED = NOW - timedelta(days=5)


_noon = clock_at(NOW)


def deliver(shop, *bodies: bytes) -> None:
    for body in bodies:
        assert Client().post(shop.path, body, **signed(body)).status_code == 200
        work()


def order_make(cast: Cast, shop, number: str, *statuses: str, **fields) -> Order:
    """An order with one line for each status; the lines' reward is 100,00."""
    mine = {"brand_id": cast.tulpar.brand}
    given = {"placed_at": PLACED, "source": "woocommerce", "status": "fulfilled"} | fields
    with acting_as(system="test data"):
        order = Order.objects.create(
            connection_id=shop.connection,
            external_id=f"x-{number}",
            number=number,
            raw_status="completed",
            currency="KZT",
            trust="signed",
            source_updated_at=PLACED,
            **mine,
            **given,
        )
        for n, status in enumerate(statuses, 1):
            line = OrderLine.objects.create(
                order=order, line_id=str(n), name="Көрпе", quantity=1, amount_minor=100_000, **mine
            )
            conversion_make(cast, order, line, status, hold_until=NOW + timedelta(days=n))
    return order


def conversion_make(cast, order, line, status, *, hold_until=None, influencer=None) -> Conversion:
    party = cast.tulpar
    decision = Decision.objects.create(
        order=order, line=line, brand_id=party.brand, number=line.decisions.count() + 1,
        participation_id=party.participation, grade="B", rule="only_candidate", trace=[],
    )  # fmt: skip
    is_final = status in ("approved", "paid")
    return Conversion.objects.create(
        brand_id=party.brand,
        order=order,
        line=line,
        decision=decision,
        campaign_id=party.campaign,
        participation_id=party.participation,
        influencer_id=influencer or party.influencer,
        terms_id=party.terms,
        grade="B",
        source=order.source,
        order_number=order.number,
        product_name=line.name,
        status=status,
        base_minor=100_000,
        commission_minor=0 if status in ("rejected", "reversed") else 10_000,
        fee_minor=0 if status in ("rejected", "reversed") else 1_500,
        vat_minor=240 if is_final else 0,
        reason_code={"rejected": 15, "reversed": 16}.get(status),
        ordered_at=order.placed_at,
        hold_until=hold_until,
        approved_at=NOW if is_final else None,
    )


def numbers(cast, after="", rows=30, **asked) -> list[str]:
    with acting_as(brand=cast.tulpar.brand):
        page = order_page(cast.tulpar.brand, OrderFilter(**asked), after=after, rows=rows)
    return [sale.order.number for sale in page.rows]


# --- The list -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        ((), "unmatched"),
        (("approved",), "approved"),
        (("reversed", "on_hold"), "on_hold"),
        (("paid", "approved"), "approved"),
        (("rejected", "reversed"), "reversed"),
        (("awaiting_funding", "pending"), "pending"),
    ],
)
def test_an_order_is_shown_by_its_line_that_has_furthest_to_go(cast, shop, statuses, shown):
    order_make(cast, shop, "1", *statuses)
    with acting_as(brand=cast.tulpar.brand):
        (sale,) = order_page(cast.tulpar.brand, OrderFilter()).rows
    assert sale.status == shown
    assert (sale.leading is None) == (shown == "unmatched")
    assert len(sale.conversions) == len(statuses)


def test_what_was_given_to_another_does_not_count_twice(cast, shop):
    order = order_make(cast, shop, "1", "rejected")
    with acting_as(system="test data"):
        live = conversion_make(cast, order, order.lines.get(), "pending")
    with acting_as(brand=cast.tulpar.brand):
        (sale,) = order_page(cast.tulpar.brand, OrderFilter()).rows
        assert [each.pk for each in sale.conversions] == [live.pk]
        assert (sale.status, sale.reward_minor, sale.names) == ("pending", 10_000, ["Aliya"])


def test_the_newest_comes_first_and_pages_neither_repeat_nor_skip(cast, shop):
    for number in range(7):  # two at each moment
        order_make(cast, shop, str(number), placed_at=PLACED + timedelta(minutes=number // 2))
    seen, after = [], "begin"
    with acting_as(brand=cast.tulpar.brand):
        while after:
            page = order_page(cast.tulpar.brand, OrderFilter(), after=after, rows=3)
            seen.append([sale.order.number for sale in page.rows])
            after = page.after
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_by_deadline_the_first_hold_to_end_comes_first(cast, shop):
    for number, days in (("a", 3), ("b", 1), ("c", 2)):
        order = order_make(cast, shop, number, "on_hold")
        with acting_as(system="test data"):
            order.conversions.update(hold_until=NOW + timedelta(days=days))
    order_make(cast, shop, "d", "approved")
    asked = OrderFilter(statuses=("on_hold",), by_deadline=True)
    with acting_as(brand=cast.tulpar.brand):
        first = order_page(cast.tulpar.brand, asked, rows=2)
        rest = order_page(cast.tulpar.brand, asked, rows=2, after=first.after)
    assert [sale.order.number for sale in first.rows] == ["b", "c"]
    assert [sale.order.number for sale in rest.rows] == ["a"]
    assert rest.after == ""


@pytest.mark.parametrize("after", ["x", "_", "2026-11-21_1", "2026-11-21T00:00:00+00:00_0"])
def test_a_broken_cursor_begins_anew(cast, shop, after):
    order_make(cast, shop, "1")
    assert numbers(cast, after=after) == ["1"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"statuses": ("unmatched",)}, ["nobody"]),
        ({"statuses": ("pending", "approved")}, ["KZ-3", "KZ-2"]),
        ({"source": "wildberries"}, ["KZ-3"]),
        ({"query": "kz-"}, ["KZ-3", "KZ-2"]),
        ({"query": "X-NOB"}, ["nobody"]),
        ({"query": "aliya"}, ["KZ-3", "KZ-2"]),
        ({"query": "Sale20"}, ["nobody"]),
        ({"query": "sale2"}, []),
        ({"query": "%"}, []),
        ({"query": "kz", "source": "woocommerce", "statuses": ("approved",)}, ["KZ-2"]),
    ],
)
def test_a_filter_finds_its_part(cast, shop, asked, found):
    order_make(cast, shop, "nobody", promo_codes=["sale20"])
    order_make(cast, shop, "KZ-2", "approved", placed_at=PLACED + timedelta(hours=1))
    later = PLACED + timedelta(hours=2)
    order_make(cast, shop, "KZ-3", "pending", source="wildberries", placed_at=later)
    assert numbers(cast, **asked) == found


def test_counts_are_of_the_filter_without_its_status(cast, shop):
    order_make(cast, shop, "1", "approved")
    order_make(cast, shop, "2", "pending", "reversed")
    order_make(cast, shop, "3", source="wildberries")
    with acting_as(brand=cast.tulpar.brand):
        mine = cast.tulpar.brand
        everything = order_counts(mine, OrderFilter(statuses=("approved",)))
        shops = order_counts(mine, OrderFilter(source="woocommerce"))
        assert order_sources(mine) == ["wildberries", "woocommerce"]
    assert everything == {"approved": 1, "pending": 1, "unmatched": 1}
    assert shops == {"approved": 1, "pending": 1}


def test_the_list_asks_two_questions_whatever_its_length(cast, shop):
    def questions() -> int:
        with acting_as(brand=cast.tulpar.brand), CaptureQueriesContext(connection) as asked:
            for sale in order_page(cast.tulpar.brand, OrderFilter()).rows:
                assert sale.names == ["Aliya"]
                assert {each.terms.hold_days for each in sale.conversions} == {21}
        return len(asked.captured_queries)

    order_make(cast, shop, "1", "approved", "pending")
    few = questions()
    for number in range(2, 9):
        order_make(cast, shop, str(number), "approved", "pending")
    assert (few, questions()) == (2, 2)


def test_another_brand_reads_nothing_of_it(cast, shop):
    order = order_make(cast, shop, "1", "approved")
    with acting_as(brand=cast.sauran.brand):
        assert order_page(cast.tulpar.brand, OrderFilter()).rows == []
        assert order_counts(cast.tulpar.brand, OrderFilter()) == {}
        assert orders_waiting(cast.tulpar.brand) == Waiting(0, None)
        for public_id in (order.public_id, uuid4()):
            with pytest.raises(NotFound):
                order_access_for_brand(cast.sauran.brand, public_id)


# --- One order ------------------------------------------------------------------------------


def test_a_whole_order_has_every_candidate_of_the_latest_decision_once(cast, shop):
    order = order_make(cast, shop, "1", "pending", "pending")
    both = {"brand_id": cast.tulpar.brand, "order": order}
    with acting_as(system="test data"):
        for line in order.lines.all():
            old = line.decisions.get()
            latest = Decision.objects.create(
                line=line, number=2, rule="code_wins", trace=[], grade="B",
                participation_id=cast.tulpar.participation, **both,
            )  # fmt: skip
            for decision, verdict in ((old, "decided"), (latest, "confirms")):
                Candidate.objects.create(
                    decision=decision, participation_id=cast.tulpar.participation,
                    influencer_id=cast.tulpar.influencer, kind="promo_code", evidence="AQTAS",
                    grade="B", occurred_at=PLACED, verdict=verdict, reason="x", **both,
                )  # fmt: skip
    with acting_as(brand=cast.tulpar.brand):
        whole = order_whole(order_access_for_brand(cast.tulpar.brand, order.public_id))
        assert [each.rule for each in whole.decisions] == ["code_wins", "code_wins"]
        assert [each.verdict for each in whole.candidates] == ["confirms"]
    assert [line.line_id for line in whole.lines] == ["1", "2"]
    assert whole.sale.reward_minor == 20_000


def test_versions_come_in_their_order_applied_or_not(cast, shop):
    deliver(
        shop,
        order_body(7, status="completed", coupons=("AQTAS",), minutes=60, placed=PLACED),
        order_body(7, status="processing", coupons=("AQTAS",), minutes=1, placed=PLACED),
    )
    with acting_as(brand=cast.tulpar.brand):
        found = Order.objects.get(number="7")
        whole = order_whole(order_access_for_brand(cast.tulpar.brand, found.public_id))
    assert [(each.raw_status, each.is_applied) for each in whole.versions] == [
        ("completed", True),
        ("processing", False),
    ]
    assert whole.sale.leading.terms.commission_bps == 1000


# --- Figures --------------------------------------------------------------------------------


def test_orders_that_approve_themselves_are_those_that_were_confirmed(cast, shop):
    order_make(cast, shop, "1", "on_hold", "on_hold")
    order_make(cast, shop, "2", "approved")
    hint = order_make(cast, shop, "3", "on_hold")
    with acting_as(system="test data"):
        Order.objects.filter(pk=hint.pk).update(trust="hint")
    with acting_as(brand=cast.tulpar.brand):
        assert orders_waiting(cast.tulpar.brand) == Waiting(1, NOW + timedelta(days=1))


def test_figures_count_orders_and_sum_what_was_not_lost(cast, shop):
    order_make(cast, shop, "1", "approved", "on_hold")
    order_make(cast, shop, "2", "pending")
    order_make(cast, shop, "3", "reversed")
    order_make(cast, shop, "4", "rejected")
    order_make(cast, shop, "5")
    order_make(cast, shop, "old", "paid", placed_at=PLACED - timedelta(days=40))
    days = {"first_on": date(2026, 11, 16), "last_on": date(2026, 11, 21)}
    with acting_as(brand=cast.tulpar.brand):
        figures = figures_of(cast.tulpar.brand, **days)
    # VAT of two fees of 15,00 that are still held, 16 %: 4,80; and 2,40 that is booked
    assert figures == Figures(
        orders=4, received=1, approved=1, returned=1, sales_minor=300_000, reward_minor=30_000,
        fee_minor=4_500, vat_minor=720, first_at=PLACED,
    )  # fmt: skip
    assert figures.cost_minor == 35_220


def test_a_day_is_a_day_of_kazakhstan(cast, shop):
    midnight = datetime(2026, 11, 15, 19, 0, tzinfo=UTC)  # 00:00 of the 16th in Almaty
    order_make(cast, shop, "1", "pending", placed_at=midnight)
    order_make(cast, shop, "2", "pending", placed_at=midnight - timedelta(microseconds=1))
    with acting_as(brand=cast.tulpar.brand):
        for day, orders in ((date(2026, 11, 15), 1), (date(2026, 11, 16), 1), (PLACED.date(), 1)):
            assert figures_of(cast.tulpar.brand, first_on=day, last_on=day).orders == orders


def test_nothing_sold_is_zero_everywhere(cast):
    with acting_as(brand=cast.tulpar.brand):
        figures = figures_of(cast.tulpar.brand, first_on=date(2026, 1, 1), last_on=date(2026, 1, 2))
        assert people_of(cast.tulpar.brand, first_on=NOW.date(), last_on=NOW.date()) == 0
    assert (figures.orders, figures.cost_minor, figures.first_at) == (0, 0, None)


def test_clicks_are_read_from_the_sums(cast):
    both = {"campaign_id": cast.tulpar.campaign, "brand_id": cast.tulpar.brand}
    with acting_as(system="test data"):
        for day, influencer, people in ((20, 1, 5), (21, 1, 7), (21, 2, 2)):
            ClickDaily.objects.create(
                day_on=date(2026, 11, day), link_id=day * 10 + influencer,
                influencer_id=influencer, people=people, bots=99, **both,
            )  # fmt: skip
    mine = cast.tulpar
    with acting_as(brand=mine.brand):
        day = date(2026, 11, 21)
        assert people_of(mine.brand, first_on=day, last_on=day) == 9
        assert people_by_influencer(mine.brand, mine.campaign) == {1: 12, 2: 2}


# --- Sources --------------------------------------------------------------------------------


def event_make(shop, *, state: str, age: timedelta) -> None:
    with acting_as(system="test data"):
        InboundEvent.objects.create(
            connection_id=shop.connection, brand_id=shop.brand, source="woocommerce",
            endpoint="webhook", event_key=uuid7().hex, trust="signed", body=b"{}",
            body_sha256="0" * 64, state=state, received_at=NOW - age,
        )  # fmt: skip


def health_of(cast, shop, **changes):
    with acting_as(system="test data"):
        Connection.objects.filter(pk=shop.connection).update(**changes)
    with acting_as(brand=cast.tulpar.brand):
        found = Connection.objects.get(pk=shop.connection)
        return connections_health([found])[found.pk]


@pytest.mark.parametrize(
    ("state", "status"),
    [("new", "waiting"), ("ok", "healthy"), ("failing", "failing"), ("off", "paused")],
)
def test_a_source_is_as_it_says(cast, shop, state, status):
    assert health_of(cast, shop, state=state).status == status


def test_a_source_is_late_when_an_event_waits_too_long(cast, shop):
    event_make(shop, state="received", age=timedelta(minutes=4))
    assert health_of(cast, shop, state="ok").status == "healthy"
    event_make(shop, state="received", age=timedelta(minutes=6))
    health = health_of(cast, shop, state="ok")
    assert (health.status, health.behind) == ("late", timedelta(minutes=6))


def test_events_that_could_not_be_read_are_counted_for_a_day(cast, shop):
    for hours in (1, 23, 25):
        event_make(shop, state="dead", age=timedelta(hours=hours))
    assert health_of(cast, shop, state="ok").dead == 2


def test_a_failing_source_is_behind_since_its_last_event(cast, shop):
    health = health_of(cast, shop, state="failing", last_event_at=NOW - timedelta(hours=19))
    assert (health.status, health.behind) == ("failing", timedelta(hours=19))
    with acting_as(brand=cast.tulpar.brand):
        assert failing_count(cast.tulpar.brand) == 1
    with acting_as(brand=cast.sauran.brand):
        assert failing_count(cast.tulpar.brand) == 0
