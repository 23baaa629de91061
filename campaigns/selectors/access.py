"""Who may have which. A foreign thing is NotFound.

Every function runs inside a side's context: the filters are the second wall, and choose the index.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import (
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from brands.models import Brand, Member
from brands.selectors import member_require_money, member_require_write
from campaigns.models import (
    Campaign,
    ExternalCode,
    Participation,
    TrackingLink,
)
from core.errors import NotFound


def campaign_access_for_brand(brand: Brand, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's."""
    return _campaign_or_404(Campaign.objects.filter(brand=brand, public_id=public_id))


def campaign_access_for_writer(member: Member, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    campaign = campaign_access_for_brand(member.brand, public_id)
    member_require_write(member)
    return campaign


def campaign_access_for_payer(member: Member, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's; Forbidden for who may not move money."""
    campaign = campaign_access_for_brand(member.brand, public_id)
    member_require_money(member)
    return campaign


def campaign_access_for_influencer(influencer_id: int, public_id: UUID) -> Campaign:
    """A live campaign, or one in which the influencer takes or took part.

    Raises: NotFound for any other.
    """
    mine = Participation.objects.filter(influencer_id=influencer_id).values("campaign_id")
    return _campaign_or_404(
        Campaign.objects.filter(public_id=public_id).filter(
            Q(status=Campaign.Status.LIVE) | Q(pk__in=mine)
        )
    )


def participation_access_for_writer(member: Member, public_id: UUID) -> Participation:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    found = Participation.objects.filter(brand=member.brand, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such participation."))
    member_require_write(member)
    return found


def participation_of(influencer_id: int, campaign: Campaign) -> Participation | None:
    return Participation.objects.filter(influencer_id=influencer_id, campaign=campaign).first()


def link_access_for_influencer(influencer_id: int, public_id: UUID) -> TrackingLink:
    """Raises: NotFound for another influencer's."""
    links = TrackingLink.objects.select_related("campaign", "participation__terms")
    link = links.filter(influencer_id=influencer_id, public_id=public_id).first()
    if link is None:
        raise NotFound(_("There is no such link."))
    return link


def external_code_access(row: Participation, value: str) -> ExternalCode:
    """A voucher by its title. Raises: NotFound for another participation's."""
    kind = ExternalCode.Kind.OZON_VOUCHER
    found = ExternalCode.objects.filter(participation=row, kind=kind, value=value).first()
    if found is None:
        raise NotFound(_("There is no such voucher."))
    return found


def _campaign_or_404(campaigns: QuerySet[Campaign]) -> Campaign:
    campaign = campaigns.first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign
