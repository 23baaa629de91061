"""Months that are over: top-ups and bonuses from the budget to a paid payout, to the tiyn."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from attribution.models import PeriodReward
from attribution.services.lifecycle import conversions_advance
from attribution.services.periods import periods_settle
from campaigns.models import Campaign, CampaignTotals
from campaigns.services.lifecycle import campaign_close, campaign_release, campaign_top_up
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from payouts.selectors import payee_cases
from tests.attribution.shop import shop_open
from tests.attribution.test_rewards import pays
from tests.attribution.test_sale import deliver, held, the
from tests.attribution.test_terms_kinds import BUDGET, NOW, order
from tests.clocks import clock_at

RETRO = {
    "commission_bps": 1_000,
    "tier_kind": "retroactive",
    "tiers": [{"orders": 2, "bps": 1_200}],
}
DECEMBER = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)


_noon = clock_at(NOW)


def sold(client, shop, count, *, first=1):
    """So many orders of 20 000.00 of November, received; 2 000.00 each at 10 %."""
    for n in range(first, first + count):
        deliver(client, shop, order(n, buyer=str(n), hours=n, status="completed"))


def months():
    with acting_as(system="test"):
        rows = PeriodReward.objects.order_by("kind")
        return list(rows.values_list("kind", "orders", "amount_minor", "state"))


def test_a_tier_is_topped_up_once_when_nothing_of_the_month_is_open(client, cast, shop):
    pays(cast, **RETRO)
    sold(client, shop, 2)
    deliver(client, shop, order(3, buyer="3", hours=3))  # on its way
    with time_machine.travel(DECEMBER, tick=False):
        assert conversions_advance() == 2
        assert periods_settle() == 0
        deliver(client, shop, order(3, buyer="3", hours=3, status="cancelled", minutes=9))
        assert periods_settle() == 1
        assert periods_settle() == 0
    # 2 % of 40 000.00; fee 15 % of 4 800.00 is 720.00, its VAT at 16 % is 115.20
    assert months() == [("tier", 2, 800_00, "approved")]
    assert held(cast) == (0, 4_800_00, BUDGET - 4_800_00)
    reward = the(PeriodReward)
    assert (reward.month, reward.earned_minor) == (date(2026, 11, 1), 4_000_00)
    assert (reward.fee_minor, reward.vat_minor) == (120_00, 19_20)
    totals = the(CampaignTotals, campaign=cast.tulpar.campaign)
    assert (totals.accrued_minor, totals.final_minor) == (4_800_00, 4_800_00)
    assert (totals.fee_final_minor, totals.vat_final_minor) == (720_00, 115_20)
    assert money_findings() == []


def test_a_month_that_reached_nothing_says_so_and_is_not_asked_again(client, cast, shop):
    pays(cast, **RETRO, bonuses=[{"orders": 2, "minor": 5_000_00}])
    sold(client, shop, 1)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        assert periods_settle() == 2
        assert periods_settle() == 0
    assert months() == [("bonus", 1, 0, "nothing"), ("tier", 1, 0, "nothing")]
    assert held(cast) == (0, 2_000_00, BUDGET - 2_000_00)


def test_the_running_month_is_not_settled(client, cast, shop):
    pays(cast, **RETRO)
    sold(client, shop, 2)
    with time_machine.travel(datetime(2026, 11, 30, 18, 59, tzinfo=UTC), tick=False):
        assert periods_settle() == 0


def test_a_bonus_that_the_budget_cannot_carry_waits_for_it(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=6_000_00)
    pays(cast, commission_bps=1_000, bonuses=[{"orders": 2, "minor": 5_000_00}])
    sold(client, shop, 2)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        periods_settle()
        assert months() == [("bonus", 2, 5_000_00, "awaiting_funding")]
        assert held(cast) == (0, 4_000_00, 2_000_00)
        assert money_findings() == []
        with acting_as(system="test"):
            Campaign.objects.filter(pk=cast.tulpar.campaign).update(status="live")
        campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=3_000_00)
        periods_settle()
    assert months() == [("bonus", 2, 5_000_00, "approved")]
    assert held(cast) == (0, 9_000_00, 0)


def test_the_most_for_an_influencer_holds_for_months_and_the_orders_after_them(client, cast, shop):
    pays(cast, **RETRO, cap_influencer_minor=4_500_00)
    sold(client, shop, 2)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        periods_settle()
        assert months() == [("tier", 2, 500_00, "approved")]
        deliver(client, shop, order(9, buyer="9", hours=700))
    assert held(cast) == (0, 4_500_00, BUDGET - 4_500_00)


def test_what_is_payable_is_explained_with_months(client, cast, shop):
    pays(cast, **RETRO)
    sold(client, shop, 2)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        periods_settle()
        with acting_as(system="test"):
            (case,) = payee_cases(DECEMBER.date(), [cast.tulpar.influencer])
    assert case.payable_minor == sum(part.amount_minor for part in case.parts) == 4_800_00
    assert [bool(part.period_reward_id) for part in case.parts] == [False, False, True]


def test_a_closed_campaign_keeps_its_rest_until_its_months_are_settled(client, cast, shop):
    pays(cast, **RETRO)
    sold(client, shop, 2)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        campaign_close(campaign_id=cast.tulpar.campaign)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        assert campaign_release(campaign_id=cast.tulpar.campaign) == 0
        periods_settle()
        assert months() == [("tier", 2, 800_00, "approved")]
        with acting_as(system="test"):
            rest = balance_minor(accounts.budget(cast.tulpar.brand, cast.tulpar.campaign))
    assert rest == 0


def test_a_month_is_rewarded_once_by_the_database(client, cast, shop):
    pays(cast, **RETRO)
    sold(client, shop, 2)
    with time_machine.travel(DECEMBER, tick=False):
        conversions_advance()
        periods_settle()
    reward = the(PeriodReward)

    with acting_as(system="test"), pytest.raises(IntegrityError), transaction.atomic():
        PeriodReward.objects.create(
            brand_id=reward.brand_id,
            campaign_id=reward.campaign_id,
            participation_id=reward.participation_id,
            influencer_id=reward.influencer_id,
            month=reward.month,
            kind="tier",
            orders=1,
            earned_minor=1,
            amount_minor=1,
            state="awaiting_funding",
        )
