"""What influencers are told about their rewards. Runs as the system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from attribution.models import Conversion, LateReturn, Rejection
from influencers.models import Influencer
from influencers.notices import influencer_notice_queue

OfSomebody = TypeVar("OfSomebody", Conversion, Rejection, LateReturn)


def approved_notices_queue(conversions: Sequence[Conversion]) -> None:
    """One notice per influencer about what was approved together."""
    for person, theirs in _by_person(conversions):
        influencer_notice_queue(
            "rewards_approved",
            person,
            context={
                "count": len(theirs),
                "amount_minor": sum(each.commission_minor for each in theirs),
            },
            dedupe_key=f"approved:{max(each.pk for each in theirs)}:{person.pk}",
        )


def rejected_notices_queue(rejections: Sequence[Rejection]) -> None:
    """One notice per influencer: which sale was rejected and why, or how many were."""
    for person, theirs in _by_person(rejections):
        first = theirs[0]
        influencer_notice_queue(
            "sales_rejected",
            person,
            context={
                "count": len(theirs),
                "order": first.conversion.order_number,
                "amount_minor": sum(each.lost_minor for each in theirs),
                "reason_code": first.reason_code,
                "note": first.note,
                "answer_until": first.answer_until,
                "conversion_id": str(first.conversion.public_id),
            },
            dedupe_key=f"rejected:{first.public_id}",
        )


def late_return_notices_queue(returns: Sequence[LateReturn]) -> None:
    """One notice per influencer of what went back with late returns; an undone one needs none."""
    lost = [each for each in returns if each.unpaid_minor + each.debt_minor > 0]
    for person, theirs in _by_person(lost):
        influencer_notice_queue(
            "reward_returned",
            person,
            context={
                "count": len(theirs),
                "amount_minor": sum(each.unpaid_minor + each.debt_minor for each in theirs),
                "debt_minor": sum(each.debt_minor for each in theirs),
            },
            dedupe_key=f"late return:{theirs[0].pk}",
        )


def _by_person(rows: Sequence[OfSomebody]) -> Iterator[tuple[Influencer, list[OfSomebody]]]:
    """Each influencer, with their rows in the given order. One query."""
    by_influencer: dict[int, list[OfSomebody]] = defaultdict(list)
    for row in rows:
        by_influencer[row.influencer_id].append(row)
    for person in Influencer.objects.select_related("user").filter(pk__in=by_influencer):
        yield person, by_influencer[person.pk]
