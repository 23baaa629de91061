"""Orders are states, upserted from snapshots. What a snapshot changes, attribution follows."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any
from uuid import UUID

from attribution.connectors.base import (
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
)
from attribution.domain.codes import click_id_parse
from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.domain.page_events import PAGE_CLICK, PAGE_CLICKS_MAX, PageEvent
from attribution.models import InboundEvent, LateEvidence, Order, OrderLine, OrderVersion
from attribution.selectors.evidence import orders_named
from attribution.services.decisions import order_decide
from attribution.services.line_moves import line_move_keep, lines_follow_moves
from core.crypto import blind_index
from core.locks import lock_for_transaction

logger = logging.getLogger(__name__)

PHONE_PURPOSE = "order phone"
FINAL = (Order.Status.FULFILLED, Order.Status.CANCELLED, Order.Status.RETURNED)


def order_apply(event: InboundEvent, snapshot: OrderSnapshot) -> int | None:
    """Bring an order to the state of a snapshot. Runs as the system, in the event's transaction.

    Older snapshots are kept as versions and change nothing, and so are hints about an order that
    its source itself has shown; one that says nothing new leaves no trace at all. Returns the
    order's id when something changed.
    """
    order = _order_locked(event, snapshot.external_id, snapshot.number)
    if order is None:
        order = _order_create(event, snapshot)
    elif _is_outdone(order, event, snapshot):
        _version_add(order, event, snapshot, is_applied=False)
        if lines_follow_moves(order):  # it may have shown more goods than any other
            order_decide(order)
        return None
    elif not _order_update(order, event, snapshot):
        return None
    if order.status == Order.Status.UNMAPPED:
        logger.error(
            "order %s of connection %s has a status nobody mapped: %r",
            order.pk,
            order.connection_id,
            order.raw_status,
        )
    lines_follow_moves(order)
    order_decide(order)
    return order.pk


def _is_older(snapshot: OrderSnapshot, order: Order) -> bool:
    """Whether the order is ahead of the snapshot, by the source's own time; of a source whose lists
    lag, what is final is ahead of what is not."""
    later, known = snapshot.source_updated_at, order.source_updated_at
    if not snapshot.may_lag:
        return later < known
    return (snapshot.status in FINAL, later) < (order.status in FINAL, known)


def line_move_apply(event: InboundEvent, move: LineMoveSnapshot) -> int | None:
    """Keep what left a line, and let its order follow when we have it."""
    order = _order_locked(event, move.external_id)
    if not line_move_keep(event, move) or order is None or not lines_follow_moves(order):
        return None
    order_decide(order)
    return order.pk


def _is_outdone(order: Order, event: InboundEvent, snapshot: OrderSnapshot) -> bool:
    """Whether we know better: from later, or from the source itself instead of by hearsay.

    A confirmed reading always takes the place of hearsay, whatever times that one named.
    """
    is_hint = event.trust == InboundEvent.Trust.HINT
    is_confirmed = order.trust in CONFIRMED_TRUST
    if is_hint and is_confirmed:
        return True
    if not is_hint and not is_confirmed:
        return False
    return _is_older(snapshot, order)


def removal_apply(event: InboundEvent, removal: OrderRemoval) -> int | None:
    """The source says that an order is gone: a cancellation of one that we know."""
    order = _order_locked(event, removal.external_id)
    if order is None or order.status == Order.Status.CANCELLED:
        return None
    order.status, order.raw_status = Order.Status.CANCELLED, removal.raw_status
    order.source_updated_at = max(order.source_updated_at, event.received_at)
    order.version += 1
    order.save(update_fields=["status", "raw_status", "source_updated_at", "version"])
    OrderVersion.objects.create(
        order=order,
        brand_id=order.brand_id,
        event=event,
        number=order.version,
        status=order.status,
        raw_status=order.raw_status,
        source_updated_at=order.source_updated_at,
        is_applied=True,
        snapshot={"removed": True},
    )
    order_decide(order)
    return order.pk


def evidence_apply(event: InboundEvent, evidence: EvidenceSnapshot) -> int | None:
    """Keep a late evidence, and decide its order again when we have it."""
    _row, is_new = LateEvidence.objects.get_or_create(
        connection_id=event.connection_id,
        order_external_id=evidence.external_id,
        line_id=evidence.line_id,
        kind=evidence.kind,
        value=evidence.value,
        defaults={
            "brand_id": event.brand_id,
            "event": event,
            "occurred_at": evidence.occurred_at,
        },
    )
    if not is_new:
        return None
    order = _order_locked(event, evidence.external_id)
    if order is None:
        return None
    order_decide(order)
    return order.pk


def page_event_apply(event: InboundEvent, said: PageEvent) -> list[int]:
    """Keep which click a thank-you page named for an order, and decide that order again when we
    have it. Several clicks of one order are kept, the first ones of all that come: whoever forges
    one cannot put the true one out. Returns the ids of the orders.
    """
    if said.click_id is None:
        return []
    order_lock(event.connection_id, said.order)
    known = LateEvidence.objects.filter(
        connection_id=event.connection_id, order_external_id=said.order, kind=PAGE_CLICK
    )
    if known.filter(value=said.click).exists() or known.count() >= PAGE_CLICKS_MAX:
        return []
    LateEvidence.objects.create(
        connection_id=event.connection_id,
        brand_id=event.brand_id,
        event=event,
        order_external_id=said.order,
        line_id="",
        kind=PAGE_CLICK,
        value=said.click,
        occurred_at=event.received_at,
    )
    orders = list(orders_named(event.connection_id, said.order))
    for order in orders:
        order_decide(order)
    return [order.pk for order in orders]


def _order_locked(event: InboundEvent, external_id: str, number: str = "") -> Order | None:
    """The order, if we have it. `number` is what its thank-you page may call it."""
    order_lock(event.connection_id, external_id, number or external_id)
    return Order.objects.filter(connection_id=event.connection_id, external_id=external_id).first()


def order_lock(connection_id: int, *names: str) -> None:
    """Let nobody else change the order of these names (its id, its number) until the transaction
    ends, known or not. Sorted, so that two transactions never wait for each other."""
    for name in sorted(set(names)):
        lock_for_transaction(f"order {connection_id} {name}")


def _order_create(event: InboundEvent, snapshot: OrderSnapshot) -> Order:
    phone = snapshot.customer_phone
    order = Order.objects.create(
        connection_id=event.connection_id,
        brand_id=event.brand_id,
        source=event.source,
        external_id=snapshot.external_id,
        trust=event.trust,
        customer_phone_index=blind_index(phone, purpose=PHONE_PURPOSE) if phone else "",
        placed_at=snapshot.placed_at,
        **_state(snapshot),
    )
    OrderLine.objects.bulk_create(_line(order, line) for line in snapshot.lines)
    _version_add(order, event, snapshot, is_applied=True)
    return order


def _order_update(order: Order, event: InboundEvent, snapshot: OrderSnapshot) -> bool:
    """Whether the snapshot said anything new."""
    latest = order.versions.filter(is_applied=True).order_by("-number").first()
    confirms = order.trust not in CONFIRMED_TRUST and event.trust in CONFIRMED_TRUST
    if latest is not None and latest.snapshot == _plain(snapshot) and not confirms:
        return False
    order.version += 1
    for name, value in _state(snapshot).items():
        setattr(order, name, value)
    if confirms:  # a file names a day, its source the moment
        order.placed_at = snapshot.placed_at
    if event.trust != InboundEvent.Trust.HINT:  # a second source confirms what a hint began
        order.trust = event.trust
    if snapshot.customer_phone and not order.customer_phone_index:
        order.customer_phone_index = blind_index(snapshot.customer_phone, purpose=PHONE_PURPOSE)
    order.save()
    _lines_update(order, snapshot)
    _version_add(order, event, snapshot, is_applied=True)
    return True


def _state(snapshot: OrderSnapshot) -> dict[str, Any]:
    """The columns that follow the latest snapshot."""
    return {
        "number": snapshot.number,
        "status": snapshot.status,
        "raw_status": snapshot.raw_status,
        "currency": snapshot.currency,
        "click_id": _click_id(snapshot),
        "promo_codes": list(snapshot.promo_codes),
        "is_test": snapshot.is_test,
        "fulfilled_at": snapshot.fulfilled_at,
        "source_updated_at": snapshot.source_updated_at,
    }


def _click_id(snapshot: OrderSnapshot) -> UUID | None:
    return click_id_parse(snapshot.click_id) if snapshot.click_id else None


def _line(order: Order, line: OrderLineSnapshot) -> OrderLine:
    row = OrderLine(order=order, brand_id=order.brand_id, line_id=line.line_id)
    _line_set(row, line)
    return row


def _line_set(row: OrderLine, line: OrderLineSnapshot) -> None:
    row.sku, row.name = line.sku, line.name or line.sku or line.line_id  # WB names no goods
    row.quantity, row.returned_quantity = line.quantity, line.returned_quantity
    row.amount_minor, row.returned_minor = line.amount_minor, line.returned_minor


def _lines_update(order: Order, snapshot: OrderSnapshot) -> None:
    """A line that the source no longer shows was taken back as a whole."""
    known = {row.line_id: row for row in order.lines.all()}
    for line in snapshot.lines:
        row = known.pop(line.line_id, None)
        if row is None:
            _line(order, line).save()
        else:
            _line_set(row, line)
            row.save()
    for row in known.values():
        row.returned_quantity, row.returned_minor = row.quantity, row.amount_minor
        row.save(update_fields=["returned_quantity", "returned_minor"])


def _version_add(
    order: Order, event: InboundEvent, snapshot: OrderSnapshot, *, is_applied: bool
) -> None:
    number = order.version if is_applied else _next_version(order)
    OrderVersion.objects.create(
        order=order,
        brand_id=order.brand_id,
        event=event,
        number=number,
        status=snapshot.status,
        raw_status=snapshot.raw_status,
        source_updated_at=snapshot.source_updated_at,
        is_applied=is_applied,
        snapshot=_plain(snapshot),
    )


def _next_version(order: Order) -> int:
    """The number of a version that is kept and not applied."""
    order.version += 1
    order.save(update_fields=["version"])
    return order.version


def _plain(snapshot: OrderSnapshot) -> dict[str, Any]:
    """The snapshot as JSON, without what would identify the buyer."""
    plain = asdict(snapshot)
    del plain["customer_phone"], plain["customer_email"]
    for name in ("placed_at", "source_updated_at", "fulfilled_at"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    plain["promo_codes"] = list(snapshot.promo_codes)
    plain["lines"] = [
        asdict(line) | {"external_codes": [list(code) for code in line.external_codes]}
        for line in snapshot.lines
    ]
    return plain
