"""Takes the reward of goods that came back late out of what is not paid yet, or makes it a debt.

While a payout of the influencer is under way nobody can tell what of it is paid: the return waits
until it has ended. So does one that was undone when the budget cannot pay the reward again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attribution.domain.late_returns import Standing, claw_split, status_after, worth_after
from attribution.domain.lifecycle import Status
from attribution.models import Conversion, ConversionVersion, LateReturn
from attribution.services.books import Books
from attribution.services.conversions import Settling
from attribution.services.notices import late_return_notices_queue
from compliance.selectors.invoices import is_vat_invoiced
from core import clock
from core.locks import PAYOUTS, lock_for_transaction
from core.tenancy.context import acting_as
from ledger.domain.accounts import AccountKind
from ledger.selectors import influencers_owed

BATCH = 200


def late_returns_apply() -> int:
    """Every return that waits, in the order of their coming. Returns how many were applied."""
    applied, last = 0, 0
    while True:
        with acting_as(system="late returns"):
            lock_for_transaction(PAYOUTS)  # nobody is being paid meanwhile
            batch = list(
                LateReturn.objects.select_for_update(of=("self",))
                .filter(state=LateReturn.State.WAITING, pk__gt=last)
                .order_by("pk")[:BATCH]
            )
            applied += _batch_apply(batch)
        if len(batch) < BATCH:
            return applied
        last = batch[-1].pk


def _batch_apply(batch: Sequence[LateReturn]) -> int:
    if not batch:
        return 0
    underway = influencers_owed(AccountKind.IN_FLIGHT)
    free = [each for each in batch if each.influencer_id not in underway]
    conversions = _conversions_locked({each.conversion_id for each in free})
    if not conversions:
        return 0
    approved = approved_versions(conversions)
    settling = Settling(Books({each.campaign_id for each in conversions.values()}))
    invoiced = is_vat_invoiced(conversions)  # under the totals' lock, as invoices are issued
    done = [
        each
        for each in free
        if _apply(
            settling,
            each,
            conversions[each.conversion_id],
            approved[each.conversion_id],
            is_vat_invoiced=each.conversion_id in invoiced,
        )
    ]
    settling.write(at=clock.now())
    fields = ["state", "unpaid_minor", "debt_minor", "conversion_version", "applied_at"]
    LateReturn.objects.bulk_update(done, fields)
    late_return_notices_queue(done)
    return len(done)


def _conversions_locked(ids: set[int]) -> dict[int, Conversion]:
    rows = Conversion.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def approved_versions(conversion_ids: Iterable[int]) -> dict[int, ConversionVersion]:
    """{conversion: the version that was approved}."""
    rows = ConversionVersion.objects.filter(
        conversion_id__in=conversion_ids, status=Status.APPROVED
    )
    first = rows.order_by("conversion_id", "number").distinct("conversion_id")
    return {row.conversion_id: row for row in first}


def standing_of(conversion: Conversion, approved: ConversionVersion) -> Standing:
    return Standing(
        approved_base_minor=approved.base_minor,
        approved_minor=approved.commission_minor,
        commission_minor=conversion.commission_minor,
        paid_minor=conversion.paid_minor,
        recovered_minor=conversion.recovered_minor,
        forgiven_minor=conversion.forgiven_minor,
    )


def _apply(
    settling: Settling,
    late: LateReturn,
    conversion: Conversion,
    approved: ConversionVersion,
    *,
    is_vat_invoiced: bool,
) -> bool:
    """False where the campaign's budget cannot pay a reward that has come back to life."""
    standing = standing_of(conversion, approved)
    worth = worth_after(standing, late.kept_base_minor)
    split = claw_split(standing, worth)
    if not settling.books.claw(conversion, split, is_vat_invoiced=is_vat_invoiced):
        return False
    conversion.status = status_after(standing, worth)
    conversion.base_minor = min(late.kept_base_minor, approved.base_minor)
    conversion.commission_minor = worth
    cause = "returned_late" if split.total_minor >= 0 else "late_return_undone"
    settling.version_add(conversion, cause=cause)
    late.state, late.applied_at = LateReturn.State.APPLIED, clock.now()
    late.unpaid_minor, late.debt_minor = split.unpaid_minor, split.debt_minor
    late.conversion_version = conversion.version
    return True
