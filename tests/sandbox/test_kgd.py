"""The stand-in of the KGD portal keeps to facts/kazakhstan.md 3.4 (b)."""

from __future__ import annotations

import pytest

PUBLIC = "/kgd/services/isnaportalsync/public"
PERSON = {"code": "901231400013", "full_name": "САПАРОВА АЙГЕРІМ НҰРЛАНҚЫЗЫ"}
TOKEN = {"X-Portal-Token": "sandbox"}


def taxpayer(sandbox, code=PERSON["code"], kind="IP"):
    path = f"{PUBLIC}/taxpayer-data?taxpayerCode={code}&taxpayerType={kind}&name=&print=false"
    return sandbox.get(path, TOKEN)


def test_nobody_is_known_at_first(sandbox):
    answer = taxpayer(sandbox)
    assert (answer.status, answer.json) == (200, {"taxpayerPortalSearchResponses": []})


def test_a_registered_entrepreneur_is_found(sandbox):
    sandbox.control("kgd/taxpayers", PERSON | {"begin_date": "2025-01-09"})
    (entry,) = taxpayer(sandbox).json["taxpayerPortalSearchResponses"]
    assert (entry["messageResult"], entry["code"]) == ("SUCCESS", PERSON["code"])
    assert (entry["beginDate"], entry["endDate"]) == ("2025-01-09", None)
    assert entry["fullName"] == {
        "lastName": "САПАРОВА",
        "firstName": "АЙГЕРІМ",
        "middleName": "НҰРЛАНҚЫЗЫ",
    }


def test_the_same_number_is_nothing_as_another_kind(sandbox):
    sandbox.control("kgd/taxpayers", PERSON)
    assert taxpayer(sandbox, kind="UL").json == {"taxpayerPortalSearchResponses": []}


def test_somebody_can_be_forgotten(sandbox):
    sandbox.control("kgd/taxpayers", PERSON)
    sandbox.call("DELETE", "/_control/kgd/taxpayers", {"code": PERSON["code"]})
    assert taxpayer(sandbox).json == {"taxpayerPortalSearchResponses": []}


@pytest.mark.parametrize("service", ["taxpayer-data", "search-payer-data"])
def test_without_a_token_it_is_a_401(sandbox, service):
    assert sandbox.get(f"{PUBLIC}/{service}?taxpayerCode=1").status == 401


def test_a_kind_it_does_not_know_is_a_400(sandbox):
    assert taxpayer(sandbox, kind="XX").status == 400


def test_who_pays_no_vat_gets_an_empty_body(sandbox):
    answer = sandbox.get(f"{PUBLIC}/search-payer-data?taxpayerCode={PERSON['code']}", TOKEN)
    assert (answer.status, answer.body) == (200, b"")


def test_a_vat_payer_is_found(sandbox):
    sandbox.control("kgd/vat-payers", {"code": "240540000016", "name": "ТОО ALMA"})
    answer = sandbox.get(f"{PUBLIC}/search-payer-data?taxpayerCode=240540000016", TOKEN)
    assert (answer.json["iinBin"], answer.json["ndsDeregistrationDate"]) == ("240540000016", None)


def test_a_person_registers_somebody_on_the_page(sandbox):
    form = "code=901231400013&full_name=САПАРОВА А&begin_date=2025-01-09&end_date=".encode()
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sandbox.post("/kgd/taxpayers", form, typed).status == 303
    (entry,) = taxpayer(sandbox).json["taxpayerPortalSearchResponses"]
    assert (entry["beginDate"], entry["endDate"]) == ("2025-01-09", None)


@pytest.mark.parametrize(
    "body", [{}, {"code": "12", "full_name": "А"}, {"code": "901231400013"}, {"code": 1}]
)
def test_half_a_person_is_refused(sandbox, body):
    assert sandbox.post("/_control/kgd/taxpayers", body).status == 400
    assert sandbox.get("/_control/kgd/taxpayers").json == {"taxpayers": []}
