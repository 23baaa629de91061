"""What switches a link off and on again, from a service to the visitor's answer: its owner, the
campaign's budget, an app that opens it; and endings that people type."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client

from attribution.clickpath.rows import LinkRows
from attribution.domain.click_flags import ClickFlag
from attribution.models import Conversion, InboundEvent
from attribution.services.ingest import inbound_events_process
from campaigns.link_cache import links_changed
from campaigns.models import AppTarget, Campaign, TrackingLink
from campaigns.services import (
    campaign_top_up,
    tracking_link_create,
    tracking_link_disable,
    tracking_link_enable,
)
from campaigns.services.traffic_tags import traffic_tag_set
from core import clock
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.attribution.clickpath.conftest import BROWSER, click_ids, clicks_stored, until
from tests.attribution.shop import order_body, shop_open, signed

ENDED = "https://birge.example/kk/link-ended/"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)
TAP = {"user-agent": CHROME, "sec-fetch-dest": "document"}


def leads_to_product(click, token):
    return "cpa_click=" in click.get(token).headers["location"]


def is_ended(click, token):
    return click.get(token).headers["location"] == ENDED


# --- Its owner ------------------------------------------------------------------------------


def test_a_link_switched_off_and_on_is_so_for_the_next_visitor(committed_cast, click, drain):
    party = committed_cast.tulpar
    assert leads_to_product(click, party.token)
    tracking_link_disable(link_id=party.link)
    until(lambda: is_ended(click, party.token), seconds=2.0)
    drain()
    assert clicks_stored()[-1].flags & ClickFlag.INACTIVE  # still recorded
    tracking_link_enable(link_id=party.link)
    until(lambda: leads_to_product(click, party.token), seconds=2.0)


def test_an_ending_of_ones_own_is_reached_as_people_type_it(committed_cast, click, drain):
    party = committed_cast.tulpar
    assert click.get("aliya-koilek").status_code == 404
    link = tracking_link_create(
        participation_id=party.participation,
        url="https://tulpar.example/product/2",
        ending="aliya-koilek",
    )
    until(lambda: click.get("aliya-koilek").status_code == 302, seconds=2.0)
    for typed in ("Aliya-Koilek", "ALIYA-KOILEK"):
        location = click.get(typed).headers["location"]
        assert location.startswith("https://tulpar.example/product/2?cpa_click=")
    for other in ("aliya-koilek2", "aliyakoilek", "aliya_koilek"):
        assert click.get(other).status_code == 404
    drain()
    assert {stored.link_id for stored in clicks_stored()} == {link.pk}


# --- The budget -----------------------------------------------------------------------------

COMMISSION = 255_000  # of the shop's order, at 10 %


def order_comes(shop, number, **changes):
    body = order_body(number, coupons=("AQTAS",), placed=clock.now(), **changes)
    assert Client().post(shop.path, body, **signed(body)).status_code == 200
    with acting_as(system="test"):
        waiting = list(InboundEvent.objects.filter(state="received").values_list("pk", flat=True))
    inbound_events_process(waiting)


def budget_left(party):
    with acting_as(system="test"):
        return balance_minor(accounts.budget(party.brand, party.campaign))


def test_an_empty_budget_ends_the_links_and_a_top_up_opens_them(committed_cast, click, drain):
    party = committed_cast.tulpar
    shop = shop_open(party, budget_minor=2 * COMMISSION)
    order_comes(shop, 1)
    assert budget_left(party) == COMMISSION
    assert leads_to_product(click, party.token)

    order_comes(shop, 2)
    assert budget_left(party) == 0
    until(lambda: is_ended(click, party.token), seconds=2.0)
    drain()
    assert clicks_stored()[-1].flags & ClickFlag.INACTIVE

    campaign_top_up(campaign_id=party.campaign, amount_minor=1)
    until(lambda: leads_to_product(click, party.token), seconds=2.0)


def test_a_return_fills_the_budget_and_opens_the_links(committed_cast, click):
    party = committed_cast.tulpar
    shop = shop_open(party, budget_minor=COMMISSION)
    order_comes(shop, 1)
    until(lambda: is_ended(click, party.token), seconds=2.0)
    order_comes(shop, 1, status="cancelled", minutes=1)
    with acting_as(system="test"):
        assert Conversion.objects.get().status == "rejected"
    assert budget_left(party) == COMMISSION
    until(lambda: leads_to_product(click, party.token), seconds=2.0)


def test_out_of_budget_leads_to_the_brands_other_page_where_it_has_one(committed_cast, click):
    party = committed_cast.tulpar
    over = "https://tulpar.example/over"
    shop = shop_open(party, budget_minor=COMMISSION)
    with acting_as(system="test"):
        Campaign.objects.filter(pk=party.campaign).update(fallback_url=over)
    order_comes(shop, 1)
    until(lambda: click.get(party.token).headers["location"] == over, seconds=2.0)


def test_the_budget_of_another_campaign_changes_nothing(committed_cast, click):
    cast = committed_cast
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    order_comes(shop, 1)
    until(lambda: is_ended(click, cast.tulpar.token), seconds=2.0)
    assert leads_to_product(click, cast.sauran.token)


# --- Its app --------------------------------------------------------------------------------


def app_make(party, **changes):
    """Straight into the table: the process reads rows, whoever wrote them."""
    fields = {
        "host": "tulpar.example",
        "android_package": "example.tulpar.app",
        "is_active": True,
        "confidence": "confirmed",
        "source_url": "https://tulpar.example/app",
        "changed_by_id": party.owner,
    }
    with acting_as(ops=party.owner):
        return AppTarget.objects.create(**fields | changes)


def test_chrome_on_android_opens_the_app_with_the_page_behind_it(committed_cast, click, drain):
    party = committed_cast.tulpar
    app_make(party)
    location = click.get(party.token, headers=TAP).headers["location"]
    data, mark, intent = location.partition("#Intent;")
    assert mark
    page, click_id = data.split("?cpa_click=")
    assert page == "intent://tulpar.example/product/1"
    scheme, package, fallback, end = intent.split(";")
    assert (scheme, package, end) == ("scheme=https", "package=example.tulpar.app", "end")
    name, _equals, back = fallback.partition("=")
    assert name == "S.browser_fallback_url"
    assert unquote(back) == f"https://tulpar.example/product/1?cpa_click={click_id}"
    drain()
    assert [stored.click_id.hex for stored in clicks_stored()] == [click_id]


@pytest.mark.parametrize(
    ("_case", "method", "headers"),
    [
        ("an iPhone", "GET", {**TAP, "user-agent": BROWSER}),
        ("Instagram", "GET", {**TAP, "user-agent": f"{CHROME} Instagram 300.0.0.29 Android"}),
        ("a webview that hides", "GET", {**TAP, "x-requested-with": "org.telegram.messenger"}),
        ("a frame", "GET", {**TAP, "sec-fetch-dest": "iframe"}),
        ("it does not say where", "GET", {"user-agent": CHROME}),
        ("loading ahead", "GET", {**TAP, "sec-purpose": "prefetch"}),
        ("headers only", "HEAD", TAP),
    ],
)
def test_everybody_else_gets_the_page(committed_cast, click, _case, method, headers):
    party = committed_cast.tulpar
    app_make(party)
    answer = click.get(party.token, method=method, headers=headers)
    assert answer.headers["location"].startswith("https://tulpar.example/product/1?cpa_click=")
    assert len(click_ids([answer])[0]) == 32


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"host": "sauran.example"},
        {"host": "example"},
        {"android_package": "example.app;S.browser_fallback_url=https%3A%2F%2Fevil.example;end"},
        {"android_package": "nodots"},
    ],
)
def test_an_app_of_another_kind_opens_nothing(committed_cast, click, changes):
    party = committed_cast.tulpar
    app_make(party, **changes)
    location = click.get(party.token, headers=TAP).headers["location"]
    assert location.startswith("https://tulpar.example/product/1?cpa_click=")
    assert "evil" not in location


def test_where_a_link_has_ended_no_app_opens(committed_cast, click):
    party = committed_cast.tulpar
    app_make(party)
    tracking_link_disable(link_id=party.link)
    until(lambda: is_ended(click, party.token), seconds=2.0)
    assert click.get(party.token, headers=TAP).headers["location"] == ENDED


def test_www_is_the_same_host_to_an_app(committed_cast, base_env):
    party = committed_cast.tulpar
    app_make(party)
    link = tracking_link_create(
        participation_id=party.participation, url="https://www.tulpar.example/product/3"
    )
    rows = LinkRows(base_env["DATABASE_URL"])
    try:
        found = rows._read(link.token)
    finally:
        rows.close()
    assert found is not None
    assert (found.app_package, found.is_on) == ("example.tulpar.app", True)


# --- Its tag at a marketplace ---------------------------------------------------------------


def test_a_link_to_a_marketplace_gets_its_tag_as_soon_as_the_beginning_is_known(
    committed_cast, click
):
    party = committed_cast.tulpar
    product = "https://www.ozon.kz/product/1602044871/"
    with acting_as(system="test data"):
        TrackingLink.objects.filter(pk=party.link).update(destination_url=product)
    links_changed([party.token])
    until(lambda: click.get(party.token).headers["location"].startswith(f"{product}?cpa_click="))
    traffic_tag_set(brand_id=party.brand, platform="ozon", start="vendor_org_42_")
    tag = f"utm_campaign=vendor_org_42_birge-{party.token}&cpa_click="
    until(lambda: tag in click.get(party.token).headers["location"])
    # Another brand's links know nothing of it
    assert "utm_" not in click.get(committed_cast.sauran.token).headers["location"]
