import pytest
import time_machine

from brands.models import Brand
from campaigns.domain.codes import is_issuable, skeleton
from campaigns.models import Campaign, ExternalCode, Participation, PromoCode, Terms, TrackingLink
from campaigns.services import (
    CampaignConflict,
    ParticipationConflict,
    Reason,
    campaign_join,
    external_code_add,
    participation_approve,
    participation_leave,
    participation_reject,
    participation_remove,
    tracking_link_create,
)
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from tests.world import NOON


def change(model, pk, **values):
    with acting_as(system="test data"):
        model.objects.filter(pk=pk).update(**values)


def dana_joins(cast):
    """Dana, Sauran's influencer, joins Tulpar's campaign."""
    with acting_as(influencer=cast.sauran.influencer, user_id=cast.sauran.person):
        return campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer)


def of_dana(model, cast, **filters):
    with acting_as(influencer=cast.sauran.influencer):
        return list(
            model.objects.filter(campaign_id=cast.tulpar.campaign, **filters).order_by("pk")
        )


@pytest.fixture
def by_application(cast):
    change(Campaign, cast.tulpar.campaign, access="application")


# --- Joining --------------------------------------------------------------------------------


def test_joining_an_open_campaign_gives_the_link_and_the_code_at_once(cast):
    participation = dana_joins(cast)
    assert (participation.state, participation.decided_at) == ("approved", NOON)
    assert participation.terms_id == cast.tulpar.terms
    (link,) = of_dana(TrackingLink, cast)
    assert link.destination_url == "https://tulpar.example/product/1"
    assert len(link.token) == 8
    (code,) = of_dana(PromoCode, cast)
    assert is_issuable(code.code)
    assert code.skeleton == skeleton(code.code)
    assert code.code.startswith("DANA")


def test_joining_twice_changes_nothing(cast):
    assert dana_joins(cast).pk == dana_joins(cast).pk
    assert len(of_dana(TrackingLink, cast)) == 1
    assert len(of_dana(PromoCode, cast)) == 1


def test_a_campaign_that_counts_links_only_gives_no_code(cast):
    with acting_as(system="test data"):
        Terms.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            version=2,
            commission_bps=1000,
            code_policy="click_only",
            published_at=NOON,
        )
    dana_joins(cast)
    assert len(of_dana(TrackingLink, cast)) == 1
    assert of_dana(PromoCode, cast) == []


def test_the_latest_published_terms_are_joined(cast):
    with acting_as(system="test data"):
        campaign = Campaign.objects.get(pk=cast.tulpar.campaign)
        rows = {
            version: Terms.objects.create(
                campaign=campaign,
                brand_id=campaign.brand_id,
                version=version,
                commission_bps=2000,
                published_at=published_at,
            )
            for version, published_at in ((2, NOON), (3, None))
        }
    assert dana_joins(cast).terms_id == rows[2].pk


@pytest.mark.parametrize("status", ["paused", "closed"])
def test_a_campaign_that_is_not_live_takes_nobody(cast, status):
    change(Campaign, cast.tulpar.campaign, status=status)
    with pytest.raises(CampaignConflict):
        dana_joins(cast)
    assert of_dana(Participation, cast) == []


def test_a_draft_is_not_found(cast):
    change(Campaign, cast.tulpar.campaign, status="draft")
    with pytest.raises(NotFound):
        dana_joins(cast)


def test_a_campaign_that_is_over_takes_nobody(cast):
    change(Campaign, cast.tulpar.campaign, ends_at=NOON)
    with pytest.raises(CampaignConflict):
        dana_joins(cast)


def test_a_suspended_brand_takes_nobody(cast):
    change(Brand, cast.tulpar.brand, state="suspended")
    with pytest.raises(CampaignConflict):
        dana_joins(cast)
    assert of_dana(Participation, cast) == []


def test_a_code_never_looks_like_another_of_the_shop(cast, monkeypatch):
    """Aliya's AQTAS is taken; its twin with a Cyrillic A would fold to the same."""
    tries = iter(["AQTAS", "AQTAS", "DANA7X"])
    monkeypatch.setattr("campaigns.services.codes.code_generate", lambda name: next(tries))
    dana_joins(cast)
    assert [code.code for code in of_dana(PromoCode, cast)] == ["DANA7X"]


def test_without_a_free_code_nobody_half_joins(cast, monkeypatch):
    monkeypatch.setattr("campaigns.services.codes.code_generate", lambda name: "AQTAS")
    with pytest.raises(ParticipationConflict):
        dana_joins(cast)
    assert of_dana(Participation, cast) == []
    assert of_dana(TrackingLink, cast) == []


# --- Applications ---------------------------------------------------------------------------


@pytest.mark.usefixtures("by_application")
def test_an_application_waits_without_a_link(cast):
    participation = dana_joins(cast)
    assert (participation.state, participation.decided_at) == ("applied", None)
    assert of_dana(TrackingLink, cast) == []
    assert of_dana(PromoCode, cast) == []


def decide(cast, service, participation, **given):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return service(participation_id=participation.pk, **given)


@pytest.mark.usefixtures("by_application")
def test_an_accepted_application_gets_link_code_and_letter(cast):
    participation = dana_joins(cast)
    decide(cast, participation_approve, participation)
    assert [row.state for row in of_dana(Participation, cast)] == ["approved"]
    assert len(of_dana(TrackingLink, cast)) == 1
    assert len(of_dana(PromoCode, cast)) == 1
    with acting_as(system="test looks"):
        message = Message.objects.get(kind="participation_approved")
        assert message.email == "dana@people.example"
    with pytest.raises(ParticipationConflict):
        decide(cast, participation_approve, participation)
    assert len(of_dana(TrackingLink, cast)) == 1


@pytest.mark.usefixtures("by_application")
def test_a_refused_application_reads_why_and_may_come_again(cast):
    participation = dana_joins(cast)
    with pytest.raises(Invalid):
        decide(cast, participation_reject, participation, reason=Reason(code="other", note=" "))
    few = Reason(code="topic", note="Too few posts")
    decide(cast, participation_reject, participation, reason=few)
    with acting_as(system="test looks"):
        assert (
            "about other things: Too few posts"
            in Message.objects.get(kind="participation_rejected").body
        )
    again = dana_joins(cast)
    assert (again.pk, again.state) == (participation.pk, "applied")
    assert of_dana(TrackingLink, cast) == []


def test_a_participant_who_is_removed_stays_removed(cast):
    participation = dana_joins(cast)
    decide(cast, participation_remove, participation, reason=Reason(code="placement"))
    assert [link.state for link in of_dana(TrackingLink, cast)] == ["disabled"]
    assert [code.state for code in of_dana(PromoCode, cast)] == ["void"]
    with pytest.raises(ParticipationConflict):
        dana_joins(cast)
    assert [row.state for row in of_dana(Participation, cast)] == ["removed"]


def test_who_left_may_come_back_with_a_new_link(cast):
    participation = dana_joins(cast)
    with acting_as(influencer=cast.sauran.influencer):
        participation_leave(participation_id=participation.pk)
    assert [link.state for link in of_dana(TrackingLink, cast)] == ["disabled"]
    assert dana_joins(cast).state == "approved"
    assert [link.state for link in of_dana(TrackingLink, cast)] == ["disabled", "active"]
    assert [code.state for code in of_dana(PromoCode, cast)] == ["void", "active"]


@pytest.mark.usefixtures("by_application")
def test_an_application_can_be_taken_back(cast):
    participation = dana_joins(cast)
    with acting_as(influencer=cast.sauran.influencer):
        participation_leave(participation_id=participation.pk)
    assert dana_joins(cast).state == "applied"


# --- Links ----------------------------------------------------------------------------------


def dana_links(cast, participation, url):
    with acting_as(influencer=cast.sauran.influencer):
        return tracking_link_create(participation_id=participation.pk, url=url)


def test_another_product_gets_its_own_link_once(cast):
    participation = dana_joins(cast)
    link = dana_links(cast, participation, "https://www.tulpar.example/product/2?color=kök")
    assert link.destination_url == "https://www.tulpar.example/product/2?color=k%C3%B6k"
    again = dana_links(cast, participation, "https://www.tulpar.example/product/2?color=kök")
    assert again.pk == link.pk
    assert len(of_dana(TrackingLink, cast)) == 2


def test_a_product_of_another_site_is_refused(cast):
    participation = dana_joins(cast)
    with pytest.raises(Invalid, match=r"sauran\.example is not among") as refused:
        dana_links(cast, participation, "https://sauran.example/product/1")
    assert list(refused.value.fields) == ["url"]
    assert len(of_dana(TrackingLink, cast)) == 1


@pytest.mark.usefixtures("by_application")
def test_an_applicant_makes_no_links(cast):
    participation = dana_joins(cast)
    with pytest.raises(ParticipationConflict):
        dana_links(cast, participation, "https://tulpar.example/product/2")


def test_a_closed_campaign_makes_no_links(cast):
    participation = dana_joins(cast)
    change(Campaign, cast.tulpar.campaign, status="closed")
    with pytest.raises(CampaignConflict):
        dana_links(cast, participation, "https://tulpar.example/product/2")


def test_links_have_an_end(cast, monkeypatch):
    monkeypatch.setattr("campaigns.services.links.LINKS_MAX", 2)
    participation = dana_joins(cast)
    dana_links(cast, participation, "https://tulpar.example/product/2")
    with pytest.raises(Invalid):
        dana_links(cast, participation, "https://tulpar.example/product/3")
    assert len(of_dana(TrackingLink, cast)) == 2


# --- Substitute articles --------------------------------------------------------------------


def test_a_substitute_article_belongs_to_one_participation_of_the_shop(cast):
    dana = dana_joins(cast)
    code = decide(cast, external_code_add, dana, value=" 8312004417 ")
    assert (code.kind, code.value) == ("wb_substitute_article", "8312004417")
    assert decide(cast, external_code_add, dana, value="8312004417").pk == code.pk
    with acting_as(system="test data"):
        aliya = Participation.objects.get(pk=cast.tulpar.participation)
    with pytest.raises(Invalid, match="another participation"):
        decide(cast, external_code_add, aliya, value="8312004417")
    with acting_as(brand=cast.tulpar.brand):
        assert ExternalCode.objects.count() == 1


@pytest.mark.parametrize("value", ["", "abc", "12 34", "١٢٣", "1" * 21, "-5"])
def test_an_article_is_a_number(cast, value):
    dana = dana_joins(cast)
    with pytest.raises(Invalid):
        decide(cast, external_code_add, dana, value=value)
    with acting_as(brand=cast.tulpar.brand):
        assert ExternalCode.objects.count() == 0


def test_two_shops_may_have_the_same_article(cast):
    decide(cast, external_code_add, dana_joins(cast), value="777")
    with acting_as(brand=cast.sauran.brand):
        external_code_add(participation_id=cast.sauran.participation, value="777")
    with acting_as(system="test looks"):
        assert ExternalCode.objects.count() == 2


def test_a_moment_before_the_end_is_in_time(cast):
    change(Campaign, cast.tulpar.campaign, ends_at=NOON)
    with time_machine.travel(NOON.timestamp() - 1, tick=False):
        assert dana_joins(cast).state == "approved"
