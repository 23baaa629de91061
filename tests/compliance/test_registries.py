"""The tax register has three answers, and only says no when it really said no."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.registries.base import RegisterAnswer
from compliance.registries.kgd.client import KgdRegister, kgd_register
from compliance.registries.kgd.parse import Reading, taxpayer_read, vat_read
from core.http import OutgoingClient
from tests.attribution.connectors.shapes import GONE, STRANGE, json_values, paths, spoiled
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

IIN = "901231400013"
BIN = "240540000016"
ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

ENTRY = {
    "responseMessageUid": "0199a1c2-5d6e-7f80-9a1b-2c3d4e5f6071",
    "messageResult": "SUCCESS",
    "errorMessage": "",
    "code": IIN,
    "taxpayerType": "IP",
    "name": "ИП САПАРОВА",
    "fullName": {"lastName": "САПАРОВА", "firstName": "АЙГЕРІМ", "middleName": None},
    "registrationType": {"ru": "Регистрация"},
    "beginDate": "2025-01-09",
    "endDate": None,
    "endReason": None,
    "endReasonCode": None,
    "taxOrg": "6001",
    "additionalInfo": None,
}
PAYER = {
    "iinBin": BIN,
    "nameRu": "ТОО АЛМА",
    "nameKz": "АЛМА ЖШС",
    "nameEn": None,
    "ndsRegistrationDate": "2024-03-15",
    "ndsDeregistrationDate": None,
    "ndsDeregistrationReason": None,
}


def entrepreneur(*entries) -> Reading:
    body = json.dumps({"taxpayerPortalSearchResponses": list(entries)}).encode()
    return taxpayer_read(body, code=IIN, kind="IP", on=ON)


def vat(value) -> Reading:
    return vat_read(json.dumps(value).encode(), code=BIN, on=ON)


# --- What an answer means --------------------------------------------------------------------


def test_a_registration_without_an_end_is_a_yes():
    assert entrepreneur(ENTRY) == Reading("yes", "САПАРОВА АЙГЕРІМ", date(2025, 1, 9))


def test_an_empty_list_is_a_no():
    assert entrepreneur() == Reading("no")


@pytest.mark.parametrize(
    ("_case", "changes", "answer"),
    [
        ("ended long ago", {"endDate": "2025-06-01"}, "no"),
        ("ended today", {"endDate": "2026-11-21"}, "no"),
        ("ends tomorrow", {"endDate": "2026-11-22"}, "yes"),
        ("begins today", {"beginDate": "2026-11-21"}, "yes"),
        ("begins tomorrow", {"beginDate": "2026-11-22"}, "no"),
        ("without a beginning", {"beginDate": None}, "yes"),
        ("with a time behind the day", {"beginDate": "2025-01-09T00:00:00.000+05:00"}, "yes"),
        ("the query failed", {"messageResult": "FAILED"}, "unknown"),
        ("an error", {"messageResult": "ERROR", "errorMessage": "timeout"}, "unknown"),
        ("a word nobody knows", {"messageResult": "PARTIAL"}, "unknown"),
        ("somebody else", {"code": "010203500018"}, "unknown"),
        ("another kind", {"taxpayerType": "UL"}, "unknown"),
        ("a day that is none", {"endDate": "2026-02-30"}, "unknown"),
    ],
)
def test_other_entries(_case, changes, answer):
    assert entrepreneur(ENTRY | changes).answer == answer


@pytest.mark.parametrize(
    ("_case", "entries", "answer"),
    [
        ("registered again", [{"endDate": "2025-06-01"}, {}], "yes"),
        ("a yes beside an error", [{"messageResult": "ERROR"}, {}], "yes"),
        (
            "a no beside an error",
            [{"endDate": "2025-06-01"}, {"messageResult": "ERROR"}],
            "unknown",
        ),
    ],
)
def test_several_entries(_case, entries, answer):
    assert entrepreneur(*(ENTRY | changes for changes in entries)).answer == answer


def test_of_several_ended_ones_the_latest_is_told():
    ends = ("2025-06-01", "2026-03-01", "2025-12-01")
    reading = entrepreneur(*(ENTRY | {"endDate": end} for end in ends))
    assert (reading.answer, reading.ended_on) == ("no", date(2026, 3, 1))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"fullName": "САПАРОВА АЙГЕРІМ"}, "САПАРОВА АЙГЕРІМ"),
        ({"fullName": None}, "ИП САПАРОВА"),
        ({"fullName": {}}, "ИП САПАРОВА"),
        ({"fullName": None, "name": None}, None),
    ],
)
def test_names(changes, name):
    assert entrepreneur(ENTRY | changes).name == name


def test_an_unknown_answer_tells_why():
    reading = entrepreneur(ENTRY | {"messageResult": "ERROR", "errorMessage": "timeout"})
    assert reading.reason == "messageResult ERROR: timeout"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        b'{"taxpayerPortalSearchResponses": null}',
        b'{"taxpayerPortalSearchResponses": {}}',
        b'{"taxpayerPortalSearchResponses": [null]}',
        b'{"message": "no"}',
    ],
)
def test_an_unknown_shape_is_unknown_and_never_a_no(body):
    reading = taxpayer_read(body, code=IIN, kind="IP", on=ON)
    assert reading.answer == "unknown"
    assert reading.reason


def test_an_empty_body_is_no_vat_payer():
    assert vat_read(b"", code=BIN, on=ON) == Reading("no")
    assert vat_read(b" \n", code=BIN, on=ON) == Reading("no")


@pytest.mark.parametrize(
    ("_case", "changes", "answer"),
    [
        ("registered", {}, "yes"),
        ("deregistered", {"ndsDeregistrationDate": "2025-12-31"}, "no"),
        ("not yet", {"ndsRegistrationDate": "2027-01-01"}, "no"),
        ("somebody else", {"iinBin": IIN}, "unknown"),
        ("without a day", {"ndsRegistrationDate": None}, "unknown"),
    ],
)
def test_vat_payers(_case, changes, answer):
    assert vat(PAYER | changes).answer == answer


@pytest.mark.parametrize("value", [None, {}, [], "no", 0, {"message": "no"}])
def test_an_unknown_vat_answer_is_unknown(value):
    assert vat(value).answer == "unknown"


def test_one_strange_value_never_turns_a_yes_into_a_no():
    """But for the two days, whose meaning is exactly that."""
    for path in paths(ENTRY):
        for instead in (GONE, *STRANGE):
            if path not in (("beginDate",), ("endDate",)):
                assert entrepreneur(spoiled(ENTRY, path, instead)).answer != "no", (path, instead)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_any_json_is_unknown_or_the_documented_no(value):
    body = json.dumps(value).encode()
    reading = taxpayer_read(body, code=IIN, kind="IP", on=ON)
    assert reading.answer == "unknown"
    assert vat_read(body, code=BIN, on=ON).answer == "unknown"


@given(st.binary(max_size=50))
def test_any_bytes_are_no_yes(body):
    assert taxpayer_read(body, code=IIN, kind="IP", on=ON).answer == "unknown"
    assert vat_read(body, code=BIN, on=ON).answer == ("unknown" if body.strip() else "no")


# --- Asking the stand-in over HTTP -----------------------------------------------------------


@pytest.fixture
def register(sandbox) -> KgdRegister:
    client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=5)
    return KgdRegister(client, f"{sandbox.url}/kgd/services/isnaportalsync/public/", "sandbox")


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def register_person(sandbox, **changes) -> None:
    person = {"code": IIN, "full_name": "САПАРОВА АЙГЕРІМ", "begin_date": "2025-01-09"}
    sandbox.control("kgd/taxpayers", person | changes)


def test_an_entrepreneur_is_a_yes_with_what_the_register_sent(register, sandbox):
    register_person(sandbox)
    answer = register.entrepreneur_check(iin=IIN, checked_at=NOW)
    assert (answer.answer, answer.name) == ("yes", "САПАРОВА АЙГЕРІМ")
    assert (answer.registered_on, answer.ended_on) == (date(2025, 1, 9), None)
    assert answer.checked_at == NOW
    assert json.loads(answer.raw)["taxpayerPortalSearchResponses"][0]["code"] == IIN


def test_somebody_unknown_to_the_register_is_a_no(register):
    answer = register.entrepreneur_check(iin=IIN, checked_at=NOW)
    assert answer.answer == "no"
    assert answer.raw == '{"taxpayerPortalSearchResponses":[]}'


def test_days_end_at_almatys_midnight(register, sandbox):
    register_person(sandbox, end_date="2026-11-22")
    before = datetime(2026, 11, 21, 18, 59, tzinfo=UTC)
    after = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    assert register.entrepreneur_check(iin=IIN, checked_at=before).answer == "yes"
    assert register.entrepreneur_check(iin=IIN, checked_at=after).answer == "no"


def test_vat(register, sandbox):
    assert register.vat_payer_check(number=BIN, checked_at=NOW).answer == "no"
    payer = {"code": BIN, "name": "ТОО АЛМА", "registered_on": "2024-03-15"}
    sandbox.control("kgd/vat-payers", payer)
    answer = register.vat_payer_check(number=BIN, checked_at=NOW)
    assert (answer.answer, answer.registered_on) == ("yes", date(2024, 3, 15))


@pytest.mark.parametrize("fault", ["429", "500", "503", "html"])
def test_a_register_in_trouble_is_unknown(register, sandbox, fault):
    register_person(sandbox)
    sandbox.control("faults", {"service": "kgd", "fault": fault, "times": 9})
    answer = register.entrepreneur_check(iin=IIN, checked_at=NOW)
    assert answer.answer == "unknown"
    assert answer.reason


@pytest.mark.parametrize("known", [True, False])
def test_half_an_answer_is_unknown(register, sandbox, known):
    if known:
        register_person(sandbox)
    sandbox.control("faults", {"service": "kgd", "fault": "truncated"})
    assert register.entrepreneur_check(iin=IIN, checked_at=NOW).answer == "unknown"


def test_only_a_200_can_say_that_somebody_pays_no_vat(register, sandbox):
    """An empty body means no; an empty answer of another kind means nothing."""
    sandbox.control("faults", {"service": "kgd", "fault": "204"})
    answer = register.vat_payer_check(number=BIN, checked_at=NOW)
    assert (answer.answer, answer.raw) == ("unknown", "")


def test_a_register_that_hangs_is_unknown(sandbox):
    client = OutgoingClient(free_origin=sandbox.url, timeout_seconds=0.3)
    sandbox.control("faults", {"service": "kgd", "fault": "timeout", "times": 2})
    register = KgdRegister(client, f"{sandbox.url}/kgd/services/isnaportalsync/public", "sandbox")
    assert register.entrepreneur_check(iin=IIN, checked_at=NOW).answer == "unknown"


def test_an_entry_that_failed_is_unknown(register, sandbox):
    register_person(sandbox, message_result="FAILED")
    assert register.entrepreneur_check(iin=IIN, checked_at=NOW).answer == "unknown"


def test_without_a_token_nothing_is_asked(sandbox):
    register = KgdRegister(OutgoingClient(), "https://portal.example/", "")
    assert register.entrepreneur_check(iin=IIN, checked_at=NOW) == RegisterAnswer(
        answer="unknown", reason="no portal token is set", checked_at=NOW
    )


def test_neither_the_number_nor_the_token_are_logged(register, sandbox, caplog):
    caplog.set_level("DEBUG")
    sandbox.control("faults", {"service": "kgd", "fault": "500"})
    register.entrepreneur_check(iin=IIN, checked_at=NOW)
    assert IIN not in caplog.text
    assert "X-Portal-Token" not in caplog.text
    assert register.token not in repr(register)


def test_the_installations_own_register(settings, sandbox):
    settings.SANDBOX_URL = sandbox.url
    settings.KGD_URL = f"{sandbox.url}/kgd/services/isnaportalsync/public"
    settings.KGD_TOKEN = "sandbox"
    register_person(sandbox)
    assert kgd_register().entrepreneur_check(iin=IIN, checked_at=NOW).answer == "yes"
