"""Who works for the brand, with which rights."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from brands.models import Brand, Member
from brands.selectors import member_list
from exchange.web.brand.desk import Desk
from exchange.web.pages import brand as pages
from exchange.web.words import ROLES


def team(desk: Desk, *, second_factors: Collection[int]) -> pages.Team:
    """`second_factors` are the people who have a second step; the door has asked for them."""
    is_owner = desk.member.role == Member.Role.OWNER
    is_verified = desk.brand.state == Brand.State.VERIFIED
    closed = is_owner and not is_verified
    return pages.Team(
        rows=[
            _row(desk, each, has_second_factor=each.user_id in second_factors, is_owner=is_owner)
            for each in member_list(desk.brand)
        ],
        action_url=desk.url("team"),
        may_invite=is_owner and is_verified,
        closed_reason=_("The team can grow once the company is verified.") if closed else "",
        roles=[(str(role), str(ROLES[role])) for role in Member.Role.values],
    )


def _row(desk: Desk, member: Member, *, has_second_factor: bool, is_owner: bool) -> pages.MemberRow:
    return pages.MemberRow(
        name=member.name,
        email=member.email,
        role=member.role,
        has_second_factor=has_second_factor,
        is_you=member.pk == desk.member.pk,
        remove_url=desk.url("team_remove") if is_owner else "",
        role_url=desk.url("team_role") if is_owner else "",
    )
