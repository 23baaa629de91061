"""What followers claimed that a tried order would meet: numbers that its buyer has, and receipts
with its sum. Reads only; runs as the system, in the simulator's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from attribution.connectors.phone_claim import PHONE_CLAIM
from attribution.domain.match import CandidateEvidence
from attribution.domain.phone_claims import AFTER_ORDER, phone_hmac
from attribution.domain.receipt_orders import Bought, Likeness, receipts_compare
from attribution.models import (
    Grade,
    LateEvidence,
    Order,
    PhoneClaim,
    PhoneMark,
    PhonePepper,
    ReceiptClaim,
)
from attribution.selectors.dossiers import Dossier, Dossiers
from attribution.selectors.receipt_orders import receipts_beside
from core.bulk import row_new


@dataclass(frozen=True, slots=True)
class ReceiptBeside:
    """A claimed receipt that the order may be of. `is_sure`: both would be one purchase by
    themselves; else the brand would be asked."""

    influencer_name: str
    total_minor: int
    sold_at: datetime
    is_sure: bool


def numbers_meet(dossiers: Dossiers, dossier: Dossier, phone: str) -> None:
    """Add what numbers would tell of the order, as if it had been told: by the imagined buyer's
    `phone`, or, of a stored order, by the marks that are left of its buyer's."""
    order = dossier.the_order()
    if order.connection_id not in dossiers.peppered:
        return
    indexes = _indexes(order, phone)
    known = {row.value for row in dossiers.said[dossier.key] if row.kind == PHONE_CLAIM}
    for claim in _claims(order, indexes):
        if str(claim.participation_id) in known:
            continue
        row = row_new(
            LateEvidence,
            connection_id=order.connection_id,
            brand_id=order.brand_id,
            order_external_id=order.external_id,
            line_id="",
            kind=PHONE_CLAIM,
            value=str(claim.participation_id),
            occurred_at=claim.claimed_at,
        )
        dossiers.said[dossier.key].append(row)


def _indexes(order: Order, phone: str) -> set[str]:
    if phone:
        peppers = PhonePepper.objects.filter(brand_id=order.brand_id)
        return {phone_hmac(bytes(each.secret), phone) for each in peppers}
    marks = PhoneMark.objects.filter(
        connection_id=order.connection_id, order_external_id=order.external_id
    )
    return set(marks.values_list("phone_index", flat=True))


def _claims(order: Order, indexes: Collection[str]) -> list[PhoneClaim]:
    """Those that services.phone_match would tell: the earliest of each influencer's."""
    if not indexes:
        return []
    found = PhoneClaim.objects.filter(
        brand_id=order.brand_id,
        state=PhoneClaim.State.ACTIVE,
        phone_index__in=indexes,
        claimed_at__lte=order.placed_at + AFTER_ORDER,
        counts_until__gte=order.placed_at,
    )
    return list(found.order_by("participation_id", "claimed_at").distinct("participation_id"))


def receipts_meet(dossier: Dossier, winners: Collection[CandidateEvidence]) -> list[ReceiptBeside]:
    """Receipts that may be of the order, if these decide it."""
    order = dossier.the_order()
    goods = sum(line.amount_minor for line in dossier.lines.values())
    if not winners or order.currency != "KZT" or order.is_test or not goods:
        return []
    bought = Bought(
        order.pk,
        frozenset(each.participation_id for each in winners),
        goods,
        order.placed_at,
        is_claimed=all(each.grade == Grade.D for each in winners),
    )
    near = receipts_beside(order.brand_id, bought)
    if near is None:
        return []
    compared = receipts_compare(near.papers, near.orders, about=near.about)
    found = {
        claim_id: likeness
        for (claim_id, order_id), likeness in compared.items()
        if order_id == order.pk
    }
    claims = ReceiptClaim.objects.filter(pk__in=found).select_related("influencer")
    return [
        ReceiptBeside(
            claim.influencer.name,
            claim.credited_minor,
            claim.sold_at,
            is_sure=found[claim.pk] is Likeness.SAME,
        )
        for claim in claims.order_by("sold_at", "pk")
    ]
