"""What one participation has brought its influencer so far."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from attribution.models import Conversion

Status = Conversion.Status
WAITING = (Status.PENDING, Status.ON_HOLD)


@dataclass(frozen=True, slots=True)
class EarnedIn:
    """Tiyn: on the way and on hold; and approved, paid or not."""

    waiting_minor: int = 0
    approved_minor: int = 0


def earned_in(participation_id: int) -> EarnedIn:
    """One query."""
    rows = Conversion.objects.filter(participation_id=participation_id).values_list("status")
    sums = dict(rows.annotate(minor=Sum("commission_minor")).order_by())
    return EarnedIn(
        waiting_minor=sum(sums.get(status, 0) for status in WAITING),
        approved_minor=sum(sums.get(status, 0) for status in (Status.APPROVED, Status.PAID)),
    )
