"""An influencer joins a campaign, waits for a place in it, leaves it.

Joining writes rows of two sides at once (a code must be free in the whole shop), so it is the
system's, for that purpose; both sides then read their own.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand
from campaigns.domain.terms import ParticipationState
from campaigns.models import Campaign, Guarantee, Invite, Participation
from campaigns.services.eligibility import eligibility_require
from campaigns.services.guarantee_ends import guarantees_end
from campaigns.services.links import ParticipationConflict
from campaigns.services.offers import CampaignConflict
from campaigns.services.standing import (
    approve,
    disarm,
    equip,
    group_of,
    is_full,
    is_open,
    participation_taken,
    people_lock,
    places_fill,
    state_change,
    terms_in_force,
)
from core import clock
from core.audit.services import audit_record
from core.errors import NotFound
from core.tenancy.context import acting_as

State = Participation.State


def campaign_join(
    *, campaign_id: int, influencer_id: int, invite: Invite | None = None
) -> Participation:
    """Take part: at once where the campaign is open to everybody or the brand has invited them,
    and there is a place; else as an application: for the brand to decide, or in the queue.

    Again is no mistake: who takes part already gets their participation back. `invite` is one that
    counts and is theirs, or a link's (`services.invites`).

    Raises:
        NotFound: no such campaign, a draft, or one by invitation, without one.
        CampaignConflict: it is not live, or its brand is suspended.
        NotEligible: nobody decides about them, and a requirement is not met.
        ParticipationConflict: the brand's no still stands.
    """
    with acting_as(system="join a campaign"):
        people_lock(campaign_id)
        campaign = _joinable(campaign_id)
        known = Participation.objects.filter(campaign=campaign, influencer_id=influencer_id).first()
        if known is not None and known.state in (State.APPROVED, State.APPLIED):
            return _wanted(known, campaign, invite)
        if known is not None:
            _may_come_again_require(known)
        elif campaign.access == Campaign.Access.PRIVATE and invite is None:
            raise NotFound(_("There is no such campaign."))
        if not _is_decided_by_brand(campaign, invite):
            eligibility_require(campaign, influencer_id)
        if known is not None:
            return _join_again(known, campaign, invite)
        return _join(campaign, influencer_id, invite)


def _is_decided_by_brand(campaign: Campaign, invite: Invite | None) -> bool:
    """Whether a person of the brand decides about them, or has: then requirements only inform."""
    if invite is not None:
        return invite.influencer_id is not None
    return campaign.access == Campaign.Access.APPLICATION


def _wanted(
    participation: Participation, campaign: Campaign, invite: Invite | None
) -> Participation:
    """Who has applied and is then invited is taken in, where there is a place."""
    if participation.state == State.APPLIED and _is_taken_at_once(campaign, invite) and invite:
        participation.invite = invite
        approve(participation, campaign)
    return participation


def _join(campaign: Campaign, influencer_id: int, invite: Invite | None) -> Participation:
    is_in = _is_taken_at_once(campaign, invite)
    group = group_of(invite) if is_in else None
    participation = Participation.objects.create(
        campaign=campaign,
        brand_id=campaign.brand_id,
        influencer_id=influencer_id,
        invite=invite,
        group=group,
        terms=terms_in_force(campaign, group.pk if group else None),
        state=State.APPROVED if is_in else State.APPLIED,
        decided_at=clock.now() if is_in else None,
    )
    after = {"state": participation.state} | ({"invite": invite.pk} if invite else {})
    audit_record("participation.join", participation, after=after)
    if is_in:
        equip(participation, campaign)
    return participation


def _is_taken_at_once(campaign: Campaign, invite: Invite | None = None) -> bool:
    is_asked = campaign.access == Campaign.Access.APPLICATION and invite is None
    return not is_asked and not is_full(campaign)


def _joinable(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None or campaign.status == Campaign.Status.DRAFT:
        raise NotFound(_("There is no such campaign."))
    if not is_open(campaign):
        raise CampaignConflict(_("This campaign takes nobody in now."))
    if Brand.objects.values_list("state", flat=True).get(pk=campaign.brand_id) != "verified":
        raise CampaignConflict(_("This campaign takes nobody in now."))
    return campaign


def _may_come_again_require(participation: Participation) -> None:
    """Who was removed comes again only if the brand has named a day, and nobody before theirs."""
    again_on = participation.apply_again_on
    if participation.state == State.REMOVED and again_on is None:
        raise ParticipationConflict(
            _("The brand ended your participation in this campaign. You cannot join it again.")
        )
    if again_on is not None and clock.today() < again_on:
        raise ParticipationConflict(
            _("You may apply again from %(day)s.") % {"day": again_on.strftime("%d.%m.%Y")}
        )


def _join_again(
    participation: Participation, campaign: Campaign, invite: Invite | None
) -> Participation:
    was_removed = participation.state == State.REMOVED
    participation.invite = invite
    state_change(participation, ParticipationState.APPLIED, "participation.apply_again")
    if _is_taken_at_once(campaign, invite) and (invite or not was_removed):
        approve(participation, campaign)
    return participation


def participation_leave(*, participation_id: int) -> Participation:
    """Leave, or take an application back: links stop, codes are void, sales so far are still paid.
    Who left may come again; the place goes to who waits for one, and guarantees of the month that
    runs and of later ones are off.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it ended before.
    """
    with acting_as(system="leave a campaign"):
        participation = participation_taken(participation_id)
        state_change(participation, ParticipationState.LEFT, "participation.leave")
        guarantees_end(participation, Guarantee.Ending.LEFT)
        disarm(participation)
        places_fill(Campaign.objects.get(pk=participation.campaign_id))
    return participation
