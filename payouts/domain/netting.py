"""What of a payout is kept for money that has to go back. Source: design/domain.md section 6.

Taxes are worked out on the whole payout: what is kept pays a debt of the payee, and whoever pays a
debt has been paid. docs/adr/0021 says why, and that a lawyer has to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.bps import BPS_WHOLE

SHARE_RULE = "netting_share_max"  # basis points of a payout; our own figure, not the law's


@dataclass(frozen=True, slots=True)
class Debt:
    """What an influencer owes back for one conversion, tiyn."""

    conversion_id: int
    campaign_id: int
    brand_id: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a payout goes back for one conversion."""

    debt: Debt
    amount_minor: int


def netting_plan(
    debts: Sequence[Debt], *, gross_minor: int, net_minor: int, share_max_bps: int
) -> tuple[Kept, ...]:
    """Debts in the given order, the oldest first, up to the share of the gross. Something always
    reaches the payee: a payout of nothing is none."""
    left = min(gross_minor * share_max_bps // BPS_WHOLE, net_minor - 1)
    kept = []
    for debt in debts:
        amount = min(debt.owed_minor, left)
        if amount <= 0:
            break
        kept.append(Kept(debt, amount))
        left -= amount
    return tuple(kept)
