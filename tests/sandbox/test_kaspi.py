"""The stand-in of Kaspi keeps to facts/marketplaces.md section 3."""

from __future__ import annotations

from datetime import datetime

import pytest

ORDERS = "/kaspi/shop/api/v2/orders"
MEDIA_TYPE = "application/vnd.api+json"
DAY_MS = 86_400_000


def headers(sandbox, shop: str = "sandbox-shop") -> dict[str, str]:
    token = sandbox.control("kaspi/token", {"shop": shop})["token"]
    return {"X-Auth-Token": token, "Accept": MEDIA_TYPE}


def query(sandbox, state: str = "NEW", days: float = 14, **more: object) -> str:
    now_ms = int(datetime.fromisoformat(sandbox.get("/_control/clock").json["now"]).timestamp())
    until = (now_ms + 1) * 1000
    pairs = {
        "filter[orders][state]": state,
        "filter[orders][creationDate][$ge]": until - int(days * DAY_MS),
        "filter[orders][creationDate][$le]": until,
        "include[orders]": "entries",
        **more,
    }
    return "?" + "&".join(f"{name}={value}" for name, value in pairs.items())


def listed(sandbox, **asked):
    answer = sandbox.get(ORDERS + query(sandbox, **asked), headers(sandbox))
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == MEDIA_TYPE
    return answer.json


def test_a_new_order_is_shown_with_its_lines(sandbox):
    order = sandbox.control("kaspi/orders", {"items": [["A-1", "Көрпе", 18490.0, 2]]})
    found = listed(sandbox)
    (shown,) = found["data"]
    (entry,) = found["included"]
    assert shown["attributes"]["code"] == order["code"]
    assert shown["attributes"]["totalPrice"] == 36980.0
    assert shown["attributes"]["customer"]["cellPhone"] == "7012345678"
    assert shown["relationships"]["entries"]["data"] == [
        {"type": "orderentries", "id": entry["id"]}
    ]
    assert entry["attributes"]["offer"] == {"code": "A-1", "name": "Көрпе"}
    assert (entry["attributes"]["quantity"], entry["attributes"]["totalPrice"]) == (2, 36980.0)
    assert found["meta"] == {"pageCount": 1, "totalCount": 1}


def test_an_id_is_the_code_in_base64(sandbox):
    sandbox.control("kaspi/orders", {"code": "701234567"})
    found = listed(sandbox)
    assert found["data"][0]["id"] == "NzAxMjM0NTY3"
    assert found["included"][0]["id"] == "NzAxMjM0NTY3IyMw"


def test_a_finished_order_is_in_the_archive_without_a_phone(sandbox):
    code = sandbox.control("kaspi/orders")["code"]
    sandbox.control(f"kaspi/orders/{code}/status", {"status": "COMPLETED"})
    assert listed(sandbox)["data"] == []
    (shown,) = listed(sandbox, state="ARCHIVE")["data"]
    assert shown["attributes"]["status"] == "COMPLETED"
    assert shown["attributes"]["customer"]["cellPhone"].startswith("+0(000)-")


def test_a_part_that_is_cancelled_lowers_quantity_and_totals(sandbox):
    order = {"code": "7", "items": [["A", "a", 10.5, 3], ["B", "b", 5.0, 1]]}
    sandbox.control("kaspi/orders", order)
    sandbox.control("kaspi/orders/7/entries/0", {"remained": 1})
    sandbox.control("kaspi/orders/7/entries/1", {"remained": 0, "keeps_total": True})
    found = listed(sandbox)
    lines = [each["attributes"] for each in found["included"]]
    assert [(line["quantity"], line["totalPrice"]) for line in lines] == [(1, 10.5), (0, 5.0)]
    assert found["data"][0]["attributes"]["totalPrice"] == 15.5


def test_pages(sandbox):
    for code in "123":
        sandbox.control("kaspi/orders", {"code": code})
    first = listed(sandbox, **{"page[size]": 2})
    second = listed(sandbox, **{"page[size]": 2, "page[number]": 1})
    assert [each["attributes"]["code"] for each in first["data"]] == ["1", "2"]
    assert [each["attributes"]["code"] for each in second["data"]] == ["3"]
    assert first["meta"] == {"pageCount": 2, "totalCount": 3}


def test_an_old_order_is_found_by_its_code_alone(sandbox):
    sandbox.control("kaspi/orders", {"code": "9", "age_days": 100})
    asked = f"{ORDERS}?filter[orders][code]="
    assert listed(sandbox)["data"] == []
    found = sandbox.get(asked + "9", headers(sandbox)).json
    assert [each["attributes"]["code"] for each in found["data"]] == ["9"]
    assert sandbox.get(asked + "8", headers(sandbox)).json["data"] == []
    assert sandbox.get(asked + "9", headers(sandbox, "other")).json["data"] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"days": 14.1}, "14 days"),
        ({"state": "DONE"}, "state"),
        ({"page[size]": 101}, "page[size]"),
        ({"page[number]": "x"}, "page[number]"),
        ({"filter[orders][creationDate][$ge]": ""}, "creationDate"),
    ],
)
def test_a_bad_question_is_refused_in_the_form_of_json_api(sandbox, asked, said):
    answer = sandbox.get(ORDERS + query(sandbox, **asked), headers(sandbox))
    assert answer.status == 400
    assert said in answer.json["errors"][0]["title"]


def test_without_its_token_nobody_gets_in(sandbox):
    assert sandbox.get(ORDERS + query(sandbox)).status == 401
    wrong = {"X-Auth-Token": "guess", "Accept": MEDIA_TYPE}
    assert sandbox.get(ORDERS + query(sandbox), wrong).json == {
        "errors": [{"title": "Token is not valid"}]
    }


def test_more_than_a_hundred_questions_a_minute_are_too_many(sandbox):
    mine, asked = headers(sandbox), f"{ORDERS}?filter[orders][code]=1"
    answers = [sandbox.get(asked, mine).status for _ in range(101)]
    assert answers == [200] * 100 + [429]
    sandbox.clock_move(61)
    assert sandbox.get(asked, mine).status == 200


def test_whoever_changes_something_is_counted(sandbox):
    mine = headers(sandbox)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert sandbox.call(method, ORDERS, b"{}", mine).status == 200
    assert sandbox.get("/_control/kaspi/orders").json["writes"] == 4


def test_the_page_for_people(sandbox):
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = sandbox.call("POST", "/kaspi/order", b"sku=A&name=B&price=100&phone=7010000001", form)
    assert answer.status == 303
    code = sandbox.get("/_control/kaspi/orders").json["orders"][0]["code"]
    body = f"code={code}&status=COMPLETED".encode()
    assert sandbox.call("POST", "/kaspi/order-status", body, form).status == 303
    text = sandbox.get("/kaspi/").text
    assert code in text
    assert "ARCHIVE COMPLETED" in text
    assert "kaspi-token-of-sandbox-shop" in text
