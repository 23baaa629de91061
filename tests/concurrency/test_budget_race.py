"""Two orders at once, and a budget for one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine

from attribution.models import Conversion, InboundEvent
from attribution.services import books
from attribution.services.ingest import inbound_events_process
from campaigns.models import Campaign, CampaignTotals
from campaigns.services import budgets, campaign_shrink
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.attribution.shop import order_body, shop_open, signed
from tests.attribution.test_sale import deliver
from tests.campaigns.test_budgets import NOW, REWARD
from tests.concurrency.test_ledger_race import WAIT_SECONDS, closing, overlap, walls_down

pytestmark = pytest.mark.django_db(transaction=True)


def two_at_once(client, cast) -> tuple[list[str], int]:
    """What became of the two orders, and what is left of the budget. One before them has opened
    every account."""
    with time_machine.travel(NOW, tick=False):
        shop = shop_open(cast.tulpar, budget_minor=2 * REWARD)
        deliver(client, shop, order_body(9, coupons=("AQTAS",)))
        for number in (1, 2):
            body = order_body(number, coupons=("AQTAS",))
            assert client.post(shop.path, body, **signed(body)).status_code == 200
        with acting_as(system="test"):
            came = InboundEvent.objects.filter(state="received").order_by("pk")
            first, second = came.values_list("pk", flat=True)
        overlap(lambda: inbound_events_process([first]), lambda: inbound_events_process([second]))
    with acting_as(system="test"):
        left = balance_minor(accounts.budget(cast.tulpar.brand, cast.tulpar.campaign))
        both = Conversion.objects.exclude(order_number="9").order_by("order_number")
        return list(both.values_list("status", flat=True)), left


def test_a_budget_is_promised_once(client, committed_cast):
    statuses, left = two_at_once(client, committed_cast)
    assert (sorted(statuses), left) == (["awaiting_funding", "pending"], 0)
    assert ledger_findings() == []


def test_the_race_is_real_without_the_locks(client, committed_cast, monkeypatch):
    """Keeps the test above honest: without the lock of the totals, and the ledger's own walls, the
    campaign promises what it does not have."""

    def unlocked(campaign_ids):
        totals = CampaignTotals.objects.select_related("campaign")
        return list(totals.filter(campaign_id__in=campaign_ids))

    with acting_as(system="test data"):
        CampaignTotals.objects.create(
            campaign_id=committed_cast.tulpar.campaign, brand_id=committed_cast.tulpar.brand
        )
    monkeypatch.setattr(books, "_totals_locked", unlocked)
    monkeypatch.setattr(books, "rows_update", lambda rows, columns: None)  # it would lock them too
    with walls_down(lock=True, check=True):
        statuses, left = two_at_once(client, committed_cast)
    assert (statuses, left) == (["pending", "pending"], -REWARD)


def test_a_budget_is_made_smaller_while_an_order_comes(client, committed_cast, monkeypatch):
    """The order holds the totals and is about to name the campaign; the brand holds the campaign
    and is about to take the totals. Neither is refused."""
    cast = committed_cast
    both_hold = Barrier(2, timeout=WAIT_SECONDS)
    totals_locked, totals_lock = books._totals_locked, budgets.totals_lock

    def of_the_order(campaign_ids):
        found = totals_locked(campaign_ids)
        both_hold.wait()
        return found

    def of_the_brand(**campaign):
        both_hold.wait()
        totals_lock(**campaign)

    with time_machine.travel(NOW, tick=False):
        shop = shop_open(cast.tulpar, budget_minor=4 * REWARD)
        deliver(client, shop, order_body(9, coupons=("AQTAS",)))
        body = order_body(1, coupons=("AQTAS",))
        assert client.post(shop.path, body, **signed(body)).status_code == 200
        with acting_as(system="test"):
            event = InboundEvent.objects.get(state="received")
        monkeypatch.setattr(books, "_totals_locked", of_the_order)
        monkeypatch.setattr(budgets, "totals_lock", of_the_brand)
        shrink = {"campaign_id": cast.tulpar.campaign, "amount_minor": REWARD}
        with ThreadPoolExecutor(2) as pool:
            done = [
                pool.submit(closing(lambda: inbound_events_process([event.pk]))),
                pool.submit(closing(lambda: campaign_shrink(**shrink))),
            ]
            assert [each.exception() for each in done] == [None, None]
    with acting_as(system="test"):
        event.refresh_from_db()
        budget_minor = Campaign.objects.get(pk=cast.tulpar.campaign).budget_minor
        left_minor = balance_minor(accounts.budget(cast.tulpar.brand, cast.tulpar.campaign))
    assert (event.state, event.attempts) == ("done", 1)
    assert (budget_minor, left_minor) == (3 * REWARD, REWARD)
    assert ledger_findings() == money_findings() == []
