"""One sale told by several sources counts once: under the order whose reward came first, and by the
word of the source that can be believed. The rules are in attribution/domain/same_sale.py.

Beside the inbox, after it: what a batch has changed is looked at when it is committed, and once an
hour again what a lost message left. Between the two a sale may be held twice, and never paid twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot
from attribution.connectors.same_sale import SAME_SALE, status_known, told_bytes
from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.domain.same_sale import Sale, net_told, sales_join, teller
from attribution.models import InboundEvent, Order, OrderLine
from attribution.selectors.news import News
from attribution.selectors.same_sale import endpoints_of, orders_to_sweep, sales_like
from attribution.services.conversions import conversions_settle
from attribution.services.decisions import order_decide
from attribution.services.inbox import Received, events_store
from attribution.services.receipt_orders import matches_tell, receipts_match
from attribution.services.work import Work, work_load
from core.bulk import rows_update
from core.jobs import enqueue
from core.locks import lock_for_transaction
from core.money import allocate
from core.tenancy.context import acting_as

TASK = "attribution.tasks.same_sales_settle"
SWEEP_ROWS = 500
DIGEST_CHARS = 32
# What another source must say before it is passed on: an open deal says only that somebody asks
DECISIVE = (
    Order.Status.PAID,
    Order.Status.FULFILLED,
    Order.Status.CANCELLED,
    Order.Status.RETURNED,
)


def same_sales_queue(work: Work, orders: Iterable[Order]) -> None:
    """Have changed orders looked at once they are committed, where their brand has other sources.
    Runs in the transaction of their batch."""
    shared = work.dossiers.shared
    ids = sorted({order.pk for order in orders if order.connection_id in shared})
    if ids:
        enqueue(TASK, *ids)


def same_sales_settle(order_ids: Collection[int]) -> int:
    """Find which of these orders are told by another source too. Repeatable: what is settled stays
    so. Returns how many count under another one from now on."""
    by_brand: dict[int, list[int]] = {}
    with acting_as(system="find a same sale"):
        named = Order.objects.filter(pk__in=order_ids).order_by("pk")
        for brand_id, order_id in named.values_list("brand_id", "pk"):
            by_brand.setdefault(brand_id, []).append(order_id)
    return sum(_brand_settle(brand_id, ids) for brand_id, ids in sorted(by_brand.items()))


def same_sales_sweep() -> int:
    """What a lost message left. Run by beat."""
    found, after = 0, 0
    while True:
        with acting_as(system="find a same sale"):
            ids = orders_to_sweep(after=after, most=SWEEP_ROWS)
        if not ids:
            return found
        found += same_sales_settle(ids)
        after = ids[-1]


def _brand_settle(brand_id: int, order_ids: Sequence[int]) -> int:
    """One at a time for a brand: two that look at the same orders would each see the other's as
    they were."""
    with acting_as(system="find a same sale"):
        sales_lock(brand_id)
        matches = receipts_match(brand_id, order_ids)
        pairs = [(row.receipt_order_id, row.order_id) for row in matches]
        looked_at = {*order_ids, *chain.from_iterable(pairs)}
        sales = sales_like(brand_id, looked_at)
        changes = sales_join(sales, looked_at, known=pairs)
        _count_under(changes)
        matches_tell(matches)
        groups: dict[int, list[Sale]] = {}
        for sale in sales:
            lead_id = changes.get(sale.order_id) or sale.counts_under
            if lead_id is not None:
                groups.setdefault(lead_id, []).append(sale)
        _leads_tell(groups)
    return len(changes)


def sales_lock(brand_id: int) -> None:
    """Until COMMIT nobody else says which orders of the brand are one sale."""
    lock_for_transaction(f"same sales {brand_id}")


def order_count_alone(order: Order) -> None:
    """It is no other order's sale after all: decide it by itself. Runs as the system, with the
    brand's sales locked."""
    _count_under({order.pk: None})


def _count_under(changes: Mapping[int, int | None]) -> None:
    """What these orders have earned is taken back: it is another order's. With None they count by
    themselves again."""
    if not changes:
        return
    named = Order.objects.filter(pk__in=changes).values_list("connection_id", "external_id")
    keys = sorted(named)
    work = work_load(News(names=set(keys)))
    orders = [work.dossiers.get(key).the_order() for key in keys]
    for order in orders:
        order.same_sale_id = changes[order.pk]
        order_decide(work, work.dossiers.get((order.connection_id, order.external_id)))
    rows_update(orders, ["same_sale"])
    work.changes.write()
    conversions_settle(work)


# --- What the others say of it --------------------------------------------------------------


def _leads_tell(groups: Mapping[int, Sequence[Sale]]) -> None:
    """Tell the orders that count what the believed one of the others says, as news of the inbox.
    What was told before is known there."""
    tellers = {lead_id: teller(others) for lead_id, others in groups.items()}
    ids = {each.order_id for each in tellers.values() if each is not None} | set(groups)
    rows = Order.objects.select_related("connection").prefetch_related("lines")
    orders = {order.pk: order for order in rows.filter(pk__in=ids)}
    endpoints = endpoints_of(groups.keys())
    for lead_id, told_by in sorted(tellers.items()):
        if told_by is None:
            continue
        lead, other = orders[lead_id], orders[told_by.order_id]
        was_told = endpoints.get(lead_id) == SAME_SALE
        is_open = was_told or other.status in DECISIVE
        if is_open and (was_told or lead.trust not in CONFIRMED_TRUST):
            _lead_tell(lead, other)


def _lead_tell(lead: Order, other: Order) -> None:
    body = told_bytes(_told(lead, other))
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARS]
    is_read = other.trust in CONFIRMED_TRUST
    trust = InboundEvent.Trust(other.trust) if is_read else InboundEvent.Trust.PULLED
    received = Received(f"{SAME_SALE}:{lead.external_id}:{digest}", body)
    events_store(lead.connection, SAME_SALE, trust, [received])


def _told(lead: Order, other: Order) -> OrderSnapshot:
    """The goods and the evidence of the one that counts, with what became of them by the other."""
    codes = dict.fromkeys([*lead.promo_codes, *other.promo_codes])
    click = lead.click_id or other.click_id
    return OrderSnapshot(
        external_id=lead.external_id,
        number=lead.number,
        status=status_known(other.status),
        raw_status=other.raw_status,
        currency=lead.currency,
        placed_at=lead.placed_at,
        source_updated_at=other.source_updated_at,
        fulfilled_at=other.fulfilled_at,
        lines=_lines_told(list(lead.lines.all()), list(other.lines.all())),
        click_id=click.hex if click else None,
        promo_codes=tuple(codes),
        discounted_codes=tuple(dict.fromkeys([*lead.discounted_codes, *other.discounted_codes])),
        is_test=lead.is_test,
    )


def _lines_told(
    own: Sequence[OrderLine], others: Sequence[OrderLine]
) -> tuple[OrderLineSnapshot, ...]:
    """What the other source knows to be less is shared over the goods."""
    ordered = sorted(own, key=lambda line: line.pk)
    gross = [line.amount_minor for line in ordered]
    told = sum(line.amount_minor - line.returned_minor for line in others)
    back = sum(gross) - net_told(sum(gross), told)
    parts = allocate(back, gross) if back else [0] * len(gross)
    return tuple(
        OrderLineSnapshot(
            line_id=line.line_id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            returned_minor=part,
        )
        for line, part in zip(ordered, parts, strict=True)
    )
