"""The doors of a shop's own pages, and what their hints may do: never more than wait."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    Decision,
    InboundEvent,
    LateEvidence,
    Order,
)
from attribution.services import page_events
from attribution.services.conversions import order_confirm
from attribution.services.inbox import event_replay
from attribution.services.lifecycle import conversions_advance
from attribution.views import PIXEL
from core.audit.models import AuditEntry
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_sale import count as count_of
from tests.attribution.test_sale import deliver, the, work

PLACED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLICK = "0192f3b4c5d67e8fa0b1c2d3e4f50617"


@pytest.fixture(autouse=True)
def _noon():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def site_of(shop) -> str:
    return the(Connection, pk=shop.connection).public_id.hex


def tell(client: Client, site: str, body=None, content_type="text/plain;charset=UTF-8", **said):
    """What the snippet's beacon sends."""
    raw = json.dumps(said).encode() if body is None else body
    return client.post(f"/t/{site}", raw, content_type=content_type)


def stored() -> list[str]:
    with acting_as(system="test"):
        rows = InboundEvent.objects.filter(endpoint="page").order_by("event_key")
        return list(rows.values_list("event_key", flat=True))


def count(model, **filters) -> int:
    return count_of(model, **filters)


# --- The doors ------------------------------------------------------------------------------


def test_a_beacon_is_stored_once_however_often_the_page_is_loaded(client, shop):
    site = site_of(shop)
    for _ in range(3):
        answer = tell(client, site, order="9001", click=CLICK, value="25500", currency="KZT")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Cache-Control"] == "no-store"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer
    event = the(InboundEvent)
    assert (event.event_key, event.trust) == (f"page:{CLICK}:9001", "hint")
    assert json.loads(bytes(event.body)) == {
        "order": "9001", "click": CLICK, "value": "25500.00", "currency": "KZT",
    }  # fmt: skip
    assert event.headers == {}


def test_the_pixel_says_the_same_and_is_a_picture_of_43_bytes(client, shop):
    site = site_of(shop)
    answer = client.get(f"/t/{site}.gif", {"order": "9001", "click": CLICK})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert answer["Cache-Control"] == "no-store"
    assert (answer.content, len(answer.content)) == (PIXEL, 43)
    tell(client, site, order="9001", click=CLICK)
    assert stored() == [f"page:{CLICK}:9001"]


def test_looking_whether_the_door_is_there_says_nothing(client, shop):
    site = site_of(shop)
    assert client.head(f"/t/{site}.gif?order=9001").status_code == 200
    assert client.head(f"/t/{site}").status_code == 204
    assert client.get(f"/t/{site}?order=9001").status_code == 204
    assert client.post(f"/t/{site}.gif?order=9001").content == PIXEL
    assert stored() == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00", b'{"order": "a\\u0000b"}', b'{"order": "\\ud800"}', b"\xed\xa0\x80",
        b'{"order": "' + b"9" * 10_000 + b'"}', b"{" * 2_000, b"[]", b"null", b"order=9001",
        b'{"click": "0192f3b4c5d67e8fa0b1c2d3e4f50617"}',
    ],
)  # fmt: skip
def test_a_bad_body_gets_the_same_answer_and_is_not_stored(client, shop, body):
    answer = tell(client, site_of(shop), body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored() == []


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
     "image/gif", "", "application/json; charset=utf-16", "text/html"],
)  # fmt: skip
def test_another_type_of_body_gets_the_same_answer(client, shop, content_type):
    answer = tell(client, site_of(shop), b'{"order": "9001"}', content_type)
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored() == (["page:-:9001"] if content_type.startswith("application/json") else [])


@pytest.mark.parametrize(
    "query",
    ["", "order=", "order=%00", "order=%ED%A0%80", "order=%FF", "order=" + "9" * 10_000,
     "order[]=9001", "click=" + CLICK, "%00=%00", "order=a%0Ab"],
)  # fmt: skip
def test_a_bad_query_gets_the_same_picture(client, shop, query):
    answer = client.get(f"/t/{site_of(shop)}.gif?{query}")
    assert (answer.status_code, answer.content) == (200, PIXEL)
    assert stored() == ["page:-:\ufffd"] if query.endswith("%FF") and stored() else stored() == []


@pytest.mark.parametrize(
    "click", ["{clickid}", "null", CLICK.upper(), CLICK[:-1], "%00", "' OR 1=1"]
)
def test_a_wrong_click_id_is_left_out(client, shop, click):
    tell(client, site_of(shop), order="9001", click=click)
    assert stored() == ["page:-:9001"]


@pytest.mark.parametrize(
    "site",
    ["x", "%00", "%FF", "0" * 32, "None", CLICK, "a" * 5_000, "1.gif"],
)
def test_a_shop_that_is_none_gets_the_same_answers(client, shop, site):
    answer = client.get(f"/t/{site}.gif?order=9001")
    assert (answer.status_code, answer.content) == (200, PIXEL)
    beacon = tell(client, site, order="9001")
    assert (beacon.status_code, beacon.content) in [(204, b""), (200, PIXEL)]
    assert stored() == []


def test_only_shops_that_are_on_are_told(client, cast, shop):
    site = site_of(shop)
    with acting_as(system="test data"):
        polled = Connection.objects.create(
            brand_id=cast.tulpar.brand, source="wildberries", name="WB", token="x"
        )
        Connection.objects.filter(pk=shop.connection).update(state="off")
    tell(client, polled.public_id.hex, order="9001")
    tell(client, site, order="9001")
    assert stored() == []


def test_too_many_from_one_neighbourhood_are_dropped_and_answered_alike(client, shop, monkeypatch):
    site = site_of(shop)
    monkeypatch.setattr(page_events, "NETWORK_EVENTS_MAX", 2)
    answers = {tell(client, site, order=str(n)).status_code for n in range(4)}
    assert (answers, stored()) == ({204}, ["page:-:0", "page:-:1"])
    client.post(
        f"/t/{site}", b'{"order": "other"}', content_type="text/plain", REMOTE_ADDR="203.0.113.9"
    )
    assert stored() == ["page:-:0", "page:-:1", "page:-:other"]
    monkeypatch.setattr(page_events, "SITE_EVENTS_MAX", 3)
    client.post(
        f"/t/{site}", b'{"order": "last"}', content_type="text/plain", REMOTE_ADDR="198.51.100.9"
    )
    assert len(stored()) == 3


def test_a_redis_that_is_away_bounds_nothing(client, shop, settings):
    site = site_of(shop)
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": away | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert tell(client, site, order="9001").status_code == 204
    assert stored() == ["page:-:9001"]


def test_a_database_that_is_away_is_no_fault_of_the_page(client, shop, monkeypatch):
    def away(**_):
        raise OperationalError("away")

    monkeypatch.setattr("attribution.views.page_event_record", away)
    assert tell(client, uuid4().hex, order="9001").status_code == 204


def test_a_page_proves_no_working_source(client, shop):
    tell(client, site_of(shop), order="9001", click=CLICK)
    connection = the(Connection, pk=shop.connection)
    assert (connection.state, connection.last_event_at) == ("new", None)


# --- The script -----------------------------------------------------------------------------


def test_the_script_is_served_to_any_page_and_known_by_its_etag(client, monkeypatch):
    monkeypatch.setattr("attribution.views.script_read", lambda: b"(()=>{})()")
    answer = client.get("/js/birge.js")
    assert (answer.status_code, answer.content) == (200, b"(()=>{})()")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"].startswith("public, max-age=3600")
    assert client.head("/js/birge.js").status_code == 200
    again = client.get("/js/birge.js", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == answer["Cache-Control"]
    assert "Set-Cookie" not in answer
    assert client.post("/js/birge.js").status_code == 405


# --- What a hint may do ---------------------------------------------------------------------


def test_a_hint_makes_no_order(client, shop):
    tell(client, site_of(shop), order="9001", click=CLICK, value="1000000", currency="KZT")
    work()
    assert (count(Order), count(Conversion)) == (0, 0)
    evidence = the(LateEvidence)
    assert (evidence.order_external_id, evidence.kind) == ("9001", "page_click")
    assert the(InboundEvent).state == "done"


def test_an_order_that_comes_after_its_page_is_the_clicks(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    deliver(client, shop, order_body())
    assert the(Conversion).influencer_id == cast.tulpar.influencer
    assert (the(Decision).rule, the(Decision).grade) == ("seen_on_page", "D")
    candidate = the(Candidate)
    assert (candidate.kind, candidate.verdict) == ("page_click", "decided")
    assert candidate.evidence == click.click_id.hex


def test_an_order_that_came_before_its_page_is_decided_again(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    deliver(client, shop, order_body())
    assert the(Decision).rule == "no_candidate"
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    assert the(Conversion).influencer_id == cast.tulpar.influencer
    assert the(Decision, number=2).rule == "seen_on_page"
    assert the(InboundEvent, endpoint="page").outcome == {"orders": [the(Order).pk]}


def completed(client, shop, **changes) -> None:
    """The order was received long ago: its hold is over."""
    long_ago = PLACED - timedelta(days=40)
    body = order_body(status="completed", placed=long_ago, minutes=1, **changes)
    deliver(client, shop, body)


def long_ago_click(cast):
    return click_make(cast.tulpar, at=PLACED - timedelta(days=41))


def test_silence_approves_nothing_that_only_a_page_said_until_the_brand_does(client, cast, shop):
    click = long_ago_click(cast)
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    completed(client, shop)
    assert (the(Conversion).status, conversions_advance()) == ("on_hold", 0)

    assert order_confirm(order_id=the(Order).pk) == 1
    assert order_confirm(order_id=the(Order).pk) == 0
    assert the(Conversion).confirmed_at == NOW
    with acting_as(ops=cast.maker):
        assert AuditEntry.objects.filter(action="conversion.confirm").count() == 1
    assert (conversions_advance(), the(Conversion).status) == (1, "approved")


def test_a_click_inside_the_order_is_the_second_source(client, cast, shop):
    click = long_ago_click(cast)
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    completed(client, shop)
    assert conversions_advance() == 0
    deliver(
        client,
        shop,
        order_body(
            status="completed",
            placed=PLACED - timedelta(days=40),
            minutes=2,
            click_id=click.click_id.hex,
        ),
    )
    conversion = the(Conversion)
    assert (conversion.grade, conversion.decision_id) == ("A", the(Decision, number=2).pk)
    assert (conversions_advance(), the(Conversion).status) == (1, "approved")


def test_a_promo_code_wins_over_what_a_page_says(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    assert (the(Decision).rule, the(Conversion).grade) == ("only_candidate", "B")
    verdicts = {each["kind"]: each["verdict"] for each in the(Decision).trace}
    assert verdicts == {"promo_code": "decided", "page_click": "confirms"}


def test_the_orders_own_click_is_asked_before_the_page(client, cast, shop):
    own = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    forged = click_make(cast.tulpar, at=PLACED - timedelta(days=1))
    tell(client, site_of(shop), order="9001", click=forged.click_id.hex)
    work()
    deliver(client, shop, order_body(click_id=own.click_id.hex))
    assert [each["evidence"] for each in the(Decision).trace] == [own.click_id.hex]


def test_another_brands_click_is_no_evidence(client, cast, shop):
    click = click_make(cast.sauran, at=PLACED - timedelta(days=2))
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    deliver(client, shop, order_body())
    assert (the(Decision).rule, count(Conversion)) == ("no_candidate", 0)


def test_a_page_of_another_shop_speaks_for_no_order_of_this_one(client, cast, shop):
    other = shop_open(cast.sauran)
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    tell(client, site_of(other), order="9001", click=click.click_id.hex)
    work()
    deliver(client, shop, order_body())
    assert the(Decision).rule == "no_candidate"


def test_of_one_order_the_first_five_clicks_are_kept(client, cast, shop):
    clicks = [click_make(cast.tulpar, at=PLACED - timedelta(days=n)) for n in range(1, 8)]
    for click in clicks:
        tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    assert count(LateEvidence) == 5
    deliver(client, shop, order_body())
    trace = the(Decision).trace
    assert {each["kind"] for each in trace} == {"page_click"}
    assert len(trace) == 5


def test_the_number_is_what_a_page_means_where_it_is_anothers_id(client, cast, shop):
    """Shops that number orders by themselves: 9002 is the number of one and the id of another."""
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    numbered = json.loads(order_body(9001))
    numbered["number"] = "9002"
    other = json.loads(order_body(9002))
    other["number"] = "9003"
    deliver(client, shop, json.dumps(other).encode())
    deliver(client, shop, json.dumps(numbered).encode())
    tell(client, site_of(shop), order="9002", click=click.click_id.hex)
    work()
    assert the(Order, external_id="9001").pk == the(Conversion).order_id
    deliver(client, shop, json.dumps(other | {"status": "completed"}).encode())
    assert count(Conversion) == 1


def test_an_event_that_is_read_again_changes_nothing(client, cast, shop):
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=2))
    deliver(client, shop, order_body())
    tell(client, site_of(shop), order="9001", click=click.click_id.hex)
    work()
    event_replay(event_id=the(InboundEvent, endpoint="page").pk)
    work()
    assert (count(LateEvidence), count(Conversion)) == (1, 1)
