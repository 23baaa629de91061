"""Tilda, amoCRM and Bitrix24 from the door to the ledger: what hints, what is believed, and that
one sale told by several sources is paid once."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings

from attribution.models import (
    Connection,
    Conversion,
    ConversionVersion,
    Decision,
    InboundEvent,
    Order,
    OrderLine,
    PollCursor,
)
from attribution.selectors.connections import connection_secrets
from attribution.services import pace
from attribution.services.connections import (
    ConnectionConflict,
    connection_create,
    connection_token_change,
)
from attribution.services.crm import CrmSilent, crm_choices, crm_choices_save
from attribution.services.lifecycle import conversions_advance
from attribution.services.polling import connections_poll
from attribution.services.same_sale import same_sales_settle, same_sales_sweep
from brands.models import Brand
from core import clock
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import count, held, the, work

AMO_TOKEN, BITRIX_URL = (
    "sandbox-amocrm-token",
    "https://toqyma.bitrix24.kz/rest/1/sandboxcode0001/",
)
KEY = "merchants-own-key"
COMMISSION = 255_000  # 25 500 tenge at 10 %
WON, LOST, PAID_STAGE = 142, 143, 7_039_102


@pytest.fixture
def outside(cast, sandbox):
    shop_open(cast.tulpar)
    sandbox.control("amocrm/token")
    sandbox.control("bitrix24/inbound")
    with override_settings(SANDBOX_URL=sandbox.url):
        yield sandbox


def connect(cast, source: str, **typed) -> Connection:
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    made, secret = connection_create(brand=brand, source=source, name=source, **typed)
    assert secret == ""
    return made


def tilda(cast, **typed) -> Connection:
    return connect(cast, "tilda", **({"currency": "KZT", "sent": "at_once"} | typed))


def amocrm(cast, sandbox, **typed) -> Connection:
    given = {"address": "toqyma.amocrm.ru", "token": AMO_TOKEN, "currency": "KZT"} | typed
    made = connect(cast, "amocrm", **given)
    sandbox.clock_move(2)
    fields = {"click_field": "66337", "code_field": "66339", "number_field": "66341"}
    return crm_choices_save(connection_id=made.pk, words={}, fields=fields)


def bitrix24(cast, **typed) -> Connection:
    made = connect(cast, "bitrix24", **({"token": BITRIX_URL} | typed))
    fields = {"click_field": "UF_CRM_CLICK", "code_field": "UF_CRM_PROMO"}
    return crm_choices_save(connection_id=made.pk, words={}, fields=fields)


def row(connection: Connection) -> Connection:
    with acting_as(system="test"):
        return Connection.objects.get(pk=connection.pk)


def click_of(cast) -> str:
    return click_make(cast.tulpar, at=clock.now() - timedelta(days=1)).click_id.hex


def settle() -> None:
    """What the workers do until nothing is left."""
    for _ in range(3):
        work()
        with acting_as(system="test"):
            ids = list(Order.objects.values_list("pk", flat=True))
        same_sales_settle(ids)
    work()


def poll(sandbox) -> None:
    sandbox.clock_move(2)  # amoCRM answers seven questions a second
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now(), polled_at=None)
    connections_poll()
    settle()


def buy(client, made: Connection, sandbox, **order) -> dict:
    """A cart of Tilda, carried to the door by the test client."""
    from sandbox.tilda.forms import posted

    given = {
        "orderid": "1557604691",
        "items": [["Көрпе", 1, 25_500]],
        "amount": "25500",
        "promocode": "",
        "discount": "0",
        "phone": "+7 (701) 000-00-01",
        "click": "",
        "sys": "none",
        "systranid": "0",
    } | order
    body, kind = posted(given, given.pop("shape", "brackets"))
    headers = {"HTTP_API_KEY": KEY} if given.get("key") else {}
    path = f"/hooks/tilda/{made.endpoint_token}"
    answer = client.post(path, body, content_type=kind, **headers)
    settle()
    return {"status": answer.status_code, **given}


def lead(sandbox, **fields) -> str:
    given = {"phone": "87010000001", "age_days": 0.01} | fields
    return str(sandbox.control("amocrm/leads", given)["id"])


def move(sandbox, lead_id: str, **changes) -> None:
    sandbox.control(f"amocrm/leads/{lead_id}", changes)


def living() -> list[tuple]:
    """(order's source, status, commission) of what is not lost."""
    with acting_as(system="test"):
        rows = Conversion.objects.exclude(status__in=("rejected", "reversed")).order_by("pk")
        return [(each.source, each.status, each.commission_minor) for each in rows]


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


# --- One sale, told by several ---------------------------------------------------------------


def test_a_won_lead_confirms_what_tilda_told(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    assert living() == [("tilda", "pending", COMMISSION)]
    one = lead(outside)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]  # an open lead proves no sale
    assert the(Order, source="tilda").trust == "hint"
    move(outside, one, status_id=WON)
    poll(outside)
    counted, repeated = the(Order, source="tilda"), the(Order, source="amocrm")
    assert (counted.trust, counted.status, counted.raw_status) == (
        "pulled",
        "fulfilled",
        "Успешно реализовано",
    )
    assert repeated.same_sale_id == counted.pk
    assert living() == [("tilda", "on_hold", COMMISSION)]
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert living() == [("tilda", "approved", COMMISSION)]
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_lost_lead_cancels_what_tilda_told_and_a_won_one_confirms_it_again(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    one = lead(outside, number="1557604691", phone="", status_id=LOST, price=26_000)
    poll(outside)
    assert (living(), held(cast)[0]) == ([], 0)
    assert the(Order, source="tilda").status == "cancelled"
    move(outside, one, status_id=WON)
    poll(outside)
    assert living() == [("tilda", "on_hold", COMMISSION)]
    move(outside, one, status_id=7_039_101)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]


def test_what_the_manager_took_off_is_taken_off(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    click = click_of(cast)
    buy(client, made, outside, click=click, items=[["a", 1, 20_000], ["b", 1, 5_500]])
    lead(outside, number="1557604691", price=20_400, status_id=WON)
    poll(outside)
    with acting_as(system="test"):
        rows = OrderLine.objects.filter(order__source="tilda").order_by("pk")
        left = [each.amount_minor - each.returned_minor for each in rows]
    assert left == [1_600_000, 440_000]
    assert sum(commission for _source, _status, commission in living()) == 204_000


def test_another_buyers_lead_confirms_nothing(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, phone="87020000002", status_id=WON)
    lead(outside, price=25_400, status_id=WON)
    poll(outside)
    assert living() == [("tilda", "pending", COMMISSION)]
    assert count(Order, same_sale__isnull=False) == 0


def test_a_code_in_the_lead_joins_the_evidence_of_the_cart(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, code="AQTAS", status_id=WON)
    poll(outside)
    assert the(Order, source="tilda").promo_codes == ["AQTAS"]
    assert living() == [("tilda", "on_hold", COMMISSION)]
    assert the(Conversion, source="tilda").grade == "B"  # the campaign's code wins over the click
    assert held(cast)[0] == COMMISSION


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_cart_a_lead_and_a_deal_of_one_sale_are_one_commission(cast, outside, client, order):
    shop, _amo, _bitrix = tilda(cast), amocrm(cast, outside), bitrix24(cast)
    click = click_of(cast)
    steps = [
        lambda: buy(client, shop, outside, click=click),
        lambda: lead(outside, status_id=WON, click=click),
        lambda: outside.control(
            "bitrix24/deals", {"STAGE_ID": "WON", "phone": "87010000001", "code": "AQTAS"}
        ),
    ]
    for step in order:
        steps[step]()
        poll(outside)
    assert len(living()) == 1
    assert living()[0][1:] == ("on_hold", COMMISSION)
    assert held(cast)[0] == COMMISSION
    assert count(Order, same_sale__isnull=False) == 2
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_reward_that_was_booked_twice_is_told_why_it_is_gone(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    lead(outside, click=click_of(cast), status_id=WON)
    poll(outside)
    buy(client, made, outside, click=click_of(cast))
    gone = the(Conversion, source="tilda")
    assert (gone.status, gone.reason_code) == ("rejected", 12)
    with acting_as(system="test"):
        latest = Decision.objects.filter(order__source="tilda").order_by("-number").first()
        causes = list(
            ConversionVersion.objects.filter(conversion=gone).values_list("cause", flat=True)
        )
    assert latest.rule == "same_sale"
    assert latest.trace[0]["reason"] == "counted_elsewhere"
    assert causes == ["ordered", "reassigned"]


def test_what_is_approved_stands_and_the_other_counts_under_it(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    lead(outside, click=click_of(cast), status_id=WON, age_days=0.5)
    poll(outside)
    with time_machine.travel(clock.now() + timedelta(days=40)):
        conversions_advance()
    buy(client, made, outside, click=click_of(cast))
    assert living() == [("amocrm", "approved", COMMISSION)]
    assert held(cast)[:2] == (0, COMMISSION)


def test_a_repeated_order_that_changes_books_nothing(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    one = lead(outside, status_id=WON)
    poll(outside)
    move(outside, one, code="AQTAS")
    poll(outside)
    assert len(living()) == 1
    assert held(cast)[0] == COMMISSION


def test_settling_again_changes_nothing_and_the_sweep_finds_what_was_lost(cast, outside, client):
    made, _crm = tilda(cast), amocrm(cast, outside)
    buy(client, made, outside, click=click_of(cast))
    lead(outside, status_id=WON)
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now(), polled_at=None)
    connections_poll()
    work()  # and no message of it ever arrives
    assert count(Order, same_sale__isnull=False) == 0
    assert same_sales_sweep() == 1
    events = count(InboundEvent)
    assert same_sales_sweep() == 0
    assert count(InboundEvent) == events == count(InboundEvent, state="received") + events - 1
    work()
    assert living() == [("tilda", "on_hold", COMMISSION)]
    assert same_sales_sweep() == 0
    assert count(InboundEvent) == events


def test_another_brands_orders_are_never_the_same_sale(cast, outside, client):
    made = tilda(cast)
    buy(client, made, outside, click=click_of(cast))
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.sauran.brand)
    typed = {"address": "toqyma.amocrm.ru", "token": AMO_TOKEN, "currency": "KZT"}
    connection_create(brand=brand, source="amocrm", name="theirs", **typed)
    lead(outside, number="1557604691", status_id=WON)
    poll(outside)
    assert count(Order) == 2
    assert count(Order, same_sale__isnull=False) == 0
    assert living() == [("tilda", "pending", COMMISSION)]
