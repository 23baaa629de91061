"""Groups of a campaign's influencers with terms of their own: made, changed, ended; who is in one.

Whoever is moved gets the other terms as after any change: what is better at once, what could bring
them less after its notice. Where a group stands is decided with the campaign's people locked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Invite, ParticipantGroup, Participation, ParticipationTerms
from campaigns.models.groups import NAME_CHARS_MAX
from campaigns.selectors.versions import later_terms, terms_at
from campaigns.services.offers import CampaignConflict, terms_errors
from campaigns.services.standing import terms_in_force
from campaigns.services.terms import terms_columns, terms_create
from campaigns.services.versions import (
    TermsChange,
    is_as,
    last_cut,
    running_taken,
    terms_change,
    terms_notices,
    terms_reach,
)
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as

GROUPS_MAX = 20  # of a campaign, at once
MOVES_MAX = 2_000
State = Participation.State


@dataclass(slots=True)
class Moved:
    """What became of a list: how many moved, who did not and why; and when the last of those whom
    it cuts has the other terms, where it cuts anybody."""

    done: int = 0
    cut_from: datetime | None = None
    refused: list[str] = field(default_factory=list)


def group_create(*, campaign_id: int, name: str, offer: Offer) -> ParticipantGroup:
    """A group of a live or paused campaign, with its first terms; nobody is in it.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: it is a draft or closed, or has too many groups.
        Invalid: which fields break which rules.
    """
    with acting_as(system="groups of a campaign"):
        campaign = running_taken(campaign_id)
        known = ParticipantGroup.objects.filter(campaign=campaign, ended_at__isnull=True)
        if known.count() >= GROUPS_MAX:
            raise CampaignConflict(_("There are 20 groups already. End one first."))
        errors = terms_errors(offer) | _name_errors(campaign, name)
        if errors:
            raise Invalid(_("Some fields need another look."), fields=errors)
        group = ParticipantGroup.objects.create(
            campaign=campaign, brand_id=campaign.brand_id, name=name.strip()
        )
        columns = terms_columns(offer)
        terms = terms_create(
            campaign=campaign, columns=columns, published_at=clock.now(), group=group
        )
        after = {"name": group.name, "version": terms.version, **columns}
        audit_record("group.create", group, after=after)
    return group


def group_change(*, group_id: int, name: str, offer: Offer) -> TermsChange | None:
    """Another name, other terms, or both; None where the terms stay.

    Raises:
        NotFound: no such group, or it has ended.
        CampaignConflict: its campaign is closed.
        Invalid: which fields break which rules, or nothing would change.
    """
    with acting_as(system="groups of a campaign"):
        campaign, group = _taken(group_id)
        if errors := terms_errors(offer) | _name_errors(campaign, name, group):
            raise Invalid(_("Some fields need another look."), fields=errors)
        is_renamed = name.strip() != group.name
        if is_renamed:
            before = {"name": group.name}
            group.name = name.strip()
            group.save(update_fields=["name"])
            audit_record("group.rename", group, before=before, after={"name": group.name})
            if is_as(terms_in_force(campaign, group.pk), offer):
                return None
        return terms_change(campaign, offer, group)


def group_end(*, group_id: int) -> Moved:
    """Nobody is in it any more: all go back to the terms of the whole campaign, and whoever is
    invited to it is invited to those.

    Raises:
        NotFound: no such group, or it has ended.
        CampaignConflict: its campaign is closed.
    """
    with acting_as(system="groups of a campaign"):
        campaign, group = _taken(group_id)
        inside = Participation.objects.filter(group=group)
        people = inside.filter(state=State.APPROVED).select_related("terms")
        moved = _move(campaign, list(people), None)
        inside.update(group=None)  # also of who is out, and may come back
        Invite.objects.filter(group=group).update(group=None)
        group.ended_at = clock.now()
        group.save(update_fields=["ended_at"])
        audit_record("group.end", group, before={"name": group.name}, after={"people": moved.done})
    return moved


def group_move(
    *, campaign_id: int, participation_ids: Collection[int], group_id: int | None
) -> Moved:
    """Put people who take part into a group, or (None) back among everybody. Whoever is there
    already stays as they are.

    Raises:
        NotFound: no such campaign, or no such group in it.
        CampaignConflict: it is a draft, or closed.
    """
    with acting_as(system="groups of a campaign"):
        campaign = running_taken(campaign_id)
        group = _of_campaign(campaign, group_id) if group_id is not None else None
        wanted = list(dict.fromkeys(participation_ids))[:MOVES_MAX]
        found = Participation.objects.filter(campaign=campaign, pk__in=wanted)
        inside = found.filter(state=State.APPROVED).select_related("terms")
        moved = _move(campaign, list(inside), group)
        outside = found.exclude(state=State.APPROVED).count()
        why = _("Only who takes part is put into a group: accept them first.")
        moved.refused = [why] * outside
    return moved


def _taken(group_id: int) -> tuple[Campaign, ParticipantGroup]:
    """Both, read once the campaign's people are locked."""
    row = ParticipantGroup.objects.filter(pk=group_id).values_list("campaign_id").first()
    if row is None:
        raise NotFound(_("There is no such group."))
    campaign = running_taken(row[0])
    return campaign, _of_campaign(campaign, group_id)


def _of_campaign(campaign: Campaign, group_id: int) -> ParticipantGroup:
    open_ones = ParticipantGroup.objects.filter(campaign=campaign, ended_at__isnull=True)
    group = open_ones.filter(pk=group_id).first()
    if group is None:
        raise NotFound(_("There is no such group."))
    return group


def _move(campaign: Campaign, people: list[Participation], group: ParticipantGroup | None) -> Moved:
    """Whoever is not there yet, with the terms of there."""
    group_id = group.pk if group else None
    moving = [each for each in people if each.group_id != group_id]
    later, now = later_terms(moving), clock.now()
    before = {each.pk: terms_at(each, later, now) for each in moving}
    Participation.objects.filter(pk__in=before).update(group=group)
    new = terms_in_force(campaign, group_id)
    rows = terms_reach(campaign, moving, new)
    better = [row for row in rows if _is_better(row, before[row.participation_id].facts)]
    terms_notices(campaign, better, "terms_better")
    for each in moving:
        after = {"group": group_id, "terms": new.version}
        audit_record("participation.group", each, before={"group": each.group_id}, after=after)
    return Moved(len(moving), last_cut(rows))


def _is_better(row: ParticipationTerms, before: object) -> bool:
    return not row.is_cut and row.terms.facts != before


def _name_errors(
    campaign: Campaign, name: str, group: ParticipantGroup | None = None
) -> dict[str, list[str]]:
    text = name.strip()
    if not text or len(text) > NAME_CHARS_MAX:
        return {"name": [_("A group needs a name, up to 60 characters.")]}
    others = ParticipantGroup.objects.filter(
        campaign=campaign, ended_at__isnull=True, name__iexact=text
    )
    if group is not None:
        others = others.exclude(pk=group.pk)
    if others.exists():
        return {"name": [_("Another group of this campaign has this name.")]}
    return {}
