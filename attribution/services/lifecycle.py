"""What time does: holds end, and budgets that were filled take those who wait. Run by beat."""

from __future__ import annotations

from attribution.domain.lifecycle import Status
from attribution.models import Conversion
from attribution.selectors.conversions import silence_approves
from attribution.selectors.leaks import leak_holds
from attribution.selectors.receipt_orders import receipt_asks
from attribution.services.conversions import conversions_approve, conversions_fund_in_turn
from attribution.services.notices import approved_notices_queue
from core import clock
from core.tenancy.context import acting_as

BATCH_MAX = 500


def conversions_advance() -> int:
    """Approve what nobody rejected by the end of its hold. Returns how many were approved.

    Silence means yes only for what was signed or read back from its source, and for what the
    brand has confirmed; and not while the leak guard holds it, or while the brand is asked whether
    its receipt is of another order.
    """
    approved = 0
    while batch := _approve_batch():
        approved += batch
        if batch < BATCH_MAX:
            break
    return approved


def _approve_batch() -> int:
    now = clock.now()
    with acting_as(system="approve by silence"):
        due = list(
            Conversion.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(silence_approves(), ~leak_holds(), ~receipt_asks())
            .filter(status=Status.ON_HOLD, hold_until__lte=now)
            .order_by("campaign_id", "hold_until", "id")[:BATCH_MAX]
        )
        conversions_approve(due, at=now, cause="approved_by_silence")
        approved_notices_queue(due)
    return len(due)


def conversions_fund() -> int:
    """Post rewards that waited for budget, first come first served per campaign: the first that a
    budget cannot carry keeps those behind it waiting, and no other campaign's. Returns how many
    were posted."""
    with acting_as(system="fund waiting rewards"):
        waiting = Conversion.objects.filter(status=Status.AWAITING_FUNDING)
        campaign_ids = sorted(set(waiting.values_list("campaign_id", flat=True)))
    return sum(campaign_fund(campaign_id) for campaign_id in campaign_ids)


def campaign_fund(campaign_id: int) -> int:
    """One campaign's queue, as above."""
    with acting_as(system="fund waiting rewards"):
        waiting = (
            Conversion.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("order__connection", "line", "decision", "terms")
            .defer("order__connection__secrets")
            .filter(campaign_id=campaign_id, status=Status.AWAITING_FUNDING)
            .order_by("id")[:BATCH_MAX]
        )
        return conversions_fund_in_turn(list(waiting))
