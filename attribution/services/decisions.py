"""Runs the attribution rules over an order and says which conversions are to follow, in memory."""

from __future__ import annotations

from collections.abc import Iterator

from attribution.domain.match import (
    AttributionDecision,
    attribution_decide,
    counted_elsewhere,
)
from attribution.domain.rates import TENGE, rate_day
from attribution.models import Candidate, Decision, Order, OrderLine
from attribution.selectors.code_evidence import code_counts, order_mark
from attribution.selectors.dossiers import Dossier
from attribution.services.work import LineNow, Work
from campaigns.models import PromoCode
from core.bulk import row_new
from core.clock import day_of

CodeState = PromoCode.State


def order_decide(work: Work, dossier: Dossier) -> None:
    """Decide every line of an order by what is known now.

    The decision of an approved line stands; otherwise the latest one counts. A decision that says
    what the last one said is not written again. An order in another currency is decided, and
    worth nothing yet, until its day's rate is known (attribution.services.rates comes back to it).
    """
    order = dossier.the_order()
    is_rated = order_rate_set(work, order)
    _codes_redeem(work, order)
    lines: list[LineNow] = []
    for line, decided in lines_decided(work, dossier):
        decision = _decision_record(work, dossier, line, decided)
        lines.append(LineNow.of(order, line, decision))
    if lines and is_rated and not order.is_test:
        work.settling.append(lines)


def lines_decided(work: Work, dossier: Dossier) -> Iterator[tuple[OrderLine, AttributionDecision]]:
    """Each line of an order with what the rules say of it now."""
    order = dossier.the_order()
    of_order = work.evidence.order_candidates(dossier)
    of_lines = work.evidence.line_candidates(dossier)
    for line in dossier.lines.values():
        candidates = of_order + of_lines.get(line.line_id, [])
        yield (
            line,
            attribution_decide(
                candidates,
                placed_at=order.placed_at,
                sku=line.sku,
                brand_code_policy=work.dossiers.policies[dossier.brand_id],
            )
            if order.same_sale_id is None
            else counted_elsewhere(candidates),
        )


def _codes_redeem(work: Work, order: Order) -> None:
    """The first order that names a one-time code while it counts uses it up; cancelled, it gives
    the code back. Whose the order is then is another question."""
    mark, is_cancelled = order_mark(order), order.status == Order.Status.CANCELLED
    for _text, code, _typed_as in work.evidence.codes_of(order):
        if code.pool_id is None or order.is_test or order.same_sale_id is not None:
            continue
        if code.used_by == mark and is_cancelled:
            code.state, code.used_by, code.used_at = CodeState.RESERVED, "", None
            work.changes.change(code)
        elif not code.used_by and not is_cancelled and code_counts(code, order):
            code.state, code.used_by, code.used_at = CodeState.REDEEMED, mark, order.placed_at
            work.changes.change(code)


def order_rate_set(work: Work, order: Order) -> bool:
    """Give an order its rate where it lacks the one of its day; False while that is not known.

    A rate that was fixed stays, whatever the source says later about days.
    """
    if order.currency == TENGE or order.is_rate_final:
        return True
    fulfilled_on = day_of(order.fulfilled_at) if order.fulfilled_at else None
    needed = rate_day(day_of(order.placed_at), fulfilled_on)
    found = work.rates.get((order.currency, needed.on))
    if found is None:
        return order.rate is not None and not needed.is_final
    order.rate, order.rate_on, order.is_rate_final = found, needed.on, needed.is_final
    work.changes.change(order)
    return True


def _decision_record(
    work: Work, dossier: Dossier, line: OrderLine, decided: AttributionDecision
) -> Decision:
    order, latest = dossier.the_order(), dossier.decisions.get(line.line_id)
    trace = decided.trace()
    if latest is not None and latest.trace == trace and latest.rule == decided.rule:
        return latest
    winner = decided.winner
    decision = row_new(
        Decision,
        order=order,
        line=line,
        brand_id=order.brand_id,
        number=latest.number + 1 if latest else 1,
        participation_id=winner.participation_id if winner else None,
        grade=winner.grade if winner else "",
        rule=decided.rule,
        trace=trace,
    )
    dossier.decisions[line.line_id] = decision
    work.changes.add(decision)
    for each in decided.verdicts:
        candidate = row_new(
            Candidate,
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
        work.changes.add(candidate)
    return decision
