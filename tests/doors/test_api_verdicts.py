"""A brand's word about sales by REST: scope, states, fields, and the same call twice."""

import json
from uuid import UUID

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from attribution.models import Conversion, Rejection
from brands.services import api_key_create
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import COMMISSION, NOW, count, deliver, held, the
from tests.clocks import clock_at
from tests.doors.test_api_schema import CHECKS, schema_read

GROUND = {"reason_code": 19, "note": "Coupon site"}


_noon = clock_at(NOW)


@pytest.fixture
def sold(client, cast):
    shop = shop_open(cast.tulpar)
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed", minutes=5))
    return the(Conversion)


@pytest.fixture
def say(client, cast):
    def say(verb, id, body=None, *, brand=None, scopes=("conversions:write",), key=""):
        with acting_as(brand=brand or cast.tulpar.brand):
            _key, secret = api_key_create(
                brand_id=brand or cast.tulpar.brand, name="server", scopes=scopes
            )
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        answer = client.post(
            f"/api/v1/conversions/{id}/{verb}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
            **headers,
        )
        return answer.status_code, answer.json()

    return say


def test_a_program_approves(cast, sold, say):
    status, shown = say("approve", sold.public_id)
    assert (status, shown["status"], shown["commission_minor"]) == (200, "approved", COMMISSION)
    assert held(cast)[:2] == (0, COMMISSION)
    status, refused = say("reject", sold.public_id, GROUND)
    assert (status, refused["code"]) == (409, "verdict_approved")


def test_a_program_rejects_once_however_often_it_calls(cast, sold, say):
    answers = [say("reject", sold.public_id, GROUND, key="r-1") for _time in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert list(answers[1][1])[:2] == ["id", "order"]
    assert (answers[0][1]["status"], answers[0][1]["reason_code"]) == ("rejected", 19)
    made = the(Rejection)
    assert (made.door, made.rejected_by_id, made.note) == ("api", None, "Coupon site")
    assert held(cast) == (0, 0, 50_000_000)
    other = say("reject", sold.public_id, {**GROUND, "note": "Else"}, key="r-1")
    assert (other[0], other[1]["code"]) == (409, "idempotency_key_reused")
    again = say("reject", sold.public_id, GROUND)
    assert (again[0], again[1]["code"]) == (409, "verdict_rejected")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"note": "x"}, "reason_code"),
        ({"reason_code": 19}, "note"),
        ({"reason_code": 19, "note": " "}, "note"),
        ({"reason_code": 18, "note": "x"}, "reason_code"),
        ({"reason_code": "19", "note": "x"}, "reason_code"),
        ({"reason_code": 19, "note": "x" * 501}, "note"),
    ],
)
def test_a_ground_that_is_none_names_its_field(sold, say, body, field):
    status, refused = say("reject", sold.public_id, body)
    assert (status, list(refused["errors"])) == (422, [field])
    assert count(Rejection) == 0


def test_a_key_without_the_scope_and_another_brand_do_nothing(cast, sold, say):
    assert say("approve", sold.public_id, scopes=("conversions:read",))[0] == 403
    for brand, id in ((cast.sauran.brand, sold.public_id), (None, UUID(int=7))):
        for verb, body in (("approve", None), ("reject", GROUND)):
            status, refused = say(verb, id, body, brand=brand)
            assert (status, refused["code"]) == (404, "verdict_not_there")
    assert the(Conversion).status == "on_hold"


@pytest.fixture
def one_transaction(sold):
    """No request may end the test's own; the client of `sold` has connected the signals again."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_transaction")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_whatever_is_sent_the_answer_is_one_of_the_schema(cast, sold, verb, mode):
    with acting_as(brand=cast.tulpar.brand):
        _key, secret = api_key_create(
            brand_id=cast.tulpar.brand, name="server", scopes=["conversions:write"]
        )
    operation = schema_read()[f"/api/v1/conversions/{{id}}/{verb}"]["POST"]
    statuses = set()

    @settings(
        max_examples=5,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if mode is GenerationMode.POSITIVE:
            case.path_parameters["id"] = str(sold.public_id)
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    ask()
    refused = {400, 401, 404, 405, 415, 422}
    assert statuses & ({200, 409, 422} if mode is GenerationMode.POSITIVE else refused), statuses
