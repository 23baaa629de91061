"""Asking the stand-in of Kaspi over real HTTP: windows, pages, single orders, broken answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PollConnection,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.kaspi.client import Ask
from attribution.connectors.kaspi.connector import ORDER_REFRESH, ORDERS, Kaspi
from attribution.connectors.kaspi.orders import STATES, order_is_seen, token_probe
from core.http import OutgoingClient, OutgoingFailed, OutgoingResponse, OutgoingTimeout

KASPI = Kaspi()
DAY = 86_400
PAGES_MAX = 60
NOW = datetime.fromisoformat("2026-11-21T10:00:00+00:00")


class Memory:
    """What attribution knows of the orders: the last key of each, and those still open."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.open: list[str] = []

    def last_keys(self, external_ids):
        return {code: self.keys[code] for code in external_ids if code in self.keys}

    def open_after(self, external_id, *, placed_before, most):
        return [code for code in sorted(self.open) if code > external_id][:most]


class Poller:
    """What the poller of attribution does: keeps cursor and orders, waits as it is told."""

    def __init__(self, sandbox, endpoint: str, **settings) -> None:
        self.sandbox, self.endpoint, self.memory = sandbox, endpoint, Memory()
        token = sandbox.control("kaspi/token")["token"]
        base_url = {"base_url": f"{sandbox.url}/kaspi/shop/api/v2"}
        self.connection = PollConnection(token, base_url | settings, self.memory)
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}
        self.pages: list[PollPage] = []

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])

    @property
    def ask(self) -> Ask:
        return Ask(self.client, self.connection, self.now, lambda _: 1)

    def page(self) -> PollPage:
        page = KASPI.fetch(self.client, self.endpoint, self.cursor, self.connection, now=self.now)
        self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        self.pages.append(page)
        return page

    def round(self) -> list:
        """Pages until the last one, pausing in sandbox time; the snapshots of all of them."""
        snapshots = []
        for _ in range(PAGES_MAX):
            page = self.page()
            for record in page.records:
                found = KASPI.parse(self.endpoint, record.body)
                self.memory.keys |= {each.external_id: record.event_key for each in found}
                snapshots += found
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return snapshots
        raise AssertionError("the round does not end")


@pytest.fixture
def listing(sandbox) -> Poller:
    return Poller(sandbox, ORDERS, page_rows=2)


@pytest.fixture
def refresh(sandbox) -> Poller:
    return Poller(sandbox, ORDER_REFRESH)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def buy(sandbox, code: str, **order) -> None:
    sandbox.control("kaspi/orders", {"code": code, **order})
    sandbox.clock_move(2)


def move(sandbox, code: str, status: str) -> None:
    sandbox.control(f"kaspi/orders/{code}/status", {"status": status})


def codes(snapshots) -> list[str]:
    return [each.external_id for each in snapshots]


# --- The lists -------------------------------------------------------------------------------


def test_a_round_asks_for_every_state_once(listing):
    assert listing.round() == []
    assert [page.is_last for page in listing.pages] == [False] * 5 + [True]
    assert set(listing.cursor) == {"read_until"}


def test_every_order_of_several_pages_and_states_is_read_once(listing, sandbox):
    for code in ("1", "2", "3"):
        buy(sandbox, code)
    buy(sandbox, "4", status="COMPLETED")
    buy(sandbox, "5", status="ACCEPTED_BY_MERCHANT")
    found = listing.round()
    assert codes(found) == ["1", "2", "3", "5", "4"]
    assert [each.status for each in found] == ["created"] * 4 + ["fulfilled"]
    assert len(listing.pages) == len(STATES) + 1
    assert listing.round() == []


def test_the_life_of_an_order_in_rounds(listing, sandbox):
    buy(sandbox, "7", items=[["A", "Көрпе", 18490.5, 2]])
    (created,) = listing.round()
    sandbox.control("kaspi/orders/7/entries/0", {"remained": 1})
    (less,) = listing.round()
    move(sandbox, "7", "COMPLETED")
    (received,) = listing.round()
    move(sandbox, "7", "RETURNED")
    (returned,) = listing.round()
    assert [each.status for each in (created, less, received, returned)] == [
        "created",
        "created",
        "fulfilled",
        "returned",
    ]
    assert [each.lines[0].amount_minor for each in (created, less, received)] == [
        3_698_100,
        1_849_050,
        1_849_050,
    ]
    assert created.source_updated_at < less.source_updated_at < received.source_updated_at
    assert (created.customer_phone, received.customer_phone) == ("+77012345678", None)


def test_an_order_that_moves_on_while_we_read_is_not_missed(listing, sandbox):
    buy(sandbox, "1")
    for state in STATES[:4]:
        page = listing.page()
        assert len(page.records) == (1 if state == "NEW" else 0)
    move(sandbox, "1", "ACCEPTED_BY_MERCHANT")
    (record,) = listing.page().records
    assert KASPI.parse(ORDERS, record.body)[0].raw_status == "ACCEPTED_BY_MERCHANT"


def test_after_two_weeks_the_lists_show_an_order_no_more(listing, sandbox):
    buy(sandbox, "1", age_days=15)
    buy(sandbox, "2", age_days=13)
    assert codes(listing.round()) == ["2"]


def test_after_a_long_downtime_every_day_of_it_is_read(listing, sandbox):
    listing.round()
    buy(sandbox, "1")
    sandbox.clock_move(20 * DAY)
    buy(sandbox, "2")
    sandbox.clock_move(10 * DAY)
    del listing.pages[:]
    assert sorted(codes(listing.round())) == ["1", "2"]
    assert len(listing.pages) == 3 * len(STATES)  # 30 days in windows of 14


def test_a_downtime_of_years_is_not_read_for_years(listing, sandbox):
    listing.round()
    sandbox.clock_move(800 * DAY)
    del listing.pages[:]
    listing.round()
    assert len(listing.pages) == 7 * len(STATES)  # 90 days


# --- Single orders ---------------------------------------------------------------------------


def test_without_open_orders_nothing_is_asked(refresh):
    refresh.client = None
    page = refresh.page()
    assert (page.records, page.is_last, page.next_delay_seconds) == ((), True, 3_600)


def test_open_orders_are_asked_for_one_by_one_a_few_a_page_and_then_anew(refresh, sandbox):
    for number in range(7):
        buy(sandbox, f"70{number}", age_days=30, status="COMPLETED")
    refresh.memory.open = [f"70{number}" for number in range(7)]
    first, second = refresh.page(), refresh.page()
    assert (len(first.records), first.is_last) == (5, False)
    assert (len(second.records), second.is_last) == (2, True)
    assert first.next_cursor == {"after": "704"}
    assert refresh.cursor == {}


def test_an_old_order_that_comes_back_is_seen(refresh, sandbox):
    buy(sandbox, "7", age_days=30, status="COMPLETED")
    refresh.memory.open = ["7"]
    assert [each.status for each in refresh.round()] == ["fulfilled"]
    assert refresh.round() == []
    move(sandbox, "7", "RETURNED")
    assert [each.status for each in refresh.round()] == ["returned"]


def test_an_order_that_kaspi_does_not_know_is_passed_over(refresh, sandbox):
    buy(sandbox, "9", age_days=30)
    refresh.memory.open = ["8", "9"]
    assert codes(refresh.round()) == ["9"]


def test_too_often_in_the_middle_keeps_what_was_read(refresh, sandbox):
    for code in "123":
        buy(sandbox, code, age_days=30)
    refresh.memory.open = list("123")
    spent = f"{sandbox.url}/kaspi/shop/api/v2/orders?filter[orders][code]=1"
    for _ in range(98):
        sandbox.get(spent, {"X-Auth-Token": refresh.connection.secret})
    page = refresh.page()
    assert (len(page.records), page.is_limited, page.is_last) == (2, True, False)
    assert page.next_cursor == {"after": "2"}
    sandbox.clock_move(page.next_delay_seconds + 1)
    assert len(refresh.page().records) == 1


# --- The token -------------------------------------------------------------------------------


def test_a_token_is_tried_with_one_cheap_question(listing):
    token_probe(listing.ask)
    listing.connection = PollConnection("guess", listing.connection.settings)
    with pytest.raises(CredentialsRefused) as caught:
        token_probe(listing.ask)
    assert caught.value.detail == "Token is not valid"
    assert "guess" not in str(caught.value)


def test_whose_order_it_is(listing, sandbox):
    buy(sandbox, "1")
    buy(sandbox, "2", shop="another")
    assert order_is_seen(listing.ask, "1")
    assert not order_is_seen(listing.ask, "2")
    assert not order_is_seen(listing.ask, "3")


def test_a_token_that_was_withdrawn_is_refused(listing, sandbox):
    sandbox.control("kaspi/token", {"is_withdrawn": True})
    with pytest.raises(CredentialsRefused):
        listing.page()


def test_a_secret_does_not_print_itself(listing):
    assert listing.connection.secret not in repr(listing.connection)


def test_nothing_is_ever_written(listing, refresh, sandbox):
    for code in "123":
        buy(sandbox, code)
    refresh.memory.open = list("123")
    listing.round()
    refresh.round()
    token_probe(listing.ask)
    assert sandbox.get("/_control/kaspi/orders").json["writes"] == 0


class Canned:
    """A client that answers what it was given, and remembers how it was asked."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.answer = OutgoingResponse(status, headers or {}, body)
        self.methods: list[str] = []

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        self.methods.append(method)
        return self.answer


def ask(status: int, body: object = b"", endpoint=ORDERS, cursor=None, headers=None) -> PollPage:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    memory = Memory()
    memory.open = ["1"]
    client = Canned(status, raw, headers)
    connection = PollConnection("token", {}, memory)
    try:
        return KASPI.fetch(client, endpoint, cursor or {}, connection, now=NOW)
    finally:
        assert set(client.methods) == {"GET"}


# --- Refusals and broken answers -------------------------------------------------------------


@pytest.mark.parametrize("endpoint", [ORDERS, ORDER_REFRESH])
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CredentialsRefused), (403, AccessDenied), (400, SourceRefused), (404, SourceRefused)],
)
def test_a_definite_no_is_typed(endpoint, status, error):
    with pytest.raises(error) as caught:
        ask(status, {"errors": [{"title": "no"}, {"title": "never"}]}, endpoint)
    assert caught.type is error
    assert caught.value.detail == "no; never"


def test_a_refusal_in_another_form_is_told_as_it_is():
    with pytest.raises(SourceRefused, match="Bad Gateway"):
        ask(400, b"<h1>Bad Gateway</h1>")


@pytest.mark.parametrize("endpoint", [ORDERS, ORDER_REFRESH])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "9"}, 9),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "999999"}, 3_600),
        ({"retry-after": "9" * 5_000}, 60),
        ({"retry-after": "soon"}, 60),
        ({}, 60),
    ],
)
def test_the_pause_after_a_429(endpoint, headers, seconds):
    page = ask(429, b"", endpoint, headers=headers)
    assert (page.is_limited, page.is_last, page.records) == (True, False, ())
    assert page.next_delay_seconds == seconds


def test_after_a_429_the_same_page_is_asked_for_again(listing, sandbox):
    listing.page()
    cursor = listing.cursor
    sandbox.control("faults", {"service": "kaspi", "fault": "429"})
    assert listing.page().next_cursor == cursor


@pytest.mark.parametrize(
    "body",
    [
        b"",
        [],
        {},
        {"data": None},
        {"data": {}},
        {"data": [None]},
        {"data": [], "included": {}},
        {"data": [], "meta": None},
        {"data": [], "meta": {}},
        {"data": [], "meta": {"pageCount": "many"}},
    ],
)
def test_an_answer_of_another_shape_is_an_unknown_payload(body):
    with pytest.raises(UnknownPayload):
        ask(200, body)


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_an_answer_that_is_no_json_is_an_unknown_payload(listing, sandbox, fault):
    buy(sandbox, "1")
    sandbox.control("faults", {"service": "kaspi", "fault": fault})
    with pytest.raises(UnknownPayload, match="not JSON"):
        listing.page()


def test_one_bad_moment_of_the_server_is_overcome(listing, sandbox):
    sandbox.control("faults", {"service": "kaspi", "fault": "500"})
    assert listing.page().records == ()


def test_a_server_that_stays_down_is_a_failure(listing, sandbox):
    sandbox.control("faults", {"service": "kaspi", "fault": "503", "times": 9})
    with pytest.raises(OutgoingFailed):
        listing.page()


def test_a_server_that_hangs_is_a_timeout(listing, sandbox):
    sandbox.control("faults", {"service": "kaspi", "fault": "timeout", "times": 2})
    listing.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=0.3)
    with pytest.raises(OutgoingTimeout):
        listing.page()


def test_a_cursor_from_the_future_does_not_stop_the_reading():
    late = (NOW + timedelta(days=400)).isoformat()
    page = ask(200, {"data": [], "meta": {"pageCount": 0}}, cursor={"read_until": late})
    assert page.next_cursor["since"] == (NOW - timedelta(days=14)).isoformat()
