"""Requirements at the door, places and the queue for them, a no and its taking back."""

from datetime import date, timedelta

import pytest
import time_machine

from campaigns.domain.eligibility import ANYBODY, JoinRules
from campaigns.models import Campaign, Participation, PromoCode, TrackingLink
from campaigns.selectors.people import room_in
from campaigns.services import (
    NotEligible,
    ParticipationConflict,
    PlacesTaken,
    Reason,
    campaign_join,
    campaign_pause,
    campaign_resume,
    campaign_rules_set,
    participation_approve,
    participation_leave,
    participation_reject,
    participation_remove,
    participation_restore,
    participations_approve,
    participations_reject,
)
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile, TaxProfile
from tests.cast import user_make
from tests.world import NOON

BREACH = Reason(code="breach")
TOPIC = Reason(code="topic")


def change(model, pk, **values):
    with acting_as(system="test data"):
        model.objects.filter(pk=pk).update(**values)


def ask(cast, **rules):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return campaign_rules_set(campaign_id=cast.tulpar.campaign, rules=JoinRules(**rules))


def join(cast, influencer_id=None):
    return campaign_join(
        campaign_id=cast.tulpar.campaign, influencer_id=influencer_id or cast.sauran.influencer
    )


def state(participation):
    with acting_as(system="test looks"):
        return Participation.objects.get(pk=participation.pk).state


def somebody(name):
    person = user_make(f"{name}@people.example")
    with acting_as(system="test data"):
        return Influencer.objects.create(user_id=person, name=name.title()).pk


def letters(kind):
    with acting_as(system="test looks"):
        return list(Message.objects.filter(kind=kind).values_list("email", flat=True))


# --- Requirements ---------------------------------------------------------------------------


def dana_is(cast, **values):
    with acting_as(system="test data"):
        Influencer.objects.filter(pk=cast.sauran.influencer).update(**values)


def test_who_does_not_meet_a_requirement_reads_which_and_what_to_do(cast):
    dana_is(cast, city="astana")
    with acting_as(system="test data"):
        SocialProfile.objects.create(
            influencer_id=cast.sauran.influencer, network="tiktok", handle="dana", followers=4_200
        )
    ask(cast, followers_min=5_000, cities=("almaty",), payee_types=("ip_general",))
    with pytest.raises(NotEligible) as refused:
        join(cast)
    assert str(refused.value) == (
        "You cannot join yet. Followers: at least 5\N{NO-BREAK SPACE}000 (You:"
        " 4\N{NO-BREAK SPACE}200). City: Almaty (You: Astana). Tax status: entrepreneur, general"
        " regime (You have not said it yet). If your profile is out of date, change it and join"
        " again."
    )
    with acting_as(system="test looks"):
        assert not Participation.objects.filter(
            influencer_id=cast.sauran.influencer, campaign_id=cast.tulpar.campaign
        ).exists()


def test_who_meets_all_of_them_joins(cast):
    dana_is(cast, city="almaty", language="kk", topics=["home"])
    with acting_as(system="test data"):
        for status in ("individual_gph", "ip_general"):  # the latest counts
            TaxProfile.objects.create(
                influencer_id=cast.sauran.influencer, status=status, valid_from=date(2026, 1, 1)
            )
    ask(cast, cities=("almaty",), languages=("kk",), payee_types=("ip_general",))
    change(Campaign, cast.tulpar.campaign, topics=["home", "food"])
    assert join(cast).state == "approved"


def test_by_application_the_brand_decides_about_who_meets_nothing(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    ask(cast, cities=("almaty",))
    participation = join(cast)
    assert participation.state == "applied"
    assert participation_approve(participation_id=participation.pk).state == "approved"


def test_new_requirements_are_for_new_people(cast):
    participation = join(cast)
    ask(cast, cities=("almaty",))
    assert join(cast).pk == participation.pk
    assert state(participation) == "approved"
    participation_leave(participation_id=participation.pk)
    with pytest.raises(NotEligible):
        join(cast)


def test_a_wrong_requirement_changes_nothing(cast):
    with pytest.raises(Invalid) as refused:
        ask(cast, followers_min=10, followers_max=9, cities=("paris",), topics=("war",))
    assert set(refused.value.fields) == {"followers_max", "cities", "topics"}
    with acting_as(system="test looks"):
        assert Campaign.objects.get(pk=cast.tulpar.campaign).join_rules == ANYBODY


def test_a_change_of_requirements_is_audited(cast):
    ask(cast, followers_min=500)
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="campaign.rules")
    assert (entry.user_id, entry.before["followers_min"]) == (cast.tulpar.owner, None)
    assert entry.after["followers_min"] == 500


# --- Places ---------------------------------------------------------------------------------


def test_who_comes_when_all_places_are_taken_waits_in_turn(cast):
    ask(cast, participants_max=1)  # Aliya takes part
    dana = join(cast)
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        erlan = join(cast, somebody("erlan"))
    assert [each.state for each in (dana, erlan)] == ["applied", "applied"]
    with acting_as(influencer=erlan.influencer_id):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
        room = room_in(campaign, erlan)
    assert (room.is_full, room.queue_place) == (True, 2)
    with acting_as(influencer=cast.tulpar.influencer):
        participation_leave(participation_id=cast.tulpar.participation)
    assert [state(each) for each in (dana, erlan)] == ["approved", "applied"]
    assert letters("participation_approved") == ["dana@people.example"]
    with acting_as(system="test looks"):
        assert TrackingLink.objects.filter(participation=dana, state="active").count() == 1
        assert room_in(campaign, erlan).queue_place == 1


def test_more_places_let_in_who_waits(cast):
    ask(cast, participants_max=1)
    people = [join(cast, somebody(name)) for name in ("a", "b", "c")]
    ask(cast, participants_max=3)
    assert [state(each) for each in people] == ["approved", "approved", "applied"]
    ask(cast)
    assert state(people[2]) == "approved"


def test_a_place_that_is_free_while_the_campaign_stands_still_is_given_when_it_goes_on(cast):
    ask(cast, participants_max=1)
    dana = join(cast)
    campaign_pause(campaign_id=cast.tulpar.campaign)
    participation_remove(participation_id=cast.tulpar.participation, reason=BREACH)
    assert state(dana) == "applied"
    campaign_resume(campaign_id=cast.tulpar.campaign)
    assert state(dana) == "approved"


def test_fewer_places_than_people_throw_nobody_out(cast):
    join(cast)
    ask(cast, participants_max=1)
    with acting_as(system="test looks"):
        people = Participation.objects.filter(campaign_id=cast.tulpar.campaign, state="approved")
        assert people.count() == 2


def test_an_application_to_a_full_campaign_waits_until_the_brand_makes_room(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    ask(cast, participants_max=1)
    dana = join(cast)
    with pytest.raises(PlacesTaken, match=r"\(1\)"):
        participation_approve(participation_id=dana.pk)
    participation_leave(participation_id=cast.tulpar.participation)
    assert state(dana) == "applied"  # here the brand decides, and not the queue
    assert participation_approve(participation_id=dana.pk).state == "approved"


# --- A no, and its taking back --------------------------------------------------------------


def test_who_is_refused_comes_again_from_the_day_named(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    dana = join(cast)
    later = Reason(code="audience", again_on=NOON.date() + timedelta(days=30))
    participation_reject(participation_id=dana.pk, reason=later)
    with pytest.raises(ParticipationConflict, match="again from"):
        join(cast)
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        again = join(cast)
    assert (again.pk, again.state, again.reason_code) == (dana.pk, "applied", "")
    assert again.apply_again_on is None


def test_who_was_removed_waits_for_the_brand_even_where_everybody_may_join(cast):
    dana = join(cast)
    later = Reason(code="silent", again_on=NOON.date() + timedelta(days=7))
    participation_remove(participation_id=dana.pk, reason=later)
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        assert join(cast).state == "applied"


def test_a_reason_is_read_in_the_readers_language(cast):
    User.objects.filter(pk=cast.sauran.person).update(language="en")
    dana = join(cast)
    reason = Reason(code="label", note="Stories of 3 November")
    participation_remove(participation_id=dana.pk, reason=reason)
    with acting_as(system="test looks"):
        body = Message.objects.get(kind="participation_removed").body
    assert "posts without an ad label: Stories of 3 November" in body


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        (Reason(code=""), "reason_code"),
        (Reason(code="topic"), "reason_code"),  # for an application, and not for an end
        (Reason(code="other"), "reason"),
        (Reason(code="breach", note="x" * 501), "reason"),
        (Reason(code="breach", again_on=NOON.date()), "again_on"),
        (Reason(code="breach", again_on=NOON.date() + timedelta(days=366)), "again_on"),
    ],
)
def test_a_no_needs_a_reason_of_the_list(cast, reason, field):
    with pytest.raises(Invalid) as refused:
        participation_remove(participation_id=cast.tulpar.participation, reason=reason)
    assert list(refused.value.fields) == [field]


def test_a_removal_taken_back_gives_the_same_link_and_code(cast):
    participation_remove(participation_id=cast.tulpar.participation, reason=BREACH)
    participation_restore(participation_id=cast.tulpar.participation)
    with acting_as(system="test looks"):
        assert Participation.objects.get(pk=cast.tulpar.participation).state == "approved"
        assert TrackingLink.objects.get(pk=cast.tulpar.link).state == "active"
        assert PromoCode.objects.get(pk=cast.tulpar.code).state == "active"
        assert PromoCode.objects.filter(participation_id=cast.tulpar.participation).count() == 1
    with pytest.raises(ParticipationConflict):
        participation_restore(participation_id=cast.tulpar.participation)


def test_a_refusal_taken_back_is_an_application_again(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    dana = join(cast)
    participation_reject(participation_id=dana.pk, reason=TOPIC)
    assert participation_restore(participation_id=dana.pk).state == "applied"


def test_a_removal_is_not_taken_back_into_a_full_campaign(cast):
    join(cast)
    participation_remove(participation_id=cast.tulpar.participation, reason=BREACH)
    ask(cast, participants_max=1)
    with pytest.raises(PlacesTaken):
        participation_restore(participation_id=cast.tulpar.participation)


@pytest.mark.django_db
def test_a_participation_that_is_not_there_is_said_to_be_so():
    for service in (participation_approve, participation_restore, participation_leave):
        with pytest.raises(NotFound):
            service(participation_id=10**9)


# --- Many at once ---------------------------------------------------------------------------


def test_many_applications_are_accepted_until_the_places_are_taken(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    people = [join(cast, somebody(name)) for name in ("a", "b", "c")]
    ask(cast, participants_max=3)
    decided = participations_approve(participation_ids=[each.pk for each in people])
    assert decided.done == 2
    assert len(decided.refused) == 1
    assert [state(each) for each in people] == ["approved", "approved", "applied"]
    again = participations_approve(participation_ids=[people[0].pk, people[0].pk, 10**9])
    assert (again.done, len(again.refused)) == (0, 2)


def test_many_applications_are_refused_for_one_reason(cast):
    change(Campaign, cast.tulpar.campaign, access="application")
    people = [join(cast, somebody(name)) for name in ("a", "b")]
    ids = [each.pk for each in people]
    with pytest.raises(Invalid):
        participations_reject(participation_ids=ids, reason=Reason(code="other"))
    assert [state(each) for each in people] == ["applied", "applied"]
    assert participations_reject(participation_ids=ids, reason=TOPIC).done == 2
    assert sorted(letters("participation_rejected")) == ["a@people.example", "b@people.example"]
