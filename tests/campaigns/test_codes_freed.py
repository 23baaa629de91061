"""A marketplace's code is one participation's at a time, and free for the next when that ends."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.services import (
    Reason,
    campaign_join,
    external_code_add,
    participation_leave,
    participation_remove,
)
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.world import NOON

LATER = NOON + timedelta(days=3)


@pytest.fixture
def dana(cast):
    return campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer).pk


def periods(value):
    with acting_as(system="test looks"):
        rows = ExternalCode.objects.filter(value=value).order_by("pk")
        return [(row.participation_id, row.valid_from, row.valid_until) for row in rows]


@pytest.mark.parametrize("kind", ["wb_substitute_article", "ozon_voucher"])
def test_the_code_of_who_left_is_given_to_another_and_the_past_stays(cast, dana, kind):
    aliya = cast.tulpar.participation
    external_code_add(participation_id=aliya, value="777", kind=kind)
    with pytest.raises(Invalid, match="another participation"):
        external_code_add(participation_id=dana, value="777", kind=kind)
    participation_leave(participation_id=aliya)
    with time_machine.travel(LATER, tick=False):
        external_code_add(participation_id=dana, value="777", kind=kind)
    assert periods("777") == [(aliya, None, NOON), (dana, LATER, None)]
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="external_code.end").count() == 1


def test_who_comes_back_has_the_code_from_then_on(cast):
    aliya = cast.tulpar.participation
    external_code_add(participation_id=aliya, value="777")
    participation_remove(
        participation_id=aliya, reason=Reason(code="silent", again_on=NOON.date() + timedelta(1))
    )
    with acting_as(system="test data"):
        Participation.objects.filter(pk=aliya).update(state="approved")
    with time_machine.travel(LATER, tick=False):
        external_code_add(participation_id=aliya, value="777")
        assert external_code_add(participation_id=aliya, value="777").valid_from == LATER
    assert periods("777") == [(aliya, None, NOON), (aliya, LATER, None)]


def test_a_campaign_that_is_over_keeps_no_code(cast, dana):
    external_code_add(participation_id=cast.tulpar.participation, value="777")
    with acting_as(system="test data"):
        other = Campaign.objects.create(
            brand_id=cast.tulpar.brand,
            brand_name="Tulpar",
            title="Next",
            destination_url="https://tulpar.example/2",
            allowed_hosts=["tulpar.example"],
            status="live",
            published_at=NOON,
            budget_minor=1,
            typical_basket_minor=1,
        )
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(status="closed", closed_at=NOON)
        row = Participation.objects.create(
            campaign=other,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,
            terms_id=cast.tulpar.terms,
            state="approved",
        )
    external_code_add(participation_id=row.pk, value="777")
    assert periods("777") == [(cast.tulpar.participation, None, NOON), (row.pk, NOON, None)]


def test_the_database_lets_nobody_share_a_code(cast, dana):
    external_code_add(participation_id=cast.tulpar.participation, value="777")
    with acting_as(system="test data"), pytest.raises(IntegrityError), transaction.atomic():
        ExternalCode.objects.create(
            participation_id=dana,
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,
            kind="wb_substitute_article",
            value="777",
        )
