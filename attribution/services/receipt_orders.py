"""A claimed receipt and a shop's order of one purchase earn once.

Looked for when either has changed, beside the inbox (services/same_sale.py). What fits nothing else
and is the same influencer's counts under the order, which knows the goods; the receipt becomes its
evidence, and the shop's word about the receipt confirms a sale that only a number spoke for. About
everything else the brand is asked, and until it answers the receipt's reward is not approved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from attribution.connectors.receipt_match import RECEIPT_MATCH, MatchNews
from attribution.domain.receipt_orders import Likeness, receipts_compare
from attribution.models import InboundEvent, ReceiptClaim, ReceiptMatch
from attribution.selectors.receipt_orders import Near, matches_same, receipts_near
from attribution.services.inbox import Received, events_store
from brands.models import Member
from brands.notices import team_notice_queue
from core import clock
from core.audit.models import AuditEntry
from core.audit.services import audit_entry
from core.bulk import rows_insert

State = ReceiptMatch.State
STATES = {Likeness.SAME: State.SAME, Likeness.ASK: State.OPEN}


def receipts_match(brand_id: int, order_ids: Collection[int]) -> list[ReceiptMatch]:
    """Look which receipts and orders are one purchase, where these orders may matter, and write
    it down. Returns what is known to be one, also from before. Runs as the system, with the
    brand's sales locked."""
    near = receipts_near(brand_id, order_ids)
    if near is not None and near.about:
        _found_keep(brand_id, near)
    return matches_same(order_ids)


def _found_keep(brand_id: int, near: Near) -> None:
    known = list(ReceiptMatch.objects.filter(claim_id__in=near.about))
    taken = {row.order_id for row in matches_same([each.order_id for each in near.orders])}
    settled = {row.claim_id for row in known if row.state == State.SAME}
    compared = receipts_compare(
        near.papers,
        [each for each in near.orders if each.order_id not in taken],
        about=near.about - settled,
        apart={(row.claim_id, row.order_id) for row in known if row.state == State.APART},
        asked={row.claim_id for row in known if row.state == State.OPEN},
    )
    stand = {(row.claim_id, row.order_id) for row in known}
    papers = {each.claim_id: each for each in near.papers}
    people = dict(ReceiptClaim.objects.filter(pk__in=near.about).values_list("pk", "influencer_id"))
    now = clock.now()
    rows = [
        ReceiptMatch(
            brand_id=brand_id,
            claim_id=claim_id,
            influencer_id=people[claim_id],
            receipt_order_id=papers[claim_id].order_id,
            order_id=order_id,
            state=STATES[likeness],
            found_at=now,
            decided_at=now if likeness is Likeness.SAME else None,
        )
        for (claim_id, order_id), likeness in compared.items()
        if (claim_id, order_id) not in stand
    ]
    ReceiptMatch.objects.bulk_create(rows)
    rows_insert([_entry(row) for row in rows])
    confirm_again(row.claim_id for row in rows if row.state == State.SAME)
    if any(row.state == State.OPEN for row in rows):
        _question_notices(brand_id, rows)


def _entry(row: ReceiptMatch) -> AuditEntry:
    after = {"state": str(row.state), "claim": row.claim_id, "order": row.order_id}
    return audit_entry("receipt_match.find", row, after=after)


def confirm_again(claim_ids: Iterable[int]) -> None:
    """Let the shop's word about these receipts reach the orders under which they count."""
    ReceiptClaim.objects.filter(pk__in=list(claim_ids), state=ReceiptClaim.State.CONFIRMED).update(
        order_confirmed_at=None
    )


def matches_tell(matches: Sequence[ReceiptMatch], *, is_apart: bool = False) -> None:
    """Tell the orders of the receipts that are theirs, as news of the inbox; what was told before
    is known there."""
    for row in matches:
        news = MatchNews(
            order=row.order.external_id,
            currency=row.order.currency,
            participation=row.claim.participation_id,
            sign=row.claim.sign,
            claimed_at=row.claim.claimed_at,
            is_apart=is_apart,
        )
        key = f"{news.kind}:{row.order.external_id}:{row.claim.external_id}"
        received = [Received(key, news.body())]
        events_store(row.order.connection, RECEIPT_MATCH, InboundEvent.Trust.HINT, received)


def _question_notices(brand_id: int, rows: Sequence[ReceiptMatch]) -> None:
    """One letter for a look, to everybody of the brand who may answer."""
    first = min(row.claim_id for row in rows if row.state == State.OPEN)
    claim = ReceiptClaim.objects.select_related("connection", "influencer").get(pk=first)
    team_notice_queue(
        "receipt_question",
        brand_id,
        Member.WRITERS,
        context={
            "name": claim.influencer.name,
            "amount_minor": claim.total_minor,
            "shop": claim.shop,
            "connection_id": claim.connection.public_id,
        },
        dedupe_key=f"receipt-question:{claim.public_id}",
    )
