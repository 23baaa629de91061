"""Runs the attribution rules over an order and lets its conversions follow."""

from __future__ import annotations

from attribution.domain.match import AttributionDecision, attribution_decide
from attribution.domain.rates import TENGE, rate_day
from attribution.models import Candidate, Decision, ExchangeRate, Order, OrderLine
from attribution.selectors.evidence import line_candidates, order_candidates
from attribution.services.conversions import conversion_settle
from core.clock import day_of


def order_decide(order: Order) -> None:
    """Decide every line of an order by what is known now. Runs as the system.

    The decision of an approved line stands; otherwise the latest one counts. A decision that says
    what the last one said is not written again. An order in another currency is decided, and
    worth nothing yet, until its day's rate is known (attribution.services.rates comes back to it).
    """
    lines = list(order.lines.order_by("id"))
    is_rated = order_rate_set(order)
    of_order = order_candidates(order)
    of_lines = line_candidates(order, lines)
    for line in lines:
        decided = attribution_decide(of_order + of_lines[line.pk], placed_at=order.placed_at)
        decision = _decision_record(order, line, decided)
        if is_rated and not order.is_test:
            conversion_settle(order, line, decision)


def order_rate_set(order: Order) -> bool:
    """Give an order its rate where it lacks the one of its day; False while that is not known.

    A rate that was fixed stays, whatever the source says later about days.
    """
    if order.currency == TENGE or order.is_rate_final:
        return True
    fulfilled_on = day_of(order.fulfilled_at) if order.fulfilled_at else None
    needed = rate_day(day_of(order.placed_at), fulfilled_on)
    found = ExchangeRate.objects.filter(currency=order.currency, rate_on=needed.on).first()
    if found is None:
        return order.rate is not None and not needed.is_final
    order.rate, order.rate_on, order.is_rate_final = found.tenge, needed.on, needed.is_final
    order.save(update_fields=["rate", "rate_on", "is_rate_final"])
    return True


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
