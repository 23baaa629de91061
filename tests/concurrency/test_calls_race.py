"""A hundred of the same call at once, at the doors of postbacks and of the API: one row."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from attribution.connectors.postback.reading import sign
from attribution.models import Connection, IdempotentCall, InboundEvent
from attribution.services.connections import connection_create
from brands.models import Brand
from brands.services import api_key_create
from core import clock
from core.tenancy.context import acting_as

CALLS, AT_ONCE = 100, 20


def all_at_once(call) -> Counter:
    """{what was answered: how often}"""
    barrier = Barrier(AT_ONCE)

    def some(_n):
        try:
            barrier.wait(timeout=30)
            return [call(Client()) for _each in range(CALLS // AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(answer for answers in pool.map(some, range(AT_ONCE)) for answer in answers)


def counts(*models):
    with acting_as(system="test looks"):
        return tuple(model.objects.count() for model in models)


def test_a_hundred_times_the_same_postback_is_one_event(committed_cast):
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=committed_cast.tulpar.brand)
    made, secret = connection_create(
        brand=brand, source="postback", name="Tracker", preset="native", currency="KZT"
    )
    said = {"order_id": "KZ-1", "sum": "100.00", "status": "pending"}
    said["ts"] = str(int(clock.now().timestamp()))
    query = urlencode(said | {"sig": sign(said, secret)})

    def call(client):
        answer = client.get(f"/postback/{made.endpoint_token}?{query}")
        return answer.status_code, answer.json()["status"], answer.json()["event_id"]

    answers = all_at_once(call)
    with acting_as(system="test looks"):
        event_id = str(InboundEvent.objects.get().pk)
    assert answers == {(200, "accepted", event_id): 1, (200, "duplicate", event_id): CALLS - 1}


def test_a_hundred_times_the_same_order_is_one_event_and_one_answer(committed_cast):
    brand_id = committed_cast.tulpar.brand
    with acting_as(brand=brand_id):
        _key, secret = api_key_create(brand_id=brand_id, name="server", scopes=["orders:write"])
    order = {
        "external_id": "KZ-1",
        "status": "created",
        "occurred_at": clock.now().isoformat(),
        "updated_at": clock.now().isoformat(),
        "currency": "KZT",
        "lines": [{"line_id": "1", "quantity": 1, "amount_minor": 100}],
    }

    def call(client, **headers):
        answer = client.post(
            "/api/v1/orders",
            json.dumps(order),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
            **headers,
        )
        said = answer.json()
        return answer.status_code, said.get("status") or said["code"]

    answers = all_at_once(lambda client: call(client, HTTP_IDEMPOTENCY_KEY="one"))
    assert set(answers) <= {(202, "accepted"), (409, "idempotency_in_flight")}
    assert answers[202, "accepted"] >= 1
    assert counts(InboundEvent, IdempotentCall, Connection) == (1, 1, 1)
    assert all_at_once(call) == {(200, "duplicate"): CALLS}
    assert counts(InboundEvent) == (1,)
