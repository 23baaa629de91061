"""Claimed receipts beside the orders that they may be of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.lifecycle import LOST
from attribution.domain.receipt_orders import Bought, Paper
from attribution.domain.receipts import CLOCK_SKEW
from attribution.models import Connection, Conversion, Order, ReceiptMatch
from attribution.selectors.receipts import limits_of
from core.bulk import array_of

State = ReceiptMatch.State
QUESTIONS_MAX = 30


@dataclass(frozen=True, slots=True)
class Near:
    """What may belong together; `about` are the claims that the changed orders concern."""

    papers: list[Paper]
    orders: list[Bought]
    about: frozenset[int]


def receipts_near(brand_id: int, order_ids: Collection[int]) -> Near | None:
    """Claims and orders of a brand with the same sums and about the same days as these orders, as
    far as somebody is credited for them. None where the brand takes no receipts. Four queries at
    most. Runs as the system."""
    within = _within(brand_id)
    if not any(within.values()):
        return None
    changed = list(map(_Changed._make, _rows(_CHANGED, [brand_id, array_of(order_ids)])))
    sums = sorted({each.amount_minor for each in changed})
    if not sums:
        return None
    orders = _orders_like(brand_id, sums, [each.placed_at for each in changed], within)
    if not orders:
        return None
    papers = _papers_like(brand_id, sums, [each.placed_at for each in changed], within)
    return Near(papers, orders, _concerned(papers, orders, {each.pk for each in changed}))


def receipts_beside(brand_id: int, bought: Bought) -> Near | None:
    """The same about one order as it would be, stored or not. Three queries at most."""
    within = _within(brand_id)
    if not any(within.values()):
        return None
    like: tuple[list[int], list[datetime]] = ([bought.goods_minor], [bought.placed_at])
    others = _orders_like(brand_id, *like, within)
    orders = [bought, *(each for each in others if each.order_id != bought.order_id)]
    papers = _papers_like(brand_id, *like, within)
    return Near(papers, orders, frozenset(each.claim_id for each in papers))


Within = Mapping[int, timedelta]  # by connection of receipts


def _within(brand_id: int) -> Within:
    sources = Connection.objects.filter(brand_id=brand_id, source=RECEIPT)
    return {
        pk: timedelta(days=limits_of(settings).order_days)
        for pk, settings in sources.values_list("pk", "settings")
    }


def _orders_like(
    brand_id: int, sums: list[int], moments: list[datetime], within: Within
) -> list[Bought]:
    furthest = max(within.values())
    span = [min(moments) - furthest, max(moments) + furthest + CLOCK_SKEW]
    return [
        Bought(pk, frozenset(people), amount, placed_at, is_claimed)
        for pk, placed_at, amount, people, is_claimed in _rows(
            _ORDERS, [brand_id, *span, array_of(sums)]
        )
    ]


def _papers_like(
    brand_id: int, sums: list[int], moments: list[datetime], within: Within
) -> list[Paper]:
    furthest = max(within.values())
    span = [min(moments) - furthest - CLOCK_SKEW, max(moments) + 2 * furthest]
    return [
        Paper(claim, order, participation, amount, sold_at, within[source])
        for claim, order, participation, source, sold_at, amount in _rows(
            _PAPERS, [brand_id, *span, array_of(sums)]
        )
    ]


def _concerned(
    papers: list[Paper], orders: list[Bought], changed: Collection[int]
) -> frozenset[int]:
    sums = {each.goods_minor for each in orders if each.order_id in changed}
    return frozenset(
        each.claim_id for each in papers if each.order_id in changed or each.total_minor in sums
    )


class _Changed(NamedTuple):
    pk: int
    placed_at: datetime
    amount_minor: int


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


_CHANGED = """
SELECT o.id, o.placed_at, sum(l.amount_minor)::bigint
  FROM attribution_order o JOIN attribution_orderline l ON l.order_id = o.id
 WHERE o.brand_id = %s AND o.id = ANY(%s::bigint[]) AND o.currency = 'KZT' AND NOT o.is_test
 GROUP BY o.id
"""
# A day's total of a marketplace is no order of anybody
_ORDERS = """
SELECT o.id, o.placed_at, sum(l.amount_minor)::bigint,
       ARRAY(SELECT DISTINCT c.participation_id FROM attribution_conversion c
              WHERE c.order_id = o.id AND c.status NOT IN ('rejected', 'reversed')),
       NOT EXISTS (SELECT FROM attribution_conversion c
                    WHERE c.order_id = o.id AND c.status NOT IN ('rejected', 'reversed')
                      AND c.grade <> 'D')
  FROM attribution_order o JOIN attribution_orderline l ON l.order_id = o.id
 WHERE o.brand_id = %s AND o.placed_at BETWEEN %s AND %s AND o.currency = 'KZT'
   AND NOT o.is_test AND o.source <> 'receipt' AND o.same_sale_id IS NULL
   AND o.external_id NOT LIKE 'daily:%%'
   AND EXISTS (SELECT FROM attribution_conversion c
                WHERE c.order_id = o.id AND c.status NOT IN ('rejected', 'reversed'))
 GROUP BY o.id
HAVING sum(l.amount_minor) = ANY(%s::bigint[])
"""
_PAPERS = """
SELECT * FROM (
    SELECT r.id, o.id AS order_id, r.participation_id, r.connection_id, r.sold_at,
           CASE r.state WHEN 'confirmed' THEN coalesce(r.file_total_minor, r.total_minor)
                        ELSE r.total_minor END AS amount_minor
      FROM attribution_receiptclaim r
      JOIN attribution_order o
        ON o.connection_id = r.connection_id AND o.external_id = r.register || ':' || r.sign
     WHERE r.brand_id = %s AND r.state IN ('waiting', 'differs', 'confirmed')
       AND r.sold_at BETWEEN %s AND %s AND o.same_sale_id IS NULL
       AND EXISTS (SELECT FROM attribution_conversion c
                    WHERE c.order_id = o.id AND c.status NOT IN ('rejected', 'reversed'))) AS p
 WHERE p.amount_minor = ANY(%s::bigint[])
 ORDER BY p.id
"""


def matches_same(order_ids: Collection[int]) -> list[ReceiptMatch]:
    """Receipts and orders that are known to be one purchase, of these orders."""
    rows = ReceiptMatch.objects.filter(
        Q(order__in=order_ids) | Q(receipt_order__in=order_ids), state=State.SAME
    )
    return list(rows.select_related("claim", "order__connection").order_by("pk"))


# --- Questions ------------------------------------------------------------------------------


def living_questions() -> QuerySet[ReceiptMatch]:
    """Questions that matter: both sides are credited still."""

    def living(order: str) -> Exists:
        rows = Conversion.objects.filter(order_id=OuterRef(order))
        return Exists(rows.exclude(status__in=list(LOST)))

    open_ones = ReceiptMatch.objects.filter(state=State.OPEN)
    return open_ones.filter(living("order_id"), living("receipt_order_id"))


def receipt_asks() -> Q:
    """Of a conversion by receipt: somebody has yet to say whether it is one purchase with another
    order, so that it may not be approved."""
    asked = living_questions().filter(receipt_order_id=OuterRef("order_id"))
    return Q(Exists(asked), source=RECEIPT)


def receipts_asked(conversions: Iterable[Conversion]) -> set[UUID]:
    """Which of these (their public ids) wait for such an answer. No query where none is of a
    receipt."""
    of_receipts = [each for each in conversions if each.source == RECEIPT]
    if not of_receipts:
        return set()
    rows = Conversion.objects.filter(receipt_asks(), pk__in=[each.pk for each in of_receipts])
    return set(rows.values_list("public_id", flat=True))


@dataclass(frozen=True, slots=True)
class Option:
    """An order that a receipt may be of, and whom it is credited to."""

    public_id: UUID
    number: str
    source: str
    names: tuple[str, ...]
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A receipt about which the brand is asked; `claim` with its influencer."""

    match: ReceiptMatch
    options: tuple[Option, ...]


def questions_of(brand_id: int) -> list[Question]:
    """The oldest first, at most QUESTIONS_MAX. Two queries."""
    rows = living_questions().filter(brand_id=brand_id)
    rows = rows.select_related("claim__influencer", "order").order_by("claim_id", "found_at", "pk")
    by_claim: dict[int, list[ReceiptMatch]] = {}
    for row in rows[: QUESTIONS_MAX * 6]:
        by_claim.setdefault(row.claim_id, []).append(row)
    names = _names({row.order_id for of_claim in by_claim.values() for row in of_claim})
    questions = [
        Question(of_claim[0], tuple(_option(row.order, names) for row in of_claim))
        for of_claim in by_claim.values()
    ]
    questions.sort(key=lambda each: each.match.found_at)
    return questions[:QUESTIONS_MAX]


def _names(order_ids: Collection[int]) -> dict[int, list[str]]:
    rows = Conversion.objects.filter(order_id__in=order_ids).exclude(status__in=list(LOST))
    names: dict[int, list[str]] = {}
    for order_id, name in rows.order_by("pk").values_list("order_id", "influencer__name"):
        if name not in names.setdefault(order_id, []):
            names[order_id].append(name)
    return names


def _option(order: Order, names: dict[int, list[str]]) -> Option:
    return Option(
        order.public_id,
        order.number,
        order.source,
        tuple(names.get(order.pk, ())),
        order.placed_at,
    )


def joined_of(claim_ids: Collection[int]) -> dict[int, ReceiptMatch]:
    """{claim: the order that it is one purchase with}."""
    rows = ReceiptMatch.objects.filter(claim_id__in=claim_ids, state=State.SAME)
    return {row.claim_id: row for row in rows.select_related("order", "receipt_order")}


def match_standing(conversion: Conversion) -> ReceiptMatch | None:
    """What is known or asked of the receipt behind a conversion, as its influencer sees it."""
    if conversion.source != RECEIPT:
        return None
    rows = ReceiptMatch.objects.filter(
        receipt_order_id=conversion.order_id, influencer_id=conversion.influencer_id
    ).exclude(state=State.APART)
    return rows.order_by("-state", "pk").first()  # what is known before what is asked


def conversion_beside(match: ReceiptMatch) -> Conversion | None:
    """The sale under which a receipt counts, where it is the same influencer's."""
    rows = Conversion.objects.filter(order_id=match.order_id, influencer_id=match.influencer_id)
    return rows.exclude(status__in=list(LOST)).order_by("pk").first()
