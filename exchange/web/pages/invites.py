"""Pages of invitations (templates/brand/invites.html, portal/invitation_over.html)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InviteRow:
    """`name` is whom it is for, or the brand's note on a link; `status` a key of words.INVITE.
    `link` is to be copied; "" of a person's, or one that counts no longer."""

    name: str
    status: str
    used: int
    uses: int
    until: datetime
    is_link: bool = False
    link: str = ""
    revoke_url: str = ""
    group: str = ""  # into which it invites


@dataclass(frozen=True, slots=True)
class Invites:
    """A campaign's invitations; forms in the context: person, link. `closed` is why nobody can be
    invited now."""

    title: str
    rows: list[InviteRow]
    back_url: str
    action_url: str
    may_invite: bool = True
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation above the influencer's campaigns."""

    title: str
    brand_name: str
    rate_text: str
    url: str
    accept_url: str
    decline_url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class InvitationOver:
    """A link that counts no longer: `why` in words."""

    why: str
    campaigns_url: str
