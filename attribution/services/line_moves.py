"""Lets orders and their lines follow the rows about them, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
from attribution.selectors.dossiers import Dossier
from attribution.services.work import Changes
from core.bulk import row_new


def line_move_keep(
    changes: Changes, dossier: Dossier, event: InboundEvent, move: LineMoveSnapshot
) -> bool:
    """Keep a row's latest state; False when it says nothing new.

    A split only ever grows: what the other order loses later does not come back to this one.
    """
    row = dossier.moves.get((move.line_id, move.move_id))
    if row is None:
        row = row_new(
            LineMove,
            connection_id=event.connection_id,
            brand_id=event.brand_id,
            event=event,
            order_external_id=move.external_id,
            line_id=move.line_id,
            move_id=move.move_id,
            kind=move.kind,
            quantity=move.quantity,
            source_updated_at=move.source_updated_at,
        )
        dossier.moves[move.line_id, move.move_id] = row
        changes.add(row)
        return move.quantity > 0
    is_split = move.kind == "split"
    quantity = max(row.quantity, move.quantity) if is_split else move.quantity
    is_later = is_split or move.source_updated_at >= row.source_updated_at
    if not is_later or (row.kind, row.quantity) == (move.kind, quantity):
        return False
    row.kind, row.quantity, row.event = move.kind, quantity, event
    row.source_updated_at = max(row.source_updated_at, move.source_updated_at)
    changes.change(row)
    return True


def lines_follow_moves(changes: Changes, dossier: Dossier) -> bool:
    """Work out the lines anew from the order's latest snapshot and all rows about it; False when
    there is no such row. An order of which everything came back is returned."""
    shown = dossier.shown
    if not dossier.moves or shown is None or "lines" not in shown.snapshot:
        return False
    moves = _moves(dossier)
    everything = [move for of_line in moves.values() for move in of_line]
    course = course_after_moves(_course(shown.snapshot), shown.at, everything)
    for line in shown.snapshot["lines"]:
        row = dossier.lines.get(line["line_id"])
        if row is None:
            continue
        figures = line_after_moves(
            _figures(line),
            moves.get(row.line_id, ()),
            seen_quantity=dossier.seen[row.line_id],
            is_fulfilled=course.status in RECEIVED,
        )
        row.quantity, row.amount_minor = figures.quantity, figures.amount_minor
        row.returned_quantity = figures.returned_quantity
        row.returned_minor = figures.returned_minor
        changes.change(row)
    _order_follow(changes, dossier, course)
    return True


def _course(snapshot: Mapping[str, Any]) -> Course:
    fulfilled_at = snapshot["fulfilled_at"]
    return Course(
        snapshot["status"], datetime.fromisoformat(fulfilled_at) if fulfilled_at else None
    )


def _moves(dossier: Dossier) -> dict[str, list[Moved]]:
    """{line: what left it}"""
    moves = defaultdict(list)
    for row in dossier.moves.values():
        moves[row.line_id].append(Moved(row.kind, row.quantity, row.source_updated_at))
    return moves


def _figures(line: Mapping[str, Any]) -> LineFigures:
    return LineFigures(
        line["quantity"], line["amount_minor"], line["returned_quantity"], line["returned_minor"]
    )


def _order_follow(changes: Changes, dossier: Dossier, course: Course) -> None:
    """As its rows say; a fulfilled one is returned once nothing of what was sold is left with the
    buyer."""
    order = dossier.the_order()
    order.status, order.fulfilled_at = course.status, course.fulfilled_at
    if course.status == Order.Status.FULFILLED:
        lines = [line for line in dossier.lines.values() if line.quantity]
        is_all_back = bool(lines) and all(line.returned_quantity >= line.quantity for line in lines)
        order.status = Order.Status.RETURNED if is_all_back else Order.Status.FULFILLED
    changes.change(order)
