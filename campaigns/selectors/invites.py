"""Invitations: a brand's of a campaign, an influencer's own, and the one behind a secret link."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.utils.translation import gettext as _

from brands.models import Member
from brands.selectors import member_require_write
from campaigns.domain.invites import InviteLife, InviteState, invite_state
from campaigns.models import Campaign, Invite
from core import clock
from core.errors import NotFound

INVITES_MAX = 200
TOKEN_CHARS_MAX = 64


def state_of(invite: Invite) -> InviteState:
    life = InviteLife(
        invite.expires_at,
        invite.uses_max,
        invite.uses_count,
        invite.answer,
        is_revoked=invite.revoked_at is not None,
    )
    return invite_state(life, clock.now())


def token_digest(token: str) -> str:
    return hashlib.sha256(token[:TOKEN_CHARS_MAX].encode()).hexdigest()


def invites_of_campaign(campaign: Campaign) -> list[Invite]:
    """Newest first, with whom they are for. One query."""
    rows = Invite.objects.filter(campaign=campaign).select_related("influencer", "group")
    return list(rows.order_by("-id")[:INVITES_MAX])


def invite_access_for_writer(member: Member, public_id: UUID) -> Invite:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    found = Invite.objects.filter(brand_id=member.brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such invitation."))
    member_require_write(member)
    return found


def invites_open_of(influencer_id: int) -> list[Invite]:
    """What waits for the influencer's answer, newest first, with the campaigns. One query."""
    rows = Invite.objects.filter(
        influencer_id=influencer_id,
        answer="",
        revoked_at__isnull=True,
        expires_at__gt=clock.now(),
        campaign__status=Campaign.Status.LIVE,
    )
    return list(rows.select_related("campaign").order_by("-id"))


def invite_open_to(campaign: Campaign, influencer_id: int) -> Invite | None:
    """The influencer's own invitation to this campaign, while it counts."""
    rows = Invite.objects.filter(campaign=campaign, influencer_id=influencer_id)
    return next((row for row in rows.order_by("-id") if state_of(row) is InviteState.OPEN), None)


def invite_by_token(token: str) -> Invite:
    """The one behind a link, whatever its state. Runs as the system: it is the brand's row.

    Raises:
        NotFound: nobody has made this link.
    """
    rows = Invite.objects.select_related("campaign")
    found = rows.filter(token_sha256=token_digest(token)).first()
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return found
