"""Influencers as a campaign's requirements see them.

Followers, city, language and topics are on the public card. The tax status is not: it is read as
the system, and a brand gets the verdict alone.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Sum

from campaigns.domain.eligibility import Applicant, JoinRules, Tick, ticks_of
from core import clock
from core.tenancy.context import acting_as
from influencers.models import Influencer, SocialProfile, TaxProfile


def applicants_of(influencer_ids: Collection[int]) -> dict[int, Applicant]:
    """{influencer: as they are today}. Three queries; runs as the system, or as the one of whom
    it is asked."""
    people = Influencer.objects.filter(pk__in=influencer_ids)
    pages = SocialProfile.objects.filter(influencer__in=influencer_ids).values_list("influencer_id")
    followers = dict(pages.annotate(total=Sum("followers")))
    begun = TaxProfile.objects.filter(
        influencer__in=influencer_ids, valid_from__lte=clock.today()
    ).order_by("valid_from", "id")
    payees = {row.influencer_id: row.status for row in begun}
    return {
        person.pk: Applicant(
            followers=followers.get(person.pk),
            city=person.city,
            language=person.language,
            topics=tuple(person.topics),
            payee_type=_said(payees.get(person.pk)),
        )
        for person in people
    }


def _said(status: str | None) -> str:
    return "" if status in (None, TaxProfile.Status.UNKNOWN) else str(status)


def ticks_for_brand(
    rules: JoinRules, influencer_ids: Collection[int]
) -> dict[int, tuple[Tick, ...]]:
    """{influencer: their ticks}. No query where nothing is asked."""
    if not influencer_ids or not ticks_of(rules, Applicant()):
        return {}
    with acting_as(system="who meets a campaign's requirements"):
        people = applicants_of(influencer_ids)
    return {pk: ticks_of(rules, applicant) for pk, applicant in people.items()}
