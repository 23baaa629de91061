"""Minimum guarantees of months, from the promise to the top-up, to the tiyn.

In tenge. 10 000,00 are promised for November; our fee of it at 15 % is 1 500,00, its VAT at 16 %
is 240,00: 11 740,00 leave the free balance. Orders of 20 000,00 earn 2 000,00 each.
"""

import json
from datetime import UTC, date, datetime, timedelta

import time_machine

from attribution.models import Conversion, PeriodReward
from attribution.selectors.guarantees import earned_in_months
from attribution.services.guarantees import guarantees_settle
from attribution.services.late_returns import late_returns_apply
from attribution.services.lifecycle import conversions_advance
from attribution.services.periods import periods_settle
from campaigns.models import CampaignTotals, Guarantee
from campaigns.services.decisions import Reason, participation_remove
from campaigns.services.guarantee_ends import ref_of, reserve_of
from campaigns.services.guarantees import guarantee_cancel, guarantee_make, guarantee_raise
from campaigns.services.invoices import brand_invoice
from campaigns.services.lifecycle import brand_stop, campaign_close, campaigns_sweep
from campaigns.services.participations import participation_leave
from core.notify.models import Message
from core.tenancy.context import acting_as
from exchange.invoice_checks import invoice_findings
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.domain.guarantees import guarantee_released
from ledger.models import Journal
from ledger.selectors import balances
from ledger.services import journals_post
from payouts.selectors import payee_cases
from tests.attribution.shop import shop_open
from tests.attribution.test_rewards import pays
from tests.attribution.test_sale import count, deliver, the
from tests.attribution.test_terms_kinds import NOW, order
from tests.clocks import clock_at
from tests.world import law_load

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
FOURTH = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)  # the first day on which it may be settled
LATER = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)  # every hold is over
PROMISED, WITH_FEES = 10_000_00, 11_740_00


_noon = clock_at(NOW)


def at(moment):
    return time_machine.travel(moment, tick=False)


def promise(cast, month=NOVEMBER, minor=PROMISED):
    return guarantee_make(
        participation_id=cast.tulpar.participation, month=month, amount_minor=minor
    )


def sold(client, shop, count, *, first=1, status="completed", hours=0):
    for n in range(first, first + count):
        deliver(client, shop, order(n, buyer=str(n), hours=hours + n, status=status))


def books(cast, guarantee):
    """(free, escrow, fee reserve, VAT reserve, payable, our fee, VAT that waits for an invoice)"""
    mine = cast.tulpar
    campaign = (mine.brand, mine.campaign)
    refs = [
        accounts.brand_free(mine.brand),
        accounts.guarantee_escrow(mine.brand, guarantee.pk),
        accounts.fee_reserve(*campaign),
        accounts.vat_reserve(*campaign),
        accounts.influencer_payable(mine.influencer),
        accounts.platform_fee(),
        accounts.vat_funded(mine.brand),
    ]
    with acting_as(system="test"):
        found = balances(refs)
    return [found[ref] for ref in refs]


def moved(before, after):
    return [new - old for old, new in zip(before, after, strict=True)]


def proven():
    return money_findings() == ledger_findings() == invoice_findings() == []


def test_a_guarantee_with_money_on_hold(client, cast, shop):
    """Two orders are approved, a third is on hold when the month is over. Nothing is settled until
    that one is: earned 6 000,00, so 4 000,00 are missing; 600,00 fee, 96,00 VAT; 7 044,00 go back.
    Then half of an order comes back: its 1 000,00 are gone, and nothing more is paid for November.
    """
    law_load(cast)
    pays(cast, commission_bps=1_000, clawback_days=30)
    guarantee = Guarantee(pk=0)
    empty = books(cast, guarantee)
    guarantee = promise(cast)
    assert moved(empty, books(cast, guarantee)) == [-WITH_FEES, PROMISED, 1_500_00, 240_00, 0, 0, 0]
    sold(client, shop, 2)
    with at(datetime(2026, 11, 30, 18, 0, tzinfo=UTC)):  # 23:00 in Almaty, received on the 30th
        deliver(client, shop, order(3, buyer="3", hours=240, status="processing"))
    with at(FOURTH + timedelta(days=8)):
        deliver(client, shop, order(3, buyer="3", hours=240, status="completed", minutes=18_000))
        assert conversions_advance() == 2
        assert guarantees_settle() == 0  # 2 000,00 are on hold
    with at(LATER + timedelta(days=20)):
        assert conversions_advance() == 1
        before = books(cast, guarantee)
        assert periods_settle() == 0
        assert guarantees_settle() == 1
        assert guarantees_settle() == 0
        after = books(cast, guarantee)
        assert moved(before, after) == [
            7_044_00, -PROMISED, -1_500_00, -240_00, 4_000_00, 600_00, 96_00,
        ]  # fmt: skip
        reward = the(PeriodReward)
        assert (reward.kind, reward.month, reward.state) == ("guarantee", NOVEMBER, "approved")
        assert (reward.orders, reward.earned_minor, reward.amount_minor) == (3, 6_000_00, 4_000_00)
        assert (reward.fee_minor, reward.vat_minor) == (600_00, 96_00)
        assert the(Guarantee).state == "settled"
        assert "4 000 ₸" in the(Message, kind="guarantee_settled").subject
        totals = the(CampaignTotals)
        assert (totals.accrued_minor, totals.final_minor) == (6_000_00, 6_000_00)
        assert proven()

        refund_half(client, shop)
        assert late_returns_apply() == 1
        assert moved(after, books(cast, guarantee))[4] == -1_000_00
        assert guarantees_settle() == 0
        assert count(PeriodReward) == 1
        assert proven()


def refund_half(client, shop):
    """Of the third order, after its approval."""
    told = json.loads(order(3, buyer="3", hours=240, status="completed", minutes=57_000))
    told["refunds"] = [{"id": 1, "total": "-10000.00"}]
    deliver(client, shop, json.dumps(told).encode())


def test_its_fee_stands_in_an_invoice(client, cast, shop):
    law_load(cast)
    promise(cast)
    with at(FOURTH):
        guarantees_settle()
        (invoice,) = brand_invoice(brand_id=cast.tulpar.brand)
        assert (invoice.net_minor, invoice.vat_minor) == (1_500_00, 240_00)
        assert proven()


def test_who_has_sold_nothing_gets_it_whole_once_the_last_days_news_are_in(cast, shop):
    guarantee = promise(cast)
    with at(FOURTH - timedelta(days=1)):
        assert guarantees_settle() == 0
    with at(FOURTH):
        before = books(cast, guarantee)
        assert guarantees_settle() == 1
        assert moved(before, books(cast, guarantee)) == [
            0, -PROMISED, -1_500_00, -240_00, PROMISED, 1_500_00, 240_00,
        ]  # fmt: skip
        assert proven()


def test_who_has_earned_more_gets_nothing_on_top_and_everything_goes_back(client, cast, shop):
    guarantee = promise(cast, minor=4_000_00)
    sold(client, shop, 2)
    with at(LATER):
        conversions_advance()
        before = books(cast, guarantee)
        assert guarantees_settle() == 1
        assert moved(before, books(cast, guarantee)) == [
            4_696_00, -4_000_00, -600_00, -96_00, 0, 0, 0,
        ]  # fmt: skip
        assert the(PeriodReward).state == "nothing"
        assert "4 696" in the(Message, kind="guarantee_ended").body.replace("\u00a0", " ")
        assert count(Message, kind="guarantee_settled") == 0
        assert proven()


def test_a_tier_is_settled_first_and_counts(client, cast, shop):
    """Two orders earn 4 000,00, the tier adds 2 % of 40 000,00: 5 200,00 are missing."""
    pays(
        cast,
        commission_bps=1_000,
        tier_kind="retroactive",
        tiers=[{"orders": 2, "bps": 1_200}],
        cap_influencer_minor=5_000_00,  # orders and tiers: a guarantee is no part of it
    )
    promise(cast)
    sold(client, shop, 2)
    with at(LATER):
        conversions_advance()
        assert guarantees_settle() == 0
        assert periods_settle() == 1
        assert guarantees_settle() == 1
        assert periods_settle() == 0
    with acting_as(system="test"):
        rows = list(PeriodReward.objects.order_by("pk").values_list("kind", "amount_minor"))
    assert rows == [("tier", 800_00), ("guarantee", 5_200_00)]
    with acting_as(system="test"):
        (case,) = payee_cases(LATER.date(), [cast.tulpar.influencer])
    assert case.payable_minor == sum(part.amount_minor for part in case.parts) == PROMISED
    assert proven()


def test_a_raise_sets_the_difference_aside(cast, shop):
    guarantee = promise(cast)
    before = books(cast, guarantee)
    guarantee_raise(guarantee_id=guarantee.pk, amount_minor=10_000_03)  # a fee of 1 500,0045
    assert moved(before, books(cast, guarantee)) == [-3, 3, 0, 0, 0, 0, 0]
    guarantee_raise(guarantee_id=guarantee.pk, amount_minor=12_000_00)
    assert moved(before, books(cast, guarantee)) == [-2_348_00, 2_000_00, 300_00, 48_00, 0, 0, 0]
    with acting_as(system="test"):
        keys = Journal.objects.filter(business_key__startswith="guar:").order_by("pk")
        assert [key.partition(str(guarantee.pk))[2] for key in keys.values_list(
            "business_key", flat=True
        )] == ["", ":1", ":2"]  # fmt: skip
    assert count(Message, kind="guarantee_promised") == 3
    assert proven()


def test_a_promise_is_taken_back_before_its_month_and_may_be_made_anew(cast, shop):
    guarantee = promise(cast, DECEMBER)
    before = books(cast, guarantee)
    guarantee_cancel(guarantee_id=guarantee.pk)
    assert moved(before, books(cast, guarantee)) == [
        WITH_FEES, -PROMISED, -1_500_00, -240_00, 0, 0, 0,
    ]  # fmt: skip
    assert (the(Guarantee).state, the(Guarantee).ending) == ("released", "cancelled")
    assert count(Message, kind="guarantee_cancelled") == 1
    promise(cast, DECEMBER)
    assert proven()


def test_who_leaves_gives_up_the_running_month_and_later_ones_but_no_month_that_is_over(
    client, cast, shop
):
    months = [promise(cast, month) for month in (NOVEMBER, DECEMBER, JANUARY)]
    with at(FOURTH - timedelta(days=2)):  # the 2nd of December
        participation_leave(participation_id=cast.tulpar.participation)
    assert [after(each) for each in months] == [
        ("promised", ""), ("released", "left"), ("released", "left"),
    ]  # fmt: skip
    with at(FOURTH):
        assert count(Message, kind="guarantee_ended") == 2  # November stands
        assert guarantees_settle() == 1
        assert proven()
    assert the(PeriodReward).amount_minor == PROMISED


def test_a_participation_that_the_brand_ends_with_a_reason_ends_its_promises(cast, shop):
    guarantee = promise(cast)
    participation_remove(participation_id=cast.tulpar.participation, reason=Reason(code="breach"))
    assert after(guarantee) == ("released", "removed")
    assert "10\u00a0000" in the(Message, kind="guarantee_cancelled").body
    with at(FOURTH):
        assert guarantees_settle() == 0
    assert proven()


def test_a_closed_campaign_keeps_the_running_months_promise_whole(client, cast, shop):
    running, later = promise(cast), promise(cast, DECEMBER)
    sold(client, shop, 1)
    campaign_close(campaign_id=cast.tulpar.campaign)
    assert (after(running), after(later)) == (("promised", ""), ("released", "closed"))
    with at(LATER):
        conversions_advance()
        campaigns_sweep()  # the rest of the campaign goes back, the promise's fee does not
        assert books(cast, running)[1:4] == [PROMISED, 1_500_00, 240_00]
        assert guarantees_settle() == 1
        assert books(cast, running)[:5] == [
            10**9 - WITH_FEES, 0, 0, 0, 10_000_00,  # 2 000,00 by the order, 8 000,00 on top
        ]  # fmt: skip
        assert proven()


def test_a_suspended_brands_promise_is_settled_as_any(cast, shop):
    promise(cast)
    with acting_as(ops=cast.maker, user_id=cast.maker):
        brand_stop(brand_id=cast.tulpar.brand, reason="Complaints")
    with at(FOURTH):
        assert guarantees_settle() == 1
    assert the(PeriodReward).amount_minor == PROMISED


def test_an_order_that_waits_for_budget_is_open_until_the_campaign_is_closed(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=1_000_00)
    promise(cast)
    sold(client, shop, 1)
    assert the(Conversion).status == "awaiting_funding"
    with at(LATER):
        assert guarantees_settle() == 0
        campaign_close(campaign_id=cast.tulpar.campaign)
        assert guarantees_settle() == 1
    assert the(PeriodReward).amount_minor == PROMISED


def test_a_tier_that_can_never_be_settled_holds_no_promise_back(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=1_000_00)
    pays(cast, commission_bps=1_000, bonuses=[{"orders": 1, "minor": 500_00}])
    promise(cast)
    sold(client, shop, 1)
    with at(LATER):
        campaign_close(campaign_id=cast.tulpar.campaign)
        assert periods_settle() == 0
        assert guarantees_settle() == 1


def test_one_that_cannot_be_settled_keeps_no_other_waiting(cast, shop):
    stuck, other = promise(cast), promise_of(cast.sauran)
    with acting_as(system="test"):
        journals_post(
            [guarantee_released(ref_of(stuck), reserve=reserve_of(stuck))], occurred_at=NOW
        )
    with at(FOURTH):
        assert guarantees_settle() == 1
    assert (after(stuck)[0], after(other)[0]) == ("promised", "settled")
    (finding,) = money_findings()
    assert finding.startswith(f"guarantee {stuck.pk} is promised: 1000000 must be in escrow")


def test_a_settlement_without_its_reward_or_money_is_found(cast, shop):
    guarantee = promise(cast, minor=4_000_00)
    with acting_as(system="test"):
        journals_post(
            [guarantee_released(ref_of(guarantee), reserve=reserve_of(guarantee))], occurred_at=NOW
        )
        Guarantee.objects.update(state="settled", ended_at=NOW)
    assert money_findings() == [
        f"guarantee {guarantee.pk} is settled with no reward, the ledger added 0"
    ]


def promise_of(party):
    shop_open(party)
    return guarantee_make(
        participation_id=party.participation, month=NOVEMBER, amount_minor=PROMISED
    )


def test_what_is_earned_so_far_is_told_by_month(client, cast, shop):
    sold(client, shop, 2)
    with at(LATER - timedelta(days=7)):
        conversions_advance()
        sold(client, shop, 1, first=7, status="processing")
        mine = cast.tulpar.participation
        with acting_as(system="test"):
            found = earned_in_months([(mine, NOVEMBER), (mine, DECEMBER)])
    sums = [(each.approved_minor, each.open_minor, each.orders) for each in found.values()]
    assert sums == [(4_000_00, 2_000_00, 2), (0, 0, 0)]


def after(guarantee):
    row = the(Guarantee, pk=guarantee.pk)
    return row.state, row.ending
