"""Terms that change while people sell: who has which version when, and what orders are paid by."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from attribution.models import Conversion
from campaigns.domain.offer import Offer
from campaigns.models import Participation, ParticipationTerms, Terms
from campaigns.selectors import cards_for
from campaigns.services import CampaignConflict, campaign_terms_change
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body
from tests.attribution.test_sale import deliver
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CUT_FROM = NOW + timedelta(days=30)


_noon = clock_at(NOW)


def change(cast, bps: int, **more):
    """The cast's terms are 10 %, 30 days, 21 days."""
    offer = Offer(
        title="-", destination_url="-", budget_minor=10**8, typical_basket_minor=10**6,
        commission_bps=bps, **more,
    )  # fmt: skip
    return campaign_terms_change(campaign_id=cast.tulpar.campaign, offer=offer)


def reached(cast):
    with acting_as(system="test"):
        rows = ParticipationTerms.objects.filter(participation=cast.tulpar.participation)
        return [(row.terms.version, row.since, row.is_cut) for row in rows.order_by("number")]


def earned():
    with acting_as(system="test"):
        rows = Conversion.objects.order_by("ordered_at")
        return [(row.commission_minor, row.terms.version) for row in rows.select_related("terms")]


def order(number, placed, **given):
    return order_body(number, placed=placed, total="10000.00", **given)


def test_a_rise_is_everybodys_at_once_and_a_click_of_before_keeps_its_version(client, cast, shop):
    before = click_make(cast.tulpar, at=NOW - timedelta(hours=2))
    result = change(cast, 1_200)
    assert (result.terms.version, result.reached, result.cut_from) == (2, 1, None)
    assert reached(cast) == [(2, NOW, False)]
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        placed = NOW + timedelta(hours=1)
        deliver(client, shop, order(1, placed, click_id=before.click_id.hex))
        deliver(client, shop, order(2, placed + timedelta(minutes=1), coupons=("AQTAS",)))
    assert earned() == [(1_000_00, 1), (1_200_00, 2)]
    with acting_as(system="test"):
        assert not Message.objects.filter(kind="terms_cut").exists()


def test_a_cut_reaches_who_takes_part_after_thirty_days_with_a_letter(client, cast, shop):
    assert change(cast, 500).cut_from == CUT_FROM
    with acting_as(system="test"):
        letter = Message.objects.get(kind="terms_cut")
    assert "21.12.2026" in letter.body
    with time_machine.travel(CUT_FROM + timedelta(hours=2), tick=False):
        deliver(client, shop, order(1, CUT_FROM - timedelta(minutes=1), coupons=("AQTAS",)))
        deliver(client, shop, order(2, CUT_FROM, coupons=("AQTAS",)))
        # what was made under a version stays with it, whatever becomes of the order
        late = order(
            1, CUT_FROM - timedelta(minutes=1), coupons=("AQTAS",), minutes=90, status="completed"
        )
        deliver(client, shop, late)
    assert earned() == [(1_000_00, 1), (500_00, 2)]


def test_a_rise_ends_an_announced_cut_and_a_milder_cut_takes_its_day(cast):
    change(cast, 500)
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        assert change(cast, 700).cut_from == CUT_FROM
        deeper = change(cast, 300).cut_from
        assert deeper == NOW + timedelta(days=40)
        change(cast, 1_100)
    assert [row[1:] for row in reached(cast)] == [
        (CUT_FROM, True),
        (CUT_FROM, True),
        (NOW + timedelta(days=40), True),
        (NOW + timedelta(days=10), False),
    ]
    with acting_as(system="test"):
        participation = Participation.objects.get(pk=cast.tulpar.participation)
        for days, version in ((9, 1), (11, 5), (50, 5)):
            with time_machine.travel(NOW + timedelta(days=days), tick=False):
                (card,) = cards_for([participation.campaign], cast.tulpar.influencer)
                assert (card.terms.version, card.coming) == (
                    version,
                    None if days > 9 else card.coming,
                )


def test_the_card_shows_what_holds_now_and_what_comes(cast):
    change(cast, 500)
    with acting_as(system="test"):
        campaign = Participation.objects.get(pk=cast.tulpar.participation).campaign
        (mine,) = cards_for([campaign], cast.tulpar.influencer)
        (others,) = cards_for([campaign])
    assert (mine.terms.version, mine.coming.terms.version, mine.coming.since) == (1, 2, CUT_FROM)
    assert (others.terms.version, others.coming) == (2, None)


def test_what_changes_nothing_contradicts_itself_or_is_no_running_campaign_is_refused(cast):
    with pytest.raises(Invalid, match="nothing would change"):
        change(cast, 1_000)
    with pytest.raises(Invalid) as refused:
        change(cast, 1_000, cap_minor=5_00, cap_day_minor=4_00)
    assert list(refused.value.fields) == ["cap_day"]
    with acting_as(system="test"):
        Participation.objects.get(pk=cast.tulpar.participation)
        cast_campaign = Terms.objects.get(pk=cast.tulpar.terms).campaign
        cast_campaign.status = "closed"
        cast_campaign.closed_at = NOW
        cast_campaign.save()
    with pytest.raises(CampaignConflict):
        change(cast, 1_200)
