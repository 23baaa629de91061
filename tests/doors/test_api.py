"""The REST API: keys and scopes, one shape of errors, and nothing of anybody else's."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response

from attribution.models import Connection, Conversion, Order, OrderLine
from brands.domain.api_keys import SCOPES
from brands.models import ApiKey
from brands.services import api_key_create
from campaigns.models import Campaign
from core import clock
from core.tenancy.context import acting_as
from exchange.api.auth import language_of
from exchange.api.views import BrandView
from influencers.models import Influencer
from ledger.domain.fees import Reserve
from ledger.domain.journals import campaign_reserve, deposit
from ledger.services import journals_post
from tests.campaigns.deals_world import MONEY, WHOLE, offered
from tests.core.matrix_rows import rows_make
from tests.world import NOON, money_put


class Caller:
    """A brand's server. `get` answers (status, body)."""

    def __init__(self, client, secret):
        self.client, self.secret = client, secret

    def get(self, path, **query):
        response = self.client.get(
            f"/api/v1/{path}", query, HTTP_AUTHORIZATION=f"Bearer {self.secret}"
        )
        assert response["Content-Type"] == "application/json", response.content
        return response.status_code, response.json()


@pytest.fixture
def world(cast):
    """{table: row} of Tulpar and of Sauran."""
    return {name: rows_make(getattr(cast, name), cast.maker) for name in ("tulpar", "sauran")}


def key_of(brand_id, scopes=SCOPES):
    with acting_as(brand=brand_id):
        _key, secret = api_key_create(brand_id=brand_id, name="shop", scopes=scopes)
    return secret


@pytest.fixture
def tulpar(client, cast):
    return Caller(client, key_of(cast.tulpar.brand))


def public(model, pk):
    with acting_as(system="test"):
        return str(model.objects.get(pk=pk).public_id)


def refusal(code):
    return lambda answer: (answer["code"], sorted(answer)) == (code, ["code", "errors", "message"])


# --- Keys and scopes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer birge_wrong", "Basic YTpi", "bearer x"]
)
def test_without_a_key_nobody_gets_in(client, cast, header):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    response = client.get("/api/v1/balance", **headers)
    assert response.status_code == 401
    assert response.json() == {
        "code": "unauthorized",
        "message": "No such API key. Send it as: Authorization: Bearer <key>",
        "errors": {},
    }


def test_a_revoked_key_opens_nothing(tulpar, cast):
    assert tulpar.get("balance")[0] == 200
    with acting_as(brand=cast.tulpar.brand):
        ApiKey.objects.update(revoked_at=clock.now())
    assert tulpar.get("balance")[0] == 401


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("balance", "balance:read"),
        ("campaigns", "campaigns:read"),
        ("campaigns/{campaign}", "campaigns:read"),
        ("conversions", "conversions:read"),
        ("orders/KZ-tulpar", "orders:read"),
    ],
)
def test_each_address_asks_for_its_scope(client, cast, world, path, scope):
    path = path.format(campaign=public(Campaign, cast.tulpar.campaign))
    with_it = Caller(client, key_of(cast.tulpar.brand, [scope]))
    without = Caller(client, key_of(cast.tulpar.brand, sorted({*SCOPES} - {scope})))
    assert with_it.get(path)[0] == 200
    status, body = without.get(path)
    assert (status, body["code"]) == (403, "permission_denied")


# --- What is shown ---------------------------------------------------------------------------


def test_the_balance_is_free_money_and_what_each_campaign_reserves(tulpar, cast):
    mine = cast.tulpar
    with acting_as(system="test data"):
        journals_post(
            [deposit(statement_row="1", brand_id=mine.brand, amount_minor=1_000_00)],
            occurred_at=clock.now(),
        )
        reserve = Reserve(budget_minor=500_00, fee_minor=75_00, vat_minor=12_00)
        journals_post(
            [
                campaign_reserve(
                    campaign_id=mine.campaign, n=1, brand_id=mine.brand, reserve=reserve
                )
            ],
            occurred_at=clock.now(),
        )
    assert tulpar.get("balance") == (
        200,
        {
            "currency": "KZT",
            "free_minor": 413_00,
            "reserved_minor": 587_00,
            "campaigns": [
                {
                    "campaign": public(Campaign, mine.campaign),
                    "budget_minor": 500_00,
                    "posts_minor": 0,
                    "guarantees_minor": 0,
                    "fee_minor": 75_00,
                    "vat_minor": 12_00,
                }
            ],
        },
    )


def test_the_balance_names_what_posts_at_a_fixed_fee_hold(tulpar, cast):
    money_put(cast, cast.tulpar.brand, MONEY)
    with time_machine.travel(NOON, tick=False):
        offered(cast)
    _status, balance = tulpar.get("balance")
    assert (balance["free_minor"], balance["reserved_minor"]) == (MONEY - WHOLE, WHOLE)
    assert balance["campaigns"] == [
        {
            "campaign": public(Campaign, cast.tulpar.campaign),
            "budget_minor": 0,
            "posts_minor": 3_000_009,
            "guarantees_minor": 0,
            "fee_minor": 450_001,
            "vat_minor": 72_000,
        }
    ]


def test_a_brand_without_money_reads_zeros(tulpar):
    assert tulpar.get("balance")[1] == {
        "currency": "KZT",
        "free_minor": 0,
        "reserved_minor": 0,
        "campaigns": [],
    }


def test_a_campaign_shows_its_terms(tulpar, cast):
    campaign = public(Campaign, cast.tulpar.campaign)
    status, body = tulpar.get(f"campaigns/{campaign}")
    assert status == 200
    wanted = {
        "id": campaign,
        "title": "tulpar sale",
        "status": "live",
        "commission_bps": 1000,
        "fixed_minor": 0,
        "cap_minor": None,
        "window_days": 30,
        "hold_days": 21,
        "code_policy": "code_wins",
        "click_model": "last_click",
        "terms_version": 1,
        "budget_minor": 500_000_00,
    }
    assert {name: body[name] for name in wanted} == wanted
    assert tulpar.get("campaigns")[1] == {"results": [body], "next": None}


def test_a_conversion_has_the_names_of_the_contract(tulpar, cast, world):
    row = world["tulpar"]["attribution_conversion"]
    (body,) = tulpar.get("conversions")[1]["results"]
    ordered_at = row.ordered_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert body == {
        "id": str(row.public_id),
        "order": "KZ-tulpar",
        "line": "1",
        "campaign": public(Campaign, cast.tulpar.campaign),
        "influencer": public(Influencer, cast.tulpar.influencer),
        "status": "pending",
        "grade": "B",
        "base_minor": 20_000_00,
        "commission_minor": 2_000_00,
        "reason_code": None,
        "ordered_at": ordered_at,
        "hold_until": None,
        "payable_on": None,
    }


@pytest.mark.parametrize(
    ("changes", "payable_on"),
    [
        ({"status": "on_hold", "hold_until": datetime(2026, 12, 1, 20, tzinfo=UTC)}, "2026-12-02"),
        (
            {"status": "approved", "approved_at": datetime(2026, 12, 1, 18, tzinfo=UTC)},
            "2026-12-01",
        ),
        ({"status": "rejected", "reason_code": 16}, None),
    ],
)
def test_the_day_of_the_money_is_a_day_of_kazakhstan(tulpar, world, changes, payable_on):
    with acting_as(system="test data"):
        Conversion.objects.filter(pk=world["tulpar"]["attribution_conversion"].pk).update(**changes)
    (body,) = tulpar.get("conversions")[1]["results"]
    assert body["payable_on"] == payable_on


def test_conversions_are_filtered(tulpar, cast, world):
    row = world["tulpar"]["attribution_conversion"]
    campaign = public(Campaign, cast.tulpar.campaign)
    before = (row.ordered_at - timedelta(seconds=1)).isoformat()
    after = (row.ordered_at + timedelta(seconds=1)).isoformat()
    found = {
        str(query): len(tulpar.get("conversions", **query)[1]["results"])
        for query in (
            {"status": "pending"},
            {"status": "approved"},
            {"campaign": campaign, "since": before},
            {"since": after},
            {"influencer": public(Influencer, cast.tulpar.influencer)},
            {"influencer": public(Influencer, cast.sauran.influencer)},
        )
    }
    assert list(found.values()) == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "held"}, "status"),
        ({"campaign": "1"}, "campaign"),
        ({"influencer": "x"}, "influencer"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-11-20T10:00:00"}, "since"),  # in which zone?
        ({"since": "2026-99-20T10:00:00Z"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "9" * 30}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"after": "1"}, "after"),
        ({"after": "00000000-0000-7000-8000-000000000000"}, "after"),
    ],
)
def test_a_wrong_parameter_is_named(tulpar, query, field):
    status, body = tulpar.get("conversions", **query)
    assert (status, body["code"], list(body["errors"])) == (422, "invalid", [field])


def test_pages_neither_repeat_nor_skip_a_row(tulpar, cast, world):
    made = [str(world["tulpar"]["attribution_conversion"].public_id)]
    made += conversions_add(world["tulpar"], count=4)
    seen, path = [], "conversions"
    query = {"limit": 2}
    while path:
        status, body = tulpar.get(path, **query)
        assert status == 200
        seen += [row["id"] for row in body["results"]]
        conversions_add(world["tulpar"], count=1, minutes=60)  # newer ones come while we read
        path, query = (body["next"] or "").replace("http://testserver/api/v1/", ""), {}
    assert seen == made


def conversions_add(rows, *, count, minutes=-1):
    """Older (or newer) conversions of other lines, two of them at the same moment."""
    pattern, line = rows["attribution_conversion"], rows["attribution_orderline"]
    ids = []
    with acting_as(system="test data"):
        for n in range(count):
            serial = OrderLine.objects.count() + 1
            line.pk, line.line_id = None, f"x{serial}"
            line.save(force_insert=True)
            copy = Conversion.objects.get(pk=pattern.pk)
            copy.pk, copy.line = None, line
            copy.public_id = Conversion._meta.get_field("public_id").get_default()
            copy.ordered_at += timedelta(minutes=minutes * (n // 2 + 1))
            copy.save(force_insert=True)
            ids.append((copy.ordered_at, copy.pk, str(copy.public_id)))
    return [public_id for *_key, public_id in sorted(ids, reverse=True)]


def test_an_order_shows_versions_and_why_it_is_whose(tulpar, cast, world):
    influencer = public(Influencer, cast.tulpar.influencer)
    status, body = tulpar.get("orders/KZ-tulpar")
    assert status == 200
    assert (body["status"], body["raw_status"], body["trust"]) == ("paid", "processing", "signed")
    assert [line["amount_minor"] for line in body["lines"]] == [20_000_00]
    assert [(row["number"], row["status"]) for row in body["versions"]] == [(1, "paid")]
    (attribution,) = body["attribution"]
    (candidate,) = attribution.pop("trace")
    attribution.pop("decided_at")
    assert attribution == {
        "line": "1",
        "rule": "only_code",
        "grade": "B",
        "influencer": influencer,
    }
    candidate.pop("occurred_at")
    assert candidate == {
        "influencer": influencer,
        "kind": "promo_code",
        "evidence": "CODE",
        "grade": "B",
        "verdict": "decided",
        "reason": "only_code",
    }


def test_an_id_that_two_shops_use_asks_which_shop(tulpar, world):
    order = world["tulpar"]["attribution_order"]
    with acting_as(system="test data"):
        other = Connection.objects.create(
            brand_id=order.brand_id, source="woocommerce", name="second", secrets="[]"
        )
        twin = Order.objects.get(pk=order.pk)
        twin.pk, twin.connection, twin.status = None, other, "cancelled"
        twin.public_id = Order._meta.get_field("public_id").get_default()
        twin.save(force_insert=True)
    assert tulpar.get("orders/KZ-tulpar")[1]["code"] == "ambiguous"
    status, body = tulpar.get("orders/KZ-tulpar", connection=str(other.public_id))
    assert (status, body["status"]) == (200, "cancelled")


def test_an_id_with_a_slash_is_an_id(tulpar, world):
    with acting_as(system="test data"):
        Order.objects.filter(pk=world["tulpar"]["attribution_order"].pk).update(external_id="A/1 ы")
    assert tulpar.get("orders/A%2F1%20%D1%8B")[1]["external_id"] == "A/1 ы"


@pytest.mark.parametrize("path", ["balance", "campaigns", "conversions", "orders/KZ-tulpar"])
def test_queries_do_not_grow_with_the_rows(tulpar, world, path):
    counts = []
    for count in (0, 5):
        conversions_add(world["tulpar"], count=count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert tulpar.get(path)[0] == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Somebody else's -------------------------------------------------------------------------


# Writes, and where they are tested with the ids of another brand.
WRITES = {
    "/api/v1/orders": "test_api_orders",
    "/api/v1/campaigns/{id}/participations/{pid}/approve": "test_api_people",
    "/api/v1/campaigns/{id}/participations/{pid}/reject": "test_api_people",
    "/api/v1/conversions/{id}/approve": "test_api_verdicts",
    "/api/v1/conversions/{id}/reject": "test_api_verdicts",
}


def operations():
    """(path with its parameters, names of its query parameters) of the schema."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        if "get" not in methods:
            assert path in WRITES
            continue
        parameters = methods["get"].get("parameters", [])
        yield path, [each["name"] for each in parameters if each["in"] == "query"]


def test_every_operation_refuses_the_ids_of_another_brand(tulpar, cast, world):
    theirs = cast.sauran
    foreign = {
        "id": public(Campaign, theirs.campaign),
        "external_id": "KZ-sauran",
        "campaign": public(Campaign, theirs.campaign),
        "influencer": public(Influencer, theirs.influencer),
        "after": str(world["sauran"]["attribution_conversion"].public_id),
        "connection": str(world["sauran"]["attribution_connection"].public_id),
    }
    secrets = [
        *foreign.values(),
        "sauran",
        str(world["sauran"]["attribution_conversion"].public_id),
    ]
    asked = 0
    for path, names in operations():
        relative = path.removeprefix("/api/v1/")
        answers = [tulpar.get(relative.format(**foreign))]
        if "{" in path:
            assert answers[0][0] == 404, path
        own = relative.format(id=public(Campaign, cast.tulpar.campaign), external_id="KZ-tulpar")
        answers += [tulpar.get(own, **{name: foreign[name]}) for name in names if name in foreign]
        for status, body in answers:
            assert status in (200, 404, 422), (path, body)
            assert not [text for text in secrets if text in json.dumps(body)], path
            asked += 1
    assert asked == 13


def test_a_foreign_id_and_a_missing_one_get_the_same_answer(tulpar, cast, world):
    nowhere = "01234567-0000-7000-8000-000000000000"
    theirs = public(Campaign, cast.sauran.campaign)
    assert tulpar.get(f"campaigns/{theirs}") == tulpar.get(f"campaigns/{nowhere}")
    assert tulpar.get("orders/KZ-sauran") == tulpar.get("orders/KZ-nobody")


# --- One shape of errors ---------------------------------------------------------------------


def test_what_is_not_there_is_told_in_json(client, tulpar):
    for path in ("nowhere", "campaigns/7", "", "balance/"):
        status, body = tulpar.get(path)
        assert (status, body["code"]) == (404, "not_found"), path
    assert refusal("not_found")(tulpar.get("nowhere")[1])


def test_a_method_that_is_not_offered_is_told_in_json(client, tulpar):
    response = client.post(
        "/api/v1/balance",
        "{}",
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {tulpar.secret}",
    )
    assert response.status_code == 405
    assert refusal("method_not_allowed")(response.json())


class Echo(BrandView):
    """Takes a body, as the writes of later issues will."""

    scope = "orders:write"

    def post(self, request):
        return Response(request.data)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"\xff", "application/json", 400, "parse_error"),
        (b'{"a": NaN}', "application/json", 400, "parse_error"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_in_json(body, content_type, status, code):
    request = RequestFactory().post("/", body, content_type=content_type)
    request.api_key = ApiKey(scopes=["orders:write"])
    response = Echo.as_view()(request).render()
    assert response.status_code == status
    assert refusal(code)(json.loads(response.content))


def test_broken_text_is_told_in_json(client, tulpar):
    status, body = tulpar.get("conversions", status="pend\x00ing")
    assert (status, body["code"]) == (400, "bad_text")


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "en"), ("fr, ru-RU;q=0.8", "ru"), ("kk,ru", "kk"), ("zh", "en"), (";;q=x", "en")],
)
def test_messages_speak_the_language_that_a_program_asks_for(header, language):
    headers = {} if header is None else {"HTTP_ACCEPT_LANGUAGE": header}
    assert language_of(RequestFactory().get("/", **headers)) == language


# --- The schema and its page -----------------------------------------------------------------


@pytest.mark.django_db
def test_the_schema_is_valid_and_without_warnings(tmp_path, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "s.yml"))
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
def test_schema_and_docs_are_for_everybody_and_load_only_our_own_files(client):
    schema = client.get("/api/v1/schema/")
    assert schema.status_code == 200
    assert b"securitySchemes" in schema.content
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "http://" not in text
    assert "https://" not in text
    policy = page["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe-eval" not in policy
    script = client.get("/api/v1/docs/?script=")
    assert "/api/v1/schema/" in script.content.decode()
