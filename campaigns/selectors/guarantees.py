"""Guarantees, for each side."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from brands.models import Member
from brands.selectors import member_require_money
from campaigns.models import Campaign, Guarantee, Participation
from core import clock
from core.errors import NotFound
from core.months import month_after

ROWS_MAX = 200


def guarantee_list(campaign: Campaign) -> list[Guarantee]:
    """A campaign's, the newest month first."""
    rows = Guarantee.objects.filter(campaign=campaign).select_related("influencer")
    return list(rows.order_by("-month", "-pk")[:ROWS_MAX])


def guarantees_standing(*, influencer_id: int, campaign_id: int | None = None) -> list[Guarantee]:
    """What an influencer may count on now, the earliest month first; in one campaign, or in all."""
    rows = Guarantee.objects.filter(influencer_id=influencer_id, state=Guarantee.State.PROMISED)
    if campaign_id is not None:
        rows = rows.filter(campaign_id=campaign_id)
    return list(rows.select_related("campaign").order_by("month", "pk")[:ROWS_MAX])


def guarantees_lost(participation: Participation) -> QuerySet[Guarantee]:
    """What would be off if they left now."""
    this_month = clock.today().replace(day=1)
    return Guarantee.objects.filter(
        participation=participation, state=Guarantee.State.PROMISED, month__gte=this_month
    ).order_by("month")


def guarantees_ahead(campaign: Campaign) -> int:
    """How many would be off if the campaign were closed now."""
    later = Guarantee.objects.filter(campaign=campaign, state=Guarantee.State.PROMISED)
    return later.filter(month__gte=month_after(clock.today())).count()


def people_of(campaign: Campaign) -> QuerySet[Participation]:
    """Who may be promised something: who takes part, by name."""
    rows = Participation.objects.filter(campaign=campaign, state=Participation.State.APPROVED)
    return rows.select_related("influencer").order_by("influencer__name", "pk")


def guarantee_access_for_payer(member: Member, public_id: UUID) -> Guarantee:
    """Raises: NotFound for another brand's; Forbidden for who may not move money."""
    rows = Guarantee.objects.filter(brand=member.brand, public_id=public_id)
    found = rows.select_related("campaign", "influencer").first()
    if found is None:
        raise NotFound(_("There is no such guarantee."))
    member_require_money(member)
    return found
