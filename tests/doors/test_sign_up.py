"""From a new account to a side: what is asked, what is refused, and what it leads to."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from brands.models import Brand, Member
from core.accounts.models import User
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile
from tests.cast import user_make
from tests.clocks import clock_at
from tests.world import NOON, law_load

ABOUT = {
    "name": "Ерке",
    "city": "almaty",
    "language": "kk",
    "network": "instagram",
    "page": "@erke",
    "followers": "12400",
}
COMPANY = {"name": "Ақтас", "legal_name": "«Ақтас» ЖШС", "bin": "2601 5000 0109"}


noon = clock_at(NOON)


@pytest.fixture
def person(db, client):
    user_id = user_make("erke@people.example", name="Ерке")
    client.force_login(User.objects.get(pk=user_id))
    return user_id


def looks():
    return acting_as(system="test looks")


def test_an_influencer_goes_straight_to_the_campaigns(client, person):
    with override("kk"):
        answer = client.post(reverse("onboarding"), ABOUT)
        assert (answer.status_code, answer.url) == (302, reverse("portal:campaigns"))
        assert client.get(answer.url).status_code == 200
        assert client.get(reverse("onboarding")).url == reverse("portal:home")
    with looks():
        influencer = Influencer.objects.get(user_id=person)
        assert (influencer.name, influencer.city) == ("Ерке", "almaty")
        assert SocialProfile.objects.get(influencer=influencer).handle == "erke"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"city": "paris"}, "city"),
        ({"language": "de"}, "language"),
        ({"page": "two words"}, "page"),
        ({"followers": "many"}, "followers"),
        ({"followers": "-1"}, "followers"),
        ({"followers": "9" * 12}, "followers"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, person, changes, field):
    with override("ru"):
        answer = client.post(reverse("onboarding"), ABOUT | changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert 'aria-invalid="true"' in answer.content.decode()
    with looks():
        assert not Influencer.objects.filter(user_id=person).exists()


def test_a_company_opens_its_workplace_in_review(client, person):
    with override("ru"):
        answer = client.post(reverse("brand_onboarding"), COMPANY)
    assert (answer.status_code, answer.url) == (302, "/ru/brand/aqtas/")
    with looks():
        brand = Brand.objects.get(slug="aqtas")
        assert (brand.bin, brand.state) == ("260150000109", "in_review")
        owner = Member.objects.get(brand=brand)
        assert (owner.user_id, owner.role, owner.name) == (person, "owner", "Ерке")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("26015000010", "yours has 11"),
        ("260150000108", "check digit"),
        ("901231400013", "not a company"),
        ("26O150000109", "without letters"),
    ],
)
def test_a_wrong_bin_says_which_rule_it_breaks(client, person, text, said):
    with override("en"):
        answer = client.post(reverse("brand_onboarding"), COMPANY | {"bin": text})
    assert answer.status_code == 422
    assert said in answer.context["form"].errors["bin"][0]
    with looks():
        assert not Brand.objects.exists()


def test_a_company_is_here_once(client, person):
    with override("en"):
        client.post(reverse("brand_onboarding"), COMPANY)
        answer = client.post(reverse("brand_onboarding"), COMPANY | {"name": "Other"})
    assert answer.status_code == 422
    assert "at Birge already" in answer.context["form"].errors["bin"][0]


def test_the_landing_page_shows_live_campaigns_and_what_a_sale_costs(client, cast):
    law_load(cast)
    with override("en"):
        page = client.get(reverse("landing")).context["page"]
    assert [card.title for card in page.cards] == ["sauran sale", "tulpar sale"]
    # 7 % of 17 900 ₸, 15 % of it, 16 % of that
    assert page.example.total_minor == 125_300 + 18_795 + 3_007


def test_the_landing_page_stays_up_without_a_law(client, cast):
    with override("kk"):
        answer = client.get(reverse("landing"))
    assert answer.status_code == 200
    assert answer.context["page"].example is None
