"""Runs the attribution rules over an order and lets its conversions follow."""

from __future__ import annotations

from attribution.domain.match import AttributionDecision, attribution_decide
from attribution.models import Candidate, Decision, Order, OrderLine
from attribution.selectors.evidence import line_candidates, order_candidates
from attribution.services.conversions import conversion_settle

LEDGER_CURRENCY = "KZT"


def order_decide(order: Order) -> None:
    """Decide every line of an order by what is known now. Runs as the system.

    The decision of an approved line stands; otherwise the latest one counts. A decision that says
    what the last one said is not written again.
    """
    lines = list(order.lines.order_by("id"))
    of_order = order_candidates(order)
    of_lines = line_candidates(order, lines)
    for line in lines:
        decided = attribution_decide(of_order + of_lines[line.pk], placed_at=order.placed_at)
        decision = _decision_record(order, line, decided)
        if not order.is_test and order.currency == LEDGER_CURRENCY:
            conversion_settle(order, line, decision)


def _decision_record(order: Order, line: OrderLine, decided: AttributionDecision) -> Decision:
    latest = line.decisions.order_by("-number").first()
    trace = decided.trace()
    if latest is not None and latest.trace == trace and latest.rule == decided.rule:
        return latest
    winner = decided.winner
    decision = Decision.objects.create(
        order=order,
        line=line,
        brand_id=order.brand_id,
        number=latest.number + 1 if latest else 1,
        participation_id=winner.participation_id if winner else None,
        grade=winner.grade if winner else "",
        rule=decided.rule,
        trace=trace,
    )
    Candidate.objects.bulk_create(
        Candidate(
            decision=decision,
            brand_id=order.brand_id,
            order=order,
            participation_id=each.candidate.participation_id,
            influencer_id=each.candidate.influencer_id,
            kind=each.candidate.kind,
            evidence=each.candidate.evidence,
            grade=each.candidate.grade,
            occurred_at=each.candidate.occurred_at,
            verdict=each.verdict,
            reason=each.reason,
        )
        for each in decided.verdicts
    )
    return decision
