from datetime import date, timedelta

import pytest
import time_machine

from brands.models import Brand, BrandContract
from campaigns.models import Campaign, CampaignTotals, Terms
from campaigns.services import (
    BrandNotVerified,
    CampaignConflict,
    brand_stop,
    campaign_close,
    campaign_create,
    campaign_funding,
    campaign_pause,
    campaign_publish,
    campaign_release,
    campaign_resume,
    campaign_top_up,
    campaigns_sweep,
)
from core.errors import Invalid
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.models import Journal
from ledger.selectors import balances
from ledger.services import InsufficientFunds
from tests.campaigns.test_offers import OFFER
from tests.world import NOON, money_put

pytestmark = pytest.mark.usefixtures("law")

# Budget 100 000 ₸, fee 15 % of it, VAT 16 % of the fee
BUDGET, FEE, VAT = 10_000_000, 1_500_000, 240_000
TOTAL = BUDGET + FEE + VAT


@pytest.fixture
def draft(cast):
    with acting_as(brand=cast.tulpar.brand):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        return campaign_create(brand=brand, offer=OFFER)


@pytest.fixture
def live(cast, draft):
    money_put(cast, cast.tulpar.brand, TOTAL)
    return as_tulpar(cast, campaign_publish, draft)


def as_tulpar(cast, service, campaign, **given):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return service(campaign_id=campaign.pk, **given)


def money(cast, campaign):
    """(free, budget, fee reserve, VAT reserve)"""
    key = (cast.tulpar.brand, campaign.pk)
    refs = [
        accounts.brand_free(cast.tulpar.brand),
        accounts.budget(*key),
        accounts.fee_reserve(*key),
        accounts.vat_reserve(*key),
    ]
    with acting_as(brand=cast.tulpar.brand):
        held = balances(refs)
    return tuple(held[ref] for ref in refs)


def state(campaign):
    with acting_as(system="test looks"):
        return Campaign.objects.get(pk=campaign.pk)


# --- Publishing -----------------------------------------------------------------------------


def test_what_a_campaign_costs_is_said_before(cast, draft):
    money_put(cast, cast.tulpar.brand, 11_000_000)
    with acting_as(brand=cast.tulpar.brand):
        funding = campaign_funding(draft)
    reserve = funding.reserve
    assert (reserve.budget_minor, reserve.fee_minor, reserve.vat_minor) == (BUDGET, FEE, VAT)
    assert (funding.free_minor, funding.missing_minor) == (11_000_000, 740_000)


def test_publishing_reserves_budget_fee_and_vat(cast, live):
    assert money(cast, live) == (0, BUDGET, FEE, VAT)
    row = state(live)
    assert (row.status, row.published_at, row.reserve_count) == ("live", NOON, 1)
    assert (row.platform_fee_bps, row.vat_bps) == (1500, 1600)
    with acting_as(influencer=cast.sauran.influencer):
        assert Terms.objects.get(campaign_id=live.pk).published_at == NOON
    with acting_as(system="test looks"):
        assert Journal.objects.filter(business_key=f"reserve:{live.pk}:1").count() == 1
        assert CampaignTotals.objects.get(campaign_id=live.pk).accrued_minor == 0


def test_one_tiyn_too_few_is_refused_with_the_missing_sum(cast, draft):
    money_put(cast, cast.tulpar.brand, TOTAL - 1)
    with pytest.raises(InsufficientFunds, match="0,01") as refused:
        as_tulpar(cast, campaign_publish, draft)
    assert refused.value.missing_minor == 1
    assert money(cast, draft) == (TOTAL - 1, 0, 0, 0)
    row = state(draft)
    assert (row.status, row.published_at, row.reserve_count) == ("draft", None, 0)
    with acting_as(system="test looks"):
        assert Terms.objects.get(campaign_id=draft.pk).published_at is None
        assert not CampaignTotals.objects.filter(campaign_id=draft.pk).exists()


def test_a_refusal_that_is_caught_inside_the_page_leaves_nothing_behind(cast, draft):
    with acting_as(brand=cast.tulpar.brand):
        with pytest.raises(InsufficientFunds):
            campaign_publish(campaign_id=draft.pk)
        assert Campaign.objects.get(pk=draft.pk).status == "draft"
    assert state(draft).reserve_count == 0


@pytest.mark.parametrize("brand_state", ["in_review", "suspended"])
def test_only_a_verified_company_publishes(cast, draft, brand_state):
    money_put(cast, cast.tulpar.brand, TOTAL)
    with acting_as(system="test data"):
        Brand.objects.filter(pk=cast.tulpar.brand).update(state=brand_state)
    with pytest.raises(BrandNotVerified):
        as_tulpar(cast, campaign_publish, draft)
    assert money(cast, draft) == (TOTAL, 0, 0, 0)


def test_a_campaign_is_published_once(cast, live):
    money_put(cast, cast.tulpar.brand, TOTAL, reference="2")
    with pytest.raises(CampaignConflict):
        as_tulpar(cast, campaign_publish, live)
    as_tulpar(cast, campaign_pause, live)
    with pytest.raises(CampaignConflict, match="already"):
        as_tulpar(cast, campaign_publish, live)
    assert money(cast, live) == (TOTAL, BUDGET, FEE, VAT)


def test_a_campaign_whose_last_day_has_passed_is_not_published(cast, draft):
    money_put(cast, cast.tulpar.brand, TOTAL)
    later = time_machine.travel(NOON + timedelta(days=42), tick=False)
    with later, pytest.raises(CampaignConflict, match="last day"):
        as_tulpar(cast, campaign_publish, draft)
    assert money(cast, draft) == (TOTAL, 0, 0, 0)


def test_a_day_without_a_vat_rate_publishes_nothing(cast, draft):
    money_put(cast, cast.tulpar.brand, TOTAL)
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=draft.pk).update(ends_at=None)
    later = time_machine.travel(NOON + timedelta(days=60), tick=False)
    with later, pytest.raises(CampaignConflict, match="VAT rate for 2027-01-19"):
        as_tulpar(cast, campaign_publish, draft)
    assert money(cast, draft) == (TOTAL, 0, 0, 0)


def test_the_fee_is_the_contracts(cast, draft):
    with acting_as(system="test data"):
        BrandContract.objects.create(
            brand_id=cast.tulpar.brand, valid_from=date(2026, 11, 1), platform_fee_bps=1_000
        )
    money_put(cast, cast.tulpar.brand, TOTAL)
    as_tulpar(cast, campaign_publish, draft)
    assert money(cast, draft) == (TOTAL - 11_160_000, BUDGET, 1_000_000, 160_000)


# --- Topping up -----------------------------------------------------------------------------


def test_a_top_up_goes_on_with_the_rounding(cast, live):
    money_put(cast, cast.tulpar.brand, 1_000, reference="2")
    as_tulpar(cast, campaign_top_up, live, amount_minor=3)
    # 15 % of 10 000 003 is 1 500 000.45; 16 % of 1 500 000 is 240 000
    assert money(cast, live) == (1_000 - 3, BUDGET + 3, FEE, VAT)
    as_tulpar(cast, campaign_top_up, live, amount_minor=1)
    # 15 % of 10 000 004 is 1 500 000.6
    assert money(cast, live) == (1_000 - 5, BUDGET + 4, FEE + 1, VAT)
    assert state(live).budget_minor == BUDGET + 4


@pytest.mark.parametrize("amount_minor", [0, -1, 10**15 + 1])
def test_a_top_up_needs_an_amount(cast, live, amount_minor):
    with pytest.raises(Invalid):
        as_tulpar(cast, campaign_top_up, live, amount_minor=amount_minor)
    assert state(live).reserve_count == 1


def test_a_top_up_needs_the_money_and_a_campaign_that_runs(cast, live, draft):
    with pytest.raises(InsufficientFunds):
        as_tulpar(cast, campaign_top_up, live, amount_minor=100)
    as_tulpar(cast, campaign_close, live)
    with pytest.raises(CampaignConflict):
        as_tulpar(cast, campaign_top_up, live, amount_minor=100)
    assert money(cast, live) == (TOTAL, 0, 0, 0)


# --- Pausing and closing --------------------------------------------------------------------


def test_a_campaign_pauses_and_goes_on(cast, live):
    assert as_tulpar(cast, campaign_pause, live).status == "paused"
    with pytest.raises(CampaignConflict):
        as_tulpar(cast, campaign_pause, live)
    assert as_tulpar(cast, campaign_resume, live).status == "live"
    assert money(cast, live) == (0, BUDGET, FEE, VAT)


def test_a_draft_is_neither_paused_nor_closed(cast, draft):
    for service in (campaign_pause, campaign_resume, campaign_close):
        with pytest.raises(CampaignConflict):
            as_tulpar(cast, service, draft)
    assert state(draft).status == "draft"


def test_closing_gives_back_what_is_left_when_nothing_is_open(cast, live):
    as_tulpar(cast, campaign_close, live)
    assert money(cast, live) == (TOTAL, 0, 0, 0)
    assert state(live).status == "closed"
    with pytest.raises(CampaignConflict):
        as_tulpar(cast, campaign_resume, live)


def test_closing_keeps_the_reserve_while_a_reward_is_open(cast, live):
    with acting_as(system="test data"):
        CampaignTotals.objects.filter(campaign_id=live.pk).update(accrued_minor=500)
    as_tulpar(cast, campaign_close, live)
    assert money(cast, live) == (0, BUDGET, FEE, VAT)
    with acting_as(system="test data"):
        CampaignTotals.objects.filter(campaign_id=live.pk).update(final_minor=500)
    assert as_tulpar(cast, campaign_release, live) == TOTAL
    assert as_tulpar(cast, campaign_release, live) == 0
    assert money(cast, live) == (TOTAL, 0, 0, 0)


def test_a_campaign_that_runs_releases_nothing(cast, live):
    assert as_tulpar(cast, campaign_release, live) == 0
    assert money(cast, live) == (0, BUDGET, FEE, VAT)


def test_time_ends_a_campaign_and_gives_its_rest_back(cast, live):
    assert campaigns_sweep() == 0
    with time_machine.travel(NOON + timedelta(days=42), tick=False):
        assert campaigns_sweep() == 1
        assert campaigns_sweep() == 0
    assert state(live).status == "closed"
    assert money(cast, live) == (TOTAL, 0, 0, 0)


def test_the_sweep_releases_what_was_settled_after_the_end(cast, live):
    with acting_as(system="test data"):
        CampaignTotals.objects.filter(campaign_id=live.pk).update(accrued_minor=500)
    as_tulpar(cast, campaign_close, live)
    campaigns_sweep()
    assert money(cast, live) == (0, BUDGET, FEE, VAT)
    with acting_as(system="test data"):
        CampaignTotals.objects.filter(campaign_id=live.pk).update(final_minor=500)
    campaigns_sweep()
    assert money(cast, live) == (TOTAL, 0, 0, 0)


def test_stopping_a_brand_pauses_what_it_has_live(cast, live):
    with acting_as(ops=cast.maker, user_id=cast.maker):
        brand_stop(brand_id=cast.tulpar.brand, reason="complaints")
    assert state(live).status == "paused"
    with acting_as(system="test looks"):
        assert Campaign.objects.get(pk=cast.tulpar.campaign).status == "paused"
        assert Campaign.objects.get(pk=cast.sauran.campaign).status == "live"
    with pytest.raises(BrandNotVerified):
        as_tulpar(cast, campaign_resume, live)
