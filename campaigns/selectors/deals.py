"""Posts at a fixed fee, as each side reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from brands.models import Brand, Member
from brands.selectors import member_require_money, member_require_write
from campaigns.domain.deals import EARNED, UNSENT
from campaigns.models import Campaign, Deal, Participation, Task, TaskPost
from core import clock
from core.errors import NotFound
from core.paging import newest_page

DEALS_SHOWN = 100
PAGE_ROWS = 50
ROWS_SHOWN = 24


class DealPage(NamedTuple):
    """`after` is where the next page begins, "" at the end."""

    rows: list[Deal]
    after: str


def deal_page(campaign: Campaign, state: str = "", after: str = "") -> DealPage:
    """The newest first, each with its posts and whom it is with. Two queries."""
    found = Deal.objects.filter(campaign=campaign).select_related("influencer", "campaign")
    found = found.filter(state=state) if state else found
    return DealPage(*newest_page(found.prefetch_related(_tasks()), after, size=PAGE_ROWS))


def tasks_of_campaign(campaign: Campaign) -> Iterator[Task]:
    """Every post of every deal, oldest first, with `last_url` and `last_label` of what was sent in
    last. One query."""
    last = TaskPost.objects.filter(task=OuterRef("pk")).order_by("-number")
    rows = Task.objects.filter(campaign=campaign).select_related("deal", "influencer")
    rows = rows.annotate(
        last_url=Coalesce(Subquery(last.values("url")[:1]), Value("")),
        last_label=Coalesce(Subquery(last.values("label")[:1]), Value("")),
    )
    return rows.order_by("deal_id", "number").iterator()


def deal_counts(campaign: Campaign) -> dict[str, int]:
    """{state: how many}. One query."""
    rows = Deal.objects.filter(campaign=campaign).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by())


def deals_of_influencer(influencer_id: int) -> list[Deal]:
    """What asks for something first, then the newest. Two queries."""
    rows = Deal.objects.filter(influencer_id=influencer_id).select_related("campaign")
    found = list(rows.prefetch_related(_tasks()).order_by("-pk")[:DEALS_SHOWN])
    return sorted(
        found, key=lambda deal: deal.state not in (Deal.State.OFFERED, Deal.State.RUNNING)
    )


def _tasks() -> Prefetch:
    return Prefetch("tasks", Task.objects.order_by("number"))


def posts_of(deal: Deal) -> dict[int, list[TaskPost]]:
    """{post of the deal: what was sent in for it, oldest first}, without pictures. One query."""
    found: dict[int, list[TaskPost]] = {}
    rows = TaskPost.objects.filter(task__deal=deal).defer("picture").order_by("task", "number")
    for row in rows:
        found.setdefault(row.task_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class DealsWaiting:
    """What waits for an influencer: offers to answer, posts to send in."""

    offered: int = 0
    to_post: int = 0

    def __bool__(self) -> bool:
        return bool(self.offered or self.to_post)


def deals_waiting(influencer_id: int) -> DealsWaiting:
    """One query."""
    is_running = Q(deal__state=Deal.State.RUNNING, state__in=UNSENT)
    is_offered = Q(deal__state=Deal.State.OFFERED, deal__answer_until__gt=clock.now())
    found = Task.objects.filter(influencer_id=influencer_id).aggregate(
        offered=Count("deal", filter=is_offered, distinct=True),
        to_post=Count("pk", filter=is_running),
    )
    return DealsWaiting(found["offered"], found["to_post"])


def has_deals(influencer_id: int) -> bool:
    return Deal.objects.filter(influencer_id=influencer_id).exists()


def posts_to_check(brand_id: int) -> int:
    """How many posts wait for the brand's word. One query."""
    return Task.objects.filter(brand_id=brand_id, state=Task.State.SUBMITTED).count()


def post_first(brand_id: int) -> Task | None:
    """The one that waits longest, with its deal."""
    waiting = Task.objects.filter(brand_id=brand_id, state=Task.State.SUBMITTED)
    return waiting.select_related("deal").order_by("review_until", "pk").first()


# --- Who may have which ---------------------------------------------------------------------


def deal_access_for_brand(brand: Brand, public_id: UUID) -> Deal:
    """Raises: NotFound for another brand's."""
    rows = Deal.objects.select_related("campaign", "influencer")
    return _or_404(rows.filter(brand=brand, public_id=public_id))


def deal_access_for_payer(member: Member, public_id: UUID) -> Deal:
    """Raises: NotFound for another brand's; Forbidden for who may not move money."""
    found = deal_access_for_brand(member.brand, public_id)
    member_require_money(member)
    return found


def deal_access_for_influencer(influencer_id: int, public_id: UUID) -> Deal:
    """Raises: NotFound for another influencer's."""
    rows = Deal.objects.select_related("campaign", "participation")
    return _or_404(rows.filter(influencer_id=influencer_id, public_id=public_id))


def _or_404(rows: QuerySet[Deal]) -> Deal:
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such deal."))
    return found


def task_access_for_writer(member: Member, public_id: UUID) -> Task:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    rows = Task.objects.select_related("deal")
    found = _task_or_404(rows.filter(brand=member.brand, public_id=public_id))
    member_require_write(member)
    return found


def task_access_for_influencer(influencer_id: int, public_id: UUID) -> Task:
    """Raises: NotFound for another influencer's."""
    rows = Task.objects.select_related("deal__campaign")
    return _task_or_404(rows.filter(influencer_id=influencer_id, public_id=public_id))


def _task_or_404(rows: QuerySet[Task]) -> Task:
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such post."))
    return found


def picture_access(public_id: UUID, **whose: int) -> TaskPost:
    """A post with its screenshot. Raises: NotFound for a foreign one, or one without."""
    rows = TaskPost.objects.filter(public_id=public_id, picture__isnull=False, **whose)
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def partners_of(campaign: Campaign) -> list[Participation]:
    """With whom a deal can be made, by name. One query."""
    rows = Participation.objects.filter(campaign=campaign, state=Participation.State.APPROVED)
    return list(rows.select_related("influencer").order_by("influencer__name", "pk"))


# --- Money ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FixedFees:
    """An influencer's fees of posts, tiyn: accepted and not paid; paid."""

    approved_minor: int = 0
    paid_minor: int = 0


def fixed_fees_of(influencer_id: int) -> FixedFees:
    """One query."""
    return _fees(Task.objects.filter(influencer_id=influencer_id))


def fixed_fees_in(participation_id: int) -> FixedFees:
    """One query."""
    return _fees(Task.objects.filter(participation_id=participation_id))


def _fees(tasks: QuerySet[Task]) -> FixedFees:
    sums = tasks.filter(state__in=EARNED).aggregate(
        approved=Sum(F("amount_minor") - F("paid_minor")), paid=Sum("paid_minor")
    )
    return FixedFees(sums["approved"] or 0, sums["paid"] or 0)


def tasks_earned(influencer_id: int) -> list[Task]:
    """Accepted posts, the newest first."""
    rows = Task.objects.filter(influencer_id=influencer_id, state__in=EARNED)
    return list(rows.select_related("deal__campaign").order_by("-accepted_at", "-pk")[:ROWS_SHOWN])


def tasks_payable(influencer_ids: Collection[int]) -> QuerySet[Task]:
    """Accepted, and not wholly paid; oldest first."""
    rows = Task.objects.filter(influencer_id__in=influencer_ids, state=Task.State.ACCEPTED)
    return rows.filter(amount_minor__gt=F("paid_minor")).order_by("accepted_at", "id")
