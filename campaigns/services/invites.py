"""Inviting influencers: one by one, or by a secret link with an end and a number of uses."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from campaigns.domain.invites import DAYS_MAX, USES_MAX, InviteState
from campaigns.models import Campaign, Invite, ParticipantGroup, Participation
from campaigns.selectors.invites import invite_by_token, state_of, token_digest
from campaigns.services.links import ParticipationConflict
from campaigns.services.offers import CampaignConflict
from campaigns.services.participations import campaign_join
from campaigns.services.standing import people_lock
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.ids import endpoint_token
from core.tenancy.context import acting_as
from influencers.domain.handle import HandleError, handle_parse
from influencers.models import Influencer, SocialProfile
from influencers.notices import influencer_notice_queue

NOTE_CHARS_MAX = 80
LINKS_MAX = 50  # open at once, of a campaign


class InviteOver(ParticipationConflict):
    """The invitation was answered, revoked, used up, or its time is over."""

    code = "invite_over"


# --- The brand invites ----------------------------------------------------------------------


def invite_link_create(
    *, campaign_id: int, note: str, uses_max: int, days: int, group_id: int | None = None
) -> Invite:
    """A secret link by which up to `uses_max` influencers may join within `days`, all of them in a
    group where one is named.

    Raises:
        CampaignConflict: the campaign is not live, or has too many open links.
        Invalid: a number out of its bounds, a long note, or no such group.
    """
    errors = _number_errors(uses_max, days)
    if len(note) > NOTE_CHARS_MAX:
        errors["note"] = [_("The note may have up to 80 characters.")]
    if errors:
        raise Invalid(_("Some fields need another look."), fields=errors)
    token = endpoint_token()
    with acting_as(system="invite to a campaign"):
        campaign = _invitable(campaign_id)
        links = Invite.objects.filter(
            campaign=campaign,
            influencer__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=clock.now(),
        )
        if links.count() >= LINKS_MAX:
            raise CampaignConflict(_("There are 50 open links already. Revoke one first."))
        invite = _make(
            campaign,
            days,
            token=token,
            token_sha256=token_digest(token),
            uses_max=uses_max,
            note=note.strip(),
            group=_group(campaign, group_id),
        )
        after = {"uses_max": uses_max, "days": days, "note": note.strip(), "group": group_id}
        audit_record("invite.link", invite, after=after)
    return invite


def _group(campaign: Campaign, group_id: int | None) -> ParticipantGroup | None:
    if group_id is None:
        return None
    groups = ParticipantGroup.objects.filter(campaign=campaign, ended_at__isnull=True)
    group = groups.filter(pk=group_id).first()
    if group is None:
        raise Invalid.of("group", _("There is no such group."))
    return group


def _number_errors(uses_max: int, days: int) -> dict[str, list[str]]:
    errors = {}
    if not 1 <= uses_max <= USES_MAX:
        errors["uses_max"] = [_("From 1 to %(most)s uses.") % {"most": USES_MAX}]
    if not 1 <= days <= DAYS_MAX:
        errors["days"] = [_("From 1 to %(most)s days.") % {"most": DAYS_MAX}]
    return errors


def invite_person(*, campaign_id: int, page: str, days: int, group_id: int | None = None) -> Invite:
    """Invite the influencer whose page this is, into a group where one is named; they get a letter.
    Again is no mistake while the first invitation waits for its answer: one to another group takes
    its place.

    Raises:
        CampaignConflict: the campaign is not live.
        ParticipationConflict: they take part already, or the brand's removal stands.
        Invalid: nobody here has this page, or more than one; or no such group.
    """
    errors = _number_errors(1, days)
    if errors:
        raise Invalid(_("Some fields need another look."), fields=errors)
    with acting_as(system="invite to a campaign"):
        people_lock(campaign_id)
        campaign = _invitable(campaign_id)
        person = _person_of(page)
        _may_be_invited_require(campaign, person)
        known = Invite.objects.filter(campaign=campaign, influencer=person, answer="")
        for earlier in known.filter(revoked_at__isnull=True):
            if state_of(earlier) is InviteState.OPEN and earlier.group_id == group_id:
                return earlier
            _revoke(earlier)  # its time is over, or its group another: the new one takes its place
        invite = _make(campaign, days, influencer=person, group=_group(campaign, group_id))
        after = {"influencer": person.pk, "days": days, "group": group_id}
        audit_record("invite.person", invite, after=after)
        _letter(invite, campaign, person)
    return invite


def _make(campaign: Campaign, days: int, **own: object) -> Invite:
    now = clock.now()
    return Invite.objects.create(
        campaign=campaign,
        brand_id=campaign.brand_id,
        expires_at=now + timedelta(days=days),
        created_at=now,
        **own,
    )


def _invitable(campaign_id: int) -> Campaign:
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    if campaign.status != Campaign.Status.LIVE:
        raise CampaignConflict(_("Publish the campaign first: then you can invite to it."))
    return campaign


def _person_of(page: str) -> Influencer:
    try:
        handle = handle_parse(page)
    except HandleError:
        raise _wrong_page(_("Write the page's name, for example @aliya.beauty.")) from None
    people = list(
        Influencer.objects.filter(
            pk__in=SocialProfile.objects.filter(handle=handle).values("influencer_id")
        ).select_related("user")[:2]
    )
    if not people:
        raise _wrong_page(
            _("Nobody at Birge has the page @%(page)s. Send them an invitation link instead.")
            % {"page": handle}
        )
    if len(people) > 1:
        raise _wrong_page(
            _("Several influencers gave the page @%(page)s. Send an invitation link instead.")
            % {"page": handle}
        )
    return people[0]


def _wrong_page(message: str) -> Invalid:
    return Invalid.of("page", message)


def _may_be_invited_require(campaign: Campaign, person: Influencer) -> None:
    """Raises: ParticipationConflict."""
    known = Participation.objects.filter(campaign=campaign, influencer=person).first()
    if known is None or known.state in (Participation.State.LEFT, Participation.State.REJECTED):
        return
    raise ParticipationConflict(
        _("This influencer is in the list already: %(state)s. Decide about them there.")
        % {"state": known.get_state_display()}
    )


def _letter(invite: Invite, campaign: Campaign, person: Influencer) -> None:
    influencer_notice_queue(
        "campaign_invited",
        person,
        context={"campaign": campaign, "until": invite.expires_at},
        dedupe_key=f"invite:{invite.public_id}",
    )


def invite_revoke(*, invite_id: int) -> Invite:
    """It counts no longer. Who has joined by it stays. Again is no mistake.

    Raises:
        NotFound: no such invitation.
    """
    with acting_as(system="invite to a campaign"):
        invite = Invite.objects.select_for_update().filter(pk=invite_id).first()
        if invite is None:
            raise NotFound(_("There is no such invitation."))
        if invite.revoked_at is None:
            _revoke(invite)
    return invite


def _revoke(invite: Invite) -> None:
    invite.revoked_at = clock.now()
    invite.save(update_fields=["revoked_at"])
    audit_record("invite.revoke", invite, after={"uses_count": invite.uses_count})


# --- The influencer answers -----------------------------------------------------------------


def invite_accept(*, invite_id: int, influencer_id: int) -> Participation:
    """Join by an invitation: at once while there is a place, else in the queue.

    Raises:
        NotFound: no such invitation of theirs.
        InviteOver: it was answered, revoked, used up, or its time is over.
        NotEligible: it came by a link, and a requirement is not met.
        CampaignConflict, ParticipationConflict: see `campaign_join`.
    """
    with acting_as(system="answer an invitation"):
        invite = _answerable(invite_id, influencer_id)
        is_first = not Participation.objects.filter(
            influencer_id=influencer_id, invite=invite
        ).exists()
        participation = campaign_join(
            campaign_id=invite.campaign_id, influencer_id=influencer_id, invite=invite
        )
        if is_first and participation.invite_id == invite.pk:
            invite.uses_count += 1
        if invite.influencer_id is not None:
            _answer(invite, Invite.Answer.ACCEPTED)
        invite.save(update_fields=["uses_count", "answer", "answered_at"])
    return participation


def invite_accept_link(*, token: str, influencer_id: int) -> Participation:
    """The same by a secret link.

    Raises: see `invite_accept`.
    """
    with acting_as(system="answer an invitation"):
        invite = invite_by_token(token)
        return invite_accept(invite_id=invite.pk, influencer_id=influencer_id)


def invite_decline(*, invite_id: int, influencer_id: int) -> Invite:
    """Say no; the brand sees it, and may invite again.

    Raises:
        NotFound: no such invitation of theirs.
        InviteOver: it was answered, revoked, or its time is over.
    """
    with acting_as(system="answer an invitation"):
        invite = _answerable(invite_id, influencer_id)
        _answer(invite, Invite.Answer.DECLINED)
        invite.save(update_fields=["answer", "answered_at"])
        audit_record("invite.decline", invite, after={"answer": invite.answer})
    return invite


def _answerable(invite_id: int, influencer_id: int) -> Invite:
    """The campaign's people first, then the row: a last use is used once."""
    found = Invite.objects.filter(pk=invite_id).first()
    if found is None or found.influencer_id not in (None, influencer_id):
        raise NotFound(_("There is no such invitation."))
    people_lock(found.campaign_id)
    invite = Invite.objects.select_for_update().get(pk=invite_id)
    state = state_of(invite)
    if state is not InviteState.OPEN:
        raise InviteOver(_("This invitation counts no longer. Ask the brand for another one."))
    return invite


def _answer(invite: Invite, answer: Invite.Answer) -> None:
    invite.answer, invite.answered_at = answer, clock.now()
