"""What one sale and a whole budget cost a brand: the figures beside its form. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.domain.commission import CommissionTerms, reward_of_basket
from core.bps import share_minor


@dataclass(frozen=True, slots=True)
class SaleCost:
    """Of a typical order, and of the budget that is reserved. Tiyn."""

    basket_minor: int
    reward_minor: int
    fee_minor: int
    vat_minor: int
    budget_minor: int
    budget_fee_minor: int
    budget_vat_minor: int

    @property
    def total_minor(self) -> int:
        return self.reward_minor + self.fee_minor + self.vat_minor

    @property
    def budget_total_minor(self) -> int:
        return self.budget_minor + self.budget_fee_minor + self.budget_vat_minor

    @property
    def sales(self) -> int | None:
        """How many such orders the budget is enough for; None while an order earns nothing."""
        return self.budget_minor // self.reward_minor if self.reward_minor else None


def sale_cost(
    commission: CommissionTerms,
    *,
    basket_minor: int,
    budget_minor: int,
    fee_bps: int,
    vat_bps: int,
) -> SaleCost:
    """The reward is `reward_of_basket`, as influencers see it; fee and VAT as at publishing."""
    reward = reward_of_basket(basket_minor, commission, vat_bps=vat_bps)
    fee, budget_fee = share_minor(reward, fee_bps), share_minor(budget_minor, fee_bps)
    return SaleCost(
        basket_minor=basket_minor,
        reward_minor=reward,
        fee_minor=fee,
        vat_minor=share_minor(fee, vat_bps),
        budget_minor=budget_minor,
        budget_fee_minor=budget_fee,
        budget_vat_minor=share_minor(budget_fee, vat_bps),
    )
