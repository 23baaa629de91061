from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.terms import (
    CAMPAIGN_CHANGES,
    PARTICIPATION_CHANGES,
    CampaignStatus,
    ChangeRefused,
    ParticipationState,
    campaign_change_require,
    funding_missing_minor,
    funding_needed,
    participation_change_require,
)
from ledger.domain.fees import fee_due

CAMPAIGN_ALLOWED = {
    ("draft", "live"),
    ("live", "paused"),
    ("live", "closed"),
    ("paused", "live"),
    ("paused", "closed"),
}
PARTICIPATION_ALLOWED = {
    ("applied", "approved"),
    ("applied", "rejected"),
    ("applied", "left"),
    ("left", "applied"),
    ("approved", "left"),
    ("approved", "removed"),
    ("rejected", "applied"),
    ("removed", "applied"),  # from the day that the brand has named
    ("removed", "approved"),  # the brand takes the removal back
}


@pytest.mark.parametrize("old", CampaignStatus)
@pytest.mark.parametrize("new", CampaignStatus)
def test_a_campaign_changes_as_the_table_says(old, new):
    if (old.value, new.value) in CAMPAIGN_ALLOWED:
        campaign_change_require(old, new)
    else:
        with pytest.raises(ChangeRefused, match=f"{old} does not become {new}"):
            campaign_change_require(old, new)


@pytest.mark.parametrize("old", ParticipationState)
@pytest.mark.parametrize("new", ParticipationState)
def test_a_participation_changes_as_the_table_says(old, new):
    if (old.value, new.value) in PARTICIPATION_ALLOWED:
        participation_change_require(old, new)
    else:
        with pytest.raises(ChangeRefused):
            participation_change_require(old, new)


def test_every_state_has_its_row():
    assert set(CAMPAIGN_CHANGES) == set(CampaignStatus)
    assert set(PARTICIPATION_CHANGES) == set(ParticipationState)


def test_a_budget_costs_its_fee_and_the_vat_of_the_fee():
    needed = funding_needed(100_000_00, fee_bps=1_500, vat_bps=1_600)
    assert (needed.budget_minor, needed.fee_minor, needed.vat_minor) == (
        100_000_00,
        15_000_00,
        2_400_00,
    )
    assert needed.total_minor == 117_400_00


@pytest.mark.parametrize(
    ("_case", "free_minor", "missing_minor"),
    [
        ("nothing there", 0, 117_400_00),
        ("a tiyn short", 117_399_99, 1),
        ("just enough", 117_400_00, 0),
        ("more than enough", 200_000_00, 0),
    ],
)
def test_the_missing_sum_is_told(_case, free_minor, missing_minor):
    needed = funding_needed(100_000_00, fee_bps=1_500, vat_bps=1_600)
    assert funding_missing_minor(free_minor, needed) == missing_minor


@pytest.mark.parametrize("budget_minor", [0, -1])
def test_a_budget_of_nothing_is_refused(budget_minor):
    with pytest.raises(ValueError, match="positive"):
        funding_needed(budget_minor, fee_bps=1_500, vat_bps=1_600)


rewards = st.lists(st.integers(min_value=1, max_value=10_000), min_size=1, max_size=50)
rates = st.integers(min_value=0, max_value=10_000)


@given(rewards, rates, rates)
def test_many_small_rewards_never_need_more_than_their_reserve(rewards, fee_bps, vat_bps):
    needed = funding_needed(sum(rewards), fee_bps=fee_bps, vat_bps=vat_bps)
    fee = vat = spent = 0
    for reward in rewards:
        spent += reward
        fee += fee_due(spent, fee_bps, fee)
        vat += fee_due(fee, vat_bps, vat)
        assert fee <= needed.fee_minor
        assert vat <= needed.vat_minor
    assert (fee, vat) == (needed.fee_minor, needed.vat_minor)
