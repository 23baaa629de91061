"""A receipt claimed by fifty people at once is one claim, and the others are told why not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from attribution.domain.receipts import ReceiptRefused, Refusal
from attribution.models import InboundEvent, ReceiptClaim
from core.tenancy.context import acting_as
from tests.attribution.receipts import NOW, chain_open, claim
from tests.concurrency.test_ledger_race import closing, overlap

TIMES, THREADS = 50, 8


@pytest.fixture
def token(committed_cast):
    with time_machine.travel(NOW):
        yield chain_open(committed_cast.tulpar).token


def rows() -> tuple[int, int]:
    with acting_as(system="test looks"):
        return ReceiptClaim.objects.count(), InboundEvent.objects.count()


def outcome(token: str, cookie: str) -> Refusal | None:
    try:
        claim(token, cookie=cookie)
    except ReceiptRefused as refused:
        return refused.refusal
    return None


def test_fifty_at_once_are_one_claim_and_one_event(token):
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(closing(lambda n=n: outcome(token, str(n)))) for n in range(TIMES)]
        outcomes = Counter(each.result() for each in asked)
    assert outcomes == {None: 1, Refusal.CLAIMED_HERE: TIMES - 1}
    assert rows() == (1, 1)


def test_who_waits_for_a_claim_that_was_not_kept_gets_it(token):
    first, second = (lambda c=c: outcome(token, c) for c in "ab")
    assert overlap(first, second, commit=False) is None
    assert rows() == (1, 1)
