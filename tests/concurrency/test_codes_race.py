"""One one-time code in two orders at once is used by one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import time_machine
from django.test import Client

from attribution.models import Candidate, InboundEvent
from attribution.services.ingest import inbound_events_process
from campaigns.services.code_pools import PoolTerms, codes_import
from core.tenancy.context import acting_as
from tests.attribution.shop import order_body, shop_open, signed
from tests.concurrency.test_ledger_race import closing

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ORDERS = 6


def test_of_orders_with_the_same_one_time_code_one_has_it(committed_cast):
    party = committed_cast.tulpar
    with time_machine.travel(NOW):
        shop = shop_open(party)
        terms = PoolTerms(
            campaign_id=party.campaign, participation_id=party.participation, name="Stories"
        )
        codes_import(terms, raw=b"TUL-7F3K")
        for number in range(ORDERS):
            body = order_body(number + 1, coupons=("TUL-7F3K",))
            assert Client().post(shop.path, body, **signed(body)).status_code == 200
        with acting_as(system="test"):
            waiting = list(InboundEvent.objects.values_list("pk", flat=True))
        with ThreadPoolExecutor(ORDERS) as pool:
            done = [
                pool.submit(closing(lambda pk=pk: inbound_events_process([pk]))) for pk in waiting
            ]
            for each in done:
                each.result()
    with acting_as(system="test"):
        reasons = sorted(Candidate.objects.values_list("reason", flat=True))
    assert reasons == ["code_used"] * (ORDERS - 1) + ["decided"]
