"""Tilda, amoCRM and Bitrix24 from the door to the ledger: what hints, and what is believed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from attribution.models import (
    Connection,
    Conversion,
    InboundEvent,
    Order,
    PollCursor,
)
from attribution.selectors.connections import connection_secrets
from attribution.services import pace
from attribution.services.connections import (
    ConnectionConflict,
    connection_token_change,
)
from attribution.services.crm import CrmSilent, crm_choices, crm_choices_save
from attribution.services.lifecycle import conversions_advance
from core import clock
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.crm_world import (
    AMO_TOKEN,
    BITRIX_URL,
    COMMISSION,
    KEY,
    LOST,
    PAID_STAGE,
    WON,
    amocrm,
    bitrix24,
    buy,
    click_of,
    connect,
    lead,
    living,
    move,
    outside,
    poll,
    row,
    settle,
    tilda,
)
from tests.attribution.test_sale import count, held, the

__all__ = ["outside"]

# --- Connecting ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "typed", "field"),
    [
        ("tilda", {"currency": "", "sent": "at_once"}, "currency"),
        ("tilda", {"currency": "KZT", "sent": "at_once", "api_key": "short"}, "api_key"),
        ("tilda", {"currency": "KZT", "sent": "at_once", "api_key": "құпия кілтім"}, "api_key"),
        ("amocrm", {"address": "toqyma.example.com", "token": "t", "currency": "KZT"}, "address"),
        ("amocrm", {"address": "amocrm.ru@evil.kz", "token": "t", "currency": "KZT"}, "address"),
        ("amocrm", {"address": "a.b.amocrm.ru", "token": "t", "currency": "KZT"}, "address"),
        ("amocrm", {"address": "127.0.0.1", "token": "t", "currency": "KZT"}, "address"),
        ("amocrm", {"address": "toqyma", "token": "", "currency": "KZT"}, "token"),
        ("amocrm", {"address": "toqyma", "token": "two words", "currency": "KZT"}, "token"),
        ("amocrm", {"address": "toqyma", "token": "wrong", "currency": "KZT"}, "token"),
        ("amocrm", {"address": "toqyma", "token": AMO_TOKEN, "currency": "DOG"}, "currency"),
        ("bitrix24", {"token": ""}, "token"),
        ("bitrix24", {"token": "http://toqyma.bitrix24.kz/rest/1/sandboxcode0001/"}, "token"),
        ("bitrix24", {"token": "https://toqyma.evil.kz/rest/1/sandboxcode0001/"}, "token"),
        ("bitrix24", {"token": "https://evil.kz/.bitrix24.kz/rest/1/sandboxcode0001/"}, "token"),
        ("bitrix24", {"token": "https://a@toqyma.bitrix24.kz/rest/1/sandboxcode0001/"}, "token"),
        ("bitrix24", {"token": "https://toqyma.bitrix24.kz/rest/1/wrongcode/"}, "token"),
        ("bitrix24", {"token": BITRIX_URL, "application_token": "a b"}, "application_token"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(cast, outside, source, typed, field):
    with pytest.raises(Invalid) as refused:
        connect(cast, source, **typed)
    assert list(refused.value.fields) == [field]
    assert count(Connection, source=source) == 0


def test_a_token_without_the_right_and_a_silent_crm_are_told_apart(cast, outside):
    outside.control("amocrm/token", {"may_read": False})
    with pytest.raises(Invalid, match="may not read"):
        amocrm(cast, outside)
    outside.control("faults", {"service": "amocrm", "fault": "html", "times": 2})
    with pytest.raises(Invalid, match="does not answer"):
        amocrm(cast, outside)


def test_what_is_kept_of_a_crm(cast, outside):
    made = row(amocrm(cast, outside))
    assert made.token == AMO_TOKEN
    assert made.settings["base_url"] == f"{outside.url}/amocrm"
    assert (made.settings["seller_id"], made.settings["subdomain"]) == ("17769199", "toqyma")
    assert made.settings["pipelines"]["9217056"]["stages"]["142"]["word"] == "fulfilled"
    outside.clock_move(2)
    with pytest.raises(ConnectionConflict):
        amocrm(cast, outside)
    other = row(bitrix24(cast))
    assert (other.token, other.settings["seller_id"]) == (
        "1/sandboxcode0001",
        "toqyma.bitrix24.kz",
    )


def test_a_new_token_keeps_the_brands_choices(cast, outside):
    made = amocrm(cast, outside)
    crm_choices_save(
        connection_id=made.pk,
        words={("9217056", str(PAID_STAGE)): "paid", ("9217056", "142"): "cancelled"},
        fields={"code_field": "66339", "click_field": "404"},
    )
    outside.control("amocrm/token", {"token": "second"})
    outside.clock_move(2)
    connection_token_change(connection_id=made.pk, token="second")
    kept = row(made)
    stages = kept.settings["pipelines"]["9217056"]["stages"]
    assert (stages[str(PAID_STAGE)]["word"], stages["142"]["word"]) == ("paid", "fulfilled")
    assert (kept.settings["code_field"], kept.settings["click_field"]) == ("66339", "")
    outside.clock_move(2)
    choices = crm_choices(kept)
    assert choices.words["9217056", str(PAID_STAGE)] == "paid"
    assert choices.fields["code_field"] == "66339"


def test_choices_wait_for_a_crm_that_answers(cast, outside):
    made = amocrm(cast, outside)
    outside.control("faults", {"service": "amocrm", "fault": "500", "times": 1})
    with pytest.raises(CrmSilent):
        crm_choices(made)


# --- A CRM by itself -------------------------------------------------------------------------


def test_a_lead_with_our_click_is_held_won_and_approved(cast, outside):
    amocrm(cast, outside)
    one = lead(outside, click=click_of(cast))
    poll(outside)
    assert living() == [("amocrm", "pending", COMMISSION)]
    move(outside, one, status_id=WON)
    poll(outside)
    assert living() == [("amocrm", "on_hold", COMMISSION)]
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert living() == [("amocrm", "approved", COMMISSION)]


def test_won_and_then_lost_is_taken_back(cast, outside):
    amocrm(cast, outside)
    one = lead(outside, click=click_of(cast), status_id=WON)
    poll(outside)
    move(outside, one, status_id=LOST)
    poll(outside)
    assert (the(Conversion).status, the(Conversion).reason_code, held(cast)[0]) == (
        "rejected",
        15,
        0,
    )


def test_a_deleted_lead_is_cancelled(cast, outside):
    amocrm(cast, outside)
    one = lead(outside, click=click_of(cast))
    poll(outside)
    move(outside, one, is_deleted=True)
    poll(outside)
    assert (the(Order).status, the(Order).raw_status, held(cast)[0]) == ("cancelled", "removed", 0)


def test_a_stage_of_an_unknown_pipeline_moves_nothing(cast, outside):
    amocrm(cast, outside)
    lead(outside, click=click_of(cast), pipeline_id=5)
    poll(outside)
    assert (the(Order).status, count(Conversion)) == ("unmapped", 0)


def test_a_changed_map_reads_the_leads_again(cast, outside):
    made = amocrm(cast, outside)
    lead(outside, click=click_of(cast), status_id=PAID_STAGE)
    poll(outside)
    assert the(Order).status == "created"
    words = {("9217056", str(PAID_STAGE)): "fulfilled"}
    fields = dict(crm_choices(row(made)).fields)
    outside.clock_move(2)
    crm_choices_save(connection_id=made.pk, words=words, fields=fields)
    poll(outside)
    assert (the(Order).status, living()) == ("fulfilled", [("amocrm", "on_hold", COMMISSION)])


def test_a_deal_of_bitrix24_with_our_code(cast, outside):
    bitrix24(cast)
    outside.control("bitrix24/deals", {"code": "AQTAS", "STAGE_ID": "WON"})
    poll(outside)
    assert living() == [("bitrix24", "on_hold", COMMISSION)]
    assert the(Conversion).grade == "B"


# --- Bells -----------------------------------------------------------------------------------


def quiet() -> None:
    """Nothing is due for an hour, and nothing was read of late."""
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now() + timedelta(hours=1), polled_at=None)


def due() -> list[str]:
    with acting_as(system="test"):
        soon = clock.now() + timedelta(minutes=1)
        return sorted(
            PollCursor.objects.filter(next_at__lt=soon).values_list("endpoint", flat=True)
        )


def test_amocrm_rings_and_its_leads_are_read(cast, outside, live_server):
    made = amocrm(cast, outside)
    outside.control(
        "amocrm/webhook", {"url": f"{live_server.url}/hooks/amocrm/{made.endpoint_token}"}
    )
    quiet()
    one = lead(outside, click=click_of(cast), code="AQTAS")
    settle()
    assert (due(), count(Order)) == (["leads"], 0)
    quiet()
    move(outside, one, is_deleted=True)
    settle()
    assert due() == ["leads", "leads_known"]
    assert row(made).bad_signature_count == 0
    said = outside.get("/_control/amocrm/leads").json["said"]
    assert [each["status"] for each in said] == [200, 200]


def test_a_call_of_another_account_is_refused_and_counted(cast, outside, client):
    made = amocrm(cast, outside)
    body = b"leads[add][0][id]=1&account[id]=666"
    path = f"/hooks/amocrm/{made.endpoint_token}"
    kind = "application/x-www-form-urlencoded"
    assert client.post(path, body, content_type=kind).status_code == 403
    assert client.post(path, b"a[" * 9, content_type=kind).status_code == 400
    assert (row(made).bad_signature_count, count(InboundEvent)) == (2, 0)


def test_bitrix24_is_heard_once_its_token_is_known_and_by_one_member_only(
    cast, outside, live_server
):
    made = bitrix24(cast)
    url = f"{live_server.url}/hooks/bitrix24/{made.endpoint_token}"
    hook = outside.control("bitrix24/outgoing", {"url": url})
    outside.control("bitrix24/deals", {})
    assert row(made).bad_signature_count == 1  # nobody has given us the token yet
    connection_token_change(
        connection_id=made.pk, application_token=hook["application_token"], token=""
    )
    assert connection_secrets(row(made)) == [hook["application_token"]]
    assert row(made).token == "1/sandboxcode0001"
    quiet()
    outside.control("bitrix24/deals", {})
    settle()
    assert due() == ["deals"]
    assert row(made).settings["member_id"] == hook["member_id"]
    outside.control("bitrix24/outgoing", {"url": url, "member_id": "another"})
    outside.control("bitrix24/deals", {})
    outside.control("bitrix24/outgoing", {"url": url, "application_token": "another-token"})
    outside.control("bitrix24/deals", {})
    said = outside.get("/_control/bitrix24/deals").json["said"]
    assert [each["status"] for each in said] == [401, 200, 403, 401]
    assert row(made).bad_signature_count == 3


def test_a_flood_of_bells_is_one_reading(cast, outside, client):
    made = amocrm(cast, outside)
    quiet()
    path = f"/hooks/amocrm/{made.endpoint_token}"
    for n in range(40):
        body = f"leads[update][0][id]={n}&account[id]=17769199".encode()
        client.post(path, body, content_type="application/x-www-form-urlencoded")
    settle()
    assert (due(), count(InboundEvent, state="done"), count(Order)) == (["leads"], 40, 0)


def test_a_flood_beyond_any_pace_is_turned_away(cast, outside, client, monkeypatch):
    made = tilda(cast)
    monkeypatch.setattr(pace, "HINTS_MAX", 3)
    cache.delete(f"hints:{made.pk}")
    answers = [buy(client, made, outside, orderid=str(10**9 + n))["status"] for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert count(InboundEvent) == 3


# --- Tilda -----------------------------------------------------------------------------------


def test_tilda_is_pinged_and_its_carts_come_and_come_again(cast, outside, live_server):
    made = tilda(cast, api_key=KEY)
    url = f"{live_server.url}/hooks/tilda/{made.endpoint_token}"
    assert outside.control("tilda/hook", {"url": url, "key": KEY})["ping"] == 200
    assert count(InboundEvent) == 0
    order = outside.control("tilda/orders", {"click": click_of(cast)})
    outside.control("tilda/hook", {"url": f"{url}x", "key": KEY})
    missed = outside.control("tilda/orders", {"shape": "json"})
    outside.control("tilda/hook", {"url": url, "key": KEY, "key_in": "form"})
    outside.clock_move(61)
    assert outside.control("tilda/due", {})["sent"] == 1
    assert outside.control("tilda/due", {})["sent"] == 0
    settle()
    assert (order["statuses"], missed["statuses"]) == ([200], [404])
    assert row(made).state == Connection.State.OK
    assert count(Order, trust="hint") == 1  # JSON has no form to carry the key in


@pytest.mark.parametrize("shape", ["brackets", "text", "json"])
def test_a_cart_with_our_click_is_a_hint_that_nobodys_silence_approves(
    cast, outside, client, shape
):
    made = tilda(cast, sent="after_payment")
    buy(client, made, outside, click=click_of(cast), shape=shape)
    assert (the(Order).trust, the(Order).status) == ("hint", "paid")
    assert living() == [("tilda", "on_hold", COMMISSION)]
    with time_machine.travel(clock.now() + timedelta(days=60)):
        conversions_advance()
    assert living() == [("tilda", "on_hold", COMMISSION)]


def test_a_wrong_key_is_refused(cast, outside, client):
    made = tilda(cast, api_key=KEY)
    assert buy(client, made, outside)["status"] == 401
    assert buy(client, made, outside, key=True)["status"] == 200
    assert (count(InboundEvent), row(made).bad_signature_count) == (1, 1)
    with acting_as(system="test"):
        assert KEY not in json.dumps(InboundEvent.objects.get().headers)


def test_a_cart_that_nobody_can_read_is_dead_and_says_why(cast, outside, client):
    made = tilda(cast)
    buy(client, made, outside, amount="abc")
    event = the(InboundEvent)
    assert (event.state, event.error) == (
        "dead",
        "UnknownPayload: payment.amount: not an amount",
    )
