"""The brand's word about receipts and orders that may be one purchase."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from attribution.models import ReceiptClaim, ReceiptMatch
from attribution.services.receipt_confirm import ReceiptConflict
from attribution.services.receipt_orders import confirm_again, matches_tell
from attribution.services.same_sale import order_count_alone, sales_lock, same_sales_settle
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid
from core.tenancy.context import acting_as, acting_user_id

State = ReceiptMatch.State


def receipt_question_answer(*, claim: ReceiptClaim, order: UUID | None) -> None:
    """Say which of the orders asked about the receipt is of, or, with None, that it is a purchase
    of its own. One purchase counts once, under the order.

    Raises:
        ReceiptConflict: nothing is asked about it any more.
        Invalid: an order that was not asked about.
    """
    with acting_as(system="answer about a receipt"):
        sales_lock(claim.brand_id)
        rows = list(_rows(claim).filter(state=State.OPEN).order_by("pk"))
        if not rows:
            raise ReceiptConflict(_("Somebody has answered this already."))
        chosen = next((row for row in rows if row.order.public_id == order), None)
        if order is not None and chosen is None:
            raise Invalid.of("order", _("Choose one of the orders shown."))
        if chosen is not None and _is_taken(chosen):
            raise ReceiptConflict(_("Another receipt counts under this order already."))
        for row in rows:
            _decide(row, State.SAME if row is chosen else State.APART)
        if chosen is not None:
            confirm_again([claim.pk])
    same_sales_settle([row.receipt_order_id for row in rows])


def receipt_part(*, claim: ReceiptClaim) -> None:
    """Say that a receipt and the order under which it counts are two purchases: from now on both
    are counted.

    Raises:
        ReceiptConflict: it counts under none, or its own reward was approved before.
    """
    with acting_as(system="answer about a receipt"):
        sales_lock(claim.brand_id)
        row = _rows(claim).filter(state=State.SAME).select_related("receipt_order").first()
        if row is None or row.receipt_order.same_sale_id is None:
            raise ReceiptConflict(_("This receipt does not count under another order."))
        _decide(row, State.APART)
        row.claim = claim
        matches_tell([row], is_apart=True)
        order_count_alone(row.receipt_order)
        confirm_again([claim.pk])


def _rows(claim: ReceiptClaim) -> QuerySet[ReceiptMatch]:
    rows = ReceiptMatch.objects.select_for_update(of=("self",)).filter(claim=claim)
    return rows.select_related("order__connection")


def _is_taken(chosen: ReceiptMatch) -> bool:
    return ReceiptMatch.objects.filter(order_id=chosen.order_id, state=State.SAME).exists()


def _decide(row: ReceiptMatch, state: ReceiptMatch.State) -> None:
    before = {"state": str(row.state)}
    row.state, row.decided_at, row.decided_by_id = state, clock.now(), acting_user_id()
    row.save(update_fields=["state", "decided_at", "decided_by_id"])
    audit_record("receipt_match.decide", row, before=before, after={"state": str(state)})
