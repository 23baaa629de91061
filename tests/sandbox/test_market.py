"""The market: plausible orders over time, the same ones for the same seed, and none unasked."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.market.plan import ALMATY, FATES, SPEED_MAX, arrivals, life
from sandbox.wildberries.token import SELLER_ID
from tests.sandbox.process import running
from tools.processes import free_ports

NOON = datetime(2026, 11, 20, 7, tzinfo=UTC)
DAY = timedelta(days=1)
STALLS = {
    "shop": {"place": "shop", "account": "alma", "per_day": 10, "goods": [["serum"], ["mask"]]},
    "wb": {
        "place": "wildberries",
        "account": SELLER_ID,
        "per_day": 14,
        "goods": [[310200123, "6930"]],
        "marks": ["310200999"],
    },
    "ozon": {
        "place": "ozon",
        "account": "2150417",
        "per_day": 8,
        "goods": [[1602044871, "4990"]],
        "marks": ["Birge a7xk3m9q"],
    },
    "kaspi": {
        "place": "kaspi",
        "account": "sandbox-shop",
        "per_day": 10,
        "goods": [["TU-BLANKET", "Жүн көрпе", 25500.0]],
    },
}


def come(speed=1, seed=1, after=NOON, until=NOON + 30 * DAY, stall="wb"):
    return list(arrivals(seed, stall, 24, speed, after=after, until=until))


# --- The plan, which is pure ----------------------------------------------------------------


def test_the_same_seed_brings_the_same_buyers_however_time_is_cut():
    whole = come()
    half = NOON + 11 * DAY + timedelta(minutes=17)
    assert come(until=half) + come(after=half) == whole
    assert come(seed=2) != whole
    assert come(stall="ozon") != whole
    assert [each.dice().random() for each in whole] == [each.dice().random() for each in come()]


def test_buyers_come_as_often_as_said_and_rather_in_the_evening():
    whole = come()
    assert 24 * 30 * 0.85 < len(whole) < 24 * 30 * 1.15
    assert whole == sorted(whole, key=lambda each: each.at)
    by_hour = Counter(each.at.astimezone(ALMATY).hour for each in whole)
    assert sum(by_hour[hour] for hour in (19, 20, 21)) > 5 * sum(
        by_hour[hour] for hour in (2, 3, 4)
    )


def test_a_faster_market_has_the_buyers_of_a_slower_one_and_more():
    slow, fast = come(until=NOON + 5 * DAY), come(SPEED_MAX, until=NOON + 5 * DAY)
    assert set(slow) < set(fast)
    assert 40 < len(fast) / len(slow) < 90


@pytest.mark.parametrize("place", FATES)
def test_an_order_lives_through_days_in_their_order(place):
    lives = [life(place, each.at, each.dice()) for each in come(SPEED_MAX, until=NOON + DAY)]
    for steps in lives:
        moments = [at for at, _word in steps]
        assert moments == sorted(moments)
        assert moments[-1] - moments[0] < 25 * DAY
    ends = Counter(steps[-1][1] for steps in lives)
    assert ends.keys() == {fate.steps[-1][0] for fate in FATES[place]}


# --- Played at the stand-ins ----------------------------------------------------------------


def opened(sandbox, **values):
    stalls = {name: {"people": [], **stall} for name, stall in STALLS.items()}
    return sandbox.control("market/", {"stalls": stalls, "seed": 7, "is_on": True} | values)


def orders_of(sandbox):
    wb = sandbox.get("/_control/wildberries/orders").json["orders"]
    ozon = sandbox.get("/_control/ozon/postings").json["postings"]
    kaspi = sandbox.get("/_control/kaspi/orders").json["orders"]
    shop = sandbox.get("/_control/shop/alma/orders").json["orders"]
    return wb, ozon, kaspi, shop


def test_a_market_that_nobody_opened_stands_still(sandbox):
    sandbox.clock_move(22 * 86_400)
    assert sandbox.control("market/play") == {"told": 0}
    assert orders_of(sandbox) == ([], [], [], [])


def test_days_that_pass_are_lived_at_every_stall(sandbox):
    opened(sandbox)
    sandbox.clock_move(22 * 86_400)
    wb, ozon, kaspi, _shop = orders_of(sandbox)  # as the clock has moved, not a moment later
    sandbox.control("market/play")
    shop = orders_of(sandbox)[3]

    assert 220 < len(wb) < 400
    assert 110 < len(ozon) < 250
    assert 140 < len(kaspi) < 310
    assert 140 < len(shop) < 310
    assert {each["versions"][-1]["status"] for each in wb} == {
        "created",
        "buyout",
        "cancel",
        "return",
    }
    assert {"delivered", "cancelled", "awaiting_packaging"} <= {each["status"] for each in ozon}
    assert {"COMPLETED", "CANCELLED", "RETURNED"} <= {each["status"] for each in kaspi}
    assert {"processing", "completed", "cancelled", "refunded"} == {each["status"] for each in shop}
    marked = [each for each in wb if each["article_substitution"] == "310200999"]
    assert 0.2 < len(marked) / len(wb) < 0.5
    assert 0.15 < sum(bool(each["actions"]) for each in ozon) / len(ozon) < 0.55
    first = min(each["versions"][0]["at"] for each in wb)
    last = max(each["versions"][0]["at"] for each in wb)
    assert datetime.fromisoformat(last) - datetime.fromisoformat(first) > 20 * DAY


def test_an_order_that_somebody_else_moved_is_left_to_them(sandbox):
    opened(sandbox)
    sandbox.clock_move(86_400)
    mine = orders_of(sandbox)[0][-1]["srid"]
    sandbox.control(f"wildberries/orders/{mine}/status", {"status": "returnDefective"})
    sandbox.clock_move(30 * 86_400)
    (order,) = [each for each in orders_of(sandbox)[0] if each["srid"] == mine]
    assert order["versions"][-1]["status"] == "returnDefective"


def test_the_newcomer_sees_a_buyer_at_every_stall_within_two_minutes(sandbox):
    opened(sandbox, welcome=True)
    sandbox.clock_move(125)
    sandbox.control("market/play")
    wb, ozon, kaspi, shop = orders_of(sandbox)
    assert kaspi
    assert shop
    assert wb[0]["article_substitution"] == "310200999"
    assert ozon[0]["actions"] == ["Birge a7xk3m9q"]


def test_a_paused_market_has_no_buyers_for_that_time(sandbox):
    opened(sandbox)
    sandbox.control("market/", {"is_on": False})
    sandbox.clock_move(10 * 86_400)
    sandbox.control("market/", {"is_on": True})
    assert orders_of(sandbox)[0] == []
    sandbox.clock_move(86_400)
    assert orders_of(sandbox)[0] != []


def test_a_fast_market_is_for_watching_and_a_leap_is_not(sandbox):
    opened(sandbox, speed=60)
    for _ten_minutes in range(144):
        sandbox.clock_move(600)
    watched = len(orders_of(sandbox)[0])
    sandbox.clock_move(86_400)
    leapt = len(orders_of(sandbox)[0]) - watched
    assert watched > 5 * leapt > 0


@pytest.fixture
def link():
    """An influencer's link: each tap is answered with a click of its own."""
    clicks = []

    class Link(BaseHTTPRequestHandler):
        def do_GET(self):
            clicks.append(f"{len(clicks):032x}")
            self.send_response(302)
            self.send_header("location", f"http://shop.example/?a=1&cpa_click={clicks[-1]}")
            self.end_headers()

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Link)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/c/aru", clicks
    server.shutdown()
    server.server_close()


def clicks_of(orders):
    keys = [{each["key"]: each["value"] for each in order["meta_data"]} for order in orders]
    return [each["_cpa_click_id"] for each in keys if "_cpa_click_id" in each]


def test_buyers_tap_the_links_of_influencers_and_type_their_codes(sandbox, link):
    url, taps = link
    people = [{"link": url, "code": "ARU10"}]
    stall = {**STALLS["shop"], "per_day": 60, "people": people}
    opened(sandbox, stalls={"shop": stall}, speed=60)
    for _ in range(30):
        sandbox.clock_move(100)
        sandbox.control("market/play")
    orders = orders_of(sandbox)[3]
    found = clicks_of(orders)
    assert found
    assert set(found) <= set(taps)
    assert len(found) < len(orders)
    assert any(line["code"] == "aru10" for order in orders for line in order["coupon_lines"])

    made = len(taps)
    sandbox.clock_move(2 * 86_400)  # taps of days that are over are not made any more
    sandbox.control("market/play")
    late = clicks_of(orders_of(sandbox)[3][len(orders) :])
    assert late
    assert len(taps) - made < 10


def test_nobody_buys_at_a_shop_whose_receiver_is_not_up(sandbox):
    (port,) = free_ports(1)
    hook = f"http://127.0.0.1:{port}/hooks"
    opened(sandbox, stalls={"shop": {**STALLS["shop"], "people": []}})
    sandbox.control("shop/shops", {"slug": "alma", "webhook_url": hook, "secret": "x"})
    sandbox.clock_move(5 * 86_400)
    sandbox.control("market/play")
    assert orders_of(sandbox)[3] == []
    sandbox.control("shop/shops", {"slug": "alma", "webhook_url": ""})
    sandbox.control("market/play")
    assert len(orders_of(sandbox)[3]) > 15


def test_orders_long_past_are_forgotten(sandbox):
    opened(sandbox)
    sandbox.clock_move(86_400)
    early = {each["srid"] for each in orders_of(sandbox)[0]}
    for _month in range(3):
        sandbox.clock_move(29 * 86_400)
    kept = {each["srid"] for each in orders_of(sandbox)[0]}
    assert early
    assert not early & kept


@pytest.mark.parametrize(
    "body",
    [
        {"stalls": []},
        {"stalls": {"x": {"place": "bazaar", "account": "a", "goods": [["a"]]}}},
        {"stalls": {"x": {"place": "kaspi", "account": "a", "goods": [["sku", 1]]}}},
        {"stalls": {"x": {"place": "shop", "account": "a", "goods": []}}},
        {"stalls": {"x": {"place": "shop", "account": "a", "goods": [["s"]], "per_day": 0}}},
        {"stalls": {"x": {"place": "shop", "account": "a", "goods": [["s"]], "people": [{}]}}},
        {"speed": 3},
        {"is_on": 1},
    ],
)
def test_a_wrong_market_is_refused(sandbox, body):
    assert sandbox.post("/_control/market/", body).status == 400


def test_the_page_has_the_switch_and_the_speeds(sandbox):
    opened(sandbox)
    page = sandbox.get("/market/").text
    assert "is open, speed 1" in page
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert sandbox.call("POST", "/market/speed", b"speed=60", form).status == 303
    assert sandbox.call("POST", "/market/speed", b"speed=7", form).status == 400
    assert sandbox.call("POST", "/market/switch", b"is_on=0", form).status == 303
    page = sandbox.get("/market/").text
    assert "stands still" in page
    assert "Go on" in page


def test_after_a_start_the_market_sleeps_and_then_makes_up_for_it(tmp_path):
    with running(["--state", str(tmp_path)]) as sandbox:
        opened(sandbox)
    with running(["--state", str(tmp_path)]) as sandbox:
        sandbox.clock_move(5 * 86_400)
        assert orders_of(sandbox)[0] == []
        sandbox.control("market/", {"is_on": True})
        sandbox.control("market/play")
        assert len(orders_of(sandbox)[0]) > 30
