"""The arithmetic and the legs of a minimum guarantee. Tiyn; fee 15 %, VAT 16 % of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bps import share_minor
from ledger.domain import accounts
from ledger.domain.fees import Reserve, reserve_for
from ledger.domain.guarantees import (
    GuaranteeRef,
    TopUp,
    guarantee_promised,
    guarantee_released,
    guarantee_settled,
    top_up_of,
)

OF = GuaranteeRef(guarantee_id=4, campaign_id=3, brand_id=1, influencer_id=2)
FREE, ESCROW = accounts.brand_free(1), accounts.guarantee_escrow(1, 4)
FEES, VAT = accounts.fee_reserve(1, 3), accounts.vat_reserve(1, 3)
WHOLE = Reserve(1_000_000, 150_000, 24_000)
MONEY = st.integers(min_value=0, max_value=10**15)


def legs(draft):
    return {leg.account: leg.amount_minor for leg in draft.legs}


@pytest.mark.parametrize(
    ("promised", "earned", "top_up"),
    [
        (1_000_000, 600_000, TopUp(400_000, 60_000, 9_600)),
        (1_000_000, 0, TopUp(1_000_000, 150_000, 24_000)),
        (1_000_000, 1_000_000, TopUp(0, 0, 0)),
        (1_000_000, 1_000_001, TopUp(0, 0, 0)),
        (1_000_000, 999_999, TopUp(1, 0, 0)),
        (1_000_000, 999_997, TopUp(3, 0, 0)),  # 0,45 of a tiyn
        (1_000_000, 999_996, TopUp(4, 1, 0)),  # 0,60
    ],
)
def test_what_is_missing_is_added(promised, earned, top_up):
    assert top_up_of(promised, earned, fee_bps=1500, vat_bps=1600) == top_up


@given(st.integers(1, 10**15), MONEY, st.integers(0, 10_000), st.integers(0, 10_000))
def test_nobody_ever_gets_less_than_was_promised_nor_costs_more_than_was_set_aside(
    promised, earned, fee_bps, vat_bps
):
    reserve = reserve_for(promised, fee_bps=fee_bps, vat_bps=vat_bps)
    top_up = top_up_of(promised, earned, fee_bps=fee_bps, vat_bps=vat_bps)
    assert earned + top_up.amount_minor == max(promised, earned)
    assert top_up.fee_minor == share_minor(top_up.amount_minor, fee_bps) <= reserve.fee_minor
    assert top_up.vat_minor <= reserve.vat_minor
    settled = guarantee_settled(OF, reserve=reserve, top_up=top_up, period_reward_id=9)
    after = legs(guarantee_promised(OF, raises=0, reserve=reserve))
    for account, minor in legs(settled).items():
        after[account] = after.get(account, 0) + minor
    assert {account for account, minor in after.items() if minor} <= {
        FREE, accounts.influencer_payable(2), accounts.platform_fee(), accounts.vat_funded(1),
    }  # fmt: skip
    assert after.get(FREE, 0) <= 0


def test_a_promise_sets_aside_and_its_end_gives_back():
    promised = guarantee_promised(OF, raises=0, reserve=WHOLE)
    assert legs(promised) == {FREE: -1_174_000, ESCROW: 1_000_000, FEES: 150_000, VAT: 24_000}
    released = guarantee_released(OF, reserve=WHOLE)
    assert legs(released) == {FREE: 1_174_000, ESCROW: -1_000_000, FEES: -150_000, VAT: -24_000}


def test_keys_are_those_of_the_domain_page_and_a_promise_ends_once():
    top_up = TopUp(400_000, 60_000, 9_600)
    settled = guarantee_settled(OF, reserve=WHOLE, top_up=top_up, period_reward_id=9)
    assert guarantee_promised(OF, raises=0, reserve=WHOLE).business_key == "guar:4"
    assert guarantee_promised(OF, raises=2, reserve=WHOLE).business_key == "guar:4:2"
    assert settled.business_key == guarantee_released(OF, reserve=WHOLE).business_key == "settle:4"
    assert settled.refs == {"campaign": 3, "guarantee": 4, "period_reward": 9}


def test_more_than_was_promised_is_a_mistake():
    with pytest.raises(AssertionError):
        guarantee_settled(OF, reserve=WHOLE, top_up=TopUp(1_000_001, 0, 0), period_reward_id=9)
