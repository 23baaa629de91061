"""Ozon from its push and its lists to the ledger: what rings, what is believed, and that every
order of the same news ends in one state."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.test import override_settings

from attribution.connectors.base import Doorbell, PollConnection, PollPage
from attribution.connectors.ozon.connector import ENDPOINTS, RETURNS, Ozon
from attribution.connectors.ozon.push import FBO_LIST, FBS_LIST
from attribution.domain.page_events import PageEvent
from attribution.models import (
    Connection,
    Conversion,
    InboundEvent,
    LateEvidence,
    LineMove,
    Order,
    OrderLine,
    PollCursor,
)
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_token_change,
)
from attribution.services.doorbell import doorbells_ring
from attribution.services.inbox import Received, events_store
from attribution.services.ingest import inbound_events_process
from attribution.services.ozon_vouchers import VoucherRefused, ozon_voucher_create
from attribution.services.page_events import page_event_record
from attribution.services.poll_answers import Answer, page_store
from attribution.services.polling import connections_poll, cursors_ensure
from brands.models import Brand
from campaigns.models import ExternalCode
from campaigns.services import ParticipationConflict
from campaigns.services.external_codes import external_code_add
from core import clock
from core.errors import Invalid, NotFound
from core.http import OutgoingResponse
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open
from tests.attribution.test_sale import count, held, the, work

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PLACED = "2026-11-20T09:00:00Z"
SKU = 1602044871
VOUCHER = "Birge k3m9x2ab"
SELLER = "2150417"
OZON_ADDRESS = "185.73.193.5"
# Two pieces at 4 590,50 are 9 181,00; at 10 % that is 918,10, of one piece 459,05
WHOLE, HALF = 91_810, 45_905


@pytest.fixture
def noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ozon(cast) -> Connection:
    """Tulpar's account is connected without asking anybody, and Aliya has a voucher there."""
    shop_open(cast.tulpar)
    with acting_as(system="test data"):
        connection = Connection.objects.create(
            brand_id=cast.tulpar.brand,
            source="ozon",
            name="Ozon",
            token="key",
            settings={"client_id": SELLER, "seller_id": SELLER},
        )
        cursors_ensure(connection)
    external_code_add(
        participation_id=cast.tulpar.participation, kind="ozon_voucher", value=VOUCHER
    )
    return connection


class Canned:
    def __init__(self, body: object) -> None:
        self.body = json.dumps(body).encode()

    def request(self, method, url, **kwargs) -> OutgoingResponse:
        return OutgoingResponse(200, {}, self.body)


def pulled(connection: Connection, endpoint: str, rows: list[dict], *, minutes: int = 0) -> list:
    """A page read `minutes` after now, as the connector makes it, stored: ids of what is new."""
    name = "returns" if endpoint == RETURNS else "postings"
    asked = PollConnection("key", connection.settings)
    at = clock.now() + timedelta(minutes=minutes)
    body = {name: rows, "has_next": False}
    page = Ozon().fetch(Canned(body), endpoint, {}, asked, now=at)
    received = [Received(record.event_key, record.body) for record in page.records]
    with acting_as(system="test"):
        return events_store(connection, endpoint, InboundEvent.Trust.PULLED, received)


def posting(number: str = "1-0001-1", status: str = "delivering", pieces: int = 2, **changes):
    return {
        "posting_number": number,
        "status": status,
        "in_process_at": PLACED,
        "parent_posting_number": "",
        "products": [
            {
                "sku": SKU,
                "name": "Сыворотка",
                "quantity": pieces,
                "price": {"amount": "4990", "currency": "KZT"},
            }
        ],
        "financial_data": {
            "products": [{"product_id": SKU, "price": 4590.5, "actions": [VOUCHER, "Хиты"]}]
        },
    } | changes


def given_back(
    number: str, row_id: int, *, pieces: int = 1, word="ReturnedToOzon", kind="FullReturn"
):
    return {
        "id": str(row_id),
        "posting_number": number,
        "type": kind,
        "product": {"sku": str(SKU), "quantity": pieces},
        "visual": {
            "status": {"sys_name": word},
            "change_moment": (clock.now() + timedelta(minutes=row_id % 100)).isoformat(),
        },
    }


def ring(client, connection: Connection, address: str = OZON_ADDRESS, **changes):
    body = {
        "message_type": "TYPE_STATE_CHANGED",
        "posting_number": "1-0001-1",
        "new_state": "posting_delivered",
        "changed_state_date": "2026-11-21T08:59:00Z",
        "seller_id": int(SELLER),
    } | changes
    path = f"/hooks/ozon/{connection.endpoint_token}"
    return client.post(path, json.dumps(body), content_type="application/json", REMOTE_ADDR=address)


def state_of(number: str) -> tuple:
    """(order's status, pieces, amount, pieces back, amount back)"""
    line = the(OrderLine, order__external_id=number)
    order = the(Order, external_id=number)
    return (
        order.status,
        line.quantity,
        line.amount_minor,
        line.returned_quantity,
        line.returned_minor,
    )


# --- One sale --------------------------------------------------------------------------------


def test_a_posting_with_the_influencers_voucher_is_held_for_them(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting()])
    work()
    conversion = the(Conversion)
    assert (conversion.status, conversion.grade) == ("pending", "A")
    assert (conversion.base_minor, conversion.commission_minor) == (918_100, WHOLE)
    assert held(cast)[0] == WHOLE
    assert the(Order).trust == "pulled"
    assert count(LateEvidence) == 2  # its voucher, and the name of another promotion

    pulled(ozon, FBS_LIST, [posting(status="delivered")], minutes=60)
    work()
    conversion = the(Conversion)
    assert conversion.status == "on_hold"
    assert the(Order).fulfilled_at == NOW + timedelta(minutes=60)


def test_without_a_voucher_a_posting_is_nobodys(noon, ozon, cast):
    own = posting()
    own["financial_data"]["products"][0]["actions"] = ["Хиты"]
    pulled(ozon, FBS_LIST, [own])
    work()
    assert count(Order) == 1
    assert (count(Conversion), held(cast)[0]) == (0, 0)


def test_a_lagging_list_does_not_take_back_what_is_final(noon, ozon, cast):
    pulled(ozon, FBO_LIST, [posting(status="delivered")])
    work()
    pulled(ozon, FBO_LIST, [posting(status="delivering")], minutes=30)
    work()
    assert (the(Order).status, the(Conversion).status) == ("fulfilled", "on_hold")


def test_a_partial_cancel_makes_the_line_smaller_and_says_amended(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting()])
    work()
    pulled(ozon, FBS_LIST, [posting(pieces=1)], minutes=5)
    work()
    conversion = the(Conversion)
    assert (conversion.status, conversion.commission_minor) == ("pending", HALF)
    with acting_as(system="test"):
        causes = list(conversion.versions.order_by("number").values_list("cause", flat=True))
    assert causes == ["ordered", "amended"]
    assert held(cast)[0] == HALF


def test_a_cancellation_row_of_what_is_left_out_already_takes_nothing_more(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting()])
    pulled(ozon, FBS_LIST, [posting(pieces=1)], minutes=5)
    pulled(ozon, RETURNS, [given_back("1-0001-1", 501, kind="Cancellation")])
    pulled(ozon, FBS_LIST, [posting(pieces=1, status="delivered")], minutes=9)
    work()
    assert state_of("1-0001-1") == ("fulfilled", 1, 459_050, 0, 0)
    assert the(Conversion).commission_minor == HALF


def test_a_cancellation_row_of_what_was_never_delivered_says_nothing(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting()])
    pulled(ozon, RETURNS, [given_back("1-0001-1", 501, kind="Cancellation", pieces=2)])
    work()
    assert state_of("1-0001-1") == ("created", 2, 918_100, 0, 0)


def test_a_return_request_counts_when_it_is_decided_and_not_when_it_is_refused(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting(status="delivered")])
    pulled(ozon, RETURNS, [given_back("1-0001-1", 501, word="OnSellerApproval")])
    work()
    assert state_of("1-0001-1")[3:] == (0, 0)
    noon.shift(timedelta(hours=1))
    pulled(ozon, RETURNS, [given_back("1-0001-1", 501, word="MoneyReturned")])
    work()
    assert (state_of("1-0001-1")[3:], the(Conversion).commission_minor) == ((1, 459_050), HALF)
    noon.shift(timedelta(hours=1))
    pulled(ozon, RETURNS, [given_back("1-0001-1", 501, word="Rejected")])
    work()
    assert (state_of("1-0001-1")[3:], the(Conversion).commission_minor) == ((0, 0), WHOLE)
    assert held(cast)[0] == WHOLE


# --- Splits ----------------------------------------------------------------------------------

PARTS = [
    posting("1-0001-2", pieces=1, parent_posting_number="1-0001-1"),
    posting("1-0001-3", pieces=1, parent_posting_number="1-0001-1"),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_split_moves_the_reward_and_neither_loses_nor_doubles_it(noon, ozon, cast, order):
    ids = [
        *pulled(ozon, FBS_LIST, [posting()]),
        *pulled(ozon, FBS_LIST, [posting(status="cancelled_from_split_pending")], minutes=5),
        *pulled(ozon, FBS_LIST, PARTS, minutes=6),
    ]
    for n in order:
        inbound_events_process([ids[n]])
    assert state_of("1-0001-1") == ("created", 0, 0, 0, 0)
    assert state_of("1-0001-2") == ("created", 1, 459_050, 0, 0)
    assert held(cast)[0] == WHOLE
    assert not [one for one in statuses() if one in ("rejected", "reversed")]


def statuses() -> list[str]:
    with acting_as(system="test"):
        return sorted(Conversion.objects.values_list("status", flat=True))


def test_a_part_that_is_given_up_does_not_come_back_to_its_parent(noon, ozon, cast):
    pulled(ozon, FBS_LIST, [posting()])
    pulled(ozon, FBS_LIST, PARTS, minutes=5)
    pulled(ozon, FBS_LIST, [{**PARTS[0], "status": "cancelled"}], minutes=6)
    work()
    assert state_of("1-0001-1")[:3] == ("created", 0, 0)
    assert held(cast)[0] == HALF


# --- Any order of the same news ---------------------------------------------------------------


def test_every_order_of_the_same_news_ends_in_one_state(noon, ozon, cast, client):
    """Ordered, delivered, one piece back, the same again; a push before, after, or none."""
    ends = set()
    for n, order in enumerate(itertools.permutations(range(3))):
        for push in ("before", "after", "none"):
            number = f"{n}-{push}-1"
            ids = [
                *pulled(ozon, FBS_LIST, [posting(number)]),
                *pulled(ozon, FBS_LIST, [posting(number, "delivered")], minutes=60),
                *pulled(ozon, RETURNS, [given_back(number, 1000 + len(ends) + n)]),
            ]
            assert pulled(ozon, FBS_LIST, [posting(number, "delivered")], minutes=90) == []
            if push == "before":
                ring(client, ozon, posting_number=number)
                work_pushes()
            for each in order:
                inbound_events_process([ids[each]])
            if push == "after":
                ring(client, ozon, posting_number=number)
                work_pushes()
            conversion = the(Conversion, order__external_id=number)
            ends.add((*state_of(number), conversion.status, conversion.commission_minor,
                      conversion.hold_until))  # fmt: skip
    hold_until = NOW + timedelta(minutes=60, days=21)
    assert ends == {("fulfilled", 2, 918_100, 1, 459_050, "on_hold", HALF, hold_until)}


def work_pushes() -> None:
    with acting_as(system="test"):
        waiting = list(
            InboundEvent.objects.filter(state="received", trust="hint").values_list("pk", flat=True)
        )
    inbound_events_process(waiting)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_all_given_back_in_two_rows_owes_nothing(noon, ozon, cast, order):
    ids = [
        *pulled(ozon, FBS_LIST, [posting()]),
        *pulled(ozon, FBS_LIST, [posting(status="delivered")], minutes=60),
        *pulled(ozon, RETURNS, [given_back("1-0001-1", 501)]),
        *pulled(ozon, RETURNS, [given_back("1-0001-1", 502)]),
    ]
    for n in order:
        inbound_events_process([ids[n]])
    assert state_of("1-0001-1") == ("returned", 2, 918_100, 2, 918_100)
    assert set(statuses()) <= {"reversed"}
    assert held(cast)[0] == 0
    assert count(LineMove) == 2


# --- The door --------------------------------------------------------------------------------


def test_a_push_is_answered_kept_as_a_hint_and_makes_no_order(noon, ozon, cast, client):
    answer = ring(client, ozon)
    assert (answer.status_code, answer.json()) == (200, {"result": True})
    assert answer["Content-Type"] == "application/json"
    work()
    event = the(InboundEvent)
    assert (event.trust, event.state, event.endpoint) == ("hint", "done", "webhook")
    assert (count(Order), held(cast)[0]) == (0, 0)
    assert the(Connection, source="ozon").state == "new"  # an unsigned call proves no health


def test_a_push_of_an_unknown_type_is_kept_and_ignored(noon, ozon, client):
    assert ring(client, ozon, message_type="TYPE_TELEPORTED").json() == {"result": True}
    work()
    assert the(InboundEvent).state == "ignored"


def test_no_page_of_ozon_tells_us_of_clicks(noon, ozon):
    said = PageEvent(order="1-0001-1", click="0192f8c0000070008000000000000001")
    assert not page_event_record(site=ozon.public_id.hex, event=said, network="")


def test_a_repeated_push_is_one_row_and_the_same_answer(noon, ozon, client):
    assert [ring(client, ozon).json() for _ in range(3)] == [{"result": True}] * 3
    assert count(InboundEvent) == 1


def test_a_ping_is_answered_and_stores_nothing(noon, ozon, client):
    answer = ring(client, ozon, message_type="TYPE_PING", seller_id=None)
    assert answer.json() == {"version": "1.0", "name": "birge", "time": "2026-11-21T09:00:00Z"}
    assert count(InboundEvent) == 0


@pytest.mark.parametrize(
    ("address", "changes", "status"),
    [
        ("203.0.113.9", {}, 403),
        (OZON_ADDRESS, {"seller_id": 7}, 403),
        (OZON_ADDRESS, {"message_type": None}, 400),
    ],
)
def test_a_forged_push_is_refused_in_ozons_words_and_counted(
    noon, ozon, client, address, changes, status
):
    answer = ring(client, ozon, address, **changes)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "details"}
    assert count(InboundEvent) == 0
    assert the(Connection, source="ozon").bad_signature_count == 1


def test_a_body_that_is_too_large_or_no_address_of_ours_has_ozons_shape(noon, ozon, client):
    big = "x" * 1_048_577
    assert ring(client, ozon, posting_number=big).status_code == 413
    assert ring(client, ozon, posting_number=big).json()["error"]["code"] == "ERROR_UNKNOWN"
    ozon.endpoint_token = "guess"
    assert ring(client, ozon).status_code == 404


@pytest.mark.parametrize(
    ("_case", "forwarded", "status"),
    [
        ("behind our proxy", f"{OZON_ADDRESS}", 200),
        ("the caller wrote a hop itself", f"{OZON_ADDRESS}, 203.0.113.9", 403),
        ("a caller's invention before Ozon's hop", f"1.1.1.1, {OZON_ADDRESS}", 200),
        ("two proxies of ours", f"{OZON_ADDRESS}, 10.0.0.7", 200),
        ("nothing named", "", 403),
    ],
)
def test_the_address_is_the_true_peers_behind_our_proxies(
    noon, ozon, client, settings, _case, forwarded, status
):
    settings.TRUSTED_PROXIES = (ip_network("10.0.0.0/8"),)
    body = {"message_type": "TYPE_STATE_CHANGED", "posting_number": "1-0001-1"}
    answer = client.post(
        f"/hooks/ozon/{ozon.endpoint_token}",
        json.dumps(body),
        content_type="application/json",
        REMOTE_ADDR="10.0.0.3",
        headers={"X-Forwarded-For": forwarded},
    )
    assert answer.status_code == status


def test_without_proxies_nobodys_word_about_an_address_is_believed(noon, ozon, client):
    body = {"message_type": "TYPE_STATE_CHANGED", "posting_number": "1-0001-1"}
    answer = client.post(
        f"/hooks/ozon/{ozon.endpoint_token}",
        json.dumps(body),
        content_type="application/json",
        REMOTE_ADDR="203.0.113.9",
        headers={"X-Forwarded-For": OZON_ADDRESS},
    )
    assert answer.status_code == 403


# --- The doorbell ----------------------------------------------------------------------------


def cursor_set(endpoint: str = FBS_LIST, **changes) -> None:
    with acting_as(system="test"):
        PollCursor.objects.filter(endpoint=endpoint).update(**changes)


def due_at(endpoint: str = FBS_LIST) -> datetime:
    return the(PollCursor, endpoint=endpoint).next_at


def test_a_push_makes_its_list_due_at_once_and_no_other(noon, ozon, client):
    later = NOW + timedelta(minutes=9)
    for endpoint in ENDPOINTS:
        cursor_set(endpoint, next_at=later, polled_at=NOW - timedelta(minutes=1))
    ring(client, ozon)
    work()
    assert due_at(FBS_LIST) == NOW
    assert {due_at(each) for each in ENDPOINTS if each != FBS_LIST} == {later}


@pytest.mark.parametrize(
    ("_case", "changes", "seconds"),
    [
        ("the source asked for a pause", {"limited_until": NOW + timedelta(seconds=90)}, 90),
        ("asked this very moment", {"polled_at": NOW}, 1),
        ("failing: its pauses grow by themselves", {"failures": 3}, 600),
        ("due already", {"next_at": NOW - timedelta(seconds=5)}, -5),
    ],
)
def test_a_push_hurries_nothing_beyond_a_pause(noon, ozon, client, _case, changes, seconds):
    cursor_set(**{"next_at": NOW + timedelta(seconds=600), "polled_at": NOW - timedelta(hours=1)}
               | changes)  # fmt: skip
    ring(client, ozon)
    work()
    assert due_at() == NOW + timedelta(seconds=seconds)


# --- With the stand-in -------------------------------------------------------------------------


@pytest.fixture
def account(cast, sandbox):
    """Tulpar connects its account by the wizard's service; the stand-in knows the key."""
    shop_open(cast.tulpar)
    given = sandbox.control("ozon/account")
    with override_settings(SANDBOX_URL=sandbox.url):
        with acting_as(system="test"):
            brand = Brand.objects.get(pk=cast.tulpar.brand)
        connection, secret = connection_create(
            brand=brand,
            source="ozon",
            name="Ozon",
            client_id=given["client_id"],
            token=given["key"],
        )
        assert secret == ""
        yield connection


def poll(sandbox, seconds: int = 3600) -> None:
    """A tick of beat some time later, on both clocks, and the work of a worker."""
    sandbox.clock_move(seconds)
    ahead = sandbox.get("/_control/clock").json["offset_seconds"]
    with time_machine.travel(clock.now() + timedelta(seconds=ahead), tick=True):
        connections_poll()
        work()


def test_the_life_of_a_sale_read_from_ozon(account, sandbox, cast):
    external_code_add(
        participation_id=cast.tulpar.participation, kind="ozon_voucher", value=VOUCHER
    )
    sandbox.control(
        "ozon/postings",
        {"number": "1-0001-1", "items": [[SKU, 2, "4590.5"]], "actions": [VOUCHER], "push": 0},
    )
    poll(sandbox)
    assert held(cast)[0] == WHOLE
    sandbox.control("ozon/postings/1-0001-1/status", {"status": "delivered", "push": 0})
    poll(sandbox)
    assert the(Conversion).status == "on_hold"
    sandbox.control("ozon/returns", {"number": "1-0001-1", "sku": SKU})
    poll(sandbox)
    assert the(Conversion).commission_minor == HALF
    assert held(cast)[0] == HALF
    assert the(Connection, source="ozon").state == "ok"


def test_the_settings_of_a_new_connection(account):
    own = the(Connection, source="ozon").settings
    assert (own["client_id"], own["seller_id"]) == (SELLER, SELLER)
    assert datetime.fromisoformat(own["token_expires_at"]) > clock.now()
    with acting_as(system="test"):
        assert set(PollCursor.objects.values_list("endpoint", flat=True)) == set(ENDPOINTS)


@pytest.mark.parametrize(
    ("client_id", "key", "field", "said"),
    [
        ("abc", "k", "client_id", "The Client-Id is a number"),
        ("7", "", "token", "This is not a whole key"),
        ("7", "a b", "token", "This is not a whole key"),
        ("7", "sandbox-ozon-key", "token", "Ozon refuses this key with this Client-Id"),
        (SELLER, "wrong", "token", "Ozon refuses this key with this Client-Id"),
    ],
)
def test_a_key_that_cannot_work_is_refused_in_words(account, cast, client_id, key, field, said):
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.sauran.brand)
    with pytest.raises(Invalid) as caught:
        connection_create(brand=brand, source="ozon", name="O", client_id=client_id, token=key)
    assert said in caught.value.fields[field][0]
    assert count(Connection, source="ozon") == 1


def test_ozon_that_does_not_answer_is_said_so(account, sandbox, cast):
    sandbox.control("faults", {"service": "ozon", "fault": "html", "times": 9})
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.sauran.brand)
    with pytest.raises(Invalid, match="does not answer right now"):
        connection_create(brand=brand, source="ozon", name="O", client_id=SELLER, token="k")


def test_the_same_account_is_connected_once_and_its_key_is_changed(account, sandbox, cast):
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    given = {"source": "ozon", "client_id": SELLER, "token": "sandbox-ozon-key"}
    with pytest.raises(ConnectionConflict):
        connection_create(brand=brand, name="Again", **given)
    with pytest.raises(ConnectionConflict):
        connection_secret_rotate(connection_id=account.pk)
    with pytest.raises(Invalid):
        connection_token_change(connection_id=account.pk, token="second")
    sandbox.control("ozon/account", {"key": "second", "days": 0})
    changed = connection_token_change(connection_id=account.pk, token=" second ")
    assert changed.token == "second"
    assert "token_expires_at" not in changed.settings  # this one has no end


def test_the_whole_bell_the_stand_in_rings_at_the_door(account, sandbox, live_server):
    url = f"{live_server.url}/hooks/ozon/{account.endpoint_token}"
    sandbox.control("ozon/push", {"url": url})
    assert sandbox.control("ozon/push/check")["result"] == "OK"
    cursor_set(next_at=clock.now() + timedelta(hours=1))
    sandbox.control("ozon/postings", {"number": "1-0001-1", "push": 2})
    work()
    assert count(InboundEvent) == 1
    assert due_at() <= clock.now()
    assert not sandbox.get("/_control/ozon/push").json["is_suspended"]


# --- Vouchers --------------------------------------------------------------------------------


def make(account, cast, **changes):
    given = {
        "connection_id": account.pk,
        "participation_id": cast.tulpar.participation,
        "discount_percent": 10,
        "budget": 500_000,
    }
    return ozon_voucher_create(**(given | changes))


def test_a_voucher_made_here_names_its_influencer_in_orders(account, sandbox, cast):
    made = make(account, cast)
    assert (made.code.kind, made.code.participation_id) == (
        "ozon_voucher",
        cast.tulpar.participation,
    )
    assert len(made.codes) == 1
    assert made.code.typed_codes == list(made.codes)
    title = made.code.value
    sandbox.control("ozon/postings", {"items": [[SKU, 2, "4590.5"]], "actions": [title], "push": 0})
    poll(sandbox)
    assert the(Conversion).commission_minor == WHOLE


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"is_cis": True}, "Ozon does not let sellers from your country"),
        ({"is_read_forbidden": True}, "This key may not make vouchers"),
        ({"key": "another"}, "Ozon made no voucher: Client-Id and Api-Key headers are invalid"),
    ],
)
def test_a_voucher_that_ozon_refuses_is_said_why(account, sandbox, cast, own, said):
    sandbox.control("ozon/account", own)
    with pytest.raises(VoucherRefused, match=said):
        make(account, cast)
    assert the(ExternalCode).state == "void"  # the title is nobody's, and another can be made
    sandbox.control("ozon/account", {})
    assert make(account, cast).code.state == "active"


def test_a_voucher_about_which_ozon_says_nothing_is_looked_for_by_its_title(account, sandbox, cast):
    sandbox.control("faults", {"service": "ozon", "fault": "500", "times": 1})
    with pytest.raises(VoucherRefused, match=r"promotion “Birge [a-z0-9]{8}” before"):
        make(account, cast)
    title = the(ExternalCode, state="reserved").value
    with pytest.raises(ParticipationConflict, match="Settle that one first"):
        make(account, cast)
    # It was made after all: an order with it is theirs, though nobody has settled it
    sandbox.control("ozon/postings", {"items": [[SKU, 2, "4590.5"]], "actions": [title], "push": 0})
    poll(sandbox)
    assert the(Conversion).commission_minor == WHOLE


@pytest.mark.parametrize(
    "changes", [{"discount_percent": 0}, {"discount_percent": 91}, {"budget": 0}, {"days": 366}]
)
def test_terms_of_a_voucher_that_cannot_be(account, cast, changes):
    with pytest.raises(Invalid):
        make(account, cast, **changes)


def test_a_voucher_for_anothers_influencer_is_not_made(account, cast):
    with pytest.raises(NotFound):
        make(account, cast, participation_id=cast.sauran.participation)
    with pytest.raises(NotFound):
        make(account, cast, connection_id=0)


def test_a_bell_for_a_list_that_is_being_read_is_not_lost(noon, ozon):
    """While a page is read its cursor is leased; the bell cuts the lease short, and the round's
    pause after that page does not bury it: the list is asked again after the least pause."""
    leased = the(PollCursor, endpoint=FBS_LIST)
    leased.next_at = NOW + timedelta(seconds=120)
    cursor_set(next_at=leased.next_at)
    with acting_as(system="test"):
        assert doorbells_ring([(ozon.pk, Doorbell((FBS_LIST,)))]) == 1
        assert doorbells_ring([(ozon.pk, Doorbell((FBS_LIST,)))]) == 0
    page = PollPage((), {"until": NOW.isoformat()}, 600, is_last=True)
    page_store(Answer(leased, NOW, NOW, page))
    assert due_at() == NOW + timedelta(seconds=1)

    leased.next_at = NOW + timedelta(seconds=120)
    cursor_set(next_at=leased.next_at)
    page_store(Answer(leased, NOW, NOW, page))  # nobody rang
    assert due_at() == NOW + timedelta(seconds=600)
