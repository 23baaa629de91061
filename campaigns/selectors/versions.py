"""Which version of a campaign's terms holds for a participation at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from campaigns.models import Participation, ParticipationTerms, Terms

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
