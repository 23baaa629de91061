"""Conversions as each side reads them. Filters name the tenant: the second wall, and the index."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Greatest, TruncDate
from django.utils.translation import gettext as _

from attribution.domain.lifecycle import CONFIRMED_GRADES, CONFIRMED_TRUST
from attribution.models import (
    Candidate,
    ClickDaily,
    Conversion,
    ConversionVersion,
    Order,
    PeriodReward,
)
from campaigns.selectors.deals import fixed_fees_of
from core.clock import ALMATY, day_start
from core.errors import NotFound
from core.paging import keyset_page
from core.tenancy.context import acting_as

PAGE_ROWS = 30
Status = Conversion.Status
# Money that is promised and may still go back
HELD = (Status.PENDING, Status.ON_HOLD)
LOST = (Status.REJECTED, Status.REVERSED)
FINAL = (Status.APPROVED, Status.PAID, Status.PARTLY_REVERSED)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, newest first, and where the next one begins ("" at the end)."""

    rows: list[Conversion]
    after: str


def conversion_page(
    conversions: QuerySet[Conversion],
    *,
    statuses: Collection[str] = (),
    after: str = "",
    rows: int = PAGE_ROWS,
) -> Page:
    """Keyset paging by (ordered_at, id), so that a new order neither shifts nor repeats a row.

    `after` is what the page before gave; one that somebody wrote by hand begins anew.
    """
    if statuses:
        conversions = conversions.filter(status__in=statuses)
    return Page(*keyset_page(conversions, "-ordered_at", after=after, size=rows))


def conversions_of_influencer(influencer_id: int) -> QuerySet[Conversion]:
    return Conversion.objects.filter(influencer_id=influencer_id).select_related("campaign")


def conversions_of_brand(brand_id: int) -> QuerySet[Conversion]:
    return Conversion.objects.filter(brand_id=brand_id).select_related("influencer", "campaign")


def conversion_access_for_influencer(influencer_id: int, public_id: UUID) -> Conversion:
    """Raises: NotFound for another influencer's."""
    return _or_404(
        conversions_of_influencer(influencer_id)
        .select_related("campaign", "terms")
        .filter(public_id=public_id)
    )


def _or_404(conversions: QuerySet[Conversion]) -> Conversion:
    found = conversions.first()
    if found is None:
        raise NotFound(_("There is no such order."))
    return found


@dataclass(frozen=True, slots=True)
class Earned:
    """An influencer's money by stage, tiyn. `next_hold_end` is when the next hold is over."""

    held_minor: int
    approved_minor: int
    paid_minor: int
    next_hold_end: datetime | None


def still_payable() -> Greatest:
    """Of an approved conversion, as domain.late_returns.Standing.payable_minor."""
    held = F("paid_minor") - F("recovered_minor") - F("forgiven_minor")
    return Greatest(F("commission_minor") - held, 0)


def owed_back() -> Greatest:
    """Of an approved conversion, as Conversion.debt_minor."""
    held = F("paid_minor") - F("recovered_minor") - F("forgiven_minor")
    return Greatest(held - F("commission_minor"), 0)


def earned_by_stage(influencer_id: int) -> Earned:
    """With rewards of months and fixed fees of posts. Three queries."""
    fees = fixed_fees_of(influencer_id)
    months = PeriodReward.objects.filter(influencer_id=influencer_id).aggregate(
        approved=Sum(F("amount_minor") - F("paid_minor"), filter=Q(state="approved")),
        paid=Sum("paid_minor"),
    )
    totals = Conversion.objects.filter(influencer_id=influencer_id).aggregate(
        held=Sum("commission_minor", filter=Q(status__in=HELD)),
        approved=Sum(still_payable(), filter=Q(approved_at__isnull=False)),
        paid=Sum("paid_minor"),
        next_hold_end=Min("hold_until", filter=Q(status=Status.ON_HOLD)),
    )
    return Earned(
        held_minor=totals["held"] or 0,
        approved_minor=(totals["approved"] or 0) + (months["approved"] or 0) + fees.approved_minor,
        paid_minor=(totals["paid"] or 0) + (months["paid"] or 0) + fees.paid_minor,
        next_hold_end=totals["next_hold_end"],
    )


def lost_minor(conversions: Collection[Conversion]) -> dict[int, int]:
    """{conversion: tiyn} of what those that earn nothing any more were worth. One query."""
    lost = [each.pk for each in conversions if each.status in LOST]
    if not lost:
        return {}
    versions = ConversionVersion.objects.filter(conversion_id__in=lost)
    return dict(versions.values_list("conversion_id").annotate(worth=Max("commission_minor")))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a participation has brought: its orders, and what is not lost of their reward."""

    orders: int = 0
    earned_minor: int = 0


def taken_by_participation(participation_ids: Collection[int]) -> dict[int, Taken]:
    """One query; a participation without orders is left out."""
    return _taken("participation_id", participation_ids)


def budget_queue(campaign_id: int) -> int:
    """How many rewards of a campaign wait for its budget. One query."""
    return Conversion.objects.filter(
        campaign_id=campaign_id, status=Conversion.Status.AWAITING_FUNDING
    ).count()


def taken_by_campaign(campaign_ids: Collection[int]) -> dict[int, Taken]:
    """One query; a campaign without orders is left out."""
    return _taken("campaign_id", campaign_ids)


def _taken(key: str, ids: Collection[int]) -> dict[int, Taken]:
    rows = (
        Conversion.objects.filter(**{f"{key}__in": ids})
        .exclude(status__in=LOST)
        .values_list(key)
        .annotate(orders=Count("order_id", distinct=True), earned=Sum("commission_minor"))
    )
    return {id: Taken(orders, earned) for id, orders, earned in rows}


def status_counts(conversions: QuerySet[Conversion]) -> dict[str, int]:
    """{status: how many}. One query."""
    return dict(conversions.values_list("status").annotate(count=Count("pk")).order_by())


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an influencer's or a brand's figures."""

    on: date
    people: int = 0
    orders: int = 0
    approved_minor: int = 0
    held_minor: int = 0


def days_of(
    *, first_on: date, last_on: date, influencer_id: int | None = None, brand_id: int | None = None
) -> list[Day]:
    """Figures by day of Kazakhstan, both ends included. Two queries; clicks from the sums."""
    owner = {"influencer_id": influencer_id} if influencer_id else {"brand_id": brand_id}
    people = dict(
        ClickDaily.objects.filter(day_on__range=(first_on, last_on), **owner)
        .values_list("day_on")
        .annotate(total=Sum("people"))
    )
    sold = (
        Conversion.objects.filter(ordered_at__gte=day_start(first_on), **owner)
        .exclude(status__in=LOST)
        .annotate(day=TruncDate("ordered_at", tzinfo=ALMATY))
        .filter(day__lte=last_on)
        .values_list("day")
        .annotate(
            orders=Count("order_id", distinct=True),
            approved=Sum("commission_minor", filter=Q(status__in=FINAL)),
            held=Sum("commission_minor", filter=Q(status__in=HELD)),
        )
    )
    by_day = {day: (orders, approved or 0, held or 0) for day, orders, approved, held in sold}
    count = (last_on - first_on).days + 1
    days = [date.fromordinal(first_on.toordinal() + n) for n in range(count)]
    return [Day(day, people.get(day, 0), *by_day.get(day, (0, 0, 0))) for day in days]


def silence_approves() -> Q:
    """Conversions that nobody's objection makes final (domain.lifecycle.is_approved_by_silence)."""
    is_trusted = Q(order__trust__in=CONFIRMED_TRUST, grade__in=CONFIRMED_GRADES)
    return is_trusted | Q(confirmed_at__isnull=False)


def conversions_unconfirmed(order_id: int) -> QuerySet[Conversion]:
    """What of an order waits for its brand's word: silence would approve none of it."""
    open_ones = Conversion.objects.filter(
        order_id=order_id,
        status__in=(Status.AWAITING_FUNDING, Status.PENDING, Status.ON_HOLD),
    )
    return open_ones.exclude(silence_approves())


def versions_of(conversion: Conversion) -> list[ConversionVersion]:
    return list(conversion.versions.order_by("number"))


def candidates_of(conversion: Conversion) -> list[Candidate]:
    """The candidates of the decision that gives this conversion, as the acting side sees them: an
    influencer finds their own, the brand all."""
    rows = Candidate.objects.filter(decision_id=conversion.decision_id)
    return list(rows.select_related("influencer").order_by("id"))


def order_trust(conversion: Conversion) -> str:
    """How its order is known to us, a value of InboundEvent.Trust. An influencer reads no orders:
    this one word is looked up for a sale that is theirs."""
    with acting_as(system="say who told of an order"):
        trust: str = Order.objects.values_list("trust", flat=True).get(pk=conversion.order_id)
    return trust
