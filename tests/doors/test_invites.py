"""Invitations at the doors: the brand's page, the influencer's list, and a secret link."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Invite, Participation
from core.accounts.models import User
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile
from tests.cast import user_make
from tests.doors.conftest import count, the


@pytest.fixture
def erlan(workplace):
    """A stranger with the page @erlan, at work; Tulpar's campaign is by invitation."""
    user_id = user_make("erlan@people.example")
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=workplace.cast.tulpar.campaign).update(access="private")
        person = Influencer.objects.create(user_id=user_id, name="Erlan")
        SocialProfile.objects.create(
            influencer=person, network="tiktok", handle="erlan", followers=9_000
        )
    client = workplace.client("nobody")
    client.force_login(User.objects.get(pk=user_id))
    return client


def test_an_invitation_by_name_is_answered_from_the_list(workplace, erlan):
    url = reverse("portal:campaign", args=[workplace.live])
    assert erlan.get(url).status_code == 404
    answer = workplace.post(
        "invites", workplace.live, what="person", **{"person-page": "@erlan", "person-days": "14"}
    )
    assert answer.url == workplace.url("invites", workplace.live)
    page = erlan.get(reverse("portal:campaigns")).context["page"]
    (one,) = page.invited
    assert (one.title, one.url) == ("tulpar sale", url)
    assert workplace.live not in [card.url for card in page.cards]
    assert erlan.get(url).context["page"].is_invited_by_name
    assert "/links/" in erlan.post(one.accept_url).url
    assert erlan.get(reverse("portal:campaigns")).context["page"].invited == []
    (row,) = workplace.page("invites", workplace.live).rows
    assert (row.name, row.status, row.used, row.link) == ("Erlan", "accepted", 1, "")


def test_an_invitation_is_declined_and_the_brand_sees_it(workplace, erlan):
    workplace.post(
        "invites", workplace.live, what="person", **{"person-page": "@erlan", "person-days": "14"}
    )
    decline = reverse("portal:invitation_decline", args=[workplace.live])
    assert erlan.post(decline).url == reverse("portal:campaigns")
    assert erlan.post(decline).status_code == 404
    (row,) = workplace.page("invites", workplace.live).rows
    assert row.status == "declined"


def test_a_secret_link_shows_the_campaign_and_lets_in(workplace, erlan):
    workplace.post(
        "invites",
        workplace.live,
        what="link",
        **{"link-note": "Stories", "link-uses_max": "1", "link-days": "7"},
    )
    (row,) = workplace.page("invites", workplace.live).rows
    path = "/" + row.link.partition("://")[2].partition("/")[2]
    first = erlan.get(path)  # without a language: the reader's own
    assert first.status_code == 302
    page = erlan.get(first.url).context["page"]
    assert (page.card.title, page.is_invited) == ("tulpar sale", True)
    assert "/links/" in erlan.post(page.join_url).url
    assert erlan.get(first.url).url.endswith(f"/campaigns/{workplace.live}/")
    other = workplace.client("nobody")
    other.force_login(User.objects.get(pk=second_person()))
    over = other.get(first.url)
    assert (over.status_code, "counts no longer" in over.content.decode()) == (410, True)
    assert other.post(first.url).status_code == 409


def second_person():
    user_id = user_make("second@people.example")
    with acting_as(system="test data"):
        Influencer.objects.create(user_id=user_id, name="Second")
    return user_id


def test_a_guessed_link_is_not_found(workplace, erlan):
    assert erlan.get(reverse("portal:invitation", args=["x" * 43])).status_code == 404
    assert erlan.post(reverse("portal:invitation", args=["x" * 43])).status_code == 404


def test_a_wrong_invitation_comes_back_with_why(workplace, erlan):
    for what, given, field in (
        ("person", {"person-page": "@nobody", "person-days": "14"}, "page"),
        ("person", {"person-page": "@erlan", "person-days": "0"}, "days"),
        ("link", {"link-uses_max": "0", "link-days": "7"}, "uses_max"),
        ("link", {"link-uses_max": "x", "link-days": "7"}, "uses_max"),
    ):
        answer = workplace.post("invites", workplace.live, what=what, **given)
        assert answer.status_code == 422
        assert list(answer.context[what].errors) == [field]
    assert count(Invite) == 0


def test_a_revoked_link_leads_nowhere(workplace, erlan):
    workplace.post(
        "invites", workplace.live, what="link", **{"link-uses_max": "5", "link-days": "7"}
    )
    (row,) = workplace.page("invites", workplace.live).rows
    invite = the(Invite)
    workplace.post("invite_revoke", invite.public_id)
    assert erlan.get(reverse("portal:invitation", args=[invite.token])).status_code == 410
    (row,) = workplace.page("invites", workplace.live).rows
    assert (row.status, row.link, row.revoke_url) == ("revoked", "", "")


def test_an_analyst_sees_no_secret(workplace, erlan):
    workplace.post(
        "invites", workplace.live, what="link", **{"link-uses_max": "5", "link-days": "7"}
    )
    answer = workplace.get("invites", workplace.live, who="analyst")
    assert the(Invite).token not in answer.content.decode()
    assert not answer.context["page"].may_invite


def test_a_campaign_by_invitation_is_made_on_the_form(workplace):
    form = {
        "title": "Жабық",
        "destination_url": "https://tulpar.example/p/2",
        "access": "private",
        "commission_percent": "7,5",
        "window_days": "30",
        "hold_days": "21",
        "code_policy": "code_wins",
        "typical_basket": "17 900",
        "budget": "100 000",
    }
    assert workplace.post("campaign_new", **form).status_code == 302
    assert the(Campaign, title="Жабық").access == "private"
    assert count(Participation, campaign__title="Жабық") == 0
