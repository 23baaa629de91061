"""Asking the stand-in of Wildberries over real HTTP: pages, limits, refusals, broken answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PaymentRequired,
    PollConnection,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.wildberries.client import HOSTS
from attribution.connectors.wildberries.connector import (
    CLAIMS,
    FINANCE_REPORT,
    ORDER_FEED,
    SUPPLIER_ORDERS,
    SUPPLIER_SALES,
    Wildberries,
)
from attribution.connectors.wildberries.token import TokenMalformed
from core.http import OutgoingClient, OutgoingFailed, OutgoingResponse, OutgoingTimeout

WB = Wildberries()
DAY = 86_400
PAGES_MAX = 20


class Poller:
    """What the poller of attribution does: keeps the cursor, waits as long as it is told."""

    def __init__(self, sandbox, endpoint: str, connection: PollConnection) -> None:
        self.sandbox, self.endpoint, self.connection = sandbox, endpoint, connection
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}
        self.pages: list[PollPage] = []

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])

    def page(self) -> PollPage:
        page = WB.fetch(self.client, self.endpoint, self.cursor, self.connection, now=self.now)
        self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        self.pages.append(page)
        return page

    def round(self) -> list:
        """Pages until the last one, pausing in sandbox time; the snapshots of all of them."""
        snapshots = []
        for _ in range(PAGES_MAX):
            page = self.page()
            for record in page.records:
                snapshots += WB.parse(self.endpoint, record.body)
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return snapshots
        raise AssertionError("the round does not end")


def connection_to(sandbox, token: dict | None = None, **settings) -> PollConnection:
    secret = sandbox.control("wildberries/token", token or {})["token"]
    hosts = {host: f"{sandbox.url}/wildberries/{host}" for host in HOSTS}
    return PollConnection(secret, {"base_urls": hosts} | settings)


@pytest.fixture
def feed(sandbox) -> Poller:
    return Poller(sandbox, ORDER_FEED, connection_to(sandbox, page_rows=2))


@pytest.fixture
def report(sandbox) -> Poller:
    return Poller(sandbox, FINANCE_REPORT, connection_to(sandbox, page_rows=2))


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def buy(sandbox, srid: str, **order) -> str:
    sandbox.control("wildberries/orders", {"srid": srid, **order})
    sandbox.clock_move(2)
    return srid


def move(sandbox, srid: str, status: str) -> None:
    sandbox.control(f"wildberries/orders/{srid}/status", {"status": status})
    sandbox.clock_move(2)


# --- The order feed --------------------------------------------------------------------------


def test_an_empty_feed_is_one_last_page(feed):
    page = feed.page()
    assert (page.records, page.is_last, page.next_delay_seconds) == ((), True, 60)


def test_every_order_of_several_pages_is_read_once(feed, sandbox):
    for srid in "abcde":
        buy(sandbox, srid)
    snapshots = feed.round()
    assert [one.external_id for one in snapshots] == ["e", "d", "c", "b", "a"]
    assert [page.is_last for page in feed.pages] == [False, False, True]
    assert snapshots[0].status == "created"


def test_pages_hold_together_while_orders_change(feed, sandbox):
    """With the snapshot of the first page nothing is lost, though a row jumps to the front."""
    for srid in "abc":
        buy(sandbox, srid)
    first = feed.page()
    move(sandbox, "a", "buyout")
    sandbox.clock_move(60)
    second = feed.page()
    keys = [record.event_key.split(":")[2] for page in (first, second) for record in page.records]
    assert keys == ["c", "b", "a"]
    assert second.is_last


def test_the_life_of_an_order_in_rounds(feed, sandbox):
    buy(sandbox, "a", price="6930.50", currency="RUB")
    (created,) = feed.round()
    move(sandbox, "a", "buyout")
    (bought,) = feed.round()
    move(sandbox, "a", "return")
    (returned,) = feed.round()
    assert [one.status for one in (created, bought, returned)] == [
        "created",
        "fulfilled",
        "returned",
    ]
    assert created.source_updated_at < bought.source_updated_at < returned.source_updated_at
    assert (created.lines[0].amount_minor, created.currency) == (693_050, "RUB")
    assert returned.lines[0].returned_minor == 693_050


def test_the_same_state_has_the_same_key_and_a_new_one_another(feed, sandbox):
    buy(sandbox, "a")
    (first,) = feed.page().records
    sandbox.clock_move(60)
    (again,) = feed.page().records
    move(sandbox, "a", "cancel")
    sandbox.clock_move(60)
    (later,) = feed.page().records
    assert first == again
    assert later.event_key != first.event_key
    assert later.event_key.startswith("wb:feed:a:cancel:")


def test_a_round_stops_where_an_earlier_one_has_been(feed, sandbox):
    for srid in "abcdef":
        buy(sandbox, srid)
    sandbox.clock_move(7_200)
    buy(sandbox, "g")
    go_to_noon(sandbox)
    feed.round()
    del feed.pages[:]
    sandbox.clock_move(60)
    move(sandbox, "g", "buyout")
    (changed,) = feed.round()
    assert (changed.external_id, changed.status) == ("g", "fulfilled")
    assert len(feed.pages) == 1


def test_the_first_round_of_a_moscow_day_reads_everything(feed, sandbox):
    go_to_noon(sandbox)
    for srid in "abcdef":
        buy(sandbox, srid)
        sandbox.clock_move(1_800)
    assert len(feed.round()) == 6
    assert len(feed.round()) == 2  # the last hour and no more
    sandbox.clock_move(DAY)
    assert len(feed.round()) == 6


def go_to_noon(sandbox) -> None:
    """To noon in Moscow, so that no day ends in the middle of a test."""
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    noon = now.replace(hour=9, minute=0, second=0, microsecond=0)
    sandbox.clock_move(((noon - now) % timedelta(days=1)).total_seconds())


def test_a_row_dated_in_the_future_does_not_hide_the_present(feed, sandbox):
    """A clock gone mad at the source costs a repeated page, never an order."""
    go_to_noon(sandbox)
    buy(sandbox, "a")
    feed.round()
    feed.cursor["newest"] = "2199-01-01T00:00:00+00:00"
    buy(sandbox, "b")
    assert "b" in [one.external_id for one in feed.round()]


def test_too_often_is_the_same_page_after_the_pause_named(feed, sandbox):
    buy(sandbox, "a")
    feed.page()
    cursor = feed.cursor
    limited = feed.page()
    assert (limited.is_limited, limited.is_last, limited.records) == (True, False, ())
    assert limited.next_cursor == cursor
    assert 50 <= limited.next_delay_seconds <= 61


def test_a_basic_token_waits_three_hours(sandbox):
    connection = connection_to(sandbox, {"kind": "basic"})
    feed = Poller(sandbox, ORDER_FEED, connection)
    assert feed.page().next_delay_seconds == 10_800
    assert 10_700 <= feed.page().next_delay_seconds <= 10_801


# --- The finance report ----------------------------------------------------------------------


def test_the_report_is_read_until_204(report, sandbox):
    for srid in "abc":
        buy(sandbox, srid, article_substitution="SUB-1", report_delay_days=0)
        move(sandbox, srid, "buyout")
    found = report.round()
    assert [one.external_id for one in found] == ["a", "b", "c"]
    assert [len(page.records) for page in report.pages] == [2, 1, 0]
    assert [page.is_last for page in report.pages] == [False, False, True]
    assert report.cursor == {}


def test_the_substitute_article_comes_days_after_the_sale(report, sandbox):
    buy(sandbox, "a", article_substitution="SUB-1", report_delay_days=5)
    move(sandbox, "a", "buyout")
    assert report.round() == []
    sandbox.clock_move(5 * DAY)
    (found,) = report.round()
    assert (found.kind, found.value) == ("wb_substitute_article", "SUB-1")


def test_the_same_row_has_the_same_key_in_every_round(report, sandbox):
    buy(sandbox, "a", article_substitution="SUB-1", report_delay_days=0)
    move(sandbox, "a", "buyout")
    report.round()
    report.round()
    first, second = (page.records[0] for page in report.pages if page.records)
    assert first == second
    assert first.event_key.startswith("wb:fin:91")


def test_the_report_too_often(report):
    report.page()
    assert report.page().is_limited


# --- Sales, supplier orders, claims ----------------------------------------------------------


@pytest.fixture
def sales(sandbox) -> Poller:
    go_to_noon(sandbox)
    return Poller(sandbox, SUPPLIER_SALES, connection_to(sandbox))


def kinds(snapshots) -> list[tuple[str, str]]:
    """Each once: the last row of a page begins the next one, and is one event in the inbox."""
    return list(dict.fromkeys((one.external_id, one.kind) for one in snapshots))


def test_a_round_of_sales_reads_three_days_again_and_then_what_changed(sales, sandbox):
    assert sales.round() == []
    assert [page.is_last for page in sales.pages] == [False, False, False, True]
    assert [page.next_delay_seconds for page in sales.pages] == [60, 60, 60, 1_800]
    assert sales.round() == []
    assert len(sales.pages) == 5  # the same day: only what changed


def test_sales_and_returns_of_a_day(sales, sandbox):
    for srid in "ab":
        buy(sandbox, srid)
        move(sandbox, srid, "buyout")
    assert kinds(sales.round()) == [("a", "receipt"), ("b", "receipt")]
    move(sandbox, "a", "return")
    assert kinds(sales.round())[-1] == ("a", "return")


def test_a_sale_has_one_key_before_and_after_its_amounts_come(sales, sandbox):
    buy(sandbox, "a")
    move(sandbox, "a", "buyout")
    sales.round()
    sandbox.clock_move(DAY)
    sales.round()
    records = [record for page in sales.pages for record in page.records]
    assert len({record.event_key for record in records}) == 1
    assert records[0].event_key.startswith("wb:sale:S")
    amounts = [json.loads(record.body)["finishedPrice"] for record in records]
    assert (amounts[0], amounts[-1]) == (0, 6930)


def test_the_cursor_is_the_last_change_in_its_own_letters(sales, sandbox):
    sandbox.control("wildberries/statistics", {"rows_max": 2})
    for srid in "abcde":
        buy(sandbox, srid)
        move(sandbox, srid, "buyout")
    found = kinds(sales.round())
    assert sorted({srid for srid, _kind in found}) == list("abcde")
    last = json.loads(sales.pages[-1].records[-1].body)
    assert sales.cursor["date_from"] == last["lastChangeDate"]


def test_a_sale_that_was_not_shown_in_time_is_found_by_the_days_read_again(sales, sandbox):
    """As if Wildberries had dated a row before what we had read already."""
    buy(sandbox, "a")
    move(sandbox, "a", "buyout")
    sales.cursor = {"again_on": sales.now.date().isoformat(), "days": [],
                    "date_from": (sales.now + timedelta(minutes=9)).isoformat()}  # fmt: skip
    assert sales.round() == []
    sandbox.clock_move(DAY)
    assert ("a", "receipt") in kinds(sales.round())


def test_a_change_dated_in_the_future_does_not_move_the_cursor(sandbox):
    rows = [{"lastChangeDate": "2199-01-01T00:00:00", "saleID": "S1", "srid": "a"}]
    cursor = {"again_on": "2026-11-21", "days": [], "date_from": "2026-11-20T10:00:00"}
    page = ask(sandbox, SUPPLIER_SALES, 200, rows, cursor)
    assert (page.is_last, page.next_cursor, len(page.records)) == (True, cursor, 1)


def test_of_supplier_orders_only_cancellations_are_kept(sandbox):
    go_to_noon(sandbox)
    poller = Poller(sandbox, SUPPLIER_ORDERS, connection_to(sandbox))
    for srid in "ab":
        buy(sandbox, srid)
    assert poller.round() == []
    move(sandbox, "b", "cancel")
    assert kinds(poller.round()) == [("b", "withdrawal")]
    assert poller.pages[-1].records[0].event_key == "wb:cancel:b"


@pytest.mark.parametrize(
    ("endpoint", "seconds"), [(SUPPLIER_ORDERS, 10_800), (SUPPLIER_SALES, 7_200), (CLAIMS, 3_600)]
)
def test_a_basic_token_keeps_to_its_limits(sandbox, endpoint, seconds):
    poller = Poller(sandbox, endpoint, connection_to(sandbox, {"kind": "basic"}))
    assert poller.page().next_delay_seconds == seconds
    limited = poller.page()
    assert (limited.is_limited, limited.next_cursor) == (True, poller.pages[0].next_cursor)
    assert seconds - 10 <= limited.next_delay_seconds <= seconds + 1
    sandbox.clock_move(limited.next_delay_seconds)
    assert not poller.page().is_limited


def test_claims_are_read_in_both_halves_and_only_approved_ones_kept(sandbox):
    poller = Poller(sandbox, CLAIMS, connection_to(sandbox, page_rows=2))
    for n, (status, status_ex, is_archive) in enumerate(
        [(0, 0, False), (1, 1, True), (2, 5, False), (2, 10, True), (2, 8, True)]
    ):
        srid = buy(sandbox, f"r{n}")
        sandbox.control(
            "wildberries/claims",
            {"srid": srid, "status": status, "status_ex": status_ex, "is_archive": is_archive},
        )
        sandbox.clock_move(2)
    assert kinds(poller.round()) == [("r2", "return"), ("r4", "return"), ("r3", "return")]
    assert len(poller.pages) == 4
    assert poller.cursor == {}
    sandbox.clock_move(15 * DAY)
    assert poller.round() == []


@pytest.mark.parametrize("endpoint", [SUPPLIER_ORDERS, SUPPLIER_SALES, CLAIMS])
def test_a_category_that_is_missing_is_access_denied(sandbox, endpoint):
    poller = Poller(sandbox, endpoint, connection_to(sandbox, {"bits": [2, 13, 30]}))
    assert endpoint not in WB.endpoints_open(poller.connection.secret)
    with pytest.raises(AccessDenied):
        poller.page()


@pytest.mark.parametrize("endpoint", [SUPPLIER_ORDERS, SUPPLIER_SALES, CLAIMS])
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"errors":["dateFrom: field required"]}', "dateFrom: field required"),
        (b'{"errors":"dateFrom: Value not validated"}', "dateFrom: Value not validated"),
        (b'{"title":"bad request","detail":"no"}', "bad request: no"),
        (b'{"errors":[],"title":"bad request"}', "bad request"),
        (b'{"errors":[7]}', '{"errors":[7]}'),
        (b"[1]", "[1]"),
        (b"\xffoops", "\N{REPLACEMENT CHARACTER}oops"),
        (b"", ""),
    ],
)
def test_a_refusal_is_told_in_the_sources_words(sandbox, endpoint, body, detail):
    with pytest.raises(SourceRefused) as caught:
        ask(sandbox, endpoint, 400, body)
    assert caught.value.detail == detail


@pytest.mark.parametrize("endpoint", [SUPPLIER_ORDERS, SUPPLIER_SALES])
@pytest.mark.parametrize("body", [b"", {}, None, [None], [[]], {"rows": []}])
def test_statistics_of_another_shape_are_an_unknown_payload(sandbox, endpoint, body):
    with pytest.raises(UnknownPayload):
        ask(sandbox, endpoint, 200, body)


@pytest.mark.parametrize("body", [b"", {}, [], {"claims": None}, {"claims": [None]}])
def test_claims_of_another_shape_are_an_unknown_payload(sandbox, body):
    with pytest.raises(UnknownPayload):
        ask(sandbox, CLAIMS, 200, body)


# --- Refusals --------------------------------------------------------------------------------


def test_an_expired_token_is_refused_credentials(feed, sandbox):
    sandbox.clock_move(181 * DAY)
    with pytest.raises(CredentialsRefused) as caught:
        feed.page()
    assert caught.value.status == 401
    assert feed.connection.secret not in str(caught.value)


def test_a_missing_category_is_access_denied(sandbox):
    poller = Poller(sandbox, ORDER_FEED, connection_to(sandbox, {"bits": [13, 30]}))
    with pytest.raises(AccessDenied):
        poller.page()


def test_what_is_no_token_is_not_sent_at_all(sandbox):
    poller = Poller(sandbox, ORDER_FEED, PollConnection("not a token"))
    with pytest.raises(TokenMalformed):
        poller.page()


@pytest.mark.parametrize("auth", ["bearer", "raw"])
def test_the_token_goes_both_ways(sandbox, auth):
    poller = Poller(sandbox, ORDER_FEED, connection_to(sandbox, auth=auth))
    assert poller.page().is_last


def test_a_secret_does_not_print_itself(sandbox):
    connection = connection_to(sandbox)
    assert connection.secret not in repr(connection)


# --- Broken answers --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_an_answer_that_is_no_json_is_an_unknown_payload(feed, sandbox, fault):
    buy(sandbox, "a")
    sandbox.control("faults", {"service": "wildberries", "fault": fault})
    with pytest.raises(UnknownPayload, match="not JSON"):
        feed.page()


def test_one_bad_moment_of_the_server_is_overcome(feed, sandbox):
    sandbox.control("faults", {"service": "wildberries", "fault": "500"})
    assert feed.page().is_last


def test_a_server_that_stays_down_is_a_failure(feed, sandbox):
    sandbox.control("faults", {"service": "wildberries", "fault": "503", "times": 9})
    with pytest.raises(OutgoingFailed) as caught:
        feed.page()
    assert caught.value.status == 503


def test_a_server_that_hangs_is_a_timeout(feed, sandbox):
    sandbox.control("faults", {"service": "wildberries", "fault": "timeout", "times": 2})
    feed.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=0.3)
    with pytest.raises(OutgoingTimeout):
        feed.page()


def test_a_planned_429_names_its_own_pause(feed, sandbox):
    sandbox.control("faults", {"service": "wildberries", "fault": "429"})
    assert feed.page().next_delay_seconds == 20


class OneWayOnly:
    """A source that takes the token in one form alone, as some tokens are said to be."""

    def __init__(self, authorization: str) -> None:
        self.authorization = authorization
        self.asked: list[str] = []

    def request(self, method, url, *, headers, **kwargs) -> OutgoingResponse:
        self.asked.append(headers["Authorization"])
        if headers["Authorization"] != self.authorization:
            return OutgoingResponse(401, {}, b"{}")
        return OutgoingResponse(204, {}, b"")


@pytest.mark.parametrize(
    ("_case", "auth", "scheme", "calls"),
    [
        ("taken at once", "bearer", "Bearer ", 1),
        ("only bare", "bearer", "", 2),
        ("known to be bare", "raw", "", 1),
        ("no longer bare", "raw", "Bearer ", 2),
    ],
)
def test_a_401_is_asked_once_more_the_other_way(sandbox, _case, auth, scheme, calls):
    connection = connection_to(sandbox, auth=auth)
    source = OneWayOnly(scheme + connection.secret)
    now = datetime.fromisoformat("2026-11-21T10:00:00+00:00")
    assert WB.fetch(source, FINANCE_REPORT, {}, connection, now=now).is_last
    assert len(source.asked) == calls


class Canned:
    """A client that answers what it was given, for shapes the sandbox never sends."""

    def __init__(self, status: int, body: bytes, **headers: str) -> None:
        self.answer = OutgoingResponse(status, headers, body)

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        return self.answer


def ask(sandbox, endpoint: str, status: int, body: object = b"", cursor=None, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = datetime.fromisoformat("2026-11-21T10:00:00+00:00")
    client = Canned(status, raw, **headers)
    return WB.fetch(client, endpoint, cursor or {}, connection_to(sandbox), now=now)


@pytest.mark.parametrize(
    "endpoint", [ORDER_FEED, FINANCE_REPORT, SUPPLIER_ORDERS, SUPPLIER_SALES, CLAIMS]
)
@pytest.mark.parametrize(
    ("status", "error"), [(402, PaymentRequired), (400, SourceRefused), (404, SourceRefused)]
)
def test_a_definite_no_is_typed(sandbox, endpoint, status, error):
    with pytest.raises(error) as caught:
        ask(sandbox, endpoint, status, b'{"title":"pay first"}')
    assert caught.type is error
    assert "pay first" in caught.value.detail


@pytest.mark.parametrize(
    "body",
    [
        b"",
        [],
        {},
        {"data": None},
        {"data": {}},
        {"data": {"orders": None}},
        {"data": {"orders": [None]}},
        {"data": {"orders": [7]}},
    ],
)
def test_a_feed_of_another_shape_is_an_unknown_payload(sandbox, body):
    with pytest.raises(UnknownPayload):
        ask(sandbox, ORDER_FEED, 200, body)


@pytest.mark.parametrize("body", [b"", {}, [], [None], [{}], [{"rrdId": "1"}], [{"rrdId": 0}]])
def test_a_report_of_another_shape_is_an_unknown_payload(sandbox, body):
    with pytest.raises(UnknownPayload):
        ask(sandbox, FINANCE_REPORT, 200, body)


def test_a_report_that_does_not_go_on_is_refused_and_not_read_for_ever(sandbox):
    cursor = {"date_from": "2026-10-17", "date_to": "2026-11-21", "rrd_id": 7}
    with pytest.raises(UnknownPayload, match="did not grow"):
        ask(sandbox, FINANCE_REPORT, 200, [{"rrdId": 7, "reportId": 1}], cursor)


def test_one_bad_row_does_not_take_its_page_with_it(sandbox):
    """It becomes a record like the others, and is refused where records are parsed."""
    orders = [{"srid": None, "updatedAt": "?"}, {"srid": "a"}]
    data = {"snapshotTime": "2026-11-21T10:00:00Z", "currency": "KZT", "orders": orders}
    page = ask(sandbox, ORDER_FEED, 200, {"data": data})
    assert all(record.event_key.startswith("wb:feed:sha256:") for record in page.records)
    assert len({record.event_key for record in page.records}) == 2
    with pytest.raises(UnknownPayload):
        WB.parse(ORDER_FEED, page.records[0].body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-retry": "7"}, 7),
        ({"retry-after": "9"}, 9),
        ({"x-ratelimit-retry": "0"}, 60),
        ({"x-ratelimit-retry": "soon"}, 60),
        ({}, 60),
    ],
)
def test_the_pause_after_a_429(sandbox, headers, seconds):
    assert ask(sandbox, ORDER_FEED, 429, b"", **headers).next_delay_seconds == seconds


def test_a_price_with_a_fraction_stays_exact_on_its_way_into_the_inbox(sandbox):
    raw = (
        b'{"data":{"snapshotTime":"2026-11-21T10:00:00Z","currency":"KZT","orders":[{"srid":"a",'
        b'"nmId":1,"status":"created","createdAt":"2026-11-20T10:00:00+03:00",'
        b'"updatedAt":"2026-11-20T10:00:00+03:00","sellerPrice":0.29}]}}'
    )
    (record,) = ask(sandbox, ORDER_FEED, 200, raw).records
    (order,) = WB.parse(ORDER_FEED, record.body)
    assert order.lines[0].amount_minor == 29
