"""Participations and one-time codes by REST: scope, states, fields, and the same call twice."""

import json

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from brands.services import api_key_create
from campaigns.models import Campaign, Participation, PromoCode
from campaigns.services import campaign_join
from campaigns.services.code_pools import PoolTerms, codes_generate
from core.tenancy.context import acting_as
from tests.clocks import clock_at
from tests.doors.test_api_schema import CHECKS, schema_read
from tests.world import NOON

_noon = clock_at(NOON)


@pytest.fixture
def dana(cast):
    """Dana has applied to Tulpar's campaign."""
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="application")
    row = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    return row.public_id


@pytest.fixture
def here(cast):
    with acting_as(system="test looks"):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
    return f"/api/v1/campaigns/{campaign.public_id}"


@pytest.fixture
def call(client, cast, here):
    def call(path, body=None, *, scopes=("campaigns:read", "campaigns:write"), key="", brand=None):
        with acting_as(brand=brand or cast.tulpar.brand):
            _key, secret = api_key_create(
                brand_id=brand or cast.tulpar.brand, name="server", scopes=scopes
            )
        options = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
        if key:
            options["HTTP_IDEMPOTENCY_KEY"] = key
        if body is None:
            answer = client.get(f"{here}/{path}", **options)
        else:
            answer = client.post(
                f"{here}/{path}", json.dumps(body), content_type="application/json", **options
            )
        return answer.status_code, answer.json()

    return call


def state(public_id):
    with acting_as(system="test looks"):
        return Participation.objects.get(public_id=public_id).state


def test_a_program_reads_who_takes_part(dana, call):
    status, page = call("participations")
    assert status == 200
    assert [(row["name"], row["state"], row["code"]) for row in page["results"]] == [
        ("Dana", "applied", ""),
        ("Aliya", "approved", "AQTAS"),
    ]
    assert [row["name"] for row in call("participations?state=approved")[1]["results"]] == ["Aliya"]
    assert call("participations?state=odd")[0] == 422
    first = call("participations?limit=1")[1]
    assert first["results"][0]["id"] == str(dana)
    assert "after=" in first["next"]


def test_a_program_accepts_once_however_often_it_calls(dana, call):
    answers = [call(f"participations/{dana}/approve", {}, key="a-1") for _time in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["state"]) == (200, "approved")
    assert answers[0][1]["code"].startswith("DANA")
    status, again = call(f"participations/{dana}/approve", {})
    assert (status, again["code"]) == (409, "participation_state")


def test_a_program_refuses_with_a_reason_of_the_list(dana, call):
    reject = f"participations/{dana}/reject"
    for body, field in (
        ({}, "reason_code"),
        ({"reason_code": "breach"}, "reason_code"),
        ({"reason_code": "other"}, "reason"),
        ({"reason_code": "topic", "apply_again_on": NOON.date().isoformat()}, "again_on"),
        ({"reason_code": "topic", "apply_again_on": "soon"}, "apply_again_on"),
    ):
        status, refused = call(reject, body)
        assert (status, list(refused["errors"])) == (422, [field])
    assert state(dana) == "applied"
    status, shown = call(reject, {"reason_code": "topic", "note": "Тек қысқы киім"})
    assert (status, shown["state"], shown["reason_code"]) == (200, "rejected", "topic")
    assert shown["reason_note"] == "Тек қысқы киім"


def test_a_full_campaign_accepts_nobody(dana, call, cast):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(participants_max=1)
    status, refused = call(f"participations/{dana}/approve", {})
    assert (status, refused["code"], state(dana)) == (409, "places_taken", "applied")


def test_a_key_without_the_scope_and_a_strangers_change_nothing(dana, call, cast):
    approve = f"participations/{dana}/approve"
    assert call(approve, {}, scopes=("campaigns:read",))[0] == 403
    assert call("participations", scopes=("orders:read",))[0] == 403
    assert call("codes", scopes=("campaigns:write",))[0] == 403
    assert call("codes", {}, scopes=("campaigns:read",))[0] == 403
    assert call(approve, {}, brand=cast.sauran.brand)[0] == 404
    assert call("participations", brand=cast.sauran.brand)[0] == 404
    with acting_as(system="test looks"):
        foreign = Participation.objects.get(pk=cast.sauran.participation).public_id
    assert call(f"participations/{foreign}/approve", {})[0] == 404
    assert state(dana) == "applied"


@pytest.fixture
def pool(cast):
    return codes_generate(PoolTerms(campaign_id=cast.tulpar.campaign, name="Stories"), count=5)


@pytest.fixture
def aliya(cast):
    with acting_as(system="test looks"):
        return str(Participation.objects.get(pk=cast.tulpar.participation).public_id)


def test_codes_of_a_pool_become_an_influencers_once(call, pool, aliya):
    ask = {"pool": str(pool.public_id), "participation": aliya, "count": 2}
    answers = [call("codes", ask, key="c-1") for _time in range(2)]
    assert answers[0] == answers[1]
    status, given = answers[0]
    assert (status, given["participation"], len(given["codes"])) == (201, aliya, 2)
    with acting_as(system="test looks"):
        theirs = PromoCode.objects.filter(pool=pool, participation__public_id=aliya)
        assert sorted(theirs.values_list("code", flat=True)) == sorted(given["codes"])
    other = call("codes", {**ask, "count": 1}, key="c-1")
    assert (other[0], other[1]["code"]) == (409, "idempotency_key_reused")
    (shown,) = call("codes")[1]["results"]
    assert (shown["id"], shown["unassigned"], shown["issued"]) == (ask["pool"], 3, 5)


def test_codes_that_are_not_there_are_not_given(call, pool, aliya, dana, cast):
    ask = {"pool": str(pool.public_id), "participation": aliya, "count": 6}
    assert call("codes", ask)[1]["errors"] == {"count": ["There are 5 codes left in this pool."]}
    assert call("codes", {**ask, "count": 0})[0] == 422
    assert call("codes", {**ask, "count": 1_001})[0] == 422
    assert call("codes", {**ask, "pool": aliya, "count": 1})[0] == 404
    assert call("codes", {**ask, "participation": str(dana), "count": 1})[0] == 409
    with acting_as(system="test looks"):
        assert not PromoCode.objects.filter(pool=pool, participation__isnull=False).exists()


@pytest.fixture
def _one_transaction():
    """No request may end the test's own, as django.test.Client sees to."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_transaction")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/campaigns/{id}/codes", "POST"),
        ("/api/v1/campaigns/{id}/participations/{pid}/reject", "POST"),
        ("/api/v1/campaigns/{id}/participations", "GET"),
    ],
)
def test_whatever_is_sent_the_answer_is_one_of_the_schema(cast, here, dana, path, method, mode):
    with acting_as(brand=cast.tulpar.brand):
        _key, secret = api_key_create(
            brand_id=cast.tulpar.brand, name="s", scopes=("campaigns:read", "campaigns:write")
        )
    operation = schema_read()[path][method]

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.path_parameters |= {"id": here.rsplit("/", 1)[-1]}
        if "pid" in case.path_parameters:
            case.path_parameters |= {"pid": str(dana)}
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(response, checks=CHECKS)

    ask()
