"""Which rewards contradict themselves; tenge by hand against a typical order of 17 900.00."""

from __future__ import annotations

import pytest

from campaigns.domain.commission import SkuRate
from campaigns.domain.offer import Offer, RewardFault, reward_faults
from campaigns.domain.sku_table import SkuRow


def offer(**reward) -> Offer:
    given = {"title": "x", "destination_url": "https://x.example/", "budget_minor": 1}
    return Offer(**given, typical_basket_minor=17_900_00, **reward)


OWN, NOTHING = SkuRow("A", SkuRate(bps=5)), SkuRow("B", SkuRate())


@pytest.mark.parametrize(
    ("reward", "faults"),
    [
        ({"commission_bps": 9_000}, {}),
        ({"commission_bps": 9_001}, {"commission": RewardFault.OVER_90}),
        ({"commission_bps": -1}, {"commission": RewardFault.OVER_90}),
        ({}, {"commission": RewardFault.NOTHING}),
        ({"sku_rows": (OWN,)}, {}),
        ({"sku_rows": (NOTHING,)}, {"commission": RewardFault.NOTHING}),
        ({"commission_bps": 1, "sku_rows": (NOTHING,)}, {}),
        ({"commission_bps": 1, "fixed_minor": 1}, {"commission": RewardFault.BOTH}),
        ({"fixed_minor": 16_110_00}, {}),
        ({"fixed_minor": 16_110_01}, {"fixed": RewardFault.FIXED_OVER_BASKET}),
        ({"fixed_minor": 100, "cap_minor": 100}, {}),
        ({"fixed_minor": 100, "cap_minor": 99}, {"cap": RewardFault.CAP_UNDER_FIXED}),
        ({"commission_bps": 1, "cap_minor": 0}, {"cap": RewardFault.CAP_EMPTY}),
        (
            {"commission_bps": 1, "sku_rows": (OWN, SkuRow(" a", SkuRate()))},
            {"sku_table": RewardFault.SKU_TWICE},
        ),
    ],
)
def test_a_reward_is_possible_or_says_what_is_not(reward, faults):
    assert reward_faults(offer(**reward)) == faults
