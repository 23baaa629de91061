"""An influencer in a campaign: joining, being accepted, leaving; the link and the code that come
with it.

Joining writes rows of two sides at once (a code must be free in the whole shop), so it is the
system's, for that purpose; both sides then read their own.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand
from campaigns.domain.terms import (
    ChangeRefused,
    ParticipationState,
    participation_change_require,
)
from campaigns.link_cache import links_changed
from campaigns.models import (
    Campaign,
    Participation,
    Terms,
    TrackingLink,
)
from campaigns.services.codes import code_create, codes_disarm
from campaigns.services.exclusive_skus import exclusive_skus_disarm
from campaigns.services.links import ParticipationConflict, link_make, participation_locked
from campaigns.services.offers import CampaignConflict
from core import clock
from core.accounts.models import User
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.locks import lock_for_transaction
from core.notify.services import notice_queue
from core.tenancy.context import acting_as
from influencers.models import Influencer

REASON_CHARS_MAX = 500


# --- Joining --------------------------------------------------------------------------------


def campaign_join(*, campaign_id: int, influencer_id: int) -> Participation:
    """Take part: at once where the campaign is open to everybody, else as an application.

    Again is no mistake: who takes part already gets their participation back.

    Raises:
        NotFound: no such campaign, or a draft.
        CampaignConflict: it is not live, or its brand is suspended.
        ParticipationConflict: they left or were removed before.
    """
    with acting_as(system="join a campaign"):
        campaign = _joinable(campaign_id)
        lock_for_transaction(f"join {campaign_id} {influencer_id}")
        known = Participation.objects.filter(campaign=campaign, influencer_id=influencer_id).first()
        if known is not None:
            return _join_again(known, campaign)
        is_open = campaign.access == Campaign.Access.PUBLIC
        participation = Participation.objects.create(
            campaign=campaign,
            brand_id=campaign.brand_id,
            influencer_id=influencer_id,
            terms=_terms_in_force(campaign),
            state=Participation.State.APPROVED if is_open else Participation.State.APPLIED,
            decided_at=clock.now() if is_open else None,
        )
        audit_record("participation.join", participation, after={"state": participation.state})
        if is_open:
            _equip(participation, campaign)
    return participation


def _joinable(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None or campaign.status == Campaign.Status.DRAFT:
        raise NotFound(_("There is no such campaign."))
    is_over = campaign.ends_at is not None and campaign.ends_at <= clock.now()
    if campaign.status != Campaign.Status.LIVE or is_over:
        raise CampaignConflict(_("This campaign takes nobody in now."))
    if Brand.objects.values_list("state", flat=True).get(pk=campaign.brand_id) != "verified":
        raise CampaignConflict(_("This campaign takes nobody in now."))
    return campaign


def _join_again(participation: Participation, campaign: Campaign) -> Participation:
    if participation.state in (Participation.State.APPROVED, Participation.State.APPLIED):
        return participation
    _state_change(participation, ParticipationState.APPLIED, "participation.apply_again")
    if campaign.access == Campaign.Access.PUBLIC:
        _approve(participation, campaign)
    return participation


def _terms_in_force(campaign: Campaign) -> Terms:
    published = Terms.objects.filter(campaign=campaign, published_at__isnull=False)
    return published.latest("version")


def participation_leave(*, participation_id: int) -> Participation:
    """Leave, or take an application back: links stop, codes are void, sales so far are still paid.
    Who left may come again.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it ended before.
    """
    with acting_as(system="leave a campaign"):
        participation = participation_locked(participation_id)
        _state_change(participation, ParticipationState.LEFT, "participation.leave")
        _disarm(participation)
    return participation


# --- The brand decides ----------------------------------------------------------------------


def participation_approve(*, participation_id: int) -> Participation:
    """Accept an application: link and code exist at once, the influencer gets a letter.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is no application.
    """
    with acting_as(system="decide on an application"):
        participation = participation_locked(participation_id)
        campaign = Campaign.objects.get(pk=participation.campaign_id)
        _approve(participation, campaign)
        _decision_notice(participation, campaign)
    return participation


def participation_reject(*, participation_id: int, reason: str) -> Participation:
    """Refuse an application; the influencer reads why and may apply again.

    Raises:
        NotFound: no such participation.
        Invalid: no reason is given.
        ParticipationConflict: it is no application.
    """
    why = _reason_require(reason)
    with acting_as(system="decide on an application"):
        participation = participation_locked(participation_id)
        _state_change(
            participation, ParticipationState.REJECTED, "participation.reject", reason=why
        )
        campaign = Campaign.objects.get(pk=participation.campaign_id)
        _decision_notice(participation, campaign, reason=why)
    return participation


def participation_remove(*, participation_id: int, reason: str) -> Participation:
    """End a participation: links stop, codes are void. Sales so far are still paid.

    Raises: as `participation_reject`.
    """
    why = _reason_require(reason)
    with acting_as(system="end a participation"):
        participation = participation_locked(participation_id)
        _state_change(participation, ParticipationState.REMOVED, "participation.remove", reason=why)
        _disarm(participation)
        campaign = Campaign.objects.get(pk=participation.campaign_id)
        _decision_notice(participation, campaign, reason=why)
    return participation


def _reason_require(reason: str) -> str:
    why = reason.strip()
    if not why or len(why) > REASON_CHARS_MAX:
        message = _("Say why, in up to 500 characters: the influencer reads it.")
        raise Invalid(message, fields={"reason": [message]})
    return why


def _approve(participation: Participation, campaign: Campaign) -> None:
    participation.terms = _terms_in_force(campaign)
    _state_change(participation, ParticipationState.APPROVED, "participation.approve")
    _equip(participation, campaign)


def _state_change(
    participation: Participation, new: ParticipationState, action: str, *, reason: str = ""
) -> None:
    try:
        participation_change_require(ParticipationState(participation.state), new)
    except ChangeRefused:
        raise ParticipationConflict(
            _("This is not possible: the participation is %(state)s.")
            % {"state": participation.get_state_display()}
        ) from None
    before = {"state": participation.state}
    participation.state, participation.decided_at = Participation.State(new), clock.now()
    participation.save(update_fields=["state", "decided_at", "terms"])
    after = {"state": participation.state} | ({"reason": reason} if reason else {})
    audit_record(action, participation, before=before, after=after)


def _decision_notice(participation: Participation, campaign: Campaign, reason: str = "") -> None:
    user_id = Influencer.objects.values_list("user_id", flat=True).get(
        pk=participation.influencer_id
    )
    user = User.objects.get(pk=user_id)
    assert participation.decided_at is not None
    notice_queue(
        f"participation_{participation.state}",
        email=user.email,
        language=user.language,
        context={"campaign": campaign, "reason": reason},
        dedupe_key=f"participation:{participation.public_id}:{participation.decided_at.isoformat()}",
    )


# --- Links and codes ------------------------------------------------------------------------


def _equip(participation: Participation, campaign: Campaign) -> None:
    """The first link, and a code where the campaign counts codes."""
    link_make(participation, campaign.destination_url)
    if participation.terms.code_policy != Terms.CodePolicy.CLICK_ONLY:
        code_create(participation)


def _disarm(participation: Participation) -> None:
    links = TrackingLink.objects.filter(participation=participation)
    links_changed(links.values_list("token", flat=True))
    links.update(state=TrackingLink.State.DISABLED)
    codes_disarm(participation)
    exclusive_skus_disarm(participation)
