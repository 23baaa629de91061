"""A budget as a ceiling: told of before it ends, made smaller by what nobody has earned."""

from datetime import UTC, datetime

import pytest

from attribution.models import Conversion
from attribution.services.lifecycle import campaign_fund
from brands.models import Brand
from campaigns.domain.budget import levels_crossed, levels_reached, shrink_most
from campaigns.models import BudgetAlert, Campaign, CampaignTotals
from campaigns.selectors import campaigns_funded, cards_for
from campaigns.services import (
    BudgetOwed,
    CampaignConflict,
    campaign_close,
    campaign_pause,
    campaign_shrink,
    campaign_top_up,
    campaigns_sweep,
)
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balances
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import deliver
from tests.clocks import clock_at

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
REWARD = 255_000  # 10 % of 25 500,00


_noon = clock_at(NOW)


def held(cast):
    """(free, budget, fee reserve, VAT reserve)"""
    key = (cast.tulpar.brand, cast.tulpar.campaign)
    refs = [
        accounts.brand_free(cast.tulpar.brand),
        accounts.budget(*key),
        accounts.fee_reserve(*key),
        accounts.vat_reserve(*key),
    ]
    with acting_as(system="test looks"):
        found = balances(refs)
    return tuple(found[ref] for ref in refs)


def campaign(cast):
    with acting_as(system="test looks"):
        return Campaign.objects.get(pk=cast.tulpar.campaign)


def shrink(cast, minor):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return campaign_shrink(campaign_id=cast.tulpar.campaign, amount_minor=minor)


def sell(client, shop, *numbers):
    for number in numbers:
        deliver(client, shop, order_body(number, coupons=("AQTAS",)))


def statuses():
    with acting_as(system="test looks"):
        return list(Conversion.objects.order_by("pk").values_list("order_number", "status"))


def alerts():
    with acting_as(system="test looks"):
        return list(BudgetAlert.objects.order_by("pk").values_list("level_percent", "budget_minor"))


def mails():
    with acting_as(ops=1):
        return list(Message.objects.filter(kind="budget_alert").values_list("subject", flat=True))


# --- The rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "levels"),
    [(0, []), (699, []), (700, [70]), (899, [70]), (900, [70, 90]), (999, [70, 90]),
     (1_000, [70, 90, 100]), (1_001, [70, 90, 100])],
)  # fmt: skip
def test_levels_are_reached_at_their_exact_tiyn(used, levels):
    assert sorted(levels_reached(1_000, used)) == levels


def test_a_level_is_crossed_upwards_alone():
    assert levels_crossed(1_000, before_minor=0, after_minor=950) == (70, 90)
    assert levels_crossed(1_000, before_minor=700, after_minor=950) == (90,)
    assert levels_crossed(1_000, before_minor=950, after_minor=0) == ()


@pytest.mark.parametrize(
    ("budget", "left", "most"), [(100, 40, 40), (100, 100, 99), (100, 0, 0), (100, -5, 0)]
)
def test_a_budget_shrinks_by_what_is_left_and_never_to_nothing(budget, left, most):
    assert shrink_most(budget, left) == most


# --- Told -----------------------------------------------------------------------------------


def test_the_team_is_told_once_at_70_at_90_and_at_the_end(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=10 * REWARD)
    sell(client, shop, 1, 2, 3, 4, 5, 6)
    assert (alerts(), mails()) == ([], [])
    sell(client, shop, 7, 8)
    assert (alerts(), mails()) == ([(70, 10 * REWARD)], ["70% of the budget is used: tulpar sale"])
    sell(client, shop, 9)
    sell(client, shop, 10, 11)
    assert alerts() == [(70, 10 * REWARD), (90, 10 * REWARD), (100, 10 * REWARD)]
    assert mails()[1:] == [
        "90% of the budget is used: tulpar sale",
        "The budget is used up: tulpar sale",
    ]
    assert [status for _number, status in statuses()] == 10 * ["pending"] + ["awaiting_funding"]


def test_a_jump_over_two_levels_is_one_mail(client, cast):
    sell(client, shop_open(cast.tulpar, budget_minor=REWARD + 1), 1)
    assert alerts() == [(70, REWARD + 1), (90, REWARD + 1)]
    assert mails() == ["90% of the budget is used: tulpar sale"]


def test_a_return_and_another_order_do_not_tell_again(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=10 * REWARD)
    sell(client, shop, 1, 2, 3, 4, 5, 6, 7)
    deliver(client, shop, order_body(7, status="cancelled", coupons=("AQTAS",), minutes=5))
    sell(client, shop, 8)
    assert len(alerts()) == len(mails()) == 1


def test_a_bigger_budget_may_run_out_again(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=REWARD)
    sell(client, shop, 1, 2, 3)
    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=2 * REWARD)
    assert campaign_fund(cast.tulpar.campaign) == 2
    assert [status for _number, status in statuses()] == 3 * ["pending"]
    assert {budget for _level, budget in alerts()} == {REWARD, 3 * REWARD}
    assert len(mails()) == 2


# --- Smaller --------------------------------------------------------------------------------

# Reserved: 10 000 000, 15 % fee = 1 500 000, 16 % VAT on it = 240 000. After it has shrunk by
# 3 333 333 to 6 666 667: fee 1 000 000,05 -> 1 000 000, VAT 160 000.
BUDGET, LESS = 10_000_000, 3_333_333
BACK = LESS + 500_000 + 80_000


def test_what_goes_back_is_the_difference_of_two_whole_reserves(cast):
    shop_open(cast.tulpar, budget_minor=BUDGET)
    before = held(cast)[0]
    shrink(cast, LESS)
    assert held(cast) == (before + BACK, 6_666_667, 1_000_000, 160_000)
    assert campaign(cast).budget_minor == 6_666_667
    assert ledger_findings() == []


def test_ten_small_steps_give_back_what_one_gives(cast):
    shop_open(cast.tulpar, budget_minor=BUDGET)
    before = held(cast)[0]
    for step in [333_333] * 9 + [LESS - 9 * 333_333]:
        shrink(cast, step)
    assert held(cast) == (before + BACK, 6_666_667, 1_000_000, 160_000)


def test_what_is_earned_stays_with_its_fee_and_vat(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=10 * REWARD)
    sell(client, shop, 1)
    with pytest.raises(BudgetOwed, match="At most 22\xa0950\xa0₸") as refused:
        shrink(cast, 9 * REWARD + 1)
    assert refused.value.most_minor == 9 * REWARD
    assert set(refused.value.fields) == {"amount"}
    shrink(cast, 9 * REWARD)
    # fee 15 % of 255 000 = 38 250, all of it on hold; VAT 16 % of that = 6 120 waits in reserve
    assert held(cast)[1:] == (0, 0, 6_120)
    assert ledger_findings() == []
    sell(client, shop, 2)
    assert statuses() == [("1", "pending"), ("2", "awaiting_funding")]


def test_a_smaller_budget_may_be_nearly_used(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=10 * REWARD)
    sell(client, shop, 1, 2)
    shrink(cast, 7 * REWARD + REWARD // 2)
    assert alerts() == [(70, 2 * REWARD + REWARD // 2 + REWARD % 2)]


def test_everything_goes_back_only_by_closing(cast):
    shop_open(cast.tulpar, budget_minor=BUDGET)
    with pytest.raises(BudgetOwed, match="close the campaign"):
        shrink(cast, BUDGET)
    before = held(cast)[0]
    with acting_as(brand=cast.tulpar.brand):
        campaign_close(campaign_id=cast.tulpar.campaign)
    assert held(cast) == (before + 11_740_000, 0, 0, 0)
    with pytest.raises(CampaignConflict):
        shrink(cast, 1)


@pytest.mark.parametrize("minor", [0, -1, 10**30])
def test_what_is_no_amount_shrinks_nothing(cast, minor):
    shop_open(cast.tulpar, budget_minor=BUDGET)
    before = held(cast)
    with pytest.raises(Invalid):
        shrink(cast, minor)
    assert held(cast) == before


def test_closing_with_an_order_on_its_way_keeps_its_money_and_the_rest_follows(client, cast):
    shop = shop_open(cast.tulpar, budget_minor=2 * REWARD)
    sell(client, shop, 1)
    before = held(cast)[0]
    with acting_as(brand=cast.tulpar.brand):
        campaign_close(campaign_id=cast.tulpar.campaign)
    assert held(cast) == (before, REWARD, 38_250, 12_240)
    deliver(client, shop, order_body(1, status="cancelled", coupons=("AQTAS",), minutes=5))
    with acting_as(system="test looks"):
        assert CampaignTotals.objects.get(campaign_id=cast.tulpar.campaign).accrued_minor == 0

    campaigns_sweep()
    assert held(cast) == (before + 2 * REWARD + 76_500 + 12_240, 0, 0, 0)


# --- The badge ------------------------------------------------------------------------------


def badge(cast):
    with acting_as(influencer=cast.sauran.influencer):
        [card] = cards_for([Campaign.objects.get(pk=cast.tulpar.campaign)])
    return card.is_funded, card.is_verified


def test_the_badge_is_the_ledgers(client, cast):
    assert badge(cast) == (False, True)  # live by its row, and nothing was ever reserved
    shop = shop_open(cast.tulpar, budget_minor=REWARD)
    assert badge(cast) == (True, True)
    sell(client, shop, 1)
    assert badge(cast) == (False, True)
    campaign_top_up(campaign_id=cast.tulpar.campaign, amount_minor=1)
    with acting_as(system="test data"):
        Brand.objects.filter(pk=cast.tulpar.brand).update(state="suspended")
    assert badge(cast) == (True, False)
    with acting_as(public="/"):
        assert campaigns_funded([campaign(cast)]) == {cast.tulpar.campaign}


def test_a_paused_campaign_may_be_made_smaller(cast):
    shop_open(cast.tulpar, budget_minor=BUDGET)
    with acting_as(brand=cast.tulpar.brand):
        campaign_pause(campaign_id=cast.tulpar.campaign)
    shrink(cast, LESS)
    assert campaign(cast).status == "paused"
