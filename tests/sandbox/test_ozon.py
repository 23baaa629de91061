"""The stand-in of Ozon keeps to facts/marketplaces.md 2."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

HEADERS = {"Client-Id": "2150417", "Api-Key": "sandbox-ozon-key"}
DAY = 86_400
SKU = 1602044871


def now_of(sandbox) -> datetime:
    return datetime.fromisoformat(sandbox.get("/_control/clock").json["now"])


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def asked(sandbox, path: str, body: dict, headers: dict | None = None):
    return sandbox.post(f"/ozon{path}", body, headers or HEADERS)


def listed(sandbox, path: str = "/v4/posting/fbs/list", days: int = 30, **more):
    now = now_of(sandbox)
    wanted = {"since": text(now - timedelta(days=days)), "to": text(now)}
    body = {"filter": wanted, "limit": 100, "with": {"financial_data": True}} | more
    return asked(sandbox, path, body)


@pytest.fixture
def ozon(sandbox):
    sandbox.control("ozon/account")
    return sandbox


@pytest.mark.parametrize(
    "headers", [{"Client-Id": "1"}, {"Client-Id": "2150417", "Api-Key": "x"}, {"Api-Key": "x"}]
)
def test_the_two_headers_belong_together(ozon, headers):
    answer = asked(ozon, "/v1/roles", {}, headers)
    assert answer.status == 401
    assert set(answer.json) == {"code", "message", "details"}


def test_a_key_ends(ozon):
    assert asked(ozon, "/v1/roles", {}).json["expires_at"]
    ozon.clock_move(91 * DAY)
    assert asked(ozon, "/v1/roles", {}).status == 401


def test_too_often_names_the_pause_in_words_and_in_a_header(sandbox):
    sandbox.control("ozon/account", {"limit": 0})
    answer = asked(sandbox, "/v1/roles", {})
    assert (answer.status, answer.headers["retry-after"]) == (429, "3")
    assert "Retry after 3 seconds" in answer.json["message"]


@pytest.mark.parametrize(
    "path",
    ["/v3/posting/fbs/list", "/v3/posting/fbs/unfulfilled/list", "/v2/posting/fbo/list"],
)
def test_the_old_lists_are_switched_off(ozon, path):
    answer = listed(ozon, path)
    assert answer.status == 404
    assert "switched off" in answer.json["message"]


def test_money_has_its_shape_in_each_method(ozon):
    ozon.control("ozon/postings", {"number": "1-0001-1", "items": [[SKU, 2, "4990.5"]], "push": 0})
    (row,) = listed(ozon).json["postings"]
    assert row["products"][0]["price"] == {"amount": "4990.5", "currency": "KZT"}
    assert row["financial_data"]["products"][0]["price"] == 4990.5
    one = asked(ozon, "/v3/posting/fbs/get", {"posting_number": "1-0001-1"}).json["result"]
    assert (one["products"][0]["price"], one["products"][0]["currency_code"]) == (
        "4990.5000",
        "KZT",
    )
    assert listed(ozon, with_={}, **{"with": {}}).json["postings"][0]["financial_data"] is None


def test_a_cursor_is_good_within_its_query_only(ozon):
    for n in range(3):
        ozon.control("ozon/postings", {"number": f"1-000{n}-1", "push": 0})
    now = now_of(ozon)
    wanted = {"since": text(now - timedelta(days=1)), "to": text(now + timedelta(hours=1))}
    body = {"filter": wanted, "limit": 2}
    first = asked(ozon, "/v4/posting/fbs/list", body).json
    assert (len(first["postings"]), first["has_next"]) == (2, True)
    second = asked(ozon, "/v4/posting/fbs/list", body | {"cursor": first["cursor"]}).json
    assert (len(second["postings"]), second["has_next"]) == (1, False)
    other = {**wanted, "to": text(now)}
    foreign = {"filter": other, "limit": 2, "cursor": first["cursor"]}
    assert asked(ozon, "/v4/posting/fbs/list", foreign).status == 400
    ozon.clock_move(700)
    late = asked(ozon, "/v4/posting/fbs/list", body | {"cursor": first["cursor"]})
    assert (late.status, late.json["message"]) == (400, "cursor is invalid")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "filter.since and filter.to are required"),
        ({"filter": {"since": "x", "to": "y"}}, "filter.since: not a time"),
        (
            {"filter": {"since": "2025-01-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}},
            "PERIOD_IS_TOO_LONG",
        ),
        (
            {"filter": {"since": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"},
             "limit": 101},
            "limit: must be within 1..100",
        ),
    ],
)  # fmt: skip
def test_a_bad_question(ozon, body, message):
    answer = asked(ozon, "/v4/posting/fbs/list", body)
    assert (answer.status, answer.json["message"]) == (400, message)


def test_another_sellers_postings_are_not_shown(ozon):
    ozon.control("ozon/account", {"client_id": "7", "key": "k"})
    ozon.control("ozon/postings", {"number": "1-0001-1", "client_id": "7", "push": 0})
    assert listed(ozon).json["postings"] == []
    assert asked(ozon, "/v3/posting/fbs/get", {"posting_number": "1-0001-1"}).status == 404


def test_a_split_leaves_an_artefact_and_parts(ozon):
    ozon.control("ozon/postings", {"number": "1-0001-1", "items": [[SKU, 2, "10"]], "push": 0})
    ozon.control("ozon/postings/1-0001-1/split", {"parts": [[[SKU, 1]], [[SKU, 1]]]})
    rows = {row["posting_number"]: row for row in listed(ozon).json["postings"]}
    assert rows["1-0001-1"]["status"] == "cancelled_from_split_pending"
    assert rows["1-0001-2"]["parent_posting_number"] == "1-0001-1"


def test_returns_take_one_filter_by_date_and_leave_the_posting_delivered(ozon):
    ozon.control("ozon/postings", {"number": "1-0001-1", "push": 0})
    ozon.control("ozon/postings/1-0001-1/status", {"status": "delivered", "push": 0})
    ozon.control("ozon/returns", {"number": "1-0001-1"})
    (row,) = asked(ozon, "/v1/returns/list", {"filter": {}, "limit": 500}).json["returns"]
    assert (row["posting_number"], row["product"]["quantity"]) == ("1-0001-1", 1)
    assert isinstance(row["id"], str)
    assert listed(ozon).json["postings"][0]["status"] == "delivered"
    two = {"logistic_return_date": {}, "visual_status_change_moment": {}}
    assert asked(ozon, "/v1/returns/list", {"filter": two, "limit": 500}).status == 400


# --- Push ------------------------------------------------------------------------------------


class Ear:
    """Somebody's endpoint: answers what it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.status = 200
        self.body = b'{"result":true}'
        self.url = ""


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening(Ear()) as found:
        yield found


@contextmanager
def listening(ear: Ear) -> Iterator[Ear]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            ear.heard.append(json.loads(self.rfile.read(length)))
            self.send_response(ear.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(ear.body)))
            self.end_headers()
            self.wfile.write(ear.body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        ear.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield ear
        finally:
            server.shutdown()
            thread.join()


def test_the_check_is_strict(ozon, ear):
    ozon.control("ozon/push", {"url": ear.url})
    assert ozon.control("ozon/push/check")["result"] == "WRONG_RESULT_FIELD"
    ear.body = b'{"version":"1.0","name":"x","time":"2026-11-21T10:00:00Z"}'
    assert ozon.control("ozon/push/check")["result"] == "OK"
    ear.body = b'{"version":"1.0","name":"x","time":"2026-11-21T10:00:00"}'
    assert ozon.control("ozon/push/check")["result"] == "WRONG_RESULT_TIME_FIELD"
    ear.status = 500
    assert ozon.control("ozon/push/check")["result"] == "STATUS_CODE_NOT_OK"
    assert ear.heard[0]["message_type"] == "TYPE_PING"


def test_a_push_has_no_price_and_no_signature_and_its_type_by_scheme(ozon, ear):
    ozon.control("ozon/push", {"url": ear.url})
    ozon.control("ozon/postings", {"number": "1-0001-1"})
    ozon.control("ozon/postings", {"number": "1-0002-1", "scheme": "fbo"})
    ozon.control("ozon/postings/1-0001-1/status", {"status": "cancelled"})
    kinds = [one["message_type"] for one in ear.heard]
    assert kinds == ["TYPE_NEW_POSTING", "TYPE_FBO_POSTING_NEW", "TYPE_POSTING_CANCELLED"]
    assert "uuid" not in ear.heard[0]
    assert "uuid" in ear.heard[1]
    assert "price" not in json.dumps(ear.heard)


def test_what_is_not_taken_is_said_again_and_then_never(ozon, ear):
    ozon.control("ozon/push", {"url": ear.url})
    for n in range(4):  # good answers, so that one bad push does not suspend all
        ozon.control("ozon/postings", {"number": f"9-000{n}-1"})
    for n in range(12):
        ozon.control("ozon/postings", {"number": f"8-00{n:02}-1"})
    del ear.heard[:]
    ear.status = 503
    ozon.control("ozon/postings", {"number": "1-0001-1"})
    assert ozon.control("ozon/push/due")["sent"] == 0
    for seconds in (5, 15, 45, 120, 300, *[600] * 6):
        ozon.clock_move(seconds)
        assert ozon.control("ozon/push/due")["sent"] == 1
    ozon.clock_move(DAY // 2)
    assert ozon.control("ozon/push/due")["sent"] == 0
    assert len(ear.heard) == 12
    assert {one["posting_number"] for one in ear.heard} == {"1-0001-1"}


def test_half_of_a_days_answers_bad_suspends_everything_until_resumed(ozon, ear):
    ozon.control("ozon/push", {"url": ear.url})
    ear.status = 500
    for n in range(5):
        ozon.control("ozon/postings", {"number": f"1-000{n}-1"})
    assert len(ear.heard) == 4
    assert ozon.get("/_control/ozon/push").json["is_suspended"]
    ear.status = 200
    ozon.control("ozon/push", {"url": ear.url})
    ozon.control("ozon/postings", {"number": "2-0001-1"})
    assert len(ear.heard) == 5
