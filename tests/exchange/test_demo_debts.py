"""The story of a debt holds at whatever hour somebody makes the demo world."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from exchange.demo.debts import FIRST_PAID_DAYS_AGO, sales_of
from exchange.demo.world import PAYOUT_DAYS_AGO, _home_offer


@pytest.mark.parametrize("hour", range(24))
def test_each_reward_is_approved_before_it_is_paid_and_lost_after(hour):
    now = datetime(2026, 11, 22, hour, 30, tzinfo=UTC)
    first, second, _third = sales_of("SAMAL", now)
    hold = timedelta(days=_home_offer().hold_days)
    for sale, days_ago in ((first, FIRST_PAID_DAYS_AGO), (second, PAYOUT_DAYS_AGO)):
        night = clock.day_end(clock.day_of(sale.fulfilled_at + hold))
        assert night <= now - timedelta(days=days_ago)
    returned_at = first.fulfilled_at + timedelta(days=first.kept_days)
    assert now - timedelta(days=FIRST_PAID_DAYS_AGO) < returned_at
    assert returned_at < now - timedelta(days=PAYOUT_DAYS_AGO + 1)
