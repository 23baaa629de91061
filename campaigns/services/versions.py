"""Other terms for a campaign that runs, or for one of its groups: whoever comes in from now on has
them at once; whoever is in already has a rise at once, and a cut after its notice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.domain.offer import Offer
from campaigns.domain.terms_change import Announced, reaches_at
from campaigns.models import Campaign, ParticipantGroup, Participation, ParticipationTerms, Terms
from campaigns.selectors.versions import announced_at, later_terms, terms_at
from campaigns.services.offers import CampaignConflict, terms_errors
from campaigns.services.standing import people_lock, terms_in_force
from campaigns.services.terms import terms_columns, terms_create
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from influencers.models import Influencer
from influencers.notices import influencer_notice_queue

State = Participation.State


@dataclass(frozen=True, slots=True)
class TermsChange:
    """What a new version means. `cut_from` is when the last of those who take part already has it,
    where it is a cut for anybody."""

    terms: Terms
    reached: int
    cut_from: datetime | None = None


def campaign_terms_change(*, campaign_id: int, offer: Offer) -> TermsChange:
    """The next version of a live or paused campaign's terms; of the offer nothing else is read.
    Groups keep theirs.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: it is a draft (whose terms are edited), or closed.
        Invalid: which fields break which rules, or nothing would change.
    """
    with acting_as(system="other terms for a campaign"):
        return terms_change(running_taken(campaign_id), offer)


def running_taken(campaign_id: int) -> Campaign:
    """A live or paused campaign, its people locked. Its row is not: every order line refers to it,
    and ingest would wait.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: it is a draft, or closed.
    """
    people_lock(campaign_id)
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
        raise CampaignConflict(_("Only a live or paused campaign has its terms changed."))
    return campaign


def terms_change(
    campaign: Campaign, offer: Offer, group: ParticipantGroup | None = None
) -> TermsChange:
    """The next version, of the campaign or of a group. The caller holds `running_taken`.

    Raises:
        Invalid: which fields break which rules, or nothing would change.
    """
    if errors := terms_errors(offer):
        raise Invalid(_("Some fields need another look."), fields=errors)
    old, columns = terms_in_force(campaign, group.pk if group else None), terms_columns(offer)
    if is_as(old, offer):
        raise Invalid(_("These are the terms already: nothing would change."))
    new = terms_create(campaign=campaign, columns=columns, published_at=clock.now(), group=group)
    people = Participation.objects.filter(campaign=campaign, group=group, state=State.APPROVED)
    rows = terms_reach(campaign, list(people.select_related("terms")), new)
    cut_from = last_cut(rows)
    after = {"version": new.version, **columns, "reached": len(rows)}
    after["cuts"] = sum(row.is_cut for row in rows)
    audit_record("campaign.terms", group or campaign, before={"version": old.version}, after=after)
    return TermsChange(new, len(rows), cut_from)


def is_as(terms: Terms, offer: Offer) -> bool:
    """Whether an offer says what these terms say."""
    return all(getattr(terms, name) == value for name, value in terms_columns(offer).items())


def terms_reach(
    campaign: Campaign, people: Sequence[Participation], new: Terms
) -> list[ParticipationTerms]:
    """Let a version reach people, each from when it may; whom it cuts gets a letter."""
    now, later = clock.now(), later_terms(people)
    rows = []
    for person in people:
        known = later.get(person.pk, ())
        coming, in_force = announced_at(known, now), terms_at(person, later, now)
        if coming is None and in_force.pk == new.pk:
            continue
        announced = Announced(coming.terms.facts, coming.since) if coming else None
        since, is_cut = reaches_at(now, in_force.facts, announced, new.facts)
        rows.append(_row(person, new, since, number=len(known) + 1, is_cut=is_cut))
    ParticipationTerms.objects.bulk_create(rows, batch_size=1_000)
    changed = [row.participation_id for row in rows]
    Participation.objects.filter(pk__in=changed).update(has_later_terms=True)
    terms_notices(campaign, [row for row in rows if row.is_cut], "terms_cut")
    return rows


def last_cut(rows: Collection[ParticipationTerms]) -> datetime | None:
    """When the last of those whom it cuts has it."""
    return max((row.since for row in rows if row.is_cut), default=None)


def _row(
    person: Participation, terms: Terms, since: datetime, *, number: int, is_cut: bool = False
) -> ParticipationTerms:
    return ParticipationTerms(
        participation_id=person.pk,
        campaign_id=person.campaign_id,
        brand_id=person.brand_id,
        influencer_id=person.influencer_id,
        terms=terms,
        number=number,
        since=since,
        is_cut=is_cut,
    )


def terms_notices(campaign: Campaign, rows: Collection[ParticipationTerms], kind: str) -> None:
    """A letter to each: from when other terms are theirs, and where they stand."""
    by_influencer = {row.influencer_id: row for row in rows}
    for person in Influencer.objects.select_related("user").filter(pk__in=by_influencer):
        row = by_influencer[person.pk]
        influencer_notice_queue(
            kind,
            person,
            context={"campaign": campaign, "since": clock.day_of(row.since)},
            dedupe_key=f"{kind}:{row.participation_id}:{row.number}",
        )
