"""The stage itself: clock, faults, memory, and a page for the newcomer."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.process import running

SERVICES = (
    *("market", "shop", "wildberries", "kaspi", "insales", "taplink", "tilda", "amocrm"),
    *("bitrix24", "tracker", "kgd", "bank", "mail"),
)


def test_the_index_explains_every_stand_in(sandbox):
    page = sandbox.get("/").text
    for prefix in SERVICES:
        assert f'href="/{prefix}/"' in page


@pytest.mark.parametrize("prefix", SERVICES)
def test_every_stand_in_has_a_page(sandbox, prefix):
    answer = sandbox.get(f"/{prefix}/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_clock_moves(sandbox):
    before = sandbox.get("/_control/clock").json
    moved = sandbox.control("clock", {"offset_seconds": 86_400})
    assert before["offset_seconds"] == 0
    assert moved["now"] > before["now"]
    assert moved["offset_seconds"] == 86_400


@pytest.mark.parametrize("body", [{}, {"offset_seconds": "1"}, {"offset_seconds": 10**12}, [1]])
def test_a_wrong_clock_is_refused(sandbox, body):
    assert sandbox.post("/_control/clock", body).status == 400
    assert sandbox.get("/_control/clock").json["offset_seconds"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"service": "wildberries", "fault": "melt"},
        {"service": "nobody", "fault": "500"},
        {"service": "wildberries", "fault": "500", "times": 0},
        {"fault": "500"},
    ],
)
def test_a_fault_nobody_knows_is_refused(sandbox, body):
    assert sandbox.post("/_control/faults", body).status == 400
    assert sandbox.get("/_control/faults").json == {"planned": []}


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("503", 503)])
def test_a_planned_fault_happens_as_often_as_planned(sandbox, fault, status):
    sandbox.control("faults", {"service": "kgd", "fault": fault, "times": 2})
    statuses = [sandbox.get("/kgd/").status for _ in range(3)]
    assert statuses == [status, status, 200]


def test_a_fault_can_be_meant_for_one_path(sandbox):
    sandbox.control("faults", {"service": "kgd", "fault": "500", "path": "taxpayer-data"})
    assert sandbox.get("/kgd/").status == 200
    assert sandbox.get("/kgd/services/isnaportalsync/public/taxpayer-data").status == 500


def test_a_truncated_answer_is_half_of_the_real_one(sandbox):
    whole = sandbox.get("/kgd/").body
    sandbox.control("faults", {"service": "kgd", "fault": "truncated"})
    assert sandbox.get("/kgd/").body == whole[: len(whole) // 2]


def test_html_instead_of_json(sandbox):
    sandbox.control("faults", {"service": "wildberries", "fault": "html"})
    answer = sandbox.post("/wildberries/finance-api/api/finance/v1/sales-reports/detailed")
    assert answer.status == 200
    assert answer.body.startswith(b"<html>")


def test_faults_can_be_cleared(sandbox):
    sandbox.control("faults", {"service": "kgd", "fault": "500", "times": 9})
    sandbox.call("DELETE", "/_control/faults")
    assert sandbox.get("/kgd/").status == 200


def test_one_stand_in_can_begin_anew_alone(sandbox):
    sandbox.control("wildberries/orders")
    sandbox.control("kgd/taxpayers", {"code": "901231400013", "full_name": "А Б"})
    sandbox.control("reset", {"service": "wildberries"})
    assert sandbox.get("/_control/wildberries/orders").json == {"orders": [], "rows": []}
    assert len(sandbox.get("/_control/kgd/taxpayers").json["taxpayers"]) == 1


def test_it_remembers_over_a_restart_when_given_a_folder(tmp_path):
    arguments = ["--state", str(tmp_path / "state")]
    with running(arguments) as first:
        first.control("clock", {"offset_seconds": 5})
        first.control("kgd/taxpayers", {"code": "901231400013", "full_name": "А Б"})
    with running(arguments) as second:
        assert second.get("/_control/clock").json["offset_seconds"] == 5
        assert second.get("/_control/kgd/taxpayers").json["taxpayers"][0]["full_name"] == "А Б"


def test_it_ends_with_code_0_when_told_to():
    with running() as sandbox:
        process = sandbox.process
    assert process.returncode == 0


def test_what_is_typed_is_escaped(sandbox):
    name = '<script>alert("x")</script>'
    sandbox.control("kgd/taxpayers", {"code": "901231400013", "full_name": name})
    page = sandbox.get("/kgd/").text
    assert name not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"7"])
def test_what_is_no_json_object_is_refused(sandbox, body):
    assert sandbox.post("/_control/kgd/taxpayers", body).status == 400


def test_a_person_sees_a_page_where_a_program_gets_json(sandbox):
    asked = {"Accept": "text/html"}
    page = sandbox.get("/shop/nobody/", headers=asked)
    program = sandbox.get("/shop/nobody/")
    assert (page.status, program.status) == (404, 404)
    assert "That did not work" in page.text
    assert json.loads(program.body) == {"error": "no shop nobody"}
