"""Which version of a campaign's terms holds for a participation at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from campaigns.models import Campaign, Participation, ParticipationTerms, Terms
from core import clock

LaterTerms = Mapping[int, Sequence[ParticipationTerms]]


def later_terms(participations: Collection[Participation]) -> LaterTerms:
    """{participation: the versions that reached it, or will, since it was approved; by number}.
    One query, and none where nobody has any."""
    changed = [each.pk for each in participations if each.has_later_terms]
    if not changed:
        return {}
    found: dict[int, list[ParticipationTerms]] = defaultdict(list)
    rows = ParticipationTerms.objects.filter(participation__in=changed).select_related("terms")
    for row in rows.order_by("participation_id", "number"):
        found[row.participation_id].append(row)
    return found


def terms_at(participation: Participation, later: LaterTerms, moment: datetime) -> Terms:
    """The version in force for a participation at a moment: of those that had begun by then the
    last that was made; before all of them, what it was approved under."""
    if participation.has_later_terms:
        for row in reversed(later.get(participation.pk, ())):
            if row.since <= moment:
                return row.terms
    return participation.terms


def terms_now(participation: Participation) -> Terms:
    """The version in force for one participation now. One query, and none where it has one alone
    and that was read with it."""
    return terms_at(participation, later_terms([participation]), clock.now())


def announced_at(rows: Sequence[ParticipationTerms], moment: datetime) -> ParticipationTerms | None:
    """The version that was last announced and has not begun; `rows` are one participation's, by
    number. None where a later one has begun, which took its place."""
    last = rows[-1] if rows else None
    return last if last is not None and last.since > moment else None


def cuts_coming(campaign: Campaign) -> list[ParticipationTerms]:
    """What was announced last to each who takes part in a campaign, in no group of it, and has not
    begun; by when it was made. One query."""
    rows = ParticipationTerms.objects.filter(campaign=campaign, participation__group=None)
    return still_coming(rows)


def still_coming(rows: QuerySet[ParticipationTerms]) -> list[ParticipationTerms]:
    """Of these, what was announced last to each and has not begun, by when it was made. One query,
    with terms and participations."""
    rows = rows.select_related("terms", "participation")
    latest = rows.order_by("participation_id", "-number").distinct("participation_id")
    now = clock.now()
    return sorted((row for row in latest if row.since > now), key=lambda row: row.terms.version)
