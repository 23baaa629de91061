"""The payee's steps, the profile, and pasted addresses, as the influencer meets them."""

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from campaigns.models import Campaign, Participation, TrackingLink
from compliance.models import RegisterCheck
from core.accounts.models import User
from core.tenancy.context import acting_as
from influencers.models import Influencer, Payee, PayoutAccount, SocialProfile, TaxProfile
from tests.clocks import clock_at
from tests.influencers.test_services import iban_of
from tests.world import NOON

IIN = "901231400013"


noon = clock_at(NOON)


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    jobs = []
    monkeypatch.setattr("compliance.services.law.enqueue", lambda *job: jobs.append(job))
    return jobs


@pytest.fixture
def aliya(client, cast):
    client.force_login(User.objects.get(pk=cast.tulpar.person))
    with override("en"):
        yield client


def setup_page(client, **query):
    return client.get(reverse("portal:setup"), query).context["page"]


def states(page):
    return {step.key: step.state for step in page.steps}


def fill(client, step, **data):
    return client.post(f"{reverse('portal:setup')}?step={step}", data)


def iin_give(client, **changes):
    return fill(client, "iin", **{"full_name": "Сериқызы Әлия", "iin": IIN} | changes)


def register_says(cast, answer):
    with acting_as(system="test data"):
        RegisterCheck.objects.create(
            influencer_id=cast.tulpar.influencer,
            register="kgd",
            question="entrepreneur",
            answer=answer,
            raw="",
        )


def test_an_individual_needs_three_steps(aliya, cast):
    assert states(setup_page(aliya)) == {"iin": "now", "tax": "later", "account": "later"}
    assert iin_give(aliya).status_code == 302
    assert states(setup_page(aliya)) == {"iin": "done", "tax": "now", "account": "later"}
    fill(aliya, "tax", status="individual_gph", has_deduction_application="on")
    assert states(setup_page(aliya)) == {"iin": "done", "tax": "done", "account": "now"}
    fill(aliya, "account", iban=iban_of("722", 1), holder_name="Сериқызы Әлия")
    page = setup_page(aliya)
    assert (page.done, page.is_complete) == (3, True)
    with acting_as(influencer=cast.tulpar.influencer):
        assert Payee.objects.get().email == "aliya@people.example"
        assert TaxProfile.objects.get().has_deduction_application
        assert PayoutAccount.objects.get().iban == iban_of("722", 1)


def test_an_entrepreneur_waits_for_the_register(aliya, cast, enqueued):
    iin_give(aliya)
    fill(aliya, "tax", status="ip_simplified", has_deduction_application="on")
    assert enqueued == [("compliance.tasks.register_ask", cast.tulpar.influencer)]
    page = setup_page(aliya)
    assert states(page) == {"iin": "done", "tax": "done", "register": "now", "account": "later"}
    assert (page.answer, page.poll_url) == ("", reverse("portal:setup"))

    register_says(cast, "unknown")
    page = setup_page(aliya)
    assert (page.answer, page.poll_url) == ("unknown", "")
    aliya.post(reverse("portal:setup_recheck"))
    assert len(enqueued) == 2

    with time_machine.travel(NOON.timestamp() + 9, tick=False):
        register_says(cast, "yes")
    assert states(setup_page(aliya))["register"] == "done"
    assert states(setup_page(aliya))["account"] == "now"


def test_a_register_that_says_no_asks_for_another_status(aliya, cast):
    iin_give(aliya)
    fill(aliya, "tax", status="ip_general")
    register_says(cast, "no")
    page = setup_page(aliya)
    assert states(page)["register"] == "now"
    assert "another status" in page.answer_text
    fill(aliya, "tax", status="individual_gph")  # back to a finished step
    assert states(setup_page(aliya)) == {"iin": "done", "tax": "done", "account": "now"}


@pytest.mark.parametrize("answer", ["", "yes", "no", "unknown"])
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_answer_is_shown_in_every_language(aliya, cast, answer, language):
    iin_give(aliya)
    fill(aliya, "tax", status="ip_simplified")
    if answer:
        register_says(cast, answer)
    with override(language):
        assert aliya.get(reverse("portal:setup")).status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("90123140001", "yours has 11"),
        ("901231400014", "check digit"),
        ("010229500016", "no such day"),
        ("240540000016", "company"),
    ],
)
def test_a_wrong_iin_says_which_rule_it_breaks(aliya, text, said):
    answer = iin_give(aliya, iin=text)
    assert answer.status_code == 422
    assert said in answer.context["form"].errors["iin"][0]
    with acting_as(system="test looks"):
        assert not Payee.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KZ0112", "20 characters"),
        ("RU0112", "begins with KZ"),
        ("KZ00722C000000000001", "check digits"),
        (iban_of("000", 1), "no bank with the code 000"),
    ],
)
def test_a_wrong_account_says_which_rule_it_breaks(aliya, text, said):
    iin_give(aliya)
    fill(aliya, "tax", status="individual_gph")
    answer = fill(aliya, "account", iban=text, holder_name="Сериқызы Әлия")
    assert answer.status_code == 422
    assert said in answer.context["form"].errors["iban"][0]
    with acting_as(system="test looks"):
        assert not PayoutAccount.objects.exists()


def test_an_iin_and_an_account_never_come_back_to_the_page(aliya):
    iin_give(aliya)
    fill(aliya, "tax", status="individual_gph")
    fill(aliya, "account", iban=iban_of("722", 1), holder_name="Сериқызы Әлия")
    for query in ({}, {"step": "iin"}, {"step": "account"}):
        html = aliya.get(reverse("portal:setup"), query).content.decode()
        assert IIN not in html
        assert iban_of("722", 1) not in html.replace(" ", "")
    assert "Сериқызы Әлия" in html


def test_a_step_that_is_not_reached_cannot_be_filled(aliya):
    """The form of the first open step answers instead, and finds its fields missing."""
    answer = fill(aliya, "account", iban=iban_of("722", 1), holder_name="X Y")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"full_name", "iin"}
    with acting_as(system="test looks"):
        assert not PayoutAccount.objects.exists()


def test_rechecking_without_an_iin_is_refused(aliya, enqueued):
    assert aliya.post(reverse("portal:setup_recheck")).status_code == 409
    assert enqueued == []


def test_the_profile_is_what_brands_see(aliya, cast):
    given = {
        "name": "Әлия С.",
        "city": "astana",
        "network": "tiktok",
        "page": "tiktok.com/@aliya",
        "followers": "20000",
        "language": "ru",
    }
    assert aliya.post(reverse("portal:profile"), given).status_code == 302
    with acting_as(brand=cast.sauran.brand):
        influencer = Influencer.objects.get(pk=cast.tulpar.influencer)
        assert (influencer.name, influencer.city) == ("Әлия С.", "astana")
        page = SocialProfile.objects.get(influencer=influencer)
        assert (page.network, page.handle, page.followers) == ("tiktok", "aliya", 20_000)
    answer = aliya.post(reverse("portal:profile"), given | {"page": "two words"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["page"]


# --- Leaving --------------------------------------------------------------------------------


def campaign_id(cast, side="tulpar"):
    with acting_as(system="test looks"):
        return Campaign.objects.get(pk=vars(cast)[side].campaign).public_id


def state_of(cast):
    with acting_as(system="test looks"):
        return Participation.objects.get(pk=cast.tulpar.participation).state


def test_leaving_stops_the_link_and_one_may_come_back(aliya, cast):
    page = aliya.get(reverse("portal:campaign", args=[campaign_id(cast)])).context["page"]
    assert aliya.post(page.leave_url).url == reverse("portal:campaigns")
    assert state_of(cast) == "left"
    with acting_as(influencer=cast.tulpar.influencer):
        assert TrackingLink.objects.get().state == "disabled"
    page = aliya.get(reverse("portal:campaign", args=[campaign_id(cast)])).context["page"]
    assert (page.card.state, page.leave_url) == ("open", "")
    aliya.post(page.join_url)
    assert state_of(cast) == "approved"


def test_an_application_is_said_to_be_one(aliya, cast):
    """The button, the way back, and the second try after a refusal."""
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.sauran.campaign).update(access="application")
    url = reverse("portal:campaign", args=[campaign_id(cast, "sauran")])
    page = aliya.get(url).context["page"]
    assert (page.is_by_application, page.leave_url) == (True, "")
    assert aliya.post(page.join_url).url == url
    page = aliya.get(url).context["page"]
    assert (page.card.state, page.may_come_again) == ("applied", False)
    assert "Withdraw application" in aliya.get(url).content.decode()
    with acting_as(system="test data"):
        Participation.objects.filter(
            campaign_id=cast.sauran.campaign, influencer_id=cast.tulpar.influencer
        ).update(state="rejected")
    page = aliya.get(url).context["page"]
    assert (page.card.state, page.may_come_again, page.leave_url) == ("rejected", True, "")
    aliya.post(page.join_url)
    assert aliya.get(url).context["page"].card.state == "applied"


def test_a_campaign_that_was_not_joined_cannot_be_left(aliya, cast):
    url = reverse("portal:campaign_leave", args=[campaign_id(cast, "sauran")])
    assert aliya.post(url).status_code == 404
