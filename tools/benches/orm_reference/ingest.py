"""The same rules, an event at a time and an object at a time: how one writes it with the ORM.

What Birge did before docs/adr/0009-set-based-ingest.md, for webhooks of a shop: `get`, `create` and
`save` for each object, a journal for each conversion. The rules themselves are the product's own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from attribution.connectors.base import OrderLineSnapshot, OrderSnapshot
from attribution.connectors.registry import webhook_connector
from attribution.domain.match import (
    CLOCK_SKEW,
    AttributionDecision,
    CandidateEvidence,
    CandidateTerms,
    ClickModel,
    CodePolicy,
    EvidenceKind,
    attribution_decide,
)
from attribution.models import (
    Candidate,
    Click,
    Decision,
    InboundEvent,
    LateEvidence,
    LineMove,
    Order,
    OrderLine,
    OrderVersion,
)
from attribution.selectors.clicks import click_get
from attribution.selectors.news import click_id_of
from attribution.services.orders import PHONE_PURPOSE, snapshot_plain
from campaigns.domain.codes import canonical, skeleton
from campaigns.domain.terms import WINDOW_DAYS_MAX
from campaigns.models import ExternalCode, Participation, PromoCode
from core import clock
from core.crypto import blind_index
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from tools.benches.orm_reference.earnings import conversion_settle


def event_process(event_id: UUID) -> None:
    """One waiting event, in a transaction of its own."""
    with acting_as(system="inbound event"):
        event = (
            InboundEvent.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("connection")
            .get(pk=event_id, state=InboundEvent.State.RECEIVED)
        )
        connector = webhook_connector(event.source)
        orders = []
        for snapshot in connector.parse(bytes(event.body), event.connection.settings):
            assert isinstance(snapshot, OrderSnapshot), snapshot
            if order := _order_apply(event, snapshot):
                orders.append(order.pk)
        event.state = InboundEvent.State.DONE if orders else InboundEvent.State.IGNORED
        event.outcome = {"orders": orders}
        event.attempts += 1
        event.finished_at = clock.now()
        event.save(update_fields=["state", "outcome", "attempts", "finished_at"])


# --- Orders ---------------------------------------------------------------------------------


def _order_apply(event: InboundEvent, snapshot: OrderSnapshot) -> Order | None:
    for name in sorted({snapshot.external_id, snapshot.number}):
        lock_for_transaction(f"order {event.connection_id} {name}")
    order = Order.objects.filter(
        connection_id=event.connection_id, external_id=snapshot.external_id
    ).first()
    plain = snapshot_plain(snapshot)
    if order is None:
        order = Order.objects.create(
            connection_id=event.connection_id,
            brand_id=event.brand_id,
            source=event.source,
            external_id=snapshot.external_id,
            trust=event.trust,
            customer_phone_index=blind_index(snapshot.customer_phone or "", purpose=PHONE_PURPOSE),
            placed_at=snapshot.placed_at,
            **_state(snapshot),
        )
    elif snapshot.source_updated_at < order.source_updated_at:
        order.version += 1
        order.save(update_fields=["version"])
        _version_create(order, event, snapshot, plain, is_applied=False)
        return None
    else:
        latest = order.versions.filter(is_applied=True).order_by("-number").first()
        if latest is not None and latest.snapshot == plain:
            return None
        order.version += 1
        for name, value in _state(snapshot).items():
            setattr(order, name, value)
        order.save()
    _lines_save(order, snapshot)
    _version_create(order, event, snapshot, plain, is_applied=True)
    moved = LineMove.objects.filter(
        connection_id=order.connection_id, order_external_id=order.external_id
    )
    assert not moved, "no goods move in this mail"
    _order_decide(order)
    return order


def _state(snapshot: OrderSnapshot) -> dict[str, Any]:
    return {
        "number": snapshot.number,
        "status": snapshot.status,
        "raw_status": snapshot.raw_status,
        "currency": snapshot.currency,
        "click_id": click_id_of(snapshot),
        "promo_codes": list(snapshot.promo_codes),
        "is_test": snapshot.is_test,
        "fulfilled_at": snapshot.fulfilled_at,
        "source_updated_at": snapshot.source_updated_at,
    }


def _lines_save(order: Order, snapshot: OrderSnapshot) -> None:
    known = {row.line_id: row for row in order.lines.all()}
    for line in snapshot.lines:
        row = known.get(line.line_id) or OrderLine(
            order=order, brand_id=order.brand_id, line_id=line.line_id
        )
        _line_set(row, line)
        row.save()


def _line_set(row: OrderLine, line: OrderLineSnapshot) -> None:
    row.sku, row.name = line.sku, line.name
    row.quantity, row.returned_quantity = line.quantity, line.returned_quantity
    row.amount_minor, row.returned_minor = line.amount_minor, line.returned_minor


def _version_create(
    order: Order, event: InboundEvent, snapshot: OrderSnapshot, plain: Any, *, is_applied: bool
) -> None:
    OrderVersion.objects.create(
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


# --- Whose they are -------------------------------------------------------------------------


def _order_decide(order: Order) -> None:
    of_order = [*_click_candidates(order), *_code_candidates(order)]
    for line in order.lines.order_by("id"):
        candidates = of_order + _row_candidates(order, line)
        decided = attribution_decide(candidates, placed_at=order.placed_at)
        conversion_settle(order, line, _decision_create(order, line, decided))


def _click_candidates(order: Order) -> list[CandidateEvidence]:
    carried = click_get(order.click_id) if order.click_id else None
    if carried is None or carried.brand_id != order.brand_id:
        # what its page may have named: nothing in this mail, and asked for all the same
        numbered = Order.objects.filter(
            connection_id=order.connection_id, number=order.external_id
        ).exists()
        names = {order.number, order.external_id} if numbered else {order.number}
        page = LateEvidence.objects.filter(
            connection_id=order.connection_id,
            order_external_id__in=names,
            kind=EvidenceKind.PAGE_CLICK,
        )
        assert not page, "no page speaks in this mail"
        return []
    since, until = order.placed_at - timedelta(days=WINDOW_DAYS_MAX), order.placed_at + CLOCK_SKEW
    others = Click.objects.filter(
        visitor=carried.visitor, brand_id=order.brand_id, at__range=(since, until)
    ).exclude(click_id=carried.click_id)
    return [
        _candidate(
            click.participation_id,
            kind=EvidenceKind.CLICK,
            evidence=click.click_id.hex,
            grade="A",
            occurred_at=click.at,
        )
        for click in (carried, *others.order_by("-at")[:19])
    ]


def _code_candidates(order: Order) -> list[CandidateEvidence]:
    found: list[CandidateEvidence] = []
    for text in order.promo_codes:
        code = PromoCode.objects.filter(brand_id=order.brand_id, skeleton=skeleton(text)).first()
        if code is not None and code.participation_id is not None:
            candidate = _candidate(
                code.participation_id,
                kind=EvidenceKind.PROMO_CODE,
                evidence=text,
                grade="B",
                occurred_at=order.placed_at,
                typed_as="" if canonical(text) == code.canonical else "look_alike",
                position=len(found),
            )
            found.append(candidate)
    return found


def _row_candidates(order: Order, line: OrderLine) -> list[CandidateEvidence]:
    late = LateEvidence.objects.filter(
        connection_id=order.connection_id,
        order_external_id=order.external_id,
        line_id=line.line_id,
    ).exclude(kind=EvidenceKind.PAGE_CLICK)
    found = []
    for row in late.order_by("occurred_at", "id"):
        code = ExternalCode.objects.filter(
            brand_id=order.brand_id, kind=row.kind, value=row.value
        ).first()
        if code is not None:
            candidate = _candidate(
                code.participation_id,
                kind=EvidenceKind(row.kind),
                evidence=row.value,
                grade="A",
                occurred_at=row.occurred_at,
            )
            found.append(candidate)
    return found


def _candidate(participation_id: int, **evidence: Any) -> CandidateEvidence:
    participation = Participation.objects.select_related("campaign", "terms").get(
        pk=participation_id
    )
    campaign, terms = participation.campaign, participation.terms
    assert campaign.published_at is not None
    return CandidateEvidence(
        participation_id=participation.pk,
        influencer_id=participation.influencer_id,
        campaign_id=campaign.pk,
        terms=CandidateTerms(
            terms_id=terms.pk,
            window_days=terms.window_days,
            code_policy=CodePolicy(terms.code_policy),
            model=ClickModel(terms.model),
            paying_grades=terms.paying_grades,
        ),
        running_from=campaign.published_at,
        running_until=min(filter(None, (campaign.ends_at, campaign.closed_at)), default=None),
        is_participating=participation.state == Participation.State.APPROVED,
        **evidence,
    )


def _decision_create(order: Order, line: OrderLine, decided: AttributionDecision) -> Decision:
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
    for each in decided.verdicts:
        Candidate.objects.create(
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
    return decision
