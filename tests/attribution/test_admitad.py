"""Admitad from a click and its postbacks to the ledger: what hints, what is believed, and that
every order of the same news ends in one state."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.test import override_settings

from attribution.connectors.admitad.postback import QUERY
from attribution.models import Connection, Conversion, InboundEvent, Order, OrderLine, PollCursor
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_secret_rotate,
    connection_switch,
    connection_token_change,
)
from attribution.services.lifecycle import conversions_advance
from attribution.services.polling import connections_poll
from brands.models import Brand
from core import clock
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import count, held, the, work

TOKEN = "sandbox-admitad-token"
# 25 500 tenge at 10 % are 2 550 tenge; of a reward of 1 275 tenge 127,50
OF_VALUE, OF_REWARD = 255_000, 12_750


@pytest.fixture
def admitad(cast, sandbox):
    """Tulpar's account at Admitad is connected, and sends its postbacks into the void: tests
    carry them to the door themselves."""
    shop_open(cast.tulpar)
    with override_settings(SANDBOX_URL=sandbox.url):
        made = connect(cast, sandbox)
        url = f"http://127.0.0.1:9/hooks/admitad/{made.endpoint_token}?{QUERY}"
        sandbox.control("admitad/postback", {"url": url})
        yield sandbox


def connect(cast, sandbox, name: str = "Admitad", **token) -> Connection:
    given = sandbox.control("admitad/token", token)["token"]
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    made, secret = connection_create(brand=brand, source="admitad", name=name, token=given)
    assert secret == ""
    return made


def click_of(cast, days_ago: float = 1) -> str:
    return click_make(cast.tulpar, at=clock.now() - timedelta(days=days_ago)).click_id.hex


def act(sandbox, click: str, **action) -> str:
    given = {"subid": click, "currency": "KZT", "cart": "25500.00", "payment": "1275.00"} | action
    return str(sandbox.control("admitad/actions", given)["id"])


def become(sandbox, action_id: str, **changes) -> None:
    sandbox.control(f"admitad/actions/{action_id}", changes)


def postbacks(sandbox) -> list[str]:
    """The addresses that were called since the last reset, as paths."""
    said = sandbox.get("/_control/admitad/actions").json["said"]
    return [one["address"].removeprefix("http://127.0.0.1:9") for one in said]


def poll(days: float = 0) -> None:
    """A round of the statistics `days` from now by our clock, and the work of a worker."""
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
        connections_poll()
        work()


def state() -> tuple:
    """(order's status, trust, amount, amount back)"""
    order, line = the(Order), the(OrderLine)
    return order.status, order.trust, line.amount_minor, line.returned_minor


# --- One sale --------------------------------------------------------------------------------


def test_an_action_with_the_click_in_its_subid_is_held_for_the_influencer(admitad, cast):
    act(admitad, click_of(cast))
    poll()
    conversion = the(Conversion)
    assert (conversion.status, conversion.grade) == ("pending", "A")
    assert (conversion.base_minor, conversion.commission_minor) == (2_550_000, OF_VALUE)
    assert held(cast)[0] == OF_VALUE
    assert state() == ("created", "pulled", 2_550_000, 0)


def test_without_the_value_of_the_order_terms_are_counted_from_the_reward(admitad, cast):
    act(admitad, click_of(cast), cart=None)
    poll()
    assert the(Conversion).commission_minor == OF_REWARD


def test_a_value_that_is_told_later_takes_the_place_of_the_reward(admitad, cast):
    one = act(admitad, click_of(cast), cart=None)
    poll()
    become(admitad, one, cart="25500.00")
    poll()
    assert the(Conversion).commission_minor == OF_VALUE
    assert held(cast)[0] == OF_VALUE


def test_what_the_network_approves_is_held_and_then_payable(admitad, cast):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="approved")
    poll()
    assert the(Conversion).status == "on_hold"
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert the(Conversion).status == "approved"
    assert held(cast)[:2] == (0, OF_VALUE)


def test_a_decline_takes_the_reward_back(admitad, cast):
    one = act(admitad, click_of(cast))
    poll()
    become(admitad, one, status="declined")
    poll()
    assert (the(Conversion).status, the(Conversion).reason_code) == ("rejected", 15)
    assert held(cast)[0] == 0


def test_a_decline_after_the_approval_is_a_return(admitad, cast):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="approved")
    poll()
    become(admitad, one, status="declined")
    poll()
    assert state() == ("returned", "pulled", 2_550_000, 2_550_000)
    assert (the(Conversion).status, the(Conversion).reason_code) == ("reversed", 16)
    assert held(cast)[0] == 0


def test_an_action_without_our_click_is_nobodys(admitad, cast):
    act(admitad, "somebody-else")
    poll()
    assert count(Order) == 1
    assert count(Conversion) == 0


# --- The postback ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "POST with a query"])
def test_a_postback_is_a_hint_and_the_statistics_confirm_it(admitad, cast, client, method):
    act(admitad, click_of(cast))
    (address,) = postbacks(admitad)
    path, _, query = address.partition("?")
    if method == "GET":
        answer = client.get(address)
    elif method == "POST with a query":
        answer = client.post(address, b"", content_type="text/plain")
    else:
        answer = client.post(path, query, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (200, b"ok")
    work()
    assert state() == ("created", "hint", 2_550_000, 0)
    assert the(Connection, source="admitad").state == "new"  # a hint proves nothing
    poll()
    assert state() == ("created", "pulled", 2_550_000, 0)
    assert the(Conversion).commission_minor == held(cast)[0] == OF_VALUE


def test_a_postback_makes_the_statistics_due_at_once(admitad, cast, client):
    poll()
    later = the(PollCursor).next_at
    act(admitad, click_of(cast))
    client.get(postbacks(admitad)[0])
    work()
    assert the(PollCursor).next_at < later


def test_the_same_postback_is_stored_once(admitad, cast, client):
    one = act(admitad, click_of(cast), times=3)
    become(admitad, one, is_ready=True, times=2)
    sent = postbacks(admitad)
    assert len(sent) == 5
    assert {client.get(address).status_code for address in sent} == {200}
    assert count(InboundEvent) == 2
    work()
    assert count(Order) == count(Conversion) == 1
    assert held(cast)[0] == OF_VALUE


def test_whoever_forges_an_approval_earns_nothing_by_it(admitad, cast, client):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="approved")
    client.get(postbacks(admitad)[1])
    become(admitad, one, status="pending")  # the network never approved
    work()
    with time_machine.travel(clock.now() + timedelta(days=60)):
        conversions_advance()
    assert the(Conversion).status == "pending"
    assert held(cast)[1] == 0
    poll()
    assert state()[:2] == ("created", "pulled")


def test_whoever_forges_a_decline_takes_nothing_from_anybody(admitad, cast, client):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="declined")
    for address in postbacks(admitad):
        client.get(address)
    become(admitad, one, status="pending")  # the network never declined
    work()
    assert (the(Conversion).status, held(cast)[0]) == ("pending", OF_VALUE)


def test_a_postback_about_what_the_statistics_have_shown_changes_nothing(admitad, cast, client):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="approved")
    poll()
    client.get(postbacks(admitad)[0])  # pending, late
    work()
    assert state()[:2] == ("fulfilled", "pulled")
    assert the(Conversion).status == "on_hold"


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_postbacks_and_a_reading_end_in_one_state_in_any_order(admitad, cast, client, order):
    one = act(admitad, click_of(cast))
    become(admitad, one, status="declined")
    become(admitad, one, status="approved")
    sent = postbacks(admitad)
    for step in order:
        if step == 3:
            poll()
        else:
            client.get(sent[step])
            work()
    assert state() == ("fulfilled", "pulled", 2_550_000, 0)
    assert (the(Conversion).status, held(cast)[0]) == ("on_hold", OF_VALUE)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        (QUERY, 400, b"2 macro_not_replaced: admitad_id came as the macro itself"),
        ("admitad_id=1", 400, b"3 parameter_missing: payment_status"),
        ("", 400, b"3 parameter_missing: admitad_id or action_id"),
    ],
)
def test_a_wrongly_pasted_address_is_told_what_is_wrong(admitad, client, query, status, said):
    made = the(Connection, source="admitad")
    answer = client.get(f"/hooks/admitad/{made.endpoint_token}?{query}")
    assert (answer.status_code, answer.content) == (status, said)
    assert count(InboundEvent) == 0
    assert the(Connection, source="admitad").bad_signature_count == 1


def test_the_path_is_the_secret_and_ends_with_the_connection(admitad, cast, client):
    act(admitad, click_of(cast))
    (address,) = postbacks(admitad)
    made = the(Connection, source="admitad")
    wrong = address.replace(made.endpoint_token, "0" * len(made.endpoint_token))
    assert client.get(wrong).status_code == 404
    connection_switch(connection_id=made.pk, is_on=False)
    assert client.get(address).status_code == 404
    assert count(InboundEvent) == 0


@pytest.mark.parametrize("source", ["woocommerce", "ozon"])
def test_no_other_source_is_called_by_get(admitad, client, source):
    answer = client.get(f"/hooks/{source}/x?a=1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# --- The token -------------------------------------------------------------------------------


def test_a_token_is_tried_before_it_is_kept(admitad):
    made = the(Connection, source="admitad")
    assert made.token == TOKEN
    assert made.settings == {"base_url": f"{admitad.url}/admitad"}
    assert the(PollCursor).endpoint == "actions"


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ({"token": "ended", "days": -1}, "does not take this token"),
        ({"token": "poor", "may_read": False}, "may not read the statistics"),
        ({"token": "two words"}, "not a whole token"),
        ({"token": "токен"}, "not a whole token"),
        ({"token": " "}, "not a whole token"),
        ({"token": "x" * 513}, "not a whole token"),
    ],
)
def test_a_token_that_cannot_be_used_is_refused(admitad, cast, token, said):
    with pytest.raises(Invalid, match=said) as refused:
        connect(cast, admitad, name="Second", **token)
    assert list(refused.value.fields) == ["token"]
    assert count(Connection, source="admitad") == 1


@pytest.mark.parametrize("fault", ["500", "html", "truncated"])
def test_a_token_is_not_kept_while_admitad_does_not_answer(admitad, cast, fault):
    admitad.control("faults", {"service": "admitad", "fault": fault, "times": 3})
    with pytest.raises(Invalid, match="does not answer us right now"):
        connect(cast, admitad, name="Second", token="second")
    assert count(Connection, source="admitad") == 1


def test_a_token_is_connected_once(admitad, cast):
    with pytest.raises(ConnectionConflict, match="already"):
        connect(cast, admitad, name="Second")
    assert connect(cast, admitad, name="Second", token="second").name == "Second"


def test_a_token_that_has_ended_is_told_and_replaced(admitad, cast):
    act(admitad, click_of(cast))
    admitad.control("admitad/token", {"days": -1})
    poll()
    failing = the(Connection, source="admitad")
    assert (failing.state, failing.error.partition(" ")[0]) == ("failing", "credentials_refused")
    assert count(Order) == 0
    fresh = admitad.control("admitad/token", {"token": "fresh"})["token"]
    connection_token_change(connection_id=failing.pk, token=fresh)
    poll()
    assert the(Connection, source="admitad").state == "ok"
    assert count(Order) == 1


def test_a_source_with_a_token_has_no_secret_to_change(admitad):
    with pytest.raises(ConnectionConflict, match="token"):
        connection_secret_rotate(connection_id=the(Connection, source="admitad").pk)
