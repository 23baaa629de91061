"""The people of every test. Ids and not objects: a cached relation would hide a refused query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from brands.models import Brand, BrandContract, Member
from campaigns.models import Campaign, Participation, PromoCode, Terms, TrackingLink
from core import clock
from core.accounts.models import User
from core.tenancy.context import acting_as
from influencers.models import Influencer


@dataclass(frozen=True)
class Party:
    """A brand with a live campaign, and an influencer who takes part in it."""

    brand: int
    slug: str
    owner: int  # user ids
    analyst: int
    campaign: int
    terms: int
    influencer: int
    person: int
    participation: int
    link: int
    token: str
    code: int


@dataclass(frozen=True)
class Cast:
    tulpar: Party  # its influencer is Aliya
    sauran: Party  # its influencer is Dana
    maker: int  # ops, finance
    checker: int  # ops, finance


BINS = {"tulpar": "240540000016", "sauran": "240540000711"}
CODES = {"tulpar": "AQTAS", "sauran": "DANAH"}


def user_make(email: str, **fields: object) -> int:
    """A reader of English, unless said: pages and letters are compared with their msgids."""
    return User.objects.create_user(email, "correct horse 9", **{"language": "en", **fields}).pk


def cast_make() -> Cast:
    return Cast(
        tulpar=party_make("tulpar", "aliya"),
        sauran=party_make("sauran", "dana"),
        maker=user_make("maker@ops.example", is_staff=True, is_superuser=True, name="Maker"),
        checker=user_make("checker@ops.example", is_staff=True, is_superuser=True, name="Checker"),
    )


def party_make(slug: str, person_name: str) -> Party:
    owner = user_make(f"owner@{slug}.example", name=f"{slug} owner")
    analyst = user_make(f"analyst@{slug}.example", name=f"{slug} analyst")
    person = user_make(f"{person_name}@people.example", name=person_name.title())
    with acting_as(system="test data"):
        brand = Brand.objects.create(
            slug=slug,
            name=slug.title(),
            legal_name=f"{slug.title()} LLP",
            bin=BINS[slug],
            state=Brand.State.VERIFIED,
            verified_at=clock.now(),
        )
        BrandContract.objects.create(brand=brand, valid_from=date(2026, 1, 1))
        for user, role in ((owner, "owner"), (analyst, "analyst")):
            Member.objects.create(
                brand=brand, user_id=user, name=f"{slug} {role}", email="m@x.example", role=role
            )
        influencer = Influencer.objects.create(user_id=person, name=person_name.title())
        campaign = Campaign.objects.create(
            brand=brand,
            brand_name=brand.name,
            title=f"{slug} sale",
            destination_url=f"https://{slug}.example/product/1",
            allowed_hosts=[f"{slug}.example"],
            status=Campaign.Status.LIVE,
            published_at=clock.now() - timedelta(days=60),
            budget_minor=50_000_000,
            typical_basket_minor=2_000_000,
            vat_bps=1600,
        )
        terms = Terms.objects.create(
            campaign=campaign,
            brand=brand,
            version=1,
            commission_bps=1000,
            published_at=clock.now(),
        )
        both = {"campaign": campaign, "brand": brand, "influencer": influencer}
        participation = Participation.objects.create(
            terms=terms, state=Participation.State.APPROVED, **both
        )
        link = TrackingLink.objects.create(
            participation=participation, destination_url=campaign.destination_url, **both
        )
        code = PromoCode.objects.create(
            participation=participation,
            code=CODES[slug],
            canonical=CODES[slug],
            skeleton=CODES[slug],
            **both,
        )
    return Party(
        brand=brand.pk,
        slug=slug,
        owner=owner,
        analyst=analyst,
        campaign=campaign.pk,
        terms=terms.pk,
        influencer=influencer.pk,
        person=person,
        participation=participation.pk,
        link=link.pk,
        token=link.token,
        code=code.pk,
    )
