"""What influencers are told about their rewards. Runs as the system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from attribution.models import Conversion, LateReturn, Rejection
from core.notify.services import notice_queue
from influencers.models import Influencer


def approved_notices_queue(conversions: Sequence[Conversion]) -> None:
    """One notice per influencer about what was approved together."""
    by_influencer: dict[int, list[Conversion]] = defaultdict(list)
    for conversion in conversions:
        by_influencer[conversion.influencer_id].append(conversion)
    people = Influencer.objects.select_related("user").filter(pk__in=by_influencer)
    for person in people:
        theirs = by_influencer[person.pk]
        notice_queue(
            "rewards_approved",
            email=person.user.email,
            language=person.user.language,
            context={
                "name": person.name,
                "count": len(theirs),
                "amount_minor": sum(each.commission_minor for each in theirs),
            },
            dedupe_key=f"approved:{max(each.pk for each in theirs)}:{person.pk}",
        )


def rejected_notices_queue(rejections: Sequence[Rejection]) -> None:
    """One notice per influencer: which sale was rejected and why, or how many were."""
    by_influencer: dict[int, list[Rejection]] = defaultdict(list)
    for rejection in rejections:
        by_influencer[rejection.influencer_id].append(rejection)
    people = Influencer.objects.select_related("user").filter(pk__in=by_influencer)
    for person in people:
        theirs = by_influencer[person.pk]
        first = theirs[0]
        notice_queue(
            "sales_rejected",
            email=person.user.email,
            language=person.user.language,
            context={
                "name": person.name,
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
    by_influencer: dict[int, list[LateReturn]] = defaultdict(list)
    for each in returns:
        if each.unpaid_minor + each.debt_minor > 0:
            by_influencer[each.influencer_id].append(each)
    people = Influencer.objects.select_related("user").filter(pk__in=by_influencer)
    for person in people:
        theirs = by_influencer[person.pk]
        notice_queue(
            "reward_returned",
            email=person.user.email,
            language=person.user.language,
            context={
                "name": person.name,
                "count": len(theirs),
                "amount_minor": sum(each.unpaid_minor + each.debt_minor for each in theirs),
                "debt_minor": sum(each.debt_minor for each in theirs),
            },
            dedupe_key=f"late return:{theirs[0].pk}",
        )
