"""Campaigns by invitation: who sees them, who gets in, and by how many uses of a link."""

from datetime import timedelta

import pytest
import time_machine

from campaigns.models import Campaign, Invite, Participation, Terms
from campaigns.selectors import campaign_list_open, campaign_list_public
from campaigns.selectors.invites import invites_open_of
from campaigns.services import (
    CampaignConflict,
    NotEligible,
    ParticipationConflict,
    Reason,
    campaign_join,
    participation_leave,
    participation_remove,
)
from campaigns.services.invites import (
    InviteOver,
    invite_accept,
    invite_accept_link,
    invite_decline,
    invite_link_create,
    invite_person,
    invite_revoke,
)
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile
from tests.cast import user_make
from tests.world import NOON


@pytest.fixture(autouse=True)
def private(cast):
    """Tulpar's campaign is by invitation; Dana's page is @dana."""
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="private")
        SocialProfile.objects.create(
            influencer_id=cast.sauran.influencer, network="tiktok", handle="dana", followers=100
        )


def link(cast, **changes):
    given = {"note": "Stories", "uses_max": 2, "days": 14} | changes
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return invite_link_create(campaign_id=cast.tulpar.campaign, **given)


def invite(cast, page="@dana", days=14):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return invite_person(campaign_id=cast.tulpar.campaign, page=page, days=days)


def somebody(name):
    person = user_make(f"{name}@people.example")
    with acting_as(system="test data"):
        return Influencer.objects.create(user_id=person, name=name.title()).pk


def seen(cast, **side):
    """Whether a side reads the campaign, and its terms."""
    with acting_as(**side):
        return (
            Campaign.objects.filter(pk=cast.tulpar.campaign).exists(),
            Terms.objects.filter(campaign_id=cast.tulpar.campaign).exists(),
        )


def uses(made):
    with acting_as(system="test looks"):
        return Invite.objects.get(pk=made.pk).uses_count


# --- Nobody else sees it --------------------------------------------------------------------


def test_a_campaign_by_invitation_is_seen_by_nobody_but_its_people(cast):
    stranger = somebody("stranger")
    assert seen(cast, public="/") == (False, False)
    assert seen(cast, influencer=stranger) == (False, False)
    assert seen(cast, brand=cast.sauran.brand) == (False, False)
    assert seen(cast, influencer=cast.tulpar.influencer) == (True, True)  # takes part
    assert seen(cast, brand=cast.tulpar.brand) == (True, True)
    assert seen(cast, public="/") == (False, False)
    with acting_as(influencer=stranger):
        assert cast.tulpar.campaign not in [each.pk for each in campaign_list_open()[0]]
    with acting_as(public="/"):
        assert [each.pk for each in campaign_list_public(9)] == [cast.sauran.campaign]


def test_the_invited_see_it_and_who_declined_or_is_uninvited_no_more(cast):
    made = invite(cast)
    assert seen(cast, influencer=cast.sauran.influencer) == (True, True)
    with acting_as(influencer=cast.sauran.influencer):
        assert [each.pk for each in invites_open_of(cast.sauran.influencer)] == [made.pk]
        assert cast.tulpar.campaign not in [each.pk for each in campaign_list_open()[0]]
    invite_decline(invite_id=made.pk, influencer_id=cast.sauran.influencer)
    assert seen(cast, influencer=cast.sauran.influencer) == (False, False)
    again = invite(cast)
    assert again.pk != made.pk
    assert seen(cast, influencer=cast.sauran.influencer) == (True, True)
    invite_revoke(invite_id=again.pk)
    assert seen(cast, influencer=cast.sauran.influencer) == (False, False)


def test_without_an_invitation_it_is_not_there(cast):
    with pytest.raises(NotFound):
        campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)


# --- By name --------------------------------------------------------------------------------


def test_who_is_invited_by_name_gets_a_letter_and_joins_at_once(cast):
    with acting_as(system="test data"):  # requirements are not asked of them
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(cities=["astana"])
    made = invite(cast, "https://www.tiktok.com/@dana?x=1")
    assert invite(cast).pk == made.pk  # again is no mistake
    participation = invite_accept(invite_id=made.pk, influencer_id=cast.sauran.influencer)
    assert (participation.state, participation.invite_id) == ("approved", made.pk)
    assert uses(made) == 1
    with acting_as(system="test looks"):
        (letter,) = Message.objects.filter(kind="campaign_invited")
    assert letter.email == "dana@people.example"
    with pytest.raises(InviteOver):
        invite_accept(invite_id=made.pk, influencer_id=cast.sauran.influencer)


@pytest.mark.parametrize(
    ("page", "said"),
    [("@nobody", "Nobody at Birge"), ("two words", "for example"), ("", "for example")],
)
def test_a_page_that_nobody_has_is_said_to_be_nobodys(cast, page, said):
    with pytest.raises(Invalid, match=said) as refused:
        invite(cast, page)
    assert list(refused.value.fields) == ["page"]


def test_a_page_that_two_have_given_needs_a_link(cast):
    with acting_as(system="test data"):
        SocialProfile.objects.create(
            influencer_id=cast.tulpar.influencer, network="youtube", handle="dana", followers=1
        )
    with pytest.raises(Invalid, match="Several"):
        invite(cast)


def test_who_takes_part_is_not_invited(cast):
    with acting_as(system="test data"):
        SocialProfile.objects.create(
            influencer_id=cast.tulpar.influencer, network="youtube", handle="aliya", followers=1
        )
    with pytest.raises(ParticipationConflict, match="in the list already"):
        invite(cast, "@aliya")


def test_only_a_live_campaign_is_invited_to(cast):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(status="paused")
    with pytest.raises(CampaignConflict):
        invite(cast)
    with pytest.raises(CampaignConflict):
        link(cast)


def test_an_invitation_is_its_influencers_alone(cast):
    made = invite(cast)
    for service in (invite_accept, invite_decline):
        with pytest.raises(NotFound):
            service(invite_id=made.pk, influencer_id=somebody(service.__name__))
    with acting_as(influencer=cast.tulpar.influencer):
        assert not Invite.objects.filter(pk=made.pk).exists()


def test_an_invitation_whose_time_is_over_is_replaced_by_a_new_one(cast):
    made = invite(cast, days=1)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        with pytest.raises(InviteOver):
            invite_accept(invite_id=made.pk, influencer_id=cast.sauran.influencer)
        assert invite(cast).pk != made.pk


def test_the_invited_of_a_campaign_by_application_need_no_answer(cast):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(access="application")
    campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    with pytest.raises(ParticipationConflict):
        invite(cast)  # the application waits for the brand in the list
    secret = link(cast)
    participation = invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    assert (participation.state, uses(secret)) == ("approved", 1)


# --- By link --------------------------------------------------------------------------------


def test_a_link_lets_in_as_many_as_it_says(cast):
    secret = link(cast)
    assert len(secret.token) == 43
    dana = invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    assert dana.state == "approved"
    again = invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    assert (again.pk, uses(secret)) == (dana.pk, 1)
    invite_accept_link(token=secret.token, influencer_id=somebody("b"))
    with pytest.raises(InviteOver):
        invite_accept_link(token=secret.token, influencer_id=somebody("c"))
    assert uses(secret) == 2


def test_a_link_asks_for_the_requirements(cast):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(cities=["astana"])
    secret = link(cast)
    with pytest.raises(NotEligible):
        invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    assert uses(secret) == 0


def test_a_revoked_link_an_old_one_and_a_guess_let_nobody_in(cast):
    revoked, old = link(cast), link(cast, days=1)
    invite_revoke(invite_id=revoked.pk)
    with pytest.raises(InviteOver):
        invite_accept_link(token=revoked.token, influencer_id=cast.sauran.influencer)
    with time_machine.travel(NOON + timedelta(days=1), tick=False), pytest.raises(InviteOver):
        invite_accept_link(token=old.token, influencer_id=cast.sauran.influencer)
    for guess in ("", "x", old.token[:-1], "\x00" * 500):
        with pytest.raises(NotFound):
            invite_accept_link(token=guess, influencer_id=cast.sauran.influencer)
    with acting_as(system="test looks"):
        assert not Participation.objects.filter(
            campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer
        ).exists()


def test_a_full_campaign_keeps_the_place_in_the_queue_for_who_comes_by_a_link(cast):
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(participants_max=1)
    secret = link(cast)
    dana = invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    assert (dana.state, uses(secret)) == ("applied", 1)
    participation_leave(participation_id=cast.tulpar.participation)
    with acting_as(system="test looks"):
        assert Participation.objects.get(pk=dana.pk).state == "approved"


def test_who_left_may_come_back_and_who_was_removed_may_not(cast):
    secret = link(cast)
    dana = invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)
    participation_leave(participation_id=dana.pk)
    again = campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)
    assert again.state == "approved"
    participation_remove(participation_id=dana.pk, reason=Reason(code="breach"))
    with pytest.raises(ParticipationConflict):
        invite_accept_link(token=secret.token, influencer_id=cast.sauran.influencer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uses_max": 0}, "uses_max"),
        ({"uses_max": 1_001}, "uses_max"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"note": "x" * 81}, "note"),
    ],
)
def test_a_link_has_an_end_and_a_number_of_uses(cast, changes, field):
    with pytest.raises(Invalid) as refused:
        link(cast, **changes)
    assert list(refused.value.fields) == [field]


def test_the_secret_is_sealed_in_the_database(cast):
    secret = link(cast)
    from django.db import connection

    with acting_as(system="test looks"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT token, token_sha256 FROM campaigns_invite WHERE id = %s", [secret.pk]
        )
        sealed, digest = cursor.fetchone()
    assert secret.token.encode() not in bytes(sealed)
    assert secret.token not in digest
