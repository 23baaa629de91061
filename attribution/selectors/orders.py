"""Orders as their brand reads them, those that nobody earned among them. Runs as the brand.

An order may have several lines, each with a conversion of its own; a list shows one row an order,
in the state of the line that has furthest to go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from attribution.domain.lifecycle import ReasonCode
from attribution.models import (
    Candidate,
    ClickDaily,
    Conversion,
    ConversionVersion,
    Decision,
    Order,
    OrderLine,
    OrderVersion,
)
from attribution.selectors.conversions import silence_approves
from core.bps import BPS_WHOLE, round_half_up
from core.clock import day_end, day_start
from core.errors import NotFound
from core.paging import keyset_page

PAGE_ROWS = 30
Status = Conversion.Status
NOBODYS = "unmatched"  # no line was credited to anybody
PRECEDENCE = (
    Status.ON_HOLD,
    Status.PENDING,
    Status.AWAITING_FUNDING,
    Status.APPROVED,
    Status.PAID,
    Status.PARTLY_REVERSED,
    Status.REVERSED,
    Status.REJECTED,
)
LOST = (Status.REVERSED, Status.REJECTED)
FINAL = (Status.APPROVED, Status.PAID, Status.PARTLY_REVERSED)
RECEIVED = (Status.ON_HOLD, *FINAL)


# --- The list -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list is asked for. `statuses` are of PRECEDENCE or NOBODYS; none means all.

    `by_deadline` begins with the hold that ends first; else the newest order comes first.
    """

    statuses: tuple[str, ...] = ()
    source: str = ""
    query: str = ""
    by_deadline: bool = False


@dataclass(frozen=True, slots=True)
class BrandOrder:
    """An order with what it earned: of each credited line the conversion that counts."""

    order: Order
    status: str
    conversions: tuple[Conversion, ...]

    @property
    def leading(self) -> Conversion | None:
        """The conversion whose state is the order's."""
        return next((each for each in self.conversions if each.status == self.status), None)

    @property
    def reward_minor(self) -> int:
        return sum(each.commission_minor for each in self.conversions)

    @property
    def names(self) -> list[str]:
        """Whose sale it is, each once."""
        return list(dict.fromkeys(each.influencer.name for each in self.conversions))


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of the list, and where the next one begins ("" at the end)."""

    rows: list[BrandOrder]
    after: str


def order_page(
    brand_id: int, asked: OrderFilter, *, after: str = "", rows: int = PAGE_ROWS
) -> OrderPage:
    """Keyset paging, so that a new order neither shifts nor repeats a row. Two queries.

    `after` is what the page before gave; one that somebody wrote by hand begins anew.
    """
    orders = _orders(brand_id, asked)
    if asked.statuses:
        orders = orders.filter(shown_status__in=asked.statuses)
    if asked.by_deadline:
        orders = orders.annotate(due_at=_due_at()).filter(due_at__isnull=False)
    by = "due_at" if asked.by_deadline else "-placed_at"
    page, next_after = keyset_page(orders, by, after=after, size=rows)
    return OrderPage(_with_conversions(page), next_after)


def order_counts(brand_id: int, asked: OrderFilter) -> dict[str, int]:
    """{status: how many orders}, whatever statuses are asked for. One query."""
    counted = _orders(brand_id, asked).values_list("shown_status").order_by()
    return dict(counted.annotate(count=Count("pk")))


def order_sources(brand_id: int) -> list[str]:
    """The sources that have brought orders. One query."""
    found = Order.objects.filter(brand_id=brand_id).values_list("source", flat=True)
    return sorted(found.order_by().distinct())


def _orders(brand_id: int, asked: OrderFilter) -> Any:
    """Every order that the filter lets through, whatever its status, which is annotated."""
    orders = Order.objects.filter(brand_id=brand_id).annotate(shown_status=_shown_status())
    if asked.source:
        orders = orders.filter(source=asked.source)
    return orders.filter(_matching(asked.query)) if asked.query else orders


def _shown_status() -> Coalesce:
    """The state of the line that has furthest to go; NOBODYS without a conversion."""
    whens = [When(status=status, then=Value(n)) for n, status in enumerate(PRECEDENCE)]
    rank = Case(*whens, output_field=SmallIntegerField())
    conversions = Conversion.objects.filter(order_id=OuterRef("pk")).order_by(rank)
    first = Subquery(conversions.values("status")[:1])
    return Coalesce(first, Value(NOBODYS), output_field=CharField())


def _due_at() -> Subquery:
    """When the first hold of an order ends."""
    holds = Conversion.objects.filter(order_id=OuterRef("pk"), status=Status.ON_HOLD)
    return Subquery(holds.order_by("hold_until").values("hold_until")[:1])


def _matching(query: str) -> Q:
    """By a part of its number or of an influencer's name, or by a whole code of its buyer."""
    named = Conversion.objects.filter(order_id=OuterRef("pk"), influencer__name__icontains=query)
    return (
        Q(number__icontains=query)
        | Q(external_id__icontains=query)
        | Q(promo_codes__overlap=[query, query.lower(), query.upper()])
        | Q(Exists(named))
    )


def _with_conversions(orders: Sequence[Order]) -> list[BrandOrder]:
    rows = Conversion.objects.filter(order__in=orders)
    rows = rows.select_related("influencer", "campaign", "terms")
    by_order = conversions_that_count(rows.order_by("pk"))
    return [BrandOrder(each, each.shown_status, by_order.get(each.pk, ())) for each in orders]  # type: ignore[attr-defined]


def conversions_that_count(
    conversions: Collection[Conversion] | QuerySet[Conversion],
) -> dict[int, tuple[Conversion, ...]]:
    """{order: of each line the live conversion, else the one that was rejected last}."""
    chosen: dict[int, dict[int, Conversion]] = {}
    for row in sorted(conversions, key=lambda row: (row.status != Status.REJECTED, row.pk)):
        chosen.setdefault(row.order_id, {})[row.line_id] = row
    return {
        order_id: tuple(lines[line_id] for line_id in sorted(lines))
        for order_id, lines in chosen.items()
    }


# --- One order ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """Everything that is known of an order. `decisions` is the latest of each line, with every
    candidate: a brand reads all of them."""

    sale: BrandOrder
    lines: list[OrderLine]
    versions: list[OrderVersion]
    decisions: list[Decision]

    @property
    def order(self) -> Order:
        return self.sale.order

    @property
    def candidates(self) -> list[Candidate]:
        """Each once: a click or a code speaks for every line of its order."""
        found: dict[tuple[object, ...], Candidate] = {}
        for decision in self.decisions:
            for each in decision.candidates.all():
                what = (each.participation_id, each.kind, each.evidence)
                found.setdefault((*what, each.verdict, each.reason), each)
        return list(found.values())


def order_access_for_brand(brand_id: int, public_id: UUID) -> Order:
    """Raises: NotFound for another brand's."""
    orders = _orders(brand_id, OrderFilter()).filter(public_id=public_id)
    order: Order | None = orders.select_related("connection").first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def order_whole(order: Order) -> WholeOrder:
    """Of an order that `order_access_for_brand` gave. Six queries."""
    conversions = (
        Conversion.objects.filter(order=order)
        .select_related("influencer", "campaign", "terms")
        .prefetch_related(Prefetch("versions", ConversionVersion.objects.order_by("number")))
    )
    decisions = (
        Decision.objects.filter(order=order)
        .order_by("line_id", "-number")
        .distinct("line_id")
        .prefetch_related(
            Prefetch("candidates", Candidate.objects.select_related("influencer").order_by("id"))
        )
    )
    counting = conversions_that_count(conversions).get(order.pk, ())
    return WholeOrder(
        sale=BrandOrder(order, order.shown_status, counting),  # type: ignore[attr-defined]
        lines=list(order.lines.order_by("id")),
        versions=list(order.versions.order_by("number")),
        decisions=list(decisions),
    )


# --- Figures --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Orders that approve themselves if nobody looks, and when the first of them does."""

    orders: int
    first_at: datetime | None


def orders_waiting(brand_id: int) -> Waiting:
    """One query. A hint-only order is not among them: silence is no yes there."""
    holds = Conversion.objects.filter(silence_approves(), brand_id=brand_id, status=Status.ON_HOLD)
    found = holds.aggregate(orders=Count("order", distinct=True), first_at=Min("hold_until"))
    return Waiting(found["orders"], found["first_at"])


@dataclass(frozen=True, slots=True)
class Figures:
    """A brand's orders of a period, by the day they were placed. Amounts in tiyn, without what
    was lost; `received` goods were not returned so far."""

    orders: int
    received: int
    approved: int
    returned: int
    sales_minor: int
    reward_minor: int
    fee_minor: int
    vat_minor: int
    first_at: datetime | None

    @property
    def cost_minor(self) -> int:
        """What the sales cost the brand: reward, our fee, its VAT."""
        return self.reward_minor + self.fee_minor + self.vat_minor


def figures_of(brand_id: int, *, first_on: date, last_on: date) -> Figures:
    """Both days of Kazakhstan included. One query.

    VAT is booked at approval; of what is still held it is what it will be.
    """
    until = day_end(last_on)
    rows = Conversion.objects.filter(brand_id=brand_id, ordered_at__gte=day_start(first_on))
    kept = ~Q(status__in=LOST)
    held = kept & ~Q(status__in=FINAL)
    totals = rows.filter(ordered_at__lt=until).aggregate(
        orders=Count("order", distinct=True),
        received=Count("order", distinct=True, filter=Q(status__in=RECEIVED)),
        approved=Count("order", distinct=True, filter=Q(status__in=FINAL)),
        returned=Count("order", distinct=True, filter=Q(reason_code=ReasonCode.ORDER_RETURNED)),
        sales=Sum("base_minor", filter=kept),
        reward=Sum("commission_minor", filter=kept),
        fee=Sum("fee_minor", filter=kept),
        vat=Sum("vat_minor", filter=kept),
        vat_ahead=Sum(F("fee_minor") * F("campaign__vat_bps"), filter=held),
        first_at=Min("ordered_at"),
    )
    return Figures(
        orders=totals["orders"],
        received=totals["received"],
        approved=totals["approved"],
        returned=totals["returned"],
        sales_minor=totals["sales"] or 0,
        reward_minor=totals["reward"] or 0,
        fee_minor=totals["fee"] or 0,
        vat_minor=(totals["vat"] or 0) + round_half_up(int(totals["vat_ahead"] or 0), BPS_WHOLE),
        first_at=totals["first_at"],
    )


def people_of(brand_id: int, *, first_on: date, last_on: date) -> int:
    """Clicks of people on a brand's links. One query, of the sums."""
    days = ClickDaily.objects.filter(brand_id=brand_id, day_on__range=(first_on, last_on))
    return int(days.aggregate(total=Sum("people"))["total"] or 0)


def people_by_influencer(brand_id: int, campaign_id: int) -> Mapping[int, int]:
    """{influencer: clicks of people on their links of a campaign}. One query, of the sums."""
    days = ClickDaily.objects.filter(brand_id=brand_id, campaign_id=campaign_id)
    return dict(days.values_list("influencer_id").annotate(total=Sum("people")).order_by())
