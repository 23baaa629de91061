"""The last place of a campaign is given once, however many ask for it at the same moment.

The first stays uncommitted until the second waits for it (see test_ledger_race.overlap).
"""

from __future__ import annotations

import pytest
import time_machine

from campaigns.domain.eligibility import JoinRules
from campaigns.models import Participation
from campaigns.services import campaign_join, campaign_rules_set, participations
from core.tenancy.context import acting_as
from influencers.models import Influencer
from tests.cast import user_make
from tests.concurrency.test_ledger_race import overlap
from tests.world import NOON


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield NOON


def two_want_the_last_place(cast) -> list[str]:
    """What becomes of two who join at once, one of two places being Aliya's."""
    campaign_rules_set(campaign_id=cast.tulpar.campaign, rules=JoinRules(participants_max=2))
    person = user_make("e@people.example")
    with acting_as(system="test data"):
        erlan = Influencer.objects.create(user_id=person, name="Erlan").pk

    def join(influencer_id: int) -> int:
        return campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=influencer_id).pk

    overlap(lambda: join(cast.sauran.influencer), lambda: join(erlan))
    with acting_as(system="test looks"):
        rows = Participation.objects.filter(campaign_id=cast.tulpar.campaign)
        return sorted(rows.values_list("state", flat=True))


def test_the_last_place_is_given_once(committed_cast):
    assert two_want_the_last_place(committed_cast) == ["applied", "approved", "approved"]


def test_the_race_is_real_without_the_lock(committed_cast, monkeypatch):
    monkeypatch.setattr(participations, "people_lock", lambda campaign_id: None)
    assert two_want_the_last_place(committed_cast) == ["approved", "approved", "approved"]
