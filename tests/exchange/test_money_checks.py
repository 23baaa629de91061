"""Each proof is silent over a world that the services made, and finds its planted lie."""

import json

import pytest

from attribution.models import Connection, Conversion, InboundEvent
from attribution.services.conversions import conversions_approve
from attribution.services.inbox import WEBHOOK, Received, events_store
from attribution.services.ingest import inbound_events_process
from campaigns.models import CampaignTotals
from core import clock
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.domain.fees import Reserve
from ledger.domain.journals import PayoutMoney, campaign_reserve, deposit, payout_created
from ledger.services import journals_post
from payouts.models import Payout
from tests.cast import CODES
from tests.core.matrix_rows import payout_rows


@pytest.fixture
def sold(cast):
    """Tulpar has sold goods of 20 000 tenge by Aliya's code: 2 000 tenge are hers."""
    tulpar = cast.tulpar
    money = Reserve(budget_minor=500_000_00, fee_minor=75_000_00, vat_minor=12_000_00)
    body = {
        "id": 1042,
        "number": "1042",
        "status": "processing",
        "currency": "KZT",
        "date_created_gmt": "2026-11-20T10:00:00",
        "date_modified_gmt": "2026-11-20T10:00:00",
        "billing": {},
        "coupon_lines": [{"code": CODES["tulpar"]}],
        "total": "20000.00",
        "line_items": [{"id": 1, "name": "Alma", "quantity": 1, "total": "20000.00"}],
    }
    with acting_as(system="test data"):
        journals_post(
            [deposit(statement_row="1", brand_id=tulpar.brand, amount_minor=1_000_000_00)],
            occurred_at=clock.now(),
        )
        reserve = campaign_reserve(
            campaign_id=tulpar.campaign, n=1, brand_id=tulpar.brand, reserve=money
        )
        journals_post([reserve], occurred_at=clock.now())
        shop = Connection.objects.create(
            brand_id=tulpar.brand, source="woocommerce", name="shop", secrets="[]"
        )
        (event,) = events_store(
            shop,
            WEBHOOK,
            InboundEvent.Trust.SIGNED,
            [Received("1", json.dumps(body).encode())],
        )
    inbound_events_process([event])
    with acting_as(system="test"):
        return Conversion.objects.get(commission_minor=2_000_00)


def test_what_the_services_made_agrees(sold):
    assert money_findings() == []


def test_a_reward_that_the_ledger_does_not_know_is_found(sold):
    with acting_as(system="lie"):
        Conversion.objects.filter(pk=sold.pk).update(commission_minor=2_000_01)
    assert money_findings() == [
        f"conversion {sold.public_id} is worth 200001, the ledger has 200000",
        f"campaign {sold.campaign_id}: accrued says 200000, conversions sum to 200001;"
        " final says 0, they sum to 0",
    ]


def test_totals_that_lost_a_conversion_are_found(sold):
    with acting_as(system="lie"):
        CampaignTotals.objects.update(accrued_minor=0)
    assert money_findings() == [
        f"campaign {sold.campaign_id}: accrued says 0, conversions sum to 200000;"
        " final says 0, they sum to 0"
    ]


def test_a_payout_without_its_money_in_flight_is_found(sold, cast):
    with acting_as(system="test data"):
        payout = next(
            row for row in payout_rows(cast.tulpar, cast.maker) if isinstance(row, Payout)
        )
    assert money_findings() == [
        "payout P-tulpar is created: 180000 must be in flight, the ledger has 0"
    ]
    money = PayoutMoney(payout.pk, payout.influencer_id, 2_000_00, {"ipn": 200_00})
    approve(sold)
    with acting_as(system="test data"):
        journals_post([payout_created(money)], occurred_at=clock.now())
    assert money_findings() == []


def approve(conversion):
    """The influencer's money becomes payable, as the lifecycle does it."""
    with acting_as(system="test data"):
        Conversion.objects.filter(pk=conversion.pk).update(status="on_hold", hold_until=clock.now())
        conversions_approve(
            [Conversion.objects.get(pk=conversion.pk)], at=clock.now(), cause="test"
        )
