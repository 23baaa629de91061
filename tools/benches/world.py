"""One live tracking link for the rows about clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.models import TrackingLink

SLUG = "bench-clicks"
EMAIL = "bench@people.example"
DESTINATION = "https://shop.example/product/123"


@dataclass(frozen=True, slots=True)
class World:
    link_id: int
    token: str
    influencer_id: int


def world_make() -> World:
    """A brand, its campaign, an influencer and her link; the same ones on a second call."""
    from campaigns.models import TrackingLink
    from core.accounts.models import User
    from core.tenancy.context import acting_as

    # users are the login's own table: outside of any side
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, None)
    with acting_as(system="bench"):
        link = TrackingLink.objects.filter(brand__slug=SLUG).first() or _link_make(user.pk)
        return World(link.pk, link.token, link.influencer_id)


def _link_make(user_id: int) -> TrackingLink:
    from brands.models import Brand
    from campaigns.models import Campaign, Participation, Terms, TrackingLink
    from core import clock
    from influencers.models import Influencer

    brand = Brand.objects.create(slug=SLUG, name="Bench", legal_name="Bench", bin="9" * 12)
    influencer = Influencer.objects.create(user_id=user_id, name="Bench")
    campaign = Campaign.objects.create(
        brand=brand,
        brand_name="Bench",
        title="Bench",
        destination_url=DESTINATION,
        allowed_hosts=["shop.example"],
        status=Campaign.Status.LIVE,
        published_at=clock.now(),
        budget_minor=1_000_000,
        typical_basket_minor=10_000,
        vat_bps=1600,
    )
    terms = Terms.objects.create(
        campaign=campaign, brand=brand, version=1, commission_bps=1000, published_at=clock.now()
    )
    both = {"campaign": campaign, "brand": brand, "influencer": influencer}
    participation = Participation.objects.create(
        terms=terms, state=Participation.State.APPROVED, **both
    )
    return TrackingLink.objects.create(
        participation=participation, destination_url=DESTINATION, **both
    )
