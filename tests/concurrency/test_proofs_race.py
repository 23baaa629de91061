"""Two publishers of one day: the second waits, sees what the first did, and changes nothing."""

from __future__ import annotations

import pytest

from attribution.services.proofs import day_publish, proof_findings
from core.tenancy.context import acting_as
from ledger.models import ProofDay, ProofLeaf
from tests.attribution.proof_days import DAY_1, days_sold
from tests.concurrency.test_ledger_race import overlap


@pytest.mark.parametrize("commit", [True, False], ids=["published", "killed before COMMIT"])
def test_a_day_is_published_once(client, committed_cast, commit):
    with days_sold(client, committed_cast):
        second = overlap(lambda: day_publish(DAY_1), lambda: day_publish(DAY_1), commit=commit)
        assert second is not commit  # published by the second only where the first did not
        with acting_as(system="test"):
            assert ProofDay.objects.get().leaves == ProofLeaf.objects.count() == 6
        assert not [each for each in proof_findings() if "2026-11-18" in each]
