"""The orders of the API as their schema describes them: whatever fits it, and whatever does not,
gets an answer that the schema names, and never a fault of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
import schemathesis
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from brands.services import api_key_create
from core.tenancy.context import acting_as
from tests.attribution.test_sale import work

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOMENT = "2026-11-20T09:00:00Z"
EXAMPLES = 15  # of each kind, on each address: seconds in all
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def key(cast) -> str:
    scopes = ["orders:write", "orders:read"]
    with acting_as(brand=cast.tulpar.brand):
        _key, secret = api_key_create(brand_id=cast.tulpar.brand, name="server", scopes=scopes)
    return secret


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """No request may end the test's own, as django.test.Client sees to."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@cache
def schema_read():
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", WSGIHandler())


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(
    ("path", "method"), [("/api/v1/orders", "POST"), ("/api/v1/orders/{external_id}", "GET")]
)
def test_whatever_is_sent_the_answer_is_one_of_the_schema(key, path, method, mode):
    operation = schema_read()[path][method]
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            case.body |= {"occurred_at": MOMENT, "updated_at": MOMENT}  # no schema knows the past
        response = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    with time_machine.travel(NOW, tick=False):
        ask()
        work()  # what was taken can be worked on
    if method == "POST":
        assert statuses & ({202} if mode is GenerationMode.POSITIVE else {400, 422}), statuses
