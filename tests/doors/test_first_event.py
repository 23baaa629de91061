"""The test of a new connection, at every source: its page waits, and turns green by itself when a
real event comes from the outside world; a secret is changed without losing an order."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override

from attribution.connectors.registry import POLLS
from attribution.models import Connection
from attribution.services.polling import connections_poll
from core import clock
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.web.brand.guides import GUIDES
from tests.attribution.test_sale import the, work
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
INSALES = {"shop": "https://toqyma.myinsales.kz", "app_id": "sandbox-app"}
AMOCRM = {"address": "brand.amocrm.ru", "currency": "KZT"}
# Source -> (what opens the account at the stand-in, what is typed, what makes an order)
POLLED = {
    "wildberries": ("wildberries/token", {}, "wildberries/orders"),
    "ozon": ("ozon/account", {"client_id": "2150417"}, "ozon/postings"),
    "kaspi": ("kaspi/token", {}, "kaspi/orders"),
    "admitad": ("admitad/token", {}, "admitad/actions"),
    "insales": ("insales/app", INSALES, "insales/orders"),
    "amocrm": ("amocrm/token", AMOCRM, "amocrm/leads"),
    "bitrix24": ("bitrix24/inbound", {}, "bitrix24/deals"),
    "woocommerce": ("shop/alma/key", {}, "shop/alma/orders"),
    "shopify": ("shopify/alma/token", {"shop": "alma"}, "shopify/alma/orders"),
}
ELSEWHERE = {"ozon_traffic"}  # test_traffic.py: a report that is made for us first
GIVEN = ("password", "consumer_key", "consumer_secret", "address")
SIGNED = {
    "woocommerce": {},
    "taplink": {"secret": "көк аспан", "code_field": "Промокод"},
}


@pytest.fixture
def owner(cast, sandbox):
    """A person at Tulpar who connects sources."""
    client = Client()
    client.force_login(User.objects.get(pk=cast.tulpar.owner))
    with override_settings(SANDBOX_URL=sandbox.url):
        yield client


def address(cast, name, *args):
    with override("en"):
        return reverse(f"brand:{name}", args=[cast.tulpar.slug, *args])


def connect(owner, cast, source, **typed) -> str:
    """Through the form. The address of its page."""
    answer = owner.post(address(cast, "connection_new", source), {"name": source, **typed})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def page_of(owner, url):
    answer = owner.get(url)
    return answer.context["page"], answer.content.decode()


@contextmanager
def at_the_time_of(sandbox):
    ahead = sandbox.get("/_control/clock").json["offset_seconds"]
    with time_machine.travel(clock.now() + timedelta(seconds=ahead), tick=True):
        yield


def everything_read(sandbox):
    """An hour for the source's pauses before each tick, on both clocks."""
    for _ in range(8):
        sandbox.clock_move(3_700)
        with at_the_time_of(sandbox):
            connections_poll()
            work()


def test_every_source_that_we_ask_has_its_test_here():
    assert POLLED.keys() | ELSEWHERE == POLLS.keys()


@pytest.mark.parametrize("source", GUIDES)
def test_the_page_of_every_source_waits_for_its_first_event(cast, owner, source):
    with acting_as(system="test data"):
        made = Connection.objects.create(
            brand_id=cast.tulpar.brand,
            source=source,
            name="New",
            secrets='["made here"]',
            settings={"preset": "keitaro"} if source == "postback" else {},
        )
    page, html = page_of(owner, address(cast, "connection", made.public_id))
    assert (page.live.title, page.live.is_first) == ("Waiting for your first event", True)
    assert page.live.text.startswith("Connected.")
    assert 'hx-trigger="every 3s"' in html


@pytest.mark.parametrize("source", POLLED)
def test_a_source_that_we_ask_waits_is_read_and_turns_green(cast, owner, sandbox, source):
    opens, typed, orders = POLLED[source]
    made = sandbox.control(opens, {"days": 180} if source in ("ozon", "admitad") else {})
    url = connect(owner, cast, source, **_given(made), **typed, **_token(source, made))
    page, html = page_of(owner, url)
    assert (page.live.title, page.live.is_first) == ("Waiting for your first event", True)
    soon = "Connected. We read the source for the first time within minutes."
    assert page.live.text == str(GUIDES[source].waiting or soon)
    assert 'hx-trigger="every 3s"' in html
    assert 'hx-select-oob="#source-badge,#source-log,#source-facts"' in html
    facts = {fact.label: fact.value for fact in page.facts}
    assert (facts["Last event"], facts["Next reading"]) == ("–", "now")

    everything_read(sandbox)
    page, _html = page_of(owner, url)
    assert (page.card.status, page.live.tone, page.live.is_first) == ("healthy", "wait", True)
    assert page.live.text.startswith("We read the source without an error")

    sandbox.control(orders, {"push": 0} if source == "ozon" else {})
    everything_read(sandbox)
    with at_the_time_of(sandbox):
        page, html = page_of(owner, url)
    assert (page.live.title, page.live.tone) == ("The connection works", "paid")
    assert 'hx-trigger="every 15s"' in html
    assert "hx-select-oob" not in html
    assert page.events
    facts = {fact.label: fact.value for fact in page.facts}
    assert facts["Last event"] != "–"
    assert facts["Next reading"]


def _given(made):
    return {name: made[name] for name in GIVEN if name in made}


def _token(source, made):
    token = made.get("token") or made.get("key") or made.get("url")
    secret = {"secret": made["secret"]} if source == "shopify" else {}
    return ({"token": token} if token else {}) | secret


def outside_of(url, live_server):
    """Where the stand-in calls: the address that the page shows, on the server of this test."""
    shown = urlsplit(url)
    assert f"{shown.scheme}://{shown.netloc}" == django_settings.BASE_URL
    return live_server.url + shown.path


def fact(page, label):
    return next(each.value for each in page.facts if each.label == label)


def test_a_shop_turns_green_and_its_secret_is_changed_without_losing_an_order(
    cast, owner, sandbox, live_server
):
    url = connect(owner, cast, "woocommerce")
    page, html = page_of(owner, url)
    first = page.secrets[1].value
    assert page.live.text.startswith("Connected. The first event has not come")
    assert 'hx-trigger="every 3s"' in html
    hook = {"slug": "alma", "webhook_url": outside_of(page.secrets[0].value, live_server)}

    def shop_has(secret):
        return sandbox.control("shop/shops", hook | {"secret": secret})["ping"]["status"]

    def buys():
        status = sandbox.control("shop/alma/orders")["delivery"]["status"]
        work()
        return status

    assert shop_has(first) == 200
    assert page_of(owner, url)[0].live.is_first  # a ping is no event
    assert buys() == 200
    page, _html = page_of(owner, url)
    assert (page.live.title, page.live.tone) == ("The connection works", "paid")
    assert "The secret before" not in {each.label for each in page.facts}

    connection = the(Connection, source="woocommerce")
    rotate = address(cast, "connection_secret", connection.public_id)
    owner.post(rotate)
    page, _html = page_of(owner, url)
    second = page.secrets[1].value
    assert fact(page, "The secret before") == "Works until you make the next new one"
    assert buys() == 200  # the shop has not been changed yet
    assert shop_has(second) == 200
    assert buys() == 200

    owner.post(rotate)
    assert shop_has(first) == 200  # a ping is not signed
    assert buys() == 401
    assert shop_has(second) == 200
    assert buys() == 200
    page, _html = page_of(owner, url)
    assert fact(page, "Calls with a wrong signature") == "1"
    assert len(page.events) == 4


def test_a_page_of_taplink_turns_green_with_its_first_payment(cast, owner, sandbox, live_server):
    url = connect(owner, cast, "taplink", **SIGNED["taplink"])
    page, _html = page_of(owner, url)
    assert page.live.title == "Waiting for your first event"
    hook = outside_of(fact(page, "Address for the shop"), live_server)
    sandbox.control("taplink/webhook", {"url": hook, "secret": SIGNED["taplink"]["secret"]})
    sandbox.control("taplink/payments")
    work()
    assert page_of(owner, url)[0].live.title == "The connection works"


@pytest.mark.parametrize(
    ("changes", "title", "tone"),
    [
        ({"state": "failing", "error": "credentials_refused (401): x"}, "Token refused", "bad"),
        ({"state": "failing", "error": "no_answer: GET"}, "Failing", "bad"),
        ({"state": "ok", "silent_since": True, "last_event_at": True}, "Silent", "hold"),
        ({"state": "off"}, "Paused", "wait"),
    ],
)
def test_other_states_are_named_at_the_top_with_what_to_do(
    cast, owner, sandbox, changes, title, tone
):
    token = sandbox.control("wildberries/token", {})["token"]
    url = connect(owner, cast, "wildberries", token=token)
    moments = {name: clock.now() - timedelta(days=3) for name in changes if changes[name] is True}
    with acting_as(system="test data"):
        Connection.objects.update(**changes | moments)
    page, _html = page_of(owner, url)
    assert (page.live.title, page.live.tone, page.live.is_first) == (title, tone, False)
    assert page.live.text == page.card.cause
    labels = {each.label for each in page.facts}
    assert ("Next reading" in labels) == (title != "Paused")
