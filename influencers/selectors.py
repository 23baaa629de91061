"""What may be read of influencers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from core import clock
from core.iban import Bank, IbanError, iban_bank
from influencers.models import (
    Influencer,
    Payee,
    PayoutAccount,
    SocialProfile,
    TaxProfile,
    Topic,
)


def influencer_of_user(user_id: int) -> Influencer | None:
    """Runs before a side is known."""
    return Influencer.objects.filter(user_id=user_id).first()


def payee_of(influencer_id: int) -> Payee | None:
    return Payee.objects.filter(influencer_id=influencer_id).first()


def tax_profile_in_force(influencer_id: int, day: date | None = None) -> TaxProfile | None:
    """The latest that has begun by a day; today unless said otherwise."""
    begun = TaxProfile.objects.filter(
        influencer_id=influencer_id, valid_from__lte=day or clock.today()
    )
    return begun.order_by("-valid_from", "-id").first()


def payout_account_active(influencer_id: int) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(
        influencer_id=influencer_id, state=PayoutAccount.State.ACTIVE
    ).first()


def account_bank(account: PayoutAccount) -> Bank | None:
    try:
        return iban_bank(account.iban)
    except IbanError:
        return None


def first_page_of(influencer_id: int) -> SocialProfile | None:
    """The page they signed up with."""
    return SocialProfile.objects.filter(influencer_id=influencer_id).order_by("pk").first()


def topics_offered(kept: Collection[str] = ()) -> list[Topic]:
    """The list to choose from, in its order; with those of `kept`, even if offered no more."""
    wanted = Topic.objects.filter(Q(is_active=True) | Q(slug__in=list(kept)))
    return list(wanted.order_by("position", "slug"))


def topic_names(slugs: Collection[str]) -> dict[str, str]:
    """{slug: its name in the reader's language}. No query where there is no slug."""
    if not slugs:
        return {}
    return {topic.slug: topic.name for topic in Topic.objects.filter(slug__in=list(slugs))}
