"""The snippet in a real browser, on pages of other origins than ours: the sandbox's shop, and pages
with headers and addresses of their own that the browser is handed directly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from attribution.domain.snippet import page_snippet, purchase_snippet
from core.ids import uuid7
from tests.e2e.people import Sandbox, manage, wait_until

SHOP = "snippet"
DAY = 86_400
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
LOADED = "!!(window.birge && birge.click)"  # Playwright calls what turns out to be a function
WORLD = "import tests.e2e.snippet_world as world; world."


def told() -> dict[str, list[str]]:
    """What the pages have told so far: {"events": keys, "rules": of decisions}."""
    found: dict[str, list[str]] = json.loads(manage("shell", "-v0", "-c", f"{WORLD}events_print()"))
    return found


@dataclass(frozen=True)
class Shop:
    site: str
    link: str
    url: str  # of its pages: another origin than ours


@pytest.fixture(scope="module")
def shop(base_url, click_base_url, sandbox_url) -> Shop:
    url = f"{sandbox_url}/shop/{SHOP}".replace("127.0.0.1", "localhost")
    made = json.loads(manage("shell", "-v0", "-c", f"{WORLD}shop_make({url + '/product/serum'!r})"))
    with httpx.Client(timeout=20) as client:
        Sandbox(sandbox_url, client).post(
            "shop/shops",
            {
                "slug": SHOP,
                "title": "Snippet",
                "has_snippet": False,  # its server hands no click on: only the page knows it
                "webhook_url": base_url + made["hook"],
                "secret": "wc_e2e",
                "head": page_snippet(base_url, made["site"]),
                "thanks": purchase_snippet(base_url, made["site"]),
            },
        )
    return Shop(made["site"], f"{click_base_url}/c/{made['token']}", url)


@contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Page]]:
    """Somebody with a browser of their own, in which no page may fail."""
    # Chromium without a window says so, and clicks of machines speak for nobody
    context = browser.new_context(**{"user_agent": PERSON, **options})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield context, page
    assert faults == []
    context.close()


def cookie(context: BrowserContext, url: str = "") -> dict[str, Any]:
    found = [each for each in context.cookies(url or None) if each["name"] == "cpa_click"]
    assert len(found) <= 1
    return dict(found[0]) if found else {}


def kept(page: Page) -> str | None:
    found: str | None = page.evaluate("localStorage.getItem('cpa_click')")
    return found


def test_a_click_is_kept_from_the_link_to_the_order_and_told_once(browser, shop):
    with visitor(browser) as (context, page):
        page.goto(shop.link)
        click = page.url.partition("cpa_click=")[2]
        assert page.url.startswith(f"{shop.url}/product/serum?")
        page.wait_for_function(LOADED)
        own = cookie(context)
        assert (own["value"], own["path"], own["sameSite"]) == (click, "/", "Lax")
        assert 89 * DAY < own["expires"] - time.time() < 91 * DAY
        assert kept(page) == click
        assert page.evaluate("birge.click()") == click
        assert page.input_value("input[name=cpa_click]") == click

        page.goto(f"{shop.url}/product/cream")  # later, without the parameter
        page.wait_for_function(LOADED)
        assert page.input_value("input[name=cpa_click]") == click

        # WooCommerce's own memory of the landing page is off: only the page knows the click
        context.clear_cookies(name="shop_landing")
        context.clear_cookies(name="shop_cpa_click")
        page.get_by_role("button", name="Buy").click()
        page.wait_for_url("**/order/*")
        order = page.url.rpartition("/")[2]
        wait_until(lambda: told()["events"] == [f"page:{click}:{order}"], "the event of the page")
        for _ in range(2):
            page.reload()
            page.wait_for_function(LOADED)
        page.wait_for_load_state("networkidle")
        wait_until(lambda: "seen_on_page" in told()["rules"], "the order is the click's")
        assert told()["events"] == [f"page:{click}:{order}"]


def test_without_scripts_the_pixel_tells_the_order(browser, shop):
    before = told()["events"]
    with visitor(browser, java_script_enabled=False) as (context, page):
        page.goto(f"{shop.url}/product/mask")
        page.get_by_role("button", name="Buy").click()
        page.wait_for_url("**/order/*")
        page.wait_for_load_state("networkidle")
        order = page.url.rpartition("/")[2]
        assert (cookie(context), told()["events"]) == ({}, [*before, f"page:-:{order}"])


# --- Pages with addresses and headers of their own ------------------------------------------


def page_of(
    page: Page, address: str, head: str, body: str = "", headers: dict[str, str] | None = None
) -> None:
    """Show a page of a shop at `address`, whatever lies there in the world."""

    def answer(route: Route) -> None:
        html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
        route.fulfill(body=html, headers={"Content-Type": "text/html", **(headers or {})})

    page.route(f"{address}**", answer)


def beacons(page: Page) -> list[dict[str, Any]]:
    """What the page tells, as it tells it; nothing of it reaches us."""
    seen: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        seen.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=204)

    page.route("**/t/*", answer)
    return seen


@pytest.mark.parametrize(
    "text",
    ["{clickid}", "%7Bclickid%7D", "[click]", "null", "", "<script>", "x" * 5_000, "%00", "%FF%FE"],
)
def test_what_is_no_click_of_ours_is_not_kept(browser, base_url, text):
    with visitor(browser) as (context, page):
        page_of(page, "http://shop.test/", page_snippet(base_url, "0" * 32))
        page.goto(f"http://shop.test/?cpa_click={text}")
        page.wait_for_function(LOADED)
        assert (page.evaluate("birge.click()"), kept(page), cookie(context)) == ("", None, {})


def test_all_pages_of_a_shop_share_the_click_and_no_other_shops_do(browser, base_url):
    click = uuid7().hex
    with visitor(browser) as (context, page):
        for host in ("www.shop.test", "pay.shop.test", "other.test"):
            page_of(page, f"http://{host}/", page_snippet(base_url, "0" * 32))
        page.goto(f"http://www.shop.test/?cpa_click={click}")
        page.wait_for_function(LOADED)
        assert cookie(context)["domain"] == ".shop.test"
        page.goto("http://pay.shop.test/")
        page.wait_for_function(LOADED)
        assert page.evaluate("birge.click()") == click
        page.goto("http://other.test/")
        page.wait_for_function(LOADED)
        assert page.evaluate("birge.click()") == ""


def test_a_click_is_forgotten_when_its_days_are_over(browser, base_url):
    now = int(time.time())
    old, fresh = (uuid7((now - days * DAY) * 1000).hex for days in (31, 20))
    with visitor(browser) as (context, page):
        page_of(page, "http://shop.test/", page_snippet(base_url, "0" * 32, days=30))
        page.goto("http://shop.test/")
        for click, left in ((old, None), (fresh, fresh)):
            page.evaluate("click => localStorage.setItem('cpa_click', click)", click)
            page.goto("http://shop.test/")
            page.wait_for_function(LOADED)
            assert kept(page) == left
        assert 9 * DAY < cookie(context)["expires"] - now < 11 * DAY


def test_where_nothing_may_be_kept_or_sent_the_page_goes_on(browser, base_url):
    """An opaque origin: cookies and storage throw. Nothing but the script may be loaded."""
    click = uuid7().hex
    policy = f"sandbox allow-scripts; default-src 'none'; script-src {base_url} 'unsafe-inline'"
    with visitor(browser) as (_context, page):
        head = page_snippet(base_url, "0" * 32) + "<script>window.after = 1</script>"
        buy = purchase_snippet(base_url, "0" * 32).replace("ORDER_TOTAL", "1")
        headers = {"Content-Security-Policy": policy}
        page_of(page, "http://shop.test/", head, '<input name="cpa_click">' + buy, headers)
        page.goto(f"http://shop.test/?cpa_click={click}")
        page.wait_for_function(LOADED)
        assert page.evaluate("window.after") == 1
        assert page.evaluate("birge.click()") == click
        assert page.input_value("input[name=cpa_click]") == click


GA4 = """<script>
dataLayer = [{event: 'purchase', ecommerce: {transaction_id: 'A-1', value: 25500, currency: 'KZT',
  coupon: 'AQTAS'}}];
function gtag() { dataLayer.push(arguments); }
</script>"""


def test_the_events_of_ga4_are_told_where_the_shop_asks_for_it(browser, base_url):
    with visitor(browser) as (_context, page):
        seen = beacons(page)
        snippet = page_snippet(base_url, "0" * 32)
        listening = snippet.replace("data-days", 'data-datalayer="1" data-days')
        page_of(page, "http://shop.test/", GA4 + listening)
        page_of(page, "http://deaf.test/", GA4 + snippet)
        page.goto("http://shop.test/")
        page.wait_for_function(LOADED)
        page.evaluate("gtag('event', 'purchase', {transaction_id: 'A-2', value: 0})")
        page.evaluate("gtag('event', 'purchase', {transaction_id: 'A-2', value: 0})")
        page.evaluate("dataLayer.push({event: 'view_item'}, null, 7)")
        page.evaluate("dataLayer.push({event: 'purchase', transaction_id: 'A-3'})")
        page.wait_for_load_state("networkidle")
        first = {"order": "A-1", "click": "", "value": "25500", "currency": "KZT"}
        assert seen == [
            first | {"coupon": "AQTAS"},
            {"order": "A-2", "click": "", "value": "0"},
            {"order": "A-3", "click": ""},
        ]
        page.goto("http://deaf.test/")
        page.wait_for_function(LOADED)
        page.wait_for_load_state("networkidle")
        assert len(seen) == 3


def test_a_tag_manager_loads_it_by_its_address_alone(browser, base_url):
    click = uuid7().hex
    with visitor(browser) as (context, page):
        seen = beacons(page)
        source = f"{base_url}/js/birge.js?site={'0' * 32}&days=30"
        inject = f"""<script>
        var tag = document.createElement('script'); tag.async = true; tag.src = '{source}';
        tag.onload = function () {{ birge('purchase', {{order_id: 7, value: '1'}}) }};
        document.head.appendChild(tag);</script>"""
        page_of(page, "http://shop.test/", inject)
        page.goto(f"http://shop.test/?cpa_click={click}")
        page.wait_for_function(LOADED)
        page.wait_for_load_state("networkidle")
        assert seen == [{"order": "7", "click": click, "value": "1"}]
        assert cookie(context)["expires"] - time.time() < 31 * DAY
