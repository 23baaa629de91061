"""Other terms for a campaign that runs: whoever joins from now on has them at once; whoever takes
part already has a rise at once, and a cut after its notice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.domain.offer import Offer
from campaigns.domain.terms_change import Announced, reaches_at
from campaigns.models import Campaign, Participation, ParticipationTerms, Terms
from campaigns.selectors.versions import announced_at, later_terms, terms_at
from campaigns.services.offers import CampaignConflict, campaign_locked, terms_errors
from campaigns.services.standing import people_lock, terms_in_force
from campaigns.services.terms import terms_columns, terms_create
from core import clock
from core.accounts.models import User
from core.audit.services import audit_record
from core.errors import Invalid
from core.notify.services import notice_queue
from core.tenancy.context import acting_as
from influencers.models import Influencer


@dataclass(frozen=True, slots=True)
class TermsChange:
    """What a new version means. `cut_from` is when the last of those who take part already has it,
    where it is a cut for anybody."""

    terms: Terms
    reached: int
    cut_from: datetime | None = None


def campaign_terms_change(*, campaign_id: int, offer: Offer) -> TermsChange:
    """The next version of a live or paused campaign's terms; of the offer nothing else is read.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: it is a draft (whose terms are edited), or closed.
        Invalid: which fields break which rules, or nothing would change.
    """
    with acting_as(system="other terms for a campaign"):
        people_lock(campaign_id)
        campaign = campaign_locked(campaign_id)
        if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
            raise CampaignConflict(_("Only a live or paused campaign has its terms changed."))
        if errors := terms_errors(offer):
            raise Invalid(_("Some fields need another look."), fields=errors)
        old, columns = terms_in_force(campaign), terms_columns(offer)
        if all(getattr(old, name) == value for name, value in columns.items()):
            raise Invalid(_("These are the terms already: nothing would change."))
        now = clock.now()
        new = terms_create(campaign=campaign, columns=columns, published_at=now)
        rows = _rows_for_people(campaign, new, now)
        cuts = [row for row in rows if row.is_cut]
        _cut_notices(campaign, cuts)
        cut_from = max((row.since for row in cuts), default=None)
        after = {"version": new.version, **columns, "reached": len(rows), "cuts": len(cuts)}
        audit_record("campaign.terms", campaign, before={"version": old.version}, after=after)
    return TermsChange(new, len(rows), cut_from)


def _rows_for_people(campaign: Campaign, new: Terms, now: datetime) -> list[ParticipationTerms]:
    """From when the version reaches each who takes part."""
    people = list(
        Participation.objects.select_related("terms").filter(
            campaign=campaign, state=Participation.State.APPROVED
        )
    )
    later = later_terms(people)
    rows = []
    for person in people:
        known = later.get(person.pk, ())
        coming = announced_at(known, now)
        announced = Announced(coming.terms.facts, coming.since) if coming else None
        since, is_cut = reaches_at(now, terms_at(person, later, now).facts, announced, new.facts)
        rows.append(_row(person, new, since, number=len(known) + 1, is_cut=is_cut))
    ParticipationTerms.objects.bulk_create(rows, batch_size=1_000)
    Participation.objects.filter(pk__in=[each.pk for each in people]).update(has_later_terms=True)
    return rows


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


def _cut_notices(campaign: Campaign, rows: Collection[ParticipationTerms]) -> None:
    """A letter to each whom it cuts: from when, and where the new rule stands."""
    days = {row.influencer_id: row for row in rows}
    owners = dict(Influencer.objects.filter(pk__in=days).values_list("user_id", "pk"))
    for user in User.objects.filter(pk__in=owners):
        row = days[owners[user.pk]]
        notice_queue(
            "terms_cut",
            email=user.email,
            language=user.language,
            context={"campaign": campaign, "since": clock.day_of(row.since)},
            dedupe_key=f"terms_cut:{row.participation_id}:{row.number}",
        )
