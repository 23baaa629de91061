"""Groups with rates of their own: who has which terms when, and who reads them."""

from datetime import timedelta

import pytest
import time_machine

from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Participation, Terms
from campaigns.selectors import cards_for, terms_latest, terms_now, terms_of
from campaigns.selectors.groups import groups_of, terms_of_invites
from campaigns.selectors.versions import cuts_coming
from campaigns.services import (
    CampaignConflict,
    Reason,
    campaign_join,
    campaign_terms_change,
    group_change,
    group_create,
    group_end,
    group_move,
    participation_leave,
    participation_remove,
    participation_restore,
)
from campaigns.services.invites import (
    invite_accept,
    invite_accept_link,
    invite_link_create,
    invite_person,
)
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import SocialProfile
from tests.world import NOON

MONTH = timedelta(days=30)


def offer(bps: int, **more) -> Offer:
    """The cast's own terms are 10 %."""
    return Offer(
        title="-", destination_url="-", budget_minor=10**8, typical_basket_minor=10**6,
        commission_bps=bps, **more,
    )  # fmt: skip


def group(cast, bps=1_500, name="Top bloggers"):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return group_create(campaign_id=cast.tulpar.campaign, name=name, offer=offer(bps))


def move(cast, *people, to):
    return group_move(
        campaign_id=cast.tulpar.campaign,
        participation_ids=[each.pk for each in people],
        group_id=to.pk if to else None,
    )


@pytest.fixture
def aliya(cast):
    with acting_as(system="test"):
        return Participation.objects.get(pk=cast.tulpar.participation)


@pytest.fixture
def dana(cast):
    """Sauran's influencer, in Tulpar's campaign too."""
    return campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)


def bps_at(row, **later) -> int:
    with time_machine.travel(NOON + timedelta(**later), tick=False), acting_as(system="test"):
        return terms_now(Participation.objects.get(pk=row.pk)).commission_bps


def letters(kind):
    with acting_as(system="test"):
        return Message.objects.filter(kind=kind).count()


# --- Who has which --------------------------------------------------------------------------


def test_a_better_rate_begins_when_somebody_is_put_into_the_group(cast, aliya, dana):
    top = group(cast)
    moved = move(cast, aliya, to=top)
    assert (moved.done, moved.cut_from, moved.refused) == (1, None, [])
    assert (bps_at(aliya), bps_at(dana)) == (1_500, 1_000)
    assert (letters("terms_better"), letters("terms_cut")) == (1, 0)
    assert move(cast, aliya, to=top).done == 0


def test_a_lower_rate_waits_thirty_days_into_a_group_and_out_of_one(cast, aliya, dana):
    low, top = group(cast, 500, "Newcomers"), group(cast, 1_500)
    assert move(cast, aliya, to=low).cut_from == NOON + MONTH
    assert (bps_at(aliya), bps_at(aliya, days=29), bps_at(aliya, days=30)) == (1_000, 1_000, 500)
    move(cast, dana, to=top)
    assert move(cast, dana, to=None).cut_from == NOON + MONTH
    assert (bps_at(dana), bps_at(dana, days=30)) == (1_500, 1_000)
    assert letters("terms_cut") == 2
    # back within the notice: the cut never comes
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        assert move(cast, aliya, to=None).cut_from is None
        assert move(cast, dana, to=top).cut_from is None
    assert (bps_at(aliya, days=31), bps_at(dana, days=31)) == (1_000, 1_500)


def test_each_change_reaches_its_own_people_alone(cast, aliya, dana):
    top = group(cast)
    move(cast, dana, to=top)
    change = campaign_terms_change(campaign_id=cast.tulpar.campaign, offer=offer(1_200))
    assert (change.reached, bps_at(aliya), bps_at(dana)) == (1, 1_200, 1_500)
    cut = group_change(group_id=top.pk, name=top.name, offer=offer(1_300))
    assert (cut.reached, cut.cut_from) == (1, NOON + MONTH)
    assert (bps_at(aliya, days=30), bps_at(dana, days=29), bps_at(dana, days=30)) == (
        *(1_200, 1_500, 1_300),
    )
    with acting_as(brand=cast.tulpar.brand):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
        (now,) = groups_of(campaign)
        assert (now.terms.commission_bps, now.people, len(now.coming)) == (1_300, 1, 1)
        assert cuts_coming(campaign) == []


def test_who_joins_has_the_terms_of_everybody_however_new_those_of_a_group_are(cast):
    group(cast)
    joined = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    assert (joined.terms_id, joined.group_id) == (cast.tulpar.terms, None)
    with acting_as(brand=cast.tulpar.brand):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
        assert terms_latest(campaign).pk == terms_of([campaign])[campaign.pk].pk
        assert terms_latest(campaign).pk == cast.tulpar.terms


def test_a_group_that_ends_gives_its_people_back_with_notice(cast, aliya, dana):
    top = group(cast)
    move(cast, aliya, dana, to=top)
    participation_remove(participation_id=dana.pk, reason=Reason(code="silent"))
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        ended = group_end(group_id=top.pk)
    assert (ended.done, ended.cut_from) == (1, NOON + MONTH)
    assert (bps_at(aliya, days=29), bps_at(aliya, days=30)) == (1_500, 1_000)
    assert participation_restore(participation_id=dana.pk).group_id is None
    assert bps_at(dana) == 1_000
    with pytest.raises(NotFound):
        move(cast, dana, to=top)
    group(cast)  # its name is free again


def test_a_removal_taken_back_is_back_in_the_group_and_who_leaves_comes_as_anybody(cast, dana):
    top = group(cast)
    move(cast, dana, to=top)
    participation_remove(participation_id=dana.pk, reason=Reason(code="silent"))
    assert participation_restore(participation_id=dana.pk).group_id == top.pk
    assert bps_at(dana) == 1_500
    participation_leave(participation_id=dana.pk)
    again = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    assert (again.group_id, bps_at(dana)) == (None, 1_000)


# --- By invitation --------------------------------------------------------------------------


def test_an_invitation_by_name_puts_into_its_group(cast):
    top = group(cast)
    with acting_as(system="test"):
        SocialProfile.objects.create(
            influencer_id=cast.sauran.influencer, network="tiktok", handle="dana", followers=100
        )
    asked = {"campaign_id": cast.tulpar.campaign, "page": "@dana", "days": 14}
    plain = invite_person(**asked)
    invite = invite_person(**asked, group_id=top.pk)
    assert invite.pk != plain.pk
    with acting_as(influencer=cast.sauran.influencer):
        assert terms_of_invites([invite])[invite.pk].commission_bps == 1_500
        assert not Terms.objects.filter(group=top).exists()
        joined = invite_accept(invite_id=invite.pk, influencer_id=cast.sauran.influencer)
        assert Terms.objects.filter(group=top).exists()
    assert (joined.group_id, bps_at(joined)) == (top.pk, 1_500)


def test_a_link_to_a_group_that_has_ended_is_one_to_the_campaign(cast):
    top = group(cast)
    made = {"campaign_id": cast.tulpar.campaign, "note": "", "uses_max": 1, "days": 14}
    link = invite_link_create(**made, group_id=top.pk)
    group_end(group_id=top.pk)
    joined = invite_accept_link(token=link.token, influencer_id=cast.sauran.influencer)
    assert (joined.group_id, bps_at(joined)) == (None, 1_000)
    with pytest.raises(Invalid):
        invite_link_create(**made, group_id=top.pk)


# --- Who reads them -------------------------------------------------------------------------


def test_only_who_is_paid_by_a_groups_terms_reads_them(cast, aliya, dana):
    top = group(cast)
    move(cast, aliya, to=top)

    def read(**actor) -> list[int]:
        with acting_as(**actor):
            rows = Terms.objects.filter(campaign_id=cast.tulpar.campaign)
            return [*rows.order_by("pk").values_list("commission_bps", flat=True)]

    assert read(influencer=cast.tulpar.influencer) == [1_000, 1_500]
    assert read(influencer=cast.sauran.influencer) == read(public="test") == [1_000]
    assert read(brand=cast.tulpar.brand) == [1_000, 1_500]
    assert read(brand=cast.sauran.brand) == []
    # later versions are read by those whom they reach, and stay readable after the group
    group_change(group_id=top.pk, name=top.name, offer=offer(1_400))
    move(cast, aliya, to=None)
    group_change(group_id=top.pk, name=top.name, offer=offer(1_600))
    assert read(influencer=cast.tulpar.influencer) == [1_000, 1_500, 1_400]


def test_the_card_of_each_says_their_own_rate(cast, aliya, dana):
    top = group(cast)
    move(cast, aliya, to=top)
    for person, bps in ((cast.tulpar.influencer, 1_500), (cast.sauran.influencer, 1_000)):
        with acting_as(influencer=person):
            (card,) = cards_for([Campaign.objects.get(pk=cast.tulpar.campaign)], person)
            assert card.terms.commission_bps == bps


# --- What is refused ------------------------------------------------------------------------


def test_what_is_no_group_is_refused(cast, aliya, dana):
    top = group(cast)
    with pytest.raises(Invalid) as refused:
        group(cast, 9_500, name=" top BLOGGERS ")
    assert set(refused.value.fields) == {"name", "commission"}
    with pytest.raises(Invalid, match="nothing would change"):
        group_change(group_id=top.pk, name=top.name, offer=offer(1_500))
    assert group_change(group_id=top.pk, name="Best", offer=offer(1_500)) is None
    with pytest.raises(NotFound):
        group_move(campaign_id=cast.sauran.campaign, participation_ids=[], group_id=top.pk)
    participation_leave(participation_id=dana.pk)
    moved = move(cast, aliya, dana, to=top)
    assert (moved.done, moved.refused) == (
        1,
        ["Only who takes part is put into a group: accept them first."],
    )
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(status="draft")
    with pytest.raises(CampaignConflict):
        group(cast, name="Other")
