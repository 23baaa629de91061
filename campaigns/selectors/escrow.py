"""What agreements with influencers hold of a brand's money, beside a campaign's own budget. The
ledger says it: exchange.money_checks proves that the agreements' rows say the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.models import Deal, Guarantee
from core import clock
from ledger.domain.accounts import AccountRef, deal_escrow, guarantee_escrow
from ledger.selectors import balances
from ledger.statements import balances_before


@dataclass(frozen=True, slots=True)
class Escrow:
    """Tiyn held for the influencers of a campaign; our fee on it lies with the campaign's own."""

    posts_minor: int = 0
    guarantees_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.posts_minor + self.guarantees_minor


def escrows_of(
    campaign_ids: Collection[int], *, at_the_end_of: date | None = None
) -> dict[int, Escrow]:
    """{campaign: what its posts at a fixed fee and its guarantees hold now, or held at the end of a
    day}. Three queries, four of a day."""
    deals: dict[int, list[AccountRef]] = {pk: [] for pk in campaign_ids}
    promises: dict[int, list[AccountRef]] = {pk: [] for pk in campaign_ids}
    for rows, model, escrow in (
        (deals, Deal, deal_escrow), (promises, Guarantee, guarantee_escrow),
    ):  # fmt: skip
        found = model.objects.filter(campaign__in=campaign_ids).order_by()
        for campaign_id, brand_id, pk in found.values_list("campaign_id", "brand_id", "pk"):
            rows[campaign_id].append(escrow(brand_id, pk))
    refs = [ref for each in (*deals.values(), *promises.values()) for ref in each]
    held = held_by(refs, at_the_end_of)
    return {
        pk: Escrow(sum(held[ref] for ref in deals[pk]), sum(held[ref] for ref in promises[pk]))
        for pk in campaign_ids
    }


def held_by(refs: Sequence[AccountRef], day: date | None) -> dict[AccountRef, int]:
    """What accounts hold now, or held at the end of a day."""
    return balances(refs) if day is None else balances_before(refs, clock.day_end(day))
