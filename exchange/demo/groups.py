"""A group of the demo campaign: who sells well is paid more, and only they know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Participation
from campaigns.services.groups import group_create, group_move
from core.tenancy.context import acting_as
from exchange.demo.telling import Story
from influencers.models import Influencer

DAYS = 5
BEST_BPS = 900


def best_paid(campaign: Campaign, offer: Offer, person: Influencer, now: datetime) -> Story:
    """`offer` is the campaign's own: the group differs in its rate."""
    yield now - timedelta(days=DAYS)
    best = replace(offer, commission_bps=BEST_BPS)
    group = group_create(campaign_id=campaign.pk, name="Үздіктер", offer=best)
    with acting_as(system="demo"):
        row = Participation.objects.get(campaign=campaign, influencer=person)
    group_move(campaign_id=campaign.pk, participation_ids=[row.pk], group_id=group.pk)
