"""Orders are states, upserted from snapshots. What a snapshot changes, attribution follows.

All of it happens in memory, on the dossiers of a batch (attribution.services.work).
"""

from __future__ import annotations

import logging
from dataclasses import fields
from operator import attrgetter
from typing import Any

from attribution.connectors.base import (
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
)
from attribution.domain.lifecycle import CONFIRMED_TRUST
from attribution.domain.page_events import PAGE_CLICK, PAGE_CLICKS_MAX, PageEvent
from attribution.models import InboundEvent, LateEvidence, Order, OrderLine, OrderVersion
from attribution.selectors.dossiers import Dossier, Shown
from attribution.selectors.news import click_id_of
from attribution.services.decisions import order_decide
from attribution.services.line_moves import line_move_keep, lines_follow_moves
from attribution.services.work import Work
from core.bulk import row_new
from core.crypto import blind_index

logger = logging.getLogger(__name__)

PHONE_PURPOSE, EMAIL_PURPOSE = "order phone", "order email"
FINAL = (Order.Status.FULFILLED, Order.Status.CANCELLED, Order.Status.RETURNED)


def order_apply(work: Work, event: InboundEvent, snapshot: OrderSnapshot) -> list[Order]:
    """Bring an order to the state of a snapshot. Returns the order when something changed.

    Older snapshots are kept as versions and change nothing, and so are hints about an order that
    its source itself has shown; one that says nothing new leaves no trace at all.
    """
    dossier = work.dossiers.get((event.connection_id, snapshot.external_id))
    plain = snapshot_plain(snapshot)
    if dossier.order is None:
        order = _order_create(work, dossier, event, snapshot, plain)
    elif _is_outdone(dossier.order, event, snapshot):
        dossier.order.version += 1
        work.changes.change(dossier.order)
        _version_add(work, dossier, event, snapshot, plain, is_applied=False)
        if lines_follow_moves(work.changes, dossier):  # it may have shown more goods than any other
            order_decide(work, dossier)
        return []
    elif not _order_update(work, dossier, event, snapshot, plain):
        return []
    else:
        order = dossier.order
    if order.status == Order.Status.UNMAPPED:
        logger.error(
            "order %s of connection %s has a status nobody mapped: %r",
            order.external_id,
            order.connection_id,
            order.raw_status,
        )
    lines_follow_moves(work.changes, dossier)
    order_decide(work, dossier)
    return [order]


def _is_older(snapshot: OrderSnapshot, order: Order) -> bool:
    """Whether the order is ahead of the snapshot, by the source's own time; of a source whose lists
    lag, what is final is ahead of what is not."""
    later, known = snapshot.source_updated_at, order.source_updated_at
    if not snapshot.may_lag:
        return later < known
    return (snapshot.status in FINAL, later) < (order.status in FINAL, known)


def line_move_apply(work: Work, event: InboundEvent, move: LineMoveSnapshot) -> list[Order]:
    """Keep what left a line, and let its order follow when we have it."""
    dossier = work.dossiers.get((event.connection_id, move.external_id))
    if not line_move_keep(work.changes, dossier, event, move) or dossier.order is None:
        return []
    if not lines_follow_moves(work.changes, dossier):
        return []
    order_decide(work, dossier)
    return [dossier.order]


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


def removal_apply(work: Work, event: InboundEvent, removal: OrderRemoval) -> list[Order]:
    """The source says that an order is gone: a cancellation of one that we know."""
    dossier = work.dossiers.get((event.connection_id, removal.external_id))
    order = dossier.order
    if order is None or order.status == Order.Status.CANCELLED:
        return []
    order.status, order.raw_status = Order.Status.CANCELLED, removal.raw_status
    order.source_updated_at = max(order.source_updated_at, event.received_at)
    order.version += 1
    work.changes.change(order)
    version = row_new(
        OrderVersion,
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
    work.changes.add(version)
    dossier.shown = Shown(version.snapshot, version.source_updated_at)
    order_decide(work, dossier)
    return [order]


def evidence_apply(work: Work, event: InboundEvent, evidence: EvidenceSnapshot) -> list[Order]:
    """Keep a late evidence, and decide its order again when we have it."""
    key = (event.connection_id, evidence.external_id)
    same = (evidence.line_id, evidence.kind, evidence.value)
    if any((row.line_id, row.kind, row.value) == same for row in work.dossiers.said[key]):
        return []
    row = row_new(
        LateEvidence,
        connection_id=event.connection_id,
        brand_id=event.brand_id,
        event=event,
        order_external_id=evidence.external_id,
        line_id=evidence.line_id,
        kind=evidence.kind,
        value=evidence.value,
        occurred_at=evidence.occurred_at,
    )
    work.dossiers.said[key].append(row)
    work.changes.add(row)
    dossier = work.dossiers.get(key)
    if dossier.order is None:
        return []
    order_decide(work, dossier)
    return [dossier.order]


def page_event_apply(work: Work, event: InboundEvent, said: PageEvent) -> list[Order]:
    """Keep which click a thank-you page named for an order, and decide that order again when we
    have it. Several clicks of one order are kept, the first ones of all that come: whoever forges
    one cannot put the true one out. Returns the orders.
    """
    if said.click_id is None:
        return []
    key = (event.connection_id, said.order)
    known = [row.value for row in work.dossiers.said[key] if row.kind == PAGE_CLICK]
    if said.click in known or len(known) >= PAGE_CLICKS_MAX:
        return []
    row = row_new(
        LateEvidence,
        connection_id=event.connection_id,
        brand_id=event.brand_id,
        event=event,
        order_external_id=said.order,
        line_id="",
        kind=PAGE_CLICK,
        value=said.click,
        occurred_at=event.received_at,
    )
    work.dossiers.said[key].append(row)
    work.changes.add(row)
    named = work.dossiers.named(key)
    for dossier in named:
        order_decide(work, dossier)
    return [dossier.the_order() for dossier in named]


def _order_create(
    work: Work,
    dossier: Dossier,
    event: InboundEvent,
    snapshot: OrderSnapshot,
    plain: dict[str, Any],
) -> Order:
    order = dossier.order = row_new(
        Order,
        connection_id=event.connection_id,
        brand_id=event.brand_id,
        source=event.source,
        external_id=snapshot.external_id,
        trust=event.trust,
        customer_phone_index=_index(snapshot.customer_phone, PHONE_PURPOSE),
        customer_email_index=_index(snapshot.customer_email, EMAIL_PURPOSE),
        buyer_told=snapshot.buyer_told,
        placed_at=snapshot.placed_at,
        **_state(snapshot),
    )
    work.changes.add(order)
    work.dossiers.number_changed(dossier.key, None, order.number)
    for line in snapshot.lines:
        _line_add(work, dossier, line)
    _version_add(work, dossier, event, snapshot, plain, is_applied=True)
    return order


def _order_update(
    work: Work,
    dossier: Dossier,
    event: InboundEvent,
    snapshot: OrderSnapshot,
    plain: dict[str, Any],
) -> bool:
    """Whether the snapshot said anything new."""
    order = dossier.the_order()
    confirms = order.trust not in CONFIRMED_TRUST and event.trust in CONFIRMED_TRUST
    if dossier.shown is not None and dossier.shown.snapshot == plain and not confirms:
        return False
    order.version += 1
    work.dossiers.number_changed(dossier.key, order.number, snapshot.number)
    for name, value in _state(snapshot).items():
        setattr(order, name, value)
    if confirms:  # a file names a day, its source the moment
        order.placed_at = snapshot.placed_at
    if event.trust != InboundEvent.Trust.HINT:  # a second source confirms what a hint began
        order.trust = event.trust
    if snapshot.customer_phone and not order.customer_phone_index:
        order.customer_phone_index = _index(snapshot.customer_phone, PHONE_PURPOSE)
    if snapshot.customer_email and not order.customer_email_index:
        order.customer_email_index = _index(snapshot.customer_email, EMAIL_PURPOSE)
    order.buyer_told = snapshot.buyer_told or order.buyer_told
    work.changes.change(order)
    _lines_update(work, dossier, snapshot)
    _version_add(work, dossier, event, snapshot, plain, is_applied=True)
    return True


def _index(personal: str | None, purpose: str) -> str:
    """By what a buyer is found again, and nobody can be read; "" of what an order does not say."""
    return blind_index(personal, purpose=purpose) if personal else ""


def _state(snapshot: OrderSnapshot) -> dict[str, Any]:
    """The columns that follow the latest snapshot."""
    return {
        "number": snapshot.number,
        "status": snapshot.status,
        "raw_status": snapshot.raw_status,
        "currency": snapshot.currency,
        "click_id": click_id_of(snapshot),
        "promo_codes": list(snapshot.promo_codes),
        "discounted_codes": list(snapshot.discounted_codes),
        "is_test": snapshot.is_test,
        "fulfilled_at": snapshot.fulfilled_at,
        "source_updated_at": snapshot.source_updated_at,
    }


def _line_add(work: Work, dossier: Dossier, line: OrderLineSnapshot) -> None:
    order = dossier.the_order()
    row = row_new(OrderLine, order=order, brand_id=order.brand_id, line_id=line.line_id)
    _line_set(row, line)
    dossier.lines[row.line_id] = row
    work.changes.add(row)


def _line_set(row: OrderLine, line: OrderLineSnapshot) -> None:
    row.sku, row.name = line.sku, line.name or line.sku or line.line_id  # WB names no goods
    row.quantity, row.returned_quantity = line.quantity, line.returned_quantity
    row.amount_minor, row.returned_minor = line.amount_minor, line.returned_minor
    row.market_minor = line.market_minor


_SAID_OF_LINE = attrgetter(
    "sku", "name", "quantity", "returned_quantity", "amount_minor", "returned_minor"
)


def _lines_update(work: Work, dossier: Dossier, snapshot: OrderSnapshot) -> None:
    """A line that the source no longer shows was taken back as a whole."""
    gone = dict(dossier.lines)
    for line in snapshot.lines:
        row = gone.pop(line.line_id, None)
        if row is None:
            _line_add(work, dossier, line)
        else:
            before = _SAID_OF_LINE(row)
            _line_set(row, line)
            if _SAID_OF_LINE(row) != before:
                work.changes.change(row)
    for row in gone.values():
        row.returned_quantity, row.returned_minor = row.quantity, row.amount_minor
        work.changes.change(row)


def _version_add(
    work: Work,
    dossier: Dossier,
    event: InboundEvent,
    snapshot: OrderSnapshot,
    plain: dict[str, Any],
    *,
    is_applied: bool,
) -> None:
    order = dossier.the_order()
    version = row_new(
        OrderVersion,
        order=order,
        brand_id=order.brand_id,
        event=event,
        number=order.version,
        status=snapshot.status,
        raw_status=snapshot.raw_status,
        source_updated_at=snapshot.source_updated_at,
        is_applied=is_applied,
        snapshot=plain,
    )
    work.changes.add(version)
    dossier.seen_note(plain["lines"])
    if is_applied:
        dossier.shown = Shown(plain, snapshot.source_updated_at)


def snapshot_plain(snapshot: OrderSnapshot) -> dict[str, Any]:
    """The snapshot as JSON, without what would identify the buyer. What no source said when older
    snapshots were kept is left out where it is nothing: it must not look like news."""
    plain = {name: getattr(snapshot, name) for name in _KEPT}
    for name in ("placed_at", "source_updated_at", "fulfilled_at"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    plain["promo_codes"] = list(snapshot.promo_codes)
    if snapshot.discounted_codes:
        plain["discounted_codes"] = list(snapshot.discounted_codes)
    else:
        del plain["discounted_codes"]
    plain["lines"] = [_line_plain(line) for line in snapshot.lines]
    return plain


def _line_plain(line: OrderLineSnapshot) -> dict[str, Any]:
    """As above."""
    plain = {name: getattr(line, name) for name in _KEPT_OF_LINE}
    plain["external_codes"] = [list(code) for code in line.external_codes]
    if not line.market_minor:
        del plain["market_minor"]
    return plain


_PERSONAL = {"customer_phone", "customer_email", "buyer_told"}
_KEPT = tuple(each.name for each in fields(OrderSnapshot) if each.name not in _PERSONAL)
_KEPT_OF_LINE = tuple(each.name for each in fields(OrderLineSnapshot))
