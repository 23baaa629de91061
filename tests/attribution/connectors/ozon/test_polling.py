"""Asking the stand-in of Ozon over real HTTP: pages, cursors, limits, refusals, broken answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    LineMoveSnapshot,
    OrderSnapshot,
    PollConnection,
    PollPage,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.ozon.client import Ask, key_read
from attribution.connectors.ozon.connector import RETURNS, RETURNS_CHANGED, Ozon
from attribution.connectors.ozon.push import FBO_LIST, FBS_LIST
from attribution.connectors.ozon.voucher import NewVoucher, voucher_codes, voucher_create
from core.http import OutgoingClient, OutgoingFailed, OutgoingResponse, OutgoingTimeout

OZON = Ozon()
DAY = 86_400
PAGES_MAX = 30
SKU = 1602044871
LISTS = [FBS_LIST, FBO_LIST]
ALL = [*LISTS, RETURNS, RETURNS_CHANGED]


class Poller:
    """What the poller of attribution does: keeps the cursor, waits as long as it is told."""

    def __init__(self, sandbox, endpoint: str, connection: PollConnection) -> None:
        self.sandbox, self.endpoint, self.connection = sandbox, endpoint, connection
        self.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
        self.cursor: dict = {}
        self.pages: list[PollPage] = []
        self.keys: list[str] = []

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.get("/_control/clock").json["now"])

    def page(self) -> PollPage:
        page = OZON.fetch(self.client, self.endpoint, self.cursor, self.connection, now=self.now)
        self.cursor = json.loads(json.dumps(page.next_cursor))  # it lives in a jsonb column
        self.pages.append(page)
        self.keys += [record.event_key for record in page.records]
        return page

    def round(self) -> list:
        """Pages until the last one, pausing in sandbox time; the snapshots of all of them."""
        snapshots = []
        for _ in range(PAGES_MAX):
            page = self.page()
            for record in page.records:
                snapshots += OZON.parse(self.endpoint, record.body)
            self.sandbox.clock_move(page.next_delay_seconds)
            if page.is_last:
                return snapshots
        raise AssertionError("the round does not end")


def morning_come(sandbox) -> None:
    """So that no midnight falls between two rounds, whenever the test runs."""
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    morning = (now + timedelta(days=1)).replace(hour=6, minute=0)
    sandbox.clock_move((morning - now).total_seconds())


def connection_to(sandbox, account: dict | None = None, **settings) -> PollConnection:
    own = sandbox.control("ozon/account", account or {})
    given = {"base_url": f"{sandbox.url}/ozon", "client_id": own["client_id"], "page_rows": 2}
    return PollConnection(own["key"], given | settings)


def poller(sandbox, endpoint: str, **account) -> Poller:
    return Poller(sandbox, endpoint, connection_to(sandbox, account))


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def buy(sandbox, number: str, **posting) -> str:
    sandbox.control("ozon/postings", {"number": number, "push": 0, **posting})
    sandbox.clock_move(2)
    return number


def move(sandbox, number: str, status: str) -> None:
    sandbox.control(f"ozon/postings/{number}/status", {"status": status, "push": 0})
    sandbox.clock_move(2)


def give_back(sandbox, number: str, **row) -> int:
    made = sandbox.control("ozon/returns", {"number": number, **row})
    sandbox.clock_move(2)
    return made["id"]


# --- Lists of postings ------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ALL)
def test_an_empty_list_is_one_last_page(sandbox, endpoint):
    page = poller(sandbox, endpoint).page()
    assert (page.records, page.is_last) == ((), True)
    assert page.next_delay_seconds == OZON.endpoints[endpoint].round_seconds


@pytest.mark.parametrize(("endpoint", "scheme"), [(FBS_LIST, "fbs"), (FBO_LIST, "fbo")])
def test_every_posting_of_several_pages_is_read_once(sandbox, endpoint, scheme):
    asked = poller(sandbox, endpoint)
    for n in range(5):
        buy(sandbox, f"1-000{n}-1", scheme=scheme)
    buy(sandbox, "2-0001-1", scheme={"fbs": "fbo", "fbo": "fbs"}[scheme])
    found = asked.round()
    assert [one.external_id for one in found] == [f"1-000{n}-1" for n in range(5)]
    assert [page.is_last for page in asked.pages] == [False, False, True]
    assert len(asked.keys) == len(set(asked.keys))


def test_an_expired_page_cursor_begins_the_round_again_and_loses_nothing(sandbox):
    asked = poller(sandbox, FBS_LIST)
    for n in range(5):
        buy(sandbox, f"1-000{n}-1")
    asked.page()
    sandbox.clock_move(3_600)  # the machine was away: Ozon has forgotten where we were
    found = [one.external_id for one in asked.round()]
    assert found == [f"1-000{n}-1" for n in range(5)]
    assert asked.cursor == {"until": asked.cursor["until"], "full_on": asked.cursor["full_on"]}


def test_a_cursor_that_never_works_is_not_asked_for_ever(sandbox):
    asked = poller(sandbox, FBS_LIST)
    for n in range(3):
        buy(sandbox, f"1-000{n}-1")
    for _again in range(4):  # the first page, three new beginnings
        asked.page()
        sandbox.clock_move(3_600)
        if _again < 3:
            assert asked.page().records == ()
    with pytest.raises(SourceRefused, match="cursor is invalid"):
        asked.page()


def test_fbs_reads_what_has_changed_with_a_day_of_overlap(sandbox):
    asked = poller(sandbox, FBS_LIST)
    for n in range(3):
        buy(sandbox, f"1-000{n}-1")
    asked.round()
    sandbox.clock_move(3 * DAY)
    assert len(asked.round()) == 3  # the round before was three days ago: a day before it
    move(sandbox, "1-0001-1", "delivered")
    sandbox.clock_move(2 * DAY)
    (changed,) = asked.round()
    assert (changed.external_id, changed.status) == ("1-0001-1", "fulfilled")


def test_fbo_scans_the_last_days_and_once_a_day_two_months(sandbox):
    asked = poller(sandbox, FBO_LIST)
    morning_come(sandbox)
    buy(sandbox, "1-0001-1", scheme="fbo")
    sandbox.clock_move(10 * DAY)
    assert len(asked.round()) == 1  # the first round is whole
    assert asked.round() == []  # the posting is older than a week
    move(sandbox, "1-0001-1", "delivered")
    sandbox.clock_move(DAY)
    (found,) = asked.round()
    assert found.status == "fulfilled"


def test_the_same_state_has_the_same_key_and_a_new_one_another(sandbox):
    asked = poller(sandbox, FBS_LIST)
    buy(sandbox, "1-0001-1")
    asked.round()
    asked.round()
    move(sandbox, "1-0001-1", "delivered")
    asked.round()
    first, again, later = asked.keys
    assert first == again != later
    assert later.startswith("ozon:fbs:1-0001-1:")


def test_a_posting_nobody_paid_for_is_no_order_until_somebody_does(sandbox):
    asked = poller(sandbox, FBS_LIST)
    buy(sandbox, "1-0001-1", is_paid=False)
    assert asked.round() == []
    move(sandbox, "1-0001-1", "awaiting_deliver")
    (found,) = asked.round()
    assert found.status == "created"


def test_a_split_speaks_through_its_parts(sandbox):
    asked = poller(sandbox, FBS_LIST)
    buy(sandbox, "1-0001-1", items=[[SKU, 3, "1000"]])
    sandbox.control("ozon/postings/1-0001-1/split", {"parts": [[[SKU, 1]], [[SKU, 2]]]})
    sandbox.clock_move(2)
    found = asked.round()
    orders = [one for one in found if isinstance(one, OrderSnapshot)]
    moves = [one for one in found if isinstance(one, LineMoveSnapshot)]
    assert [(one.external_id, one.lines[0].quantity) for one in orders] == [
        ("1-0001-2", 1),
        ("1-0001-3", 2),
    ]
    assert [(one.external_id, one.move_id, one.quantity) for one in moves] == [
        ("1-0001-1", "split:1-0001-2", 1),
        ("1-0001-1", "split:1-0001-3", 2),
    ]


# --- Returns ---------------------------------------------------------------------------------


def test_returns_go_on_after_the_last_id_for_ever(sandbox):
    asked = poller(sandbox, RETURNS)
    buy(sandbox, "1-0001-1")
    ids = [give_back(sandbox, "1-0001-1") for _ in range(3)]
    assert [one.move_id for one in asked.round()] == [f"return:{each}" for each in ids]
    assert asked.cursor == {"last_id": ids[-1]}
    assert asked.round() == []
    later = give_back(sandbox, "1-0001-1")
    assert [one.move_id for one in asked.round()] == [f"return:{later}"]


def test_a_return_that_changes_its_mind_is_read_again(sandbox):
    asked = poller(sandbox, RETURNS_CHANGED)
    buy(sandbox, "1-0001-1")
    return_id = give_back(sandbox, "1-0001-1", status="DisputeOpened")
    (open_,) = asked.round()
    sandbox.control(f"ozon/returns/{return_id}/status", {"status": "MoneyReturned"})
    sandbox.clock_move(2)
    (decided,) = asked.round()
    assert (open_.quantity, decided.quantity) == (0, 1)
    assert open_.move_id == decided.move_id
    assert open_.source_updated_at < decided.source_updated_at


def test_dates_that_ozon_ignores_are_looked_at_here(sandbox):
    asked = poller(sandbox, RETURNS_CHANGED, ignores_return_dates=True)
    buy(sandbox, "1-0001-1")
    for _ in range(3):
        give_back(sandbox, "1-0001-1")
    sandbox.clock_move(20 * DAY)
    fresh = give_back(sandbox, "1-0001-1")
    assert [one.move_id for one in asked.round()] == [f"return:{fresh}"]


# --- Limits and refusals ---------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ALL)
def test_too_often_is_the_same_page_after_the_pause_named(sandbox, endpoint):
    asked = poller(sandbox, endpoint, limit=0)
    limited = asked.page()
    assert (limited.is_limited, limited.is_last, limited.records) == (True, False, ())
    assert (limited.next_cursor, limited.next_delay_seconds) == ({}, 3)


@pytest.mark.parametrize("endpoint", ALL)
def test_a_wrong_or_ended_key_is_refused_credentials(sandbox, endpoint):
    asked = poller(sandbox, endpoint)
    sandbox.clock_move(91 * DAY)
    with pytest.raises(CredentialsRefused) as caught:
        asked.page()
    assert "Api-Key has expired" in caught.value.detail
    asked.connection = PollConnection("another-key", asked.connection.settings)
    with pytest.raises(CredentialsRefused) as caught:
        asked.page()
    assert "another-key" not in str(caught.value)


def test_a_key_without_the_role_is_access_denied(sandbox):
    with pytest.raises(AccessDenied):
        poller(sandbox, FBS_LIST, is_read_forbidden=True).page()


def test_what_a_key_says_of_itself(sandbox):
    connection = connection_to(sandbox, {"days": 30})
    client, now = OutgoingClient(free_origin=sandbox.url), datetime.now(UTC)
    info = key_read(client, connection, now=now)
    assert info.expires_at is not None
    assert 29 <= (info.expires_at - now).days <= 30
    with pytest.raises(CredentialsRefused):
        key_read(client, PollConnection("wrong", connection.settings), now=now)


# --- Vouchers --------------------------------------------------------------------------------


def voucher(title: str = "Birge abc", codes: int = 2) -> NewVoucher:
    return NewVoucher(
        title=title,
        starts_at=datetime(2026, 11, 21, tzinfo=UTC),
        ends_at=datetime(2027, 2, 21, tzinfo=UTC),
        discount_type="PERCENT",
        discount_value=10,
        budget=500_000,
        voucher_type="MULTIPLE",
        codes=codes,
    )


def ask_to(sandbox, **account) -> Ask:
    client = OutgoingClient(free_origin=sandbox.url)
    return Ask(client, connection_to(sandbox, account), datetime.now(UTC), lambda _: 1)


def test_a_voucher_is_made_and_its_codes_are_read(sandbox):
    ask = ask_to(sandbox)
    codes = voucher_codes(ask, voucher_create(ask, voucher()))
    assert len(codes) == 2
    assert all(code.startswith("OZON") for code in codes)


def test_a_seller_of_the_cis_may_not(sandbox):
    with pytest.raises(AccessDenied, match="not available for sellers from CIS"):
        voucher_create(ask_to(sandbox, is_cis=True), voucher())


def test_codes_of_a_voucher_that_is_not_there(sandbox):
    with pytest.raises(SourceRefused, match="action is not found"):
        voucher_codes(ask_to(sandbox), 7)


def test_a_voucher_is_never_asked_for_twice_by_itself(sandbox):
    sandbox.control("faults", {"service": "ozon", "fault": "500", "times": 1})
    with pytest.raises(OutgoingFailed):
        voucher_create(ask_to(sandbox), voucher())


# --- Broken answers --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_an_answer_that_is_no_json_is_an_unknown_payload(sandbox, fault):
    asked = poller(sandbox, FBS_LIST)
    buy(sandbox, "1-0001-1")
    sandbox.control("faults", {"service": "ozon", "fault": fault})
    with pytest.raises(UnknownPayload, match="not JSON"):
        asked.page()


def test_one_bad_moment_of_the_server_is_overcome(sandbox):
    asked = poller(sandbox, FBS_LIST)
    sandbox.control("faults", {"service": "ozon", "fault": "500"})
    assert asked.page().is_last


def test_a_server_that_stays_down_is_a_failure(sandbox):
    asked = poller(sandbox, FBS_LIST)
    sandbox.control("faults", {"service": "ozon", "fault": "503", "times": 9})
    with pytest.raises(OutgoingFailed) as caught:
        asked.page()
    assert caught.value.status == 503


def test_a_server_that_hangs_is_a_timeout(sandbox):
    asked = poller(sandbox, FBS_LIST)
    sandbox.control("faults", {"service": "ozon", "fault": "timeout", "times": 2})
    asked.client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=0.3)
    with pytest.raises(OutgoingTimeout):
        asked.page()


class Canned:
    """A client that answers what it was given, for shapes the sandbox never sends."""

    def __init__(self, status: int, body: object, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = OutgoingResponse(status, headers, raw)

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        return self.answer


def canned(endpoint: str, status: int, body: object = b"", cursor=None, **headers) -> PollPage:
    connection = PollConnection("key", {"client_id": "7"})
    now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    return OZON.fetch(Canned(status, body, **headers), endpoint, cursor or {}, connection, now=now)


@pytest.mark.parametrize("endpoint", LISTS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        [],
        {},
        {"postings": None},
        {"postings": [7]},
        {"postings": [{}] * 101, "has_next": False},
        {"postings": [], "has_next": True},
        {"postings": [], "has_next": True, "cursor": ""},
        {"result": {"postings": [], "has_next": False}},
    ],
)
def test_a_list_of_another_shape_is_an_unknown_payload(endpoint, body):
    with pytest.raises(UnknownPayload):
        canned(endpoint, 200, body)


@pytest.mark.parametrize("endpoint", [RETURNS, RETURNS_CHANGED])
@pytest.mark.parametrize(
    "body",
    [b"", [], {}, {"returns": [{}]}, {"returns": [{"id": "x"}]}, {"returns": [], "has_next": True}],
)
def test_returns_of_another_shape_are_an_unknown_payload(endpoint, body):
    with pytest.raises(UnknownPayload):
        canned(endpoint, 200, body)


def test_one_bad_posting_does_not_take_its_page_with_it():
    postings = [{"posting_number": None}, {"posting_number": "1-1", "products": 7}, {}]
    page = canned(FBS_LIST, 200, {"postings": postings, "has_next": False})
    assert len({record.event_key for record in page.records}) == 3
    for record in page.records:
        with pytest.raises(UnknownPayload):
            OZON.parse(FBS_LIST, record.body)


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        (b'{"message":"Retry after 17 seconds"}', {}, 17),
        (b"", {"retry-after": "9"}, 9),
        (b"", {"retry-after": "soon"}, 1),
        (b"", {}, 1),
        (b"retry after 999999", {}, 86_400),
    ],
)
def test_the_pause_after_a_429(body, headers, seconds):
    assert canned(FBS_LIST, 429, body, **headers).next_delay_seconds == seconds


def test_a_fraction_stays_exact_on_its_way_into_the_inbox():
    product = {"sku": 1, "name": "x", "quantity": 3, "price": {"amount": "1", "currency": "KZT"}}
    raw = json.dumps(
        {
            "postings": [
                {
                    "posting_number": "1-1",
                    "status": "delivering",
                    "in_process_at": "2026-11-20T10:00:00Z",
                    "products": [product],
                    "financial_data": {"products": [{"product_id": 1, "price": 0.29}]},
                }
            ],
            "has_next": False,
        }
    ).encode()
    (record,) = canned(FBS_LIST, 200, raw).records
    (order,) = OZON.parse(FBS_LIST, record.body)
    assert order.lines[0].amount_minor == 87
