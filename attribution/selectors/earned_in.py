"""What one participation has brought its influencer so far."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from attribution.models import Conversion
from campaigns.selectors.deals import fixed_fees_in

Status = Conversion.Status
WAITING = (Status.PENDING, Status.ON_HOLD)


@dataclass(frozen=True, slots=True)
class EarnedIn:
    """Tiyn: on the way and on hold; and approved, paid or not."""

    waiting_minor: int = 0
    approved_minor: int = 0


def earned_in(participation_id: int) -> EarnedIn:
    """With fixed fees of posts. Two queries."""
    fees = fixed_fees_in(participation_id)
    rows = Conversion.objects.filter(participation_id=participation_id).values_list("status")
    sums = dict(rows.annotate(minor=Sum("commission_minor")).order_by())
    return EarnedIn(
        waiting_minor=sum(sums.get(status, 0) for status in WAITING),
        approved_minor=sum(sums.get(status, 0) for status in (Status.APPROVED, Status.PAID))
        + fees.approved_minor
        + fees.paid_minor,
    )
