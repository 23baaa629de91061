"""What each side reads of the numbers that followers left: never a number, and no mark of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from attribution.domain.match import EvidenceKind
from attribution.models import Candidate, Conversion, PhoneClaim, PhonePepper
from core.paging import keyset_page

PAGE_ROWS = 30
WAITING_MAX = 50
LINES_MAX = 500
State = PhoneClaim.State
KIND = str(EvidenceKind.PHONE_CLAIM)
OPEN = (
    Conversion.Status.PENDING,
    Conversion.Status.ON_HOLD,
    Conversion.Status.AWAITING_FUNDING,
)


@dataclass(frozen=True, slots=True)
class PhoneCounts:
    """`left` numbers, of which so many are still asked; `orders` of buyers that match, `credited`
    of which are the influencer's, `waiting` of them for the brand's word."""

    left: int = 0
    active: int = 0
    orders: int = 0
    credited: int = 0
    waiting: int = 0


def phone_counts(participation_id: int) -> PhoneCounts:
    """Of one participation, as its influencer or brand reads it. Three queries."""
    claims = PhoneClaim.objects.filter(participation_id=participation_id).aggregate(
        left=Count("pk"), active=Count("pk", filter=Q(state=State.ACTIVE))
    )
    seen = Candidate.objects.filter(participation_id=participation_id, kind=KIND)
    orders = seen.aggregate(orders=Count("order_id", distinct=True))
    credited = _credited().filter(participation_id=participation_id)
    counted = credited.aggregate(
        credited=Count("order_id", distinct=True),
        waiting=Count("order_id", distinct=True, filter=_waits()),
    )
    return PhoneCounts(**claims, **orders, **counted)


def _credited() -> QuerySet[Conversion]:
    """Conversions that a number decided, and that live."""
    decided = Candidate.objects.filter(
        decision_id=OuterRef("decision_id"), kind=KIND, verdict="decided"
    )
    return Conversion.objects.filter(Exists(decided)).exclude(status=Conversion.Status.REJECTED)


def _waits() -> Q:
    """For the brand's word: evidence of grade D, however its order came."""
    return Q(status__in=OPEN, confirmed_at__isnull=True)


# --- The brand ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhoneClaimPage:
    rows: list[PhoneClaim]
    after: str


def phone_claims_of(brand_id: int, state: str = "") -> QuerySet[PhoneClaim]:
    rows = PhoneClaim.objects.filter(brand_id=brand_id).select_related("influencer", "code")
    return rows.filter(state=state) if state in State.values else rows


def phone_claim_page(
    brand_id: int, *, state: str = "", after: str = "", rows: int = PAGE_ROWS
) -> PhoneClaimPage:
    """Newest first, keyset paging."""
    found = phone_claims_of(brand_id, state)
    return PhoneClaimPage(*keyset_page(found, "-claimed_at", after=after, size=rows))


def phone_claim_counts(brand_id: int) -> dict[str, int]:
    """{state: how many}. One query."""
    rows = PhoneClaim.objects.filter(brand_id=brand_id)
    return dict(rows.values_list("state").annotate(count=Count("pk")).order_by())


@dataclass(frozen=True, slots=True)
class MatchedOrder:
    """An order that a number decided and that waits for the brand's word."""

    order_id: int
    public_id: UUID
    number: str
    influencer_name: str
    placed_at: datetime
    commission_minor: int
    is_received: bool


def orders_waiting_of_phones(brand_id: int) -> list[MatchedOrder]:
    """The oldest first, at most WAITING_MAX. One query."""
    rows = _credited().filter(_waits(), brand_id=brand_id).select_related("influencer", "order")
    lines: dict[int, list[Conversion]] = {}
    for row in rows.order_by("ordered_at", "order_id", "pk")[:LINES_MAX]:
        lines.setdefault(row.order_id, []).append(row)
    return [_matched(of_order) for of_order in list(lines.values())[:WAITING_MAX]]


def _matched(lines: Sequence[Conversion]) -> MatchedOrder:
    order = lines[0].order
    return MatchedOrder(
        order.pk,
        order.public_id,
        order.number,
        lines[0].influencer.name,
        order.placed_at,
        sum(line.commission_minor for line in lines),
        order.fulfilled_at is not None,
    )


def peppers_of(brand_id: int) -> list[PhonePepper]:
    """Without the secrets, the newest first."""
    rows = PhonePepper.objects.filter(brand_id=brand_id).defer("secret")
    return list(rows.order_by("-number"))
