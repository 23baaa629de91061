"""The stand-in of Admitad keeps to facts/marketplaces.md section 4."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

ACTIONS = "/admitad/statistics/actions/"
ASKED = "date_start=01.01.2020&status_updated_start=01.01.2020%2000:00:00&order_by=datetime"


def bearer(sandbox, **token) -> dict[str, str]:
    return {"Authorization": "Bearer " + sandbox.control("admitad/token", token)["token"]}


def listed(sandbox, asked: str = ASKED) -> list[dict]:
    answer = sandbox.get(f"{ACTIONS}?{asked}", bearer(sandbox))
    assert answer.status == 200, answer
    return answer.json["results"]


def test_an_action_is_shown_with_the_subid_of_its_click(sandbox):
    made = sandbox.control("admitad/actions", {"subid": "0198abc", "order_id": "77"})
    (row,) = listed(sandbox)
    shown = {name: row[name] for name in ("action_id", "status", "subid", "order_id", "payment")}
    assert shown == {
        "action_id": made["id"],
        "status": "pending",
        "subid": "0198abc",
        "order_id": "77",
        "payment": "0.62",
    }
    assert (row["cart"], row["currency"], row["paid"]) == ("12.40", "USD", 0)


def test_times_are_the_networks_own(sandbox):
    sandbox.control("admitad/actions")
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    (row,) = listed(sandbox)
    said = datetime.fromisoformat(row["action_date"] + "+03:00")
    assert abs(said - now) < timedelta(minutes=1)


def test_a_cart_may_be_null(sandbox):
    sandbox.control("admitad/actions", {"cart": None})
    assert [row["cart"] for row in listed(sandbox)] == [None]


def test_pages_by_limit_and_offset(sandbox):
    made = [sandbox.control("admitad/actions", {"age_days": 3 - n})["id"] for n in range(3)]
    first = listed(sandbox, f"{ASKED}&limit=2")
    second = listed(sandbox, f"{ASKED}&limit=2&offset=2")
    assert [[row["action_id"] for row in rows] for rows in (first, second)] == [made[:2], made[2:]]


def test_only_what_changed_since_is_listed(sandbox):
    old = sandbox.control("admitad/actions")["id"]
    sandbox.control("admitad/actions")
    sandbox.clock_move(2 * 86_400)
    sandbox.control(f"admitad/actions/{old}", {"status": "approved"})
    now = datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])
    since = now.strftime("%d.%m.%Y")
    asked = f"date_start=01.01.2020&order_by=datetime&status_updated_start={since}%2000:00:00"
    assert [(row["action_id"], row["status"]) for row in listed(sandbox, asked)] == [
        (old, "approved")
    ]


@pytest.mark.parametrize(
    ("token", "status"), [({"days": -1}, 401), ({"may_read": False}, 403), ({}, 200)]
)
def test_a_token_ends_and_may_lack_the_right(sandbox, token, status):
    assert sandbox.get(f"{ACTIONS}?{ASKED}", bearer(sandbox, **token)).status == status


def test_without_a_token_nobody_gets_in(sandbox):
    assert sandbox.get(f"{ACTIONS}?{ASKED}").status == 401


@pytest.mark.parametrize(
    "asked",
    ["order_by=datetime", ASKED.replace("01.01.2020", "2020-01-01"), f"{ASKED}&limit=501"],
)
def test_a_bad_question_is_refused(sandbox, asked):
    assert sandbox.get(f"{ACTIONS}?{asked}", bearer(sandbox)).status == 400


def test_more_than_sixty_questions_a_minute_are_too_many(sandbox):
    mine = bearer(sandbox)
    answers = [sandbox.get(f"{ACTIONS}?{ASKED}", mine).status for _ in range(61)]
    assert answers == [200] * 60 + [429]
    sandbox.clock_move(61)
    assert sandbox.get(f"{ACTIONS}?{ASKED}", mine).status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_postback_fills_the_macros_it_knows_and_comes_as_often_as_said(sandbox, method):
    url = f"{sandbox.url}/nobody/?id=[[[admitad_id]]]&s=[[[payment_status]]]&x=[[[strange]]]"
    sandbox.control("admitad/postback", {"url": url, "method": method})
    made = sandbox.control("admitad/actions", {"times": 3})
    said = sandbox.get("/_control/admitad/actions").json["said"]
    assert len(said) == 3
    end = f"?id={made['id']}&s=pending&x=%5B%5B%5Bstrange%5D%5D%5D"
    assert all(one["address"].endswith(end) and one["status"] == 404 for one in said)


def test_the_page_for_people(sandbox):
    made = sandbox.control("admitad/actions")
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = f"id={made['id']}&status=approved".encode()
    assert sandbox.call("POST", "/admitad/action", body, form).status == 303
    assert str(made["id"]) in sandbox.get("/admitad/").text
    assert [row["status"] for row in listed(sandbox)] == ["approved"]
