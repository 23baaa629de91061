"""The stand-in of Wildberries keeps to facts/marketplaces.md 1.1-1.3, 1.5 and 1.6."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

FEED = "/wildberries/seller-analytics-api/api/analytics/v1/order-feed"
REPORT = "/wildberries/finance-api/api/finance/v1/sales-reports/detailed"
ORDERS = "/wildberries/statistics-api/api/v1/supplier/orders"
SALES = "/wildberries/statistics-api/api/v1/supplier/sales"
CLAIMS = "/wildberries/returns-api/api/v1/claims"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def token(sandbox, **claims) -> dict[str, str]:
    minted = sandbox.control("wildberries/token", claims)["token"]
    return {"Authorization": f"Bearer {minted}"}


def period(sandbox, days: int = 30) -> dict[str, str]:
    end = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    return {"start": (end - timedelta(days=days)).isoformat(), "end": end.isoformat()}


def feed(sandbox, headers, **pagination):
    body = {"selectedPeriod": period(sandbox), "nmIds": [], "pagination": pagination}
    answer = sandbox.post(FEED, body, headers)
    assert answer.status == 200, answer
    sandbox.clock_move(MINUTE)
    return answer.json["data"]


def report(sandbox, headers, rrd_id: int = 0):
    days = period(sandbox)
    body = {"dateFrom": days["start"][:10], "dateTo": "2099-01-01", "limit": 100, "rrdId": rrd_id}
    answer = sandbox.post(REPORT, body, headers)
    sandbox.clock_move(MINUTE)
    return answer


def test_an_order_shows_in_the_feed(sandbox):
    order = sandbox.control("wildberries/orders", {"nm_id": 310200411, "price": "6930.50"})
    data = feed(sandbox, token(sandbox))
    assert data["currency"] == "KZT"
    (row,) = data["orders"]
    assert row["srid"] == order["srid"]
    assert (row["status"], row["sellerPrice"], row["nmId"]) == ("created", 6930.5, 310200411)
    assert row["createdAt"].endswith("+03:00")


def test_the_newest_change_comes_first(sandbox):
    srids = [sandbox.control("wildberries/orders", {"srid": name})["srid"] for name in "abc"]
    sandbox.clock_move(5)
    sandbox.control("wildberries/orders/a/status", {"status": "buyout"})
    rows = feed(sandbox, token(sandbox))["orders"]
    assert [row["srid"] for row in rows] == ["a", "c", "b"]
    assert srids == ["a", "b", "c"]


def test_pages_of_one_snapshot_neither_lose_nor_repeat_a_row(sandbox):
    for name in "abcd":
        sandbox.control("wildberries/orders", {"srid": name})
        sandbox.clock_move(5)
    headers = token(sandbox)
    first = feed(sandbox, headers, offset=0, limit=2)
    sandbox.control("wildberries/orders/a/status", {"status": "buyout"})  # it jumps to the front
    kept = feed(sandbox, headers, offset=2, limit=2, snapshotTime=first["snapshotTime"])
    shifted = feed(sandbox, headers, offset=2, limit=2)
    assert [row["srid"] for row in first["orders"] + kept["orders"]] == ["d", "c", "b", "a"]
    assert [row["srid"] for row in shifted["orders"]] == ["c", "b"]


def test_an_old_order_falls_out_of_the_feed(sandbox):
    sandbox.control("wildberries/orders")
    sandbox.clock_move(32 * DAY)
    assert feed(sandbox, token(sandbox))["orders"] == []


def test_sellers_do_not_see_each_other(sandbox):
    sandbox.control("wildberries/orders", {"seller_id": "another"})
    assert feed(sandbox, token(sandbox))["orders"] == []
    assert len(feed(sandbox, token(sandbox, seller_id="another"))["orders"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"selectedPeriod": {"start": "2026-11-01T00:00:00+03:00"}},
        {"selectedPeriod": {"start": "x", "end": "y"}},
        {"selectedPeriod": {"start": "2026-11-01T00:00:00", "end": "2026-11-02T00:00:00"}},
        {"selectedPeriod": {"start": "2026-01-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}},
    ],
)
def test_a_wrong_period_is_a_400(sandbox, body):
    answer = sandbox.post(FEED, body, token(sandbox))
    assert (answer.status, answer.json["status"]) == (400, 400)


@pytest.mark.parametrize(
    ("kind", "path", "calls", "retry_seconds"),
    [
        ("service", FEED, 1, MINUTE),
        ("basic", FEED, 1, 3 * 3600),
        ("service", REPORT, 1, MINUTE),
        ("basic", REPORT, 2, DAY),
    ],
)
def test_limits_are_those_of_the_kind_of_token(sandbox, kind, path, calls, retry_seconds):
    headers = token(sandbox, kind=kind)
    days = period(sandbox)
    body = {"selectedPeriod": days, "dateFrom": days["start"], "dateTo": days["end"]}
    statuses = [sandbox.post(path, body, headers).status for _ in range(calls)]
    assert set(statuses) <= {200, 204}
    limited = sandbox.post(path, body, headers)
    wait = int(limited.headers["x-ratelimit-retry"])
    assert limited.status == 429
    assert retry_seconds - 10 <= wait <= retry_seconds + 1
    sandbox.clock_move(wait)
    assert sandbox.post(path, body, headers).status in (200, 204)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer a.b.c", "x.y", "Bearer ж"])
def test_without_a_token_it_is_a_401(sandbox, authorization):
    answer = sandbox.post(FEED, {}, {"Authorization": authorization.encode()})
    assert (answer.status, answer.json["title"]) == (401, "unauthorized")


def test_a_token_is_taken_bare_too(sandbox):
    bare = {"Authorization": token(sandbox)["Authorization"].removeprefix("Bearer ")}
    assert sandbox.post(FEED, {"selectedPeriod": period(sandbox)}, bare).status == 200


def test_a_token_dies_after_180_days(sandbox):
    headers = token(sandbox)
    sandbox.clock_move(181 * DAY)
    assert sandbox.post(FEED, {"selectedPeriod": period(sandbox)}, headers).status == 401


def test_a_missing_category_is_a_403(sandbox):
    assert sandbox.post(FEED, {}, token(sandbox, bits=[13])).status == 403
    assert sandbox.post(REPORT, {}, token(sandbox, bits=[2])).status == 403


def test_the_report_has_nothing_at_first(sandbox):
    assert report(sandbox, token(sandbox)).status == 204


def test_a_unit_bought_shows_in_the_report_days_later_with_its_substitute_article(sandbox):
    order = sandbox.control(
        "wildberries/orders",
        {"price": "6930", "article_substitution": "SUB-77", "report_delay_days": 5},
    )
    sandbox.control(f"wildberries/orders/{order['srid']}/status", {"status": "buyout"})
    headers = token(sandbox)
    assert report(sandbox, headers).status == 204
    sandbox.clock_move(5 * DAY)
    (row,) = report(sandbox, headers).json
    assert row["srid"] == order["srid"]
    assert (row["articleSubstitution"], row["docTypeName"]) == ("SUB-77", "Продажа")
    assert (row["retailPrice"], row["forPay"], row["currency"]) == ("6930.00", "5613.30", "KZT")
    assert report(sandbox, headers, row["rrdId"]).status == 204


def test_a_return_has_a_row_of_its_own(sandbox):
    order = sandbox.control(
        "wildberries/orders", {"article_substitution": "SUB-77", "report_delay_days": 0}
    )
    for status in ("buyout", "return"):
        sandbox.control(f"wildberries/orders/{order['srid']}/status", {"status": status})
    rows = report(sandbox, token(sandbox)).json
    assert [row["docTypeName"] for row in rows] == ["Продажа", "Возврат"]
    assert {row["articleSubstitution"] for row in rows} == {"SUB-77"}


def test_a_row_can_be_put_in_by_hand(sandbox):
    order = sandbox.control("wildberries/orders")
    body = {"srid": order["srid"], "uuid_promocode": "0199a1c2-0000-7000-8000-000000000001"}
    sandbox.control("wildberries/finance", body | {"delay_days": 2})
    headers = token(sandbox)
    assert report(sandbox, headers).status == 204
    sandbox.clock_move(2 * DAY)
    (row,) = report(sandbox, headers).json
    assert row["uuidPromocode"] == body["uuid_promocode"]


# --- Supplier orders and sales, claims --------------------------------------------------------


def statistics(sandbox, path: str, since: str = "2026-01-01", **params) -> list[dict]:
    query = "&".join(f"{name}={value}" for name, value in {"dateFrom": since, **params}.items())
    answer = sandbox.get(f"{path}?{query}", token(sandbox))
    assert answer.status == 200, answer
    sandbox.clock_move(MINUTE)
    return answer.json


def bought(sandbox, srid: str, *statuses: str) -> None:
    sandbox.control("wildberries/orders", {"srid": srid, "price": "6930"})
    for status in statuses:
        sandbox.control(f"wildberries/orders/{srid}/status", {"status": status})


def test_an_order_row_has_no_zone_and_no_cancellation(sandbox):
    bought(sandbox, "a")
    (row,) = statistics(sandbox, ORDERS)
    assert (row["srid"], row["isCancel"], row["cancelDate"]) == ("a", False, "0001-01-01T00:00:00")
    assert datetime.fromisoformat(row["date"]).tzinfo is None
    assert (row["priceWithDisc"], row["finishedPrice"]) == (6930, 6930)
    assert not {"currency", "currencyCode", "isMp"} & set(row)


def test_a_cancelled_order_says_when(sandbox):
    bought(sandbox, "a", "cancel")
    (row,) = statistics(sandbox, ORDERS)
    assert row["isCancel"]
    assert row["cancelDate"] == row["lastChangeDate"] > row["date"]


def test_the_amounts_of_a_sale_come_a_day_later_as_a_change(sandbox):
    bought(sandbox, "a", "buyout")
    (before,) = statistics(sandbox, SALES)
    assert [before[name] for name in ("finishedPrice", "priceWithDisc", "forPay")] == [0, 0, 0]
    sandbox.clock_move(DAY)
    (after,) = statistics(sandbox, SALES)
    assert (after["saleID"], after["date"]) == (before["saleID"], before["date"])
    assert (after["priceWithDisc"], after["forPay"]) == (6930, 5613.3)
    changed = [datetime.fromisoformat(row["lastChangeDate"]) for row in (before, after)]
    assert changed[1] - changed[0] == timedelta(days=1)


def test_a_return_is_a_row_of_its_own_for_the_same_unit(sandbox):
    bought(sandbox, "a", "buyout", "return")
    sandbox.clock_move(DAY + MINUTE)
    rows = statistics(sandbox, SALES)
    assert [(row["srid"], row["saleID"][0]) for row in rows] == [("a", "S"), ("a", "R")]
    assert rows[1]["forPay"] == -5613.3


def test_a_page_begins_with_the_last_change_named(sandbox):
    sandbox.control("wildberries/statistics", {"rows_max": 2})
    for srid in "abc":
        bought(sandbox, srid, "buyout")
        sandbox.clock_move(5)
    first = statistics(sandbox, SALES)
    second = statistics(sandbox, SALES, first[-1]["lastChangeDate"])
    assert [row["srid"] for row in first + second] == ["a", "b", "b", "c"]


def test_flag_1_is_one_whole_day(sandbox):
    bought(sandbox, "a", "buyout")
    day = statistics(sandbox, SALES)[0]["date"][:10]
    sandbox.clock_move(2 * DAY)
    bought(sandbox, "b", "buyout")
    assert [row["srid"] for row in statistics(sandbox, SALES, day, flag=1)] == ["a"]
    assert statistics(sandbox, SALES, "2026-01-01", flag=1) == []


def test_statistics_forget_an_order_after_90_days(sandbox):
    bought(sandbox, "a", "buyout")
    sandbox.clock_move(91 * DAY)
    assert statistics(sandbox, ORDERS) == statistics(sandbox, SALES) == []


@pytest.mark.parametrize("path", [ORDERS, SALES])
def test_a_wrong_date_is_told_as_a_list_or_as_a_text(sandbox, path):
    headers = token(sandbox)
    missing = sandbox.get(path, headers)
    assert (missing.status, missing.json) == (400, {"errors": ["dateFrom: field required"]})
    sandbox.clock_move(MINUTE)
    wrong = sandbox.get(f"{path}?dateFrom=soon", headers)
    assert (wrong.status, wrong.json) == (400, {"errors": "dateFrom: Value not validated"})


@pytest.mark.parametrize(
    ("kind", "path", "calls", "retry_seconds"),
    [
        ("service", ORDERS, 10, 10 * MINUTE),
        ("basic", ORDERS, 1, 3 * HOUR),
        ("service", SALES, 1, MINUTE),
        ("basic", SALES, 1, 2 * HOUR),
        ("service", CLAIMS, 20, MINUTE),
        ("basic", CLAIMS, 1, HOUR),
    ],
)
def test_limits_of_statistics_and_claims(sandbox, kind, path, calls, retry_seconds):
    headers = token(sandbox, kind=kind)
    asked = f"{path}?dateFrom=2026-01-01&is_archive=false"
    assert [sandbox.get(asked, headers).status for _ in range(calls)] == [200] * calls
    limited = sandbox.get(asked, headers)
    assert limited.status == 429
    assert retry_seconds - 10 <= int(limited.headers["x-ratelimit-retry"]) <= retry_seconds + 1


@pytest.mark.parametrize(("path", "bit"), [(ORDERS, 5), (SALES, 5), (CLAIMS, 11)])
def test_each_needs_its_category(sandbox, path, bit):
    others = [each for each in (2, 5, 11, 13) if each != bit]
    assert sandbox.get(path, token(sandbox, bits=others)).status == 403


def claims(sandbox, is_archive: str = "false") -> list[dict]:
    answer = sandbox.get(f"{CLAIMS}?is_archive={is_archive}", token(sandbox))
    assert answer.json["total"] == len(answer.json["claims"])
    return answer.json["claims"]


def test_a_claim_is_made_and_approved(sandbox):
    bought(sandbox, "a", "buyout")
    made = sandbox.control("wildberries/claims", {"srid": "a"})
    assert [(row["status"], row["srid"], row["currency_code"]) for row in claims(sandbox)] == [
        (0, "a", "398")
    ]
    sandbox.clock_move(HOUR)
    approved = {"id": made["id"], "status": 2, "status_ex": 5, "is_archive": True}
    sandbox.control("wildberries/claims", approved)
    assert claims(sandbox) == []
    (row,) = claims(sandbox, "true")
    assert (row["status"], row["status_ex"]) == (2, 5)
    assert row["dt_update"] > row["dt"]


def test_claims_are_shown_for_14_days_and_to_their_seller(sandbox):
    bought(sandbox, "a", "buyout")
    sandbox.control("wildberries/claims", {"srid": "a"})
    other = token(sandbox, seller_id="another")
    assert sandbox.get(f"{CLAIMS}?is_archive=false", other).json == {"claims": [], "total": 0}
    sandbox.clock_move(15 * DAY)
    assert claims(sandbox) == []


def test_claims_without_their_half_are_a_400(sandbox):
    assert sandbox.get(CLAIMS, token(sandbox)).status == 400


def test_the_seller_is_told_who_it_is(sandbox):
    headers = token(sandbox, seller_id="9f3c")
    info = sandbox.get("/wildberries/common-api/api/v1/seller-info", headers)
    assert info.json["sid"] == "9f3c"


def test_ping_answers_three_times_in_half_a_minute(sandbox):
    headers = token(sandbox)
    answers = [sandbox.get("/wildberries/finance-api/ping", headers) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[0].json["Status"] == "OK"


def test_a_person_orders_and_buys_out_on_the_page(sandbox):
    form = b"nm_id=310200411&price=6930&article_substitution=SUB-1&report_delay_days=3"
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sandbox.post("/wildberries/order", form, typed).status == 303
    (order,) = sandbox.get("/_control/wildberries/orders").json["orders"]
    moved = f"srid={order['srid']}&status=buyout".encode()
    assert sandbox.post("/wildberries/order-status", moved, typed).status == 303
    page = sandbox.get("/wildberries/").text
    assert order["srid"] in page
    assert "SUB-1" in page
