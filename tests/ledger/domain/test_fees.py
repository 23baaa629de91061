from hypothesis import given, settings
from hypothesis import strategies as st

from core.bps import share_minor
from ledger.domain.fees import Reserve, fee_due, reserve_for

rates = st.integers(0, 10_000)
amounts = st.integers(0, 10**9)


def test_a_thousand_small_fees_are_exact_in_sum():
    """1 000 commissions of 33 tiyn at 15 %: 4.95 each. One by one they would make 5 000, 50 more
    than the reserve of round(33 000 x 15 %) = 4 950 holds."""
    booked = 0
    for n in range(1, 1_001):
        booked += fee_due(33 * n, 1500, booked)
    assert booked == 4_950
    assert 1_000 * share_minor(33, 1500) == 5_000


def test_a_return_gives_the_fee_back():
    assert fee_due(255_000, 1500, 0) == 38_250
    assert fee_due(170_000, 1500, 38_250) == -12_750


@given(st.lists(amounts, max_size=30), rates)
def test_fees_follow_the_running_total_to_the_tiyn(commissions, rate_bps):
    base = booked = 0
    for commission in commissions:
        base += commission
        booked += fee_due(base, rate_bps, booked)
        assert booked == share_minor(base, rate_bps)


@settings(max_examples=40)
@given(
    st.lists(amounts, min_size=1, max_size=8), st.lists(rates, min_size=2, max_size=2), st.data()
)
def test_no_split_of_the_budget_outgrows_its_reserve(budgets, bps, data):
    """Top-ups in parts, commissions in parts: fee and VAT never pass what was reserved, and reach
    it when the budget is spent."""
    fee_bps, vat_bps = bps
    reserved = Reserve()
    for budget in (budget for budget in budgets if budget):
        more = reserve_for(budget, fee_bps=fee_bps, vat_bps=vat_bps, earlier=reserved)
        reserved = Reserve(
            reserved.budget_minor + more.budget_minor,
            reserved.fee_minor + more.fee_minor,
            reserved.vat_minor + more.vat_minor,
        )
    spent = fee = vat = 0
    while spent < reserved.budget_minor:
        left = reserved.budget_minor - spent
        spent += data.draw(st.integers(max(1, left // 5), left))
        fee += fee_due(spent, fee_bps, fee)
        vat += fee_due(fee, vat_bps, vat)
        assert (fee <= reserved.fee_minor, vat <= reserved.vat_minor) == (True, True)
    assert (fee, vat) == (reserved.fee_minor, reserved.vat_minor)


def test_a_reserve_is_budget_fee_and_vat():
    reserve = reserve_for(50_000_000, fee_bps=1500, vat_bps=1600)
    assert reserve == Reserve(50_000_000, 7_500_000, 1_200_000)
    assert reserve.total_minor == 58_700_000
