"""Who wants to take part: a campaign of the demo's brand by application, with requirements and few
places, and one of another brand by invitation, to which the demo's influencer is invited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from brands.models import Brand
from campaigns.domain.eligibility import JoinRules
from campaigns.domain.offer import Offer
from campaigns.models import Campaign
from campaigns.services.decisions import Reason, participation_approve, participation_reject
from campaigns.services.invites import invite_link_create, invite_person
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.people import PASSWORD
from exchange.demo.telling import Story
from influencers.models import Influencer, SocialProfile
from influencers.services import influencer_create, profile_change

TENGE = 100
DAYS = 6
PLACES = 3


@dataclass(frozen=True, slots=True)
class Applicant:
    email: str
    name: str
    city: str
    language: str
    followers: int
    topics: tuple[str, ...] = ()


APPLICANTS = (
    Applicant(
        "uljan@people.example", "Ұлжан Һамитова", "shymkent", "kk", 31_000, ("home", "family")
    ),
    Applicant("madina@people.example", "Мадина Сейіт", "almaty", "kk", 12_400, ("family",)),
    Applicant("arman@people.example", "Арман Жақып", "astana", "ru", 8_900),
    Applicant("zhibek@people.example", "Жібек Нұрлан", "almaty", "kk", 3_100, ("home",)),
    Applicant("timur@people.example", "Тимур Әбен", "aktobe", "ru", 47_000, ("auto",)),
)
UNSUITABLE = "timur@people.example"
ACCEPTED = "uljan@people.example"


def joins_make(toqyma: Brand, nur: Brand, people: list[Influencer], now: datetime) -> Story:
    """`people` are the demo's influencers, the one with a login of the README first."""
    yield now - timedelta(days=DAYS)
    for person in people:
        _topics_say(person)
    children = _published(toqyma, _children_offer())
    rows = {each.email: _applied(children, each) for each in APPLICANTS}
    invite_link_create(campaign_id=children.pk, note="Аналар клубы", uses_max=5, days=30)
    yield now - timedelta(days=DAYS - 1)
    _decide(rows)
    secret = _published(nur, _secret_offer())
    with acting_as(system="demo"):
        page = SocialProfile.objects.filter(influencer=people[0]).order_by("pk").first()
    assert page is not None
    invite_person(campaign_id=secret.pk, page=page.handle, days=30)


def _decide(rows: Mapping[str, int]) -> None:
    participation_approve(participation_id=rows[ACCEPTED])
    participation_reject(
        participation_id=rows[UNSUITABLE],
        reason=Reason(code="topic", note="Бізге үй мен бала тақырыбы керек."),
    )


def _published(brand: Brand, offer: Offer) -> Campaign:
    campaign = campaign_create(brand=brand, offer=offer)
    return campaign_publish(campaign_id=campaign.pk)


def _children_offer() -> Offer:
    return Offer(
        title="Балалар бөлмесі",
        about="Балалар төсегіне арналған мақта жиындар. Үй мен отбасы туралы жазатындарға.",
        destination_url=stage.product_url("towels"),
        commission_bps=900,
        budget_minor=120_000 * TENGE,
        typical_basket_minor=12_500 * TENGE,
        access="application",
        category="children",
        rules=JoinRules(
            followers_min=5_000,
            cities=("almaty", "astana", "shymkent"),
            languages=("kk",),
            topics=("home", "family"),
            participants_max=PLACES,
        ),
    )


def _secret_offer() -> Offer:
    return Offer(
        title="Жабық топтама",
        about="Жаңа сарысу сатылымға шыққанша, шақырылған блогерлерге ғана.",
        destination_url=stage.product_url("towels"),
        commission_bps=1500,
        budget_minor=100_000 * TENGE,
        typical_basket_minor=9_900 * TENGE,
        access="private",
        category="beauty",
    )


def _applied(campaign: Campaign, applicant: Applicant) -> int:
    """Their participation; nobody logs in as them."""
    user = User.objects.create_user(
        applicant.email, PASSWORD, name=applicant.name, language=applicant.language
    )
    person = influencer_create(
        user_id=user.pk,
        name=applicant.name,
        city=applicant.city,
        language=applicant.language,
        network="instagram",
        page=applicant.email.partition("@")[0],
        followers=applicant.followers,
    )
    if applicant.topics:
        _topics_say(person, applicant.topics)
    return campaign_join(campaign_id=campaign.pk, influencer_id=person.pk).pk


def _topics_say(person: Influencer, topics: tuple[str, ...] = ("home", "lifestyle")) -> None:
    with acting_as(system="demo"):
        page = SocialProfile.objects.filter(influencer=person).order_by("pk").first()
    assert page is not None
    profile_change(
        influencer_id=person.pk,
        name=person.name,
        city=person.city,
        language=person.language,
        topics=topics,
        network=page.network,
        page=page.handle,
        followers=page.followers,
    )
