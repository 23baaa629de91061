"""What orders of a group are paid by; what counts of who left and came again."""

from datetime import timedelta

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import Candidate, Conversion
from campaigns.domain.offer import Offer
from campaigns.domain.reasons import ReasonCode
from campaigns.models import Campaign, Participation, ParticipationTerms, TrackingLink
from campaigns.services import (
    Reason,
    campaign_join,
    group_create,
    group_move,
    participation_approve,
    participation_leave,
    participation_reject,
)
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make
from tests.attribution.test_peers import NOW, also_here
from tests.attribution.test_sale import deliver
from tests.attribution.test_versions import change, order
from tests.clocks import clock_at

HOUR = timedelta(hours=1)


_noon = clock_at(NOW)


def top_group(cast, bps, *people):
    offer = Offer(
        title="-", destination_url="-", budget_minor=10**8, typical_basket_minor=10**6,
        commission_bps=bps,
    )  # fmt: skip
    group = group_create(campaign_id=cast.tulpar.campaign, name="Top", offer=offer)
    group_move(campaign_id=cast.tulpar.campaign, participation_ids=people, group_id=group.pk)
    return group


def earned():
    with acting_as(system="test"):
        rows = Conversion.objects.order_by("order_number").values_list(
            "order_number", "commission_minor"
        )
        return dict(rows)


def test_each_is_paid_by_their_own_groups_terms_from_their_click_on(client, cast, shop):
    """Of 10 000 ₸: Aliya 15 % in the group, 10 % of a click before; Dana 10 % as everybody."""
    also_here(cast)
    before = click_make(cast.tulpar, at=NOW - 2 * HOUR)
    top_group(cast, 1_500, cast.tulpar.participation)
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        placed = NOW + HOUR
        deliver(client, shop, order(1, placed, coupons=("AQTAS",)))
        deliver(client, shop, order(2, placed, click_id=before.click_id.hex))
        deliver(client, shop, order(3, placed, coupons=("DANAT",)))
    assert earned() == {"1": 1_500_00, "2": 1_000_00, "3": 1_000_00}
    for person, rates in ((cast.tulpar, [1_500, 1_000]), (cast.sauran, [1_000])):
        with acting_as(influencer=person.influencer):  # each sale with the terms that paid it
            rows = Conversion.objects.select_related("terms").order_by("order_number")
            assert [row.terms.commission_bps for row in rows] == rates


def test_a_lower_group_pays_less_only_after_thirty_days(client, cast, shop):
    top_group(cast, 500, cast.tulpar.participation)
    begins = NOW + timedelta(days=30)
    with time_machine.travel(begins + 2 * HOUR, tick=False):
        deliver(client, shop, order(1, begins - timedelta(minutes=1), coupons=("AQTAS",)))
        deliver(client, shop, order(2, begins, coupons=("AQTAS",)))
    assert earned() == {"1": 1_000_00, "2": 500_00}


def test_who_was_never_moved_costs_the_ingest_no_query(client, cast, shop):
    also_here(cast)
    deliver(client, shop, order(1, NOW - HOUR, coupons=("AQTAS",)))  # caches are warm
    with CaptureQueriesContext(connection) as plain:
        deliver(client, shop, order(2, NOW - HOUR, coupons=("AQTAS",)))
    with acting_as(system="test"):
        dana = Participation.objects.get(
            influencer_id=cast.sauran.influencer, campaign_id=cast.tulpar.campaign
        )
    top_group(cast, 1_500, dana.pk)
    with CaptureQueriesContext(connection) as grouped:
        deliver(client, shop, order(3, NOW - HOUR, coupons=("AQTAS",)))
    assert len(grouped) == len(plain)


# --- Left, and there again --------------------------------------------------------------------


def test_who_comes_again_after_other_terms_has_them_from_then_on(client, cast, shop):
    """Joined at 10 %, left, the campaign went to 12 %, joined again: sales of before pay 10 %."""
    before = click_make(cast.tulpar, at=NOW - 2 * HOUR)
    participation_leave(participation_id=cast.tulpar.participation)
    with time_machine.travel(NOW + HOUR, tick=False):
        change(cast, 1_200)
    again = NOW + 2 * HOUR
    with time_machine.travel(again, tick=False):
        campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.tulpar.influencer)
    with acting_as(system="test"):
        row = ParticipationTerms.objects.get(participation=cast.tulpar.participation)
        assert (row.terms.version, row.since, row.is_cut) == (2, again, False)
        assert Participation.objects.get(pk=cast.tulpar.participation).terms_id == cast.tulpar.terms
    with time_machine.travel(NOW + 5 * HOUR, tick=False):
        deliver(client, shop, order(1, NOW - HOUR, click_id=before.click_id.hex))  # told late
        after = click_make(cast.tulpar, at=again + HOUR)
        deliver(client, shop, order(2, again + 2 * HOUR, click_id=after.click_id.hex))
    assert earned() == {"1": 1_000_00, "2": 1_200_00}


def test_who_comes_again_to_the_same_terms_has_no_second_version(cast):
    participation_leave(participation_id=cast.tulpar.participation)
    campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.tulpar.influencer)
    with acting_as(system="test"):
        assert not ParticipationTerms.objects.exists()
        assert TrackingLink.objects.filter(participation=cast.tulpar.participation).count() == 2


def test_an_application_that_is_refused_later_takes_no_sales_in(client, cast, shop):
    """Left at 9:00, applied again at 11:00, refused at 13:00: orders of 8:00 count, one of 12:00
    does not."""
    click = click_make(cast.tulpar, at=NOW - 3 * HOUR)
    participation_leave(participation_id=cast.tulpar.participation)
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="application")
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.tulpar.influencer)
        deliver(client, shop, order(1, NOW - HOUR, click_id=click.click_id.hex))
    with time_machine.travel(NOW + 4 * HOUR, tick=False):
        participation_reject(
            participation_id=cast.tulpar.participation, reason=Reason(code=ReasonCode.TOPIC)
        )
        deliver(client, shop, order(2, NOW + 3 * HOUR, click_id=click.click_id.hex))
        deliver(client, shop, order(3, NOW - HOUR, click_id=click.click_id.hex))
    assert earned() == {"1": 1_000_00, "3": 1_000_00}
    with acting_as(system="test"):
        (refused,) = Candidate.objects.filter(order__number="2")
        assert refused.reason == "not_participating"


def test_an_applicant_who_was_never_in_has_no_sales_before_the_refusal(cast):
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="application")
    row = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    participation_reject(participation_id=row.pk, reason=Reason(code=ReasonCode.TOPIC))
    with acting_as(system="test"):
        assert Participation.objects.get(pk=row.pk).ended_at is None
    campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    assert participation_approve(participation_id=row.pk).ended_at is None
