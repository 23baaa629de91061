"""What a guarantee has added, paid by the bank and sent back by it. Aliya is an entrepreneur."""

from datetime import date

import time_machine

from attribution.models import PeriodReward
from attribution.services.guarantees import guarantees_settle
from attribution.services.late_returns import late_returns_apply
from campaigns.services.guarantees import guarantee_make
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from tests.clocks import clock_at
from tests.payouts.test_batches import APPROVED, ORDERED, payable, row
from tests.payouts.test_netting import desk  # noqa: F401

OCTOBER = date(2026, 10, 1)
PROMISED = 15_000_000


_noon = clock_at(APPROVED)


def reward() -> PeriodReward:
    with acting_as(system="test"):
        return PeriodReward.objects.get()


def test_a_top_up_is_paid_nets_a_debt_and_comes_back_from_the_bank(desk):  # noqa: F811
    """Of October 40 000,00 are left of 100 000,00; 150 000,00 were promised, so 110 000,00 are
    added. A payout of that keeps 30 %, 33 000,00, of the debt of 60 000,00."""
    with time_machine.travel(ORDERED, tick=False):
        guarantee_make(
            participation_id=desk.mine.participation, month=OCTOBER, amount_minor=PROMISED
        )
    assert guarantees_settle() == 1
    assert (reward().earned_minor, reward().amount_minor) == (4_000_000, 11_000_000)
    payout = desk.pay()
    assert (payout.gross_minor, payout.netted_minor) == (11_000_000, 3_300_000)
    assert (reward().state, reward().paid_minor) == ("paid", 11_000_000)
    assert (payable(desk.mine), desk.books()[0]) == (0, -2_700_000)

    desk.bank_says(row(payout, way="Приход"))
    assert (reward().state, reward().paid_minor) == ("approved", 3_300_000)
    assert payable(desk.mine) == 7_700_000
    assert late_returns_apply() == guarantees_settle() == 0
    assert money_findings() == ledger_findings() == []
