"""Who takes part in a campaign, as its brand sees them; and the queue for its places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from campaigns.domain.codes import skeleton
from campaigns.models import Campaign, ExternalCode, Participation, PromoCode
from core import clock
from core.paging import newest_page
from core.tenancy.context import acting_as
from influencers.models import SocialProfile

PARTICIPANTS_MAX = 500
PAGE_ROWS = 50
BATCH_ROWS = 500
QUERY_WORDS_MAX = 5
State = Participation.State


@dataclass(frozen=True, slots=True)
class Participant:
    """A participation as its brand sees it."""

    participation: Participation
    name: str
    city: str
    followers: int
    code: str
    articles: tuple[str, ...]
    vouchers: tuple[str, ...]
    skus: tuple[str, ...]


def participant_list(campaign: Campaign) -> list[Participant]:
    """Applications first, then the newest. Four queries, whatever the number."""
    rows = list(_rows(campaign).order_by("-id")[:PARTICIPANTS_MAX])
    rows.sort(key=lambda row: row.state != State.APPLIED)
    return _participants(rows)


class PeoplePage(NamedTuple):
    """`after` is where the next page begins, "" at the end."""

    rows: list[Participant]
    after: str


def participant_page(
    campaign: Campaign, *, state: str = "", query: str = "", group: str = "", after: str = ""
) -> PeoplePage:
    """Newest first; of one state, of one group (its public id), and by a part of the name or of
    the code. Four queries."""
    found = _filtered(campaign, state=state, query=query, group=group)
    rows, next_after = newest_page(found, after, size=PAGE_ROWS)
    return PeoplePage(_participants(rows), next_after)


def participants_all(
    campaign: Campaign, *, state: str = "", query: str = "", group: str = ""
) -> Iterator[list[Participant]]:
    """What the filter shows, oldest first, in batches; four queries for each."""
    found = _filtered(campaign, state=state, query=query, group=group).order_by("id")
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH_ROWS):
        batch = _rows(campaign).filter(pk__in=ids[start : start + BATCH_ROWS])
        yield _participants(list(batch.order_by("id")))


def participant_counts(campaign: Campaign) -> dict[str, int]:
    """{state: how many}. One query."""
    rows = Participation.objects.filter(campaign=campaign).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by())


def participations_of(campaign: Campaign, public_ids: Collection[str]) -> list[int]:
    """Keys of the campaign's participations with these ids, the first application first."""
    rows = Participation.objects.filter(campaign=campaign, public_id__in=public_ids)
    return list(rows.order_by("applied_at", "pk").values_list("pk", flat=True))


def _rows(campaign: Campaign) -> QuerySet[Participation]:
    rows = Participation.objects.filter(campaign=campaign)
    return rows.select_related("influencer", "group").prefetch_related("external_codes")


def _filtered(campaign: Campaign, *, state: str, query: str, group: str) -> QuerySet[Participation]:
    found = _rows(campaign)
    if group:
        found = found.filter(group__public_id=group)
    if state in State.values:
        found = found.filter(state=state)
    for word in query.split()[:QUERY_WORDS_MAX]:
        is_it = Q(influencer__name__icontains=word)
        if look := skeleton(word):
            coded = PromoCode.objects.filter(campaign=campaign, skeleton__contains=look)
            is_it |= Q(pk__in=coded.values("participation_id"))
        found = found.filter(is_it)
    return found


def _participants(rows: list[Participation]) -> list[Participant]:
    people = [row.influencer_id for row in rows]
    pages = SocialProfile.objects.filter(influencer__in=people).values_list("influencer_id")
    followers = dict(pages.annotate(total=Sum("followers")))
    codes = PromoCode.objects.filter(
        participation__in=[row.pk for row in rows], state=PromoCode.State.ACTIVE
    )
    code_of = dict(codes.values_list("participation_id", "code"))
    return [
        Participant(
            participation=row,
            name=row.influencer.name,
            city=row.influencer.get_city_display(),
            followers=followers.get(row.influencer_id, 0),
            code=code_of.get(row.pk, ""),
            articles=_values(row, ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE),
            vouchers=_values(row, ExternalCode.Kind.OZON_VOUCHER),
            skus=_values(row, ExternalCode.Kind.EXCLUSIVE_SKU),
        )
        for row in rows
    ]


def _values(row: Participation, kind: str) -> tuple[str, ...]:
    """Its external codes of one kind that count now, from what was fetched with it."""
    void, now = ExternalCode.State.VOID, clock.now()
    codes = [each for each in row.external_codes.all() if each.kind == kind and each.state != void]
    return tuple(code.value for code in codes if code.valid_until is None or code.valid_until > now)


# --- Places ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """A campaign's places for one who would join, or waits. `queue_place` counts from 1; 0 for who
    does not wait in it."""

    is_full: bool = False
    queue_place: int = 0


def room_in(campaign: Campaign, mine: Participation | None) -> Room:
    """Read as the system: others' participations are theirs, how many there are concerns whoever
    wants a place. No query where there is no limit."""
    if campaign.participants_max is None:
        return Room()
    with acting_as(system="places of a campaign"):
        people = Participation.objects.filter(campaign=campaign)
        taken = people.filter(state=State.APPROVED).count()
        is_queue = campaign.access != Campaign.Access.APPLICATION
        place = _queue_place(people, mine) if is_queue else 0
    return Room(taken >= campaign.participants_max, place)


def _queue_place(people: QuerySet[Participation], mine: Participation | None) -> int:
    if mine is None or mine.state != State.APPLIED:
        return 0
    waiting = people.filter(state=State.APPLIED)
    earlier = Q(applied_at__lt=mine.applied_at) | Q(applied_at=mine.applied_at, pk__lt=mine.pk)
    return waiting.filter(earlier).count() + 1


def full_campaigns(campaigns: Iterable[Campaign]) -> set[int]:
    """Those with no place left. One query, and none where none has a limit."""
    limits = {each.pk: each.participants_max for each in campaigns if each.participants_max}
    if not limits:
        return set()
    with acting_as(system="places of campaigns"):
        taken = Participation.objects.filter(campaign__in=limits, state=State.APPROVED)
        counts = dict(taken.values_list("campaign_id").annotate(count=Count("pk")))
    return {pk for pk, limit in limits.items() if counts.get(pk, 0) >= limit}
