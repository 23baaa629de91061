"""What a payout keeps, worked by hand. Tiyn."""

import pytest

from payouts.domain.netting import Debt, netting_plan

FIRST, SECOND = Debt(1, 10, 100, 4_000), Debt(2, 20, 200, 9_000)


@pytest.mark.parametrize(
    ("gross", "net", "share", "kept"),
    [
        (100_000, 83_000, 3_000, [4_000, 9_000]),  # 30 % is more than what is owed
        (20_000, 16_600, 3_000, [4_000, 2_000]),  # 6 000 at most
        (13_333, 11_000, 3_000, [3_999]),  # 3 999,9: never more than the share
        (20_000, 2_001, 10_000, [2_000]),  # something always reaches the payee
        (20_000, 1, 10_000, []),
        (20_000, 16_600, 0, []),
    ],
)
def test_the_oldest_debt_first_up_to_the_share(gross, net, share, kept):
    plan = netting_plan([FIRST, SECOND], gross_minor=gross, net_minor=net, share_max_bps=share)
    assert [each.amount_minor for each in plan] == kept


def test_who_owes_nothing_keeps_everything():
    assert netting_plan([], gross_minor=5, net_minor=4, share_max_bps=3_000) == ()
