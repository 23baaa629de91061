"""A promise ends once, and the free balance is promised once, however many try at the same moment.

The first stays uncommitted until the second waits for it (see test_ledger_race.overlap).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from attribution.services.guarantees import guarantees_settle
from campaigns.models import Guarantee
from campaigns.services.guarantees import guarantee_make
from campaigns.services.participations import participation_leave
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.selectors import balance_minor
from ledger.services import InsufficientFunds
from tests.concurrency.test_ledger_race import overlap
from tests.world import NOON, money_put

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
FOURTH = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)


def promise(cast, month: date, minor: int) -> Guarantee:
    return guarantee_make(
        participation_id=cast.tulpar.participation, month=month, amount_minor=minor
    )


def free(cast) -> int:
    with acting_as(system="test looks"):
        return balance_minor(accounts.brand_free(cast.tulpar.brand))


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield NOON


def test_two_that_settle_at_once_pay_once(committed_cast):
    money_put(committed_cast, committed_cast.tulpar.brand, 1_174_000)
    promise(committed_cast, NOVEMBER, 1_000_000)
    with time_machine.travel(FOURTH):
        overlap(guarantees_settle, guarantees_settle)
        assert money_findings() == ledger_findings() == []
    with acting_as(system="test looks"):
        payable = balance_minor(accounts.influencer_payable(committed_cast.tulpar.influencer))
    assert (payable, free(committed_cast)) == (1_000_000, 0)


def test_who_leaves_while_others_settle_ends_no_promise_twice(committed_cast):
    money_put(committed_cast, committed_cast.tulpar.brand, 2 * 1_174_000)
    promise(committed_cast, NOVEMBER, 1_000_000)
    promise(committed_cast, DECEMBER, 1_000_000)
    row = committed_cast.tulpar.participation
    with time_machine.travel(FOURTH):
        overlap(lambda: participation_leave(participation_id=row), guarantees_settle)
        assert money_findings() == ledger_findings() == []
    with acting_as(system="test looks"):
        states = list(Guarantee.objects.order_by("month").values_list("state", flat=True))
    assert (states, free(committed_cast)) == (["settled", "released"], 1_174_000)


def test_free_money_for_one_promise_is_promised_once(committed_cast):
    money_put(committed_cast, committed_cast.tulpar.brand, 1_174_000)
    refused = []

    def second() -> None:
        try:
            promise(committed_cast, DECEMBER, 1_000_000)
        except InsufficientFunds as error:
            refused.append(error.missing_minor)

    overlap(lambda: promise(committed_cast, NOVEMBER, 1_000_000), second)
    assert (refused, free(committed_cast)) == ([1_174_000], 0)
