"""Groups of a campaign's influencers as its brand sees them, and what an invitation to one says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from brands.models import Brand, Member
from brands.selectors import member_require_write
from campaigns.models import (
    Campaign,
    Invite,
    ParticipantGroup,
    Participation,
    ParticipationTerms,
    Terms,
)
from campaigns.selectors.versions import still_coming
from core.errors import NotFound
from core.tenancy.context import acting_as


@dataclass(frozen=True, slots=True)
class GroupNow:
    """A group with its latest terms, how many are in it, and what they have been announced."""

    group: ParticipantGroup
    terms: Terms
    people: int
    coming: tuple[ParticipationTerms, ...] = ()


def groups_of(campaign: Campaign) -> list[GroupNow]:
    """Those that have not ended, the first one first. Four queries, and one where there is none."""
    groups = list(ParticipantGroup.objects.filter(campaign=campaign, ended_at=None).order_by("pk"))
    if not groups:
        return []
    versions = Terms.objects.filter(group__in=groups).order_by("group_id", "version")
    latest = {each.group_id: each for each in versions}
    inside = Participation.objects.filter(group__in=groups, state=Participation.State.APPROVED)
    people = dict(inside.values_list("group_id").annotate(count=Count("pk")).order_by())
    coming = still_coming(ParticipationTerms.objects.filter(participation__group__in=groups))
    return [
        GroupNow(
            each,
            latest[each.pk],
            people.get(each.pk, 0),
            tuple(row for row in coming if row.participation.group_id == each.pk),
        )
        for each in groups
    ]


def open_groups(campaign: Campaign) -> list[ParticipantGroup]:
    """Those that have not ended, the first one first. One query."""
    return list(ParticipantGroup.objects.filter(campaign=campaign, ended_at=None).order_by("pk"))


def group_access_for_brand(brand: Brand, public_id: UUID) -> ParticipantGroup:
    """With its campaign. Raises: NotFound for another brand's, and for one that has ended."""
    rows = ParticipantGroup.objects.filter(brand=brand, public_id=public_id, ended_at=None)
    found = rows.select_related("campaign").first()
    if found is None:
        raise NotFound(_("There is no such group."))
    return found


def group_access_for_writer(member: Member, public_id: UUID) -> ParticipantGroup:
    """The same. Raises: Forbidden for who may only read."""
    found = group_access_for_brand(member.brand, public_id)
    member_require_write(member)
    return found


def group_terms(group: ParticipantGroup) -> Terms:
    """Its latest version."""
    return Terms.objects.filter(group=group).latest("version")


def terms_of_invites(invites: Collection[Invite]) -> dict[int, Terms]:
    """{invitation: the terms of the group to which it invites}, without those to no group. One
    query, as the system: a group's terms are nobody's to read but its own people's, and these are
    asked to be among them. None where nobody is invited to a group."""
    wanted = {each.pk: each.group_id for each in invites if each.group_id is not None}
    if not wanted:
        return {}
    with acting_as(system="terms of an invitation"):
        rows = Terms.objects.filter(group__in=wanted.values()).order_by("group_id", "version")
        latest = {each.group_id: each for each in rows}
    return {pk: latest[group_id] for pk, group_id in wanted.items()}
