"""An influencer joins a campaign, waits for a place in it, leaves it.

Joining writes rows of two sides at once (a code must be free in the whole shop), so it is the
system's, for that purpose; both sides then read their own.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand
from campaigns.domain.terms import ParticipationState
from campaigns.models import Campaign, Participation
from campaigns.services.eligibility import eligibility_require
from campaigns.services.links import ParticipationConflict
from campaigns.services.offers import CampaignConflict
from campaigns.services.standing import (
    approve,
    disarm,
    equip,
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


def campaign_join(*, campaign_id: int, influencer_id: int) -> Participation:
    """Take part: at once where the campaign is open to everybody and has a place, else as an
    application: for the brand to decide, or in the queue for the next free place.

    Again is no mistake: who takes part already gets their participation back.

    Raises:
        NotFound: no such campaign, or a draft.
        CampaignConflict: it is not live, or its brand is suspended.
        NotEligible: it is open to everybody who meets its requirements, and they do not.
        ParticipationConflict: the brand's no still stands.
    """
    with acting_as(system="join a campaign"):
        people_lock(campaign_id)
        campaign = _joinable(campaign_id)
        known = Participation.objects.filter(campaign=campaign, influencer_id=influencer_id).first()
        if known is not None and known.state in (State.APPROVED, State.APPLIED):
            return known
        if known is not None:
            _may_come_again_require(known)
        if campaign.access != Campaign.Access.APPLICATION:
            eligibility_require(campaign, influencer_id)
        return _join_again(known, campaign) if known else _join(campaign, influencer_id)


def _join(campaign: Campaign, influencer_id: int) -> Participation:
    is_in = _is_taken_at_once(campaign)
    participation = Participation.objects.create(
        campaign=campaign,
        brand_id=campaign.brand_id,
        influencer_id=influencer_id,
        terms=terms_in_force(campaign),
        state=State.APPROVED if is_in else State.APPLIED,
        decided_at=clock.now() if is_in else None,
    )
    audit_record("participation.join", participation, after={"state": participation.state})
    if is_in:
        equip(participation, campaign)
    return participation


def _is_taken_at_once(campaign: Campaign) -> bool:
    return campaign.access != Campaign.Access.APPLICATION and not is_full(campaign)


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


def _join_again(participation: Participation, campaign: Campaign) -> Participation:
    was_removed = participation.state == State.REMOVED
    state_change(participation, ParticipationState.APPLIED, "participation.apply_again")
    if not was_removed and _is_taken_at_once(campaign):
        approve(participation, campaign)
    return participation


def participation_leave(*, participation_id: int) -> Participation:
    """Leave, or take an application back: links stop, codes are void, sales so far are still paid.
    Who left may come again; the place goes to who waits for one.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it ended before.
    """
    with acting_as(system="leave a campaign"):
        participation = participation_taken(participation_id)
        state_change(participation, ParticipationState.LEFT, "participation.leave")
        disarm(participation)
        places_fill(Campaign.objects.get(pk=participation.campaign_id))
    return participation
