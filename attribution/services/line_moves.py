"""Lets orders and their lines follow the rows about them. Runs as the system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attribution.connectors.base import LineMoveSnapshot
from attribution.domain.line_moves import (
    RECEIVED,
    Course,
    LineFigures,
    Moved,
    course_after_moves,
    line_after_moves,
)
from attribution.models import InboundEvent, LineMove, Order


def line_move_keep(event: InboundEvent, move: LineMoveSnapshot) -> bool:
    """Store a row's latest state; False when it says nothing new. The order must be locked.

    A split only ever grows: what the other order loses later does not come back to this one.
    """
    row, is_new = LineMove.objects.get_or_create(
        connection_id=event.connection_id,
        order_external_id=move.external_id,
        line_id=move.line_id,
        move_id=move.move_id,
        defaults={
            "brand_id": event.brand_id,
            "event": event,
            "kind": move.kind,
            "quantity": move.quantity,
            "source_updated_at": move.source_updated_at,
        },
    )
    if is_new:
        return move.quantity > 0
    is_split = move.kind == "split"
    quantity = max(row.quantity, move.quantity) if is_split else move.quantity
    is_later = is_split or move.source_updated_at >= row.source_updated_at
    if not is_later or (row.kind, row.quantity) == (move.kind, quantity):
        return False
    row.kind, row.quantity, row.event = move.kind, quantity, event
    row.source_updated_at = max(row.source_updated_at, move.source_updated_at)
    row.save(update_fields=["kind", "quantity", "event", "source_updated_at"])
    return True


def lines_follow_moves(order: Order) -> bool:
    """Work out the lines anew from the order's latest snapshot and all rows about it; False when
    there is no such row. An order of which everything came back is returned."""
    moves = _moves(order)
    latest = order.versions.filter(is_applied=True).order_by("-number").first()
    if not moves or latest is None or "lines" not in latest.snapshot:
        return False
    everything = [move for of_line in moves.values() for move in of_line]
    course = course_after_moves(_shown(latest.snapshot), latest.source_updated_at, everything)
    shown = {line["line_id"]: line for line in latest.snapshot["lines"]}
    seen = _seen_quantities(order)
    for row in order.lines.filter(line_id__in=shown):
        figures = line_after_moves(
            _figures(shown[row.line_id]),
            moves.get(row.line_id, ()),
            seen_quantity=seen[row.line_id],
            is_fulfilled=course.status in RECEIVED,
        )
        row.quantity, row.amount_minor = figures.quantity, figures.amount_minor
        row.returned_quantity, row.returned_minor = (
            figures.returned_quantity,
            figures.returned_minor,
        )
        row.save(update_fields=["quantity", "amount_minor", "returned_quantity", "returned_minor"])
    _order_follow(order, course)
    return True


def _shown(snapshot: Mapping[str, Any]) -> Course:
    fulfilled_at = snapshot["fulfilled_at"]
    return Course(
        snapshot["status"], datetime.fromisoformat(fulfilled_at) if fulfilled_at else None
    )


def _moves(order: Order) -> dict[str, list[Moved]]:
    """{line: what left it}"""
    rows = LineMove.objects.filter(
        connection_id=order.connection_id, order_external_id=order.external_id
    )
    moves = defaultdict(list)
    for row in rows:
        moves[row.line_id].append(Moved(row.kind, row.quantity, row.source_updated_at))
    return moves


def _seen_quantities(order: Order) -> dict[str, int]:
    """{line: the most that any snapshot showed}, also of those that came too late to count."""
    seen: dict[str, int] = {}
    snapshots: Iterable[dict[str, Any]] = order.versions.values_list("snapshot", flat=True)
    for snapshot in snapshots:
        for line in snapshot.get("lines", ()):
            seen[line["line_id"]] = max(seen.get(line["line_id"], 0), line["quantity"])
    return seen


def _figures(line: dict[str, Any]) -> LineFigures:
    return LineFigures(
        line["quantity"], line["amount_minor"], line["returned_quantity"], line["returned_minor"]
    )


def _order_follow(order: Order, course: Course) -> None:
    """As its rows say; a fulfilled one is returned once nothing of what was sold is left with the
    buyer."""
    order.status, order.fulfilled_at = course.status, course.fulfilled_at
    if course.status == Order.Status.FULFILLED:
        lines = [line for line in order.lines.all() if line.quantity]
        is_all_back = bool(lines) and all(line.returned_quantity >= line.quantity for line in lines)
        order.status = Order.Status.RETURNED if is_all_back else Order.Status.FULFILLED
    order.save(update_fields=["status", "fulfilled_at"])
