"""A campaign's invitations."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.domain.invites import InviteState
from campaigns.models import Campaign, Invite
from campaigns.selectors.invites import invites_of_campaign, state_of
from exchange.web.brand.desk import Desk
from exchange.web.pages.invites import InviteRow, Invites


def invites(desk: Desk, found: Campaign) -> Invites:
    may_write = desk.member.may_write
    is_live = found.status == Campaign.Status.LIVE
    return Invites(
        title=found.title,
        rows=[_row(desk, each) for each in invites_of_campaign(found)],
        back_url=desk.url("campaign", found.public_id),
        action_url=desk.url("invites", found.public_id),
        may_invite=may_write and is_live,
        closed="" if is_live else _("Publish the campaign first: then you can invite to it."),
    )


def _row(desk: Desk, invite: Invite) -> InviteRow:
    state = state_of(invite)
    is_open = state is InviteState.OPEN
    may_write = desk.member.may_write
    return InviteRow(
        name=invite.influencer.name if invite.influencer else invite.note or _("Link"),
        status=state,
        used=invite.uses_count,
        uses=invite.uses_max,
        until=invite.expires_at,
        is_link=invite.influencer_id is None,
        group=invite.group.name if invite.group else "",
        link=link_of(invite) if is_open and may_write else "",
        revoke_url=desk.url("invite_revoke", invite.public_id) if is_open and may_write else "",
    )


def link_of(invite: Invite) -> str:
    """What is sent to influencers: each reader gets the page in their own language."""
    return f"{settings.BASE_URL}/portal/invitations/{invite.token}/" if invite.token else ""
